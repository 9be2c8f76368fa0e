/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * frame: the 16 octets before everything that follows the handshake.  Level 3.
 */
#ifndef XLS_PROTO_FRAME_H
#define XLS_PROTO_FRAME_H

#include <stdint.h>

#include "base/rc.h"

#define XLS_FRAME_HEAD 16

enum xls_frame_kind {
    XLS_FRAME_NONE = 0,
    XLS_FRAME_CONTROL = 1,
    XLS_FRAME_RECORD = 2,
    XLS_FRAME_FINAL = 3, /* the last record of its stream */
};

struct xls_frame {
    enum xls_frame_kind kind;
    uint16_t stream;
    uint32_t len; /* octets that follow, tag included */
    uint64_t counter;
};

/* Write the header of *frame to out. */
void xls_frame_put(const struct xls_frame *frame, uint8_t out[XLS_FRAME_HEAD]);

/*
 * Read a header.  Only its form is judged here: whether it may come now is the
 * session's to say.  *out is written only on XLS_OK.
 * Errors: XLS_PEER_RANGE (kind, reserved octet).
 */
XLS_MUST_USE enum xls_rc xls_frame_get(const uint8_t in[XLS_FRAME_HEAD],
                                       struct xls_frame *out);

#endif
