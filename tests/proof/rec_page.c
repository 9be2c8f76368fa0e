/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/rec_page.c"

/*@ requires xls_libxc_sound(lx);
    assigns \nothing; */
static enum kind kind_of(const struct xls_libxc *lx, unsigned type);
/*@ requires xls_libxc_sound(lx) && \valid(list) && list->pages <= index;
    requires index < XLS_BATCH_MAX && xls_why(why);
    requires \separated(why, lx, list);
    assigns *list, lx->tables.level[0 .. XLS_BATCH_MAX - 1], *why;
    ensures list->count == \old(list->count);
    ensures list->pages <= index + 1; */
static enum xls_rc entry_judge(struct xls_libxc *lx, uint64_t entry,
                               uint32_t index, struct list *list,
                               struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && xls_why(why) && \separated(why, lx);
    assigns lx->mem.p2m_size, *why; */
static enum xls_rc first_pass_close(struct xls_libxc *lx,
                                    struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && \valid_read(list) && xls_why(why);
    requires \separated(why, lx, list) && (whole == 0 || whole == 1);
    assigns lx->mem.passes, lx->mem.next, *why; */
static enum xls_rc first_pass(struct xls_libxc *lx, const struct list *list,
                              bool whole, struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && \valid_read(list) && xls_why(why);
    requires \separated(why, lx, list) && (whole == 0 || whole == 1);
    assigns lx->mem.passes, *why; */
static enum xls_rc later_pass(struct xls_libxc *lx, const struct list *list,
                              bool whole, struct xls_finding *why);
/*@ requires xls_libxc_sound(lx) && \valid_read(list) && xls_why(why);
    requires \separated(why, lx, list);
    assigns lx->mem, *why;
    ensures lx->mem.last_whole == 0 || lx->mem.last_whole == 1; */
static enum xls_rc pass_judge(struct xls_libxc *lx, const struct list *list,
                              struct xls_finding *why);
