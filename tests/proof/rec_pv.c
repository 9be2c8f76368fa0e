/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/rec_pv.c"

/*@ requires xls_libxc_sound(lx) && xls_rd_sound(rd) && xls_why(why);
    requires \separated(why, lx, rd);
    assigns lx->pv_end_pfn, *rd, *why;
    ensures xls_rd_sound(rd); */
static enum xls_rc p2m_head(struct xls_libxc *lx, struct xls_rd *rd,
                            uint32_t total, struct xls_finding *why);
/*@ requires \valid_read(lx) && xls_rd_sound(rd) && xls_why(why);
    requires \separated(why, lx, rd);
    assigns *rd, *why;
    ensures xls_rd_sound(rd);
    ensures \result == XLS_OK ==> rd->rc == XLS_OK && \old(rd->left) >= 8 &&
            rd->left == \old(rd->left) - 8; */
static enum xls_rc vcpu_head(const struct xls_libxc *lx, struct xls_rd *rd,
                             struct xls_finding *why);
