/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/hvm_params.c"

/*@ requires \valid_read(lx) && \valid(seen) && xls_why(why);
    requires \separated(why, lx, seen);
    assigns *seen, *why; */
static enum xls_rc param_judge(const struct xls_libxc *lx, uint64_t index,
                               uint64_t value, uint64_t *seen,
                               struct xls_finding *why);
/*@ requires \valid_read(lx);
    assigns \nothing; */
static bool value_holds(const struct xls_libxc *lx, uint64_t index,
                        uint64_t value);
/*@ requires \valid_read(lx);
    assigns \nothing; */
static bool in_memory(const struct xls_libxc *lx, uint64_t address);
