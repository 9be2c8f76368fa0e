/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/field.c"

/*@ requires \valid_read(row) && \valid(what) && \separated(row, what);
    assigns *what; */
static bool field_holds(const struct xls_field *row, uint64_t value,
                        const char **what);
/*@ requires \valid_read(row) && xls_octets(buf, len) && xls_why(why);
    assigns *why; */
static enum xls_rc row_judge(const struct xls_field *row, const uint8_t *buf,
                             size_t len, struct xls_finding *why);
