/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/order.c"

/*@ requires \valid_read(row + (0 .. count - 1));
    requires \valid(out + (0 .. size - 1)) && 1 <= size;
    requires \separated(row + (0 .. count - 1), out + (0 .. size - 1));
    requires (rule == &xls_rec_libxc_rule && count == XLS_REC_COUNT) ||
             (rule == &xls_rec_libxl_rule && count == XLS_LIBXL_COUNT);
    assigns out[0 .. size - 1]; */
static void expected(const uint8_t *row, uint32_t count,
                     const struct xls_rec_rule *(*rule)(uint32_t), char *out,
                     size_t size);
