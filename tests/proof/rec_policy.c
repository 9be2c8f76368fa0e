/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/rec_policy.c"

/*@ assigns \nothing; */
static bool leaf_known(uint32_t leaf, uint32_t subleaf);
/*@ requires \valid_read(reg + (0 .. 3)) && xls_why(why);
    requires \separated(why, reg + (0 .. 3));
    assigns *why; */
static enum xls_rc leaf_judge(uint32_t leaf, uint32_t subleaf,
                              const uint32_t reg[4], struct xls_finding *why);
