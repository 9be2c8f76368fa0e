/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/frame.h"

#include "base/rd.h"
#include "base/wr.h"

void xls_frame_put(const struct xls_frame *frame, uint8_t out[XLS_FRAME_HEAD])
{
    struct xls_wr wr = xls_wr_over(out, XLS_FRAME_HEAD);

    xls_wr_u8(&wr, (uint8_t)frame->kind); /* [P-18] and the ruler below it */
    xls_wr_zero(&wr, 1);
    xls_wr_u16be(&wr, frame->stream);
    xls_wr_u32be(&wr, frame->len);
    xls_wr_u64be(&wr, frame->counter);
}

enum xls_rc xls_frame_get(const uint8_t in[XLS_FRAME_HEAD],
                          struct xls_frame *out)
{
    struct xls_rd rd = xls_rd_over(in, XLS_FRAME_HEAD);
    struct xls_frame frame;
    enum xls_rc rc;

    frame.kind = (enum xls_frame_kind)xls_rd_u8(&rd);
    xls_rd_range(&rd, frame.kind, XLS_FRAME_CONTROL, XLS_FRAME_FINAL);
    /* [P-19] kind above; [P-2] reserved */
    xls_rd_zero(&rd, 1);
    frame.stream = xls_rd_u16be(&rd);
    frame.len = xls_rd_u32be(&rd);
    frame.counter = xls_rd_u64be(&rd);
    rc = xls_rd_end(&rd);
    if (rc == XLS_OK) {
        *out = frame;
    }
    return rc;
}
