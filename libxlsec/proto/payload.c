/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/payload.h"

#include "base/rd.h"

size_t xls_payload_size(unsigned n)
{
    static const size_t sizes[XLS_NOISE_MESSAGES] = {
        XLS_PAYLOAD_LONG, XLS_PAYLOAD_LONG, XLS_PAYLOAD_SHORT};

    return n < XLS_NOISE_MESSAGES ? sizes[n] : 0;
}

enum xls_rc xls_payload_judge(const uint8_t *p, size_t len)
{
    struct xls_rd rd = xls_rd_over(p, len);
    uint16_t last = 0;

    while (rd.rc == XLS_OK && rd.left != 0) {
        uint16_t type = xls_rd_u16be(&rd);

        if (type == 0) {
            xls_rd_zero(&rd, rd.left); /* [P-8] padding; or a short read */
            break;
        }
        xls_rd_range(&rd, type, (uint64_t)last + 1, UINT16_MAX); /* [P-8] */
        /* [P-9] no field is known, so a mandatory one is unknown */
        xls_rd_range(&rd, type & XLS_PAYLOAD_MANDATORY, 0, 0);
        (void)xls_rd_sub(&rd, xls_rd_u16be(&rd));
        last = type;
    }
    return xls_rd_end(&rd);
}
