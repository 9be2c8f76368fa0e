/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * payload: the fields inside the handshake messages.  Level 3.
 */
#ifndef XLS_PROTO_PAYLOAD_H
#define XLS_PROTO_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "proto/noise.h"

#define XLS_PAYLOAD_LONG  1280U /* of messages 1 and 2 */
#define XLS_PAYLOAD_SHORT 64U   /* of message 3 */

#define XLS_PAYLOAD_MANDATORY                                                  \
    0x8000U /* bit of a type: understand or refuse                             \
             */

/* Octets of payload in message n (0 to 2); 0 for any other. */
size_t xls_payload_size(unsigned n);

/*
 * Judge the len octets of a received payload.  Version 1 knows no field, so
 * there is nothing to hand out.
 * Errors: XLS_PEER_RANGE (order of types, an unknown mandatory field, padding),
 * XLS_PEER_SHORT (a field beyond the end).
 */
XLS_MUST_USE enum xls_rc xls_payload_judge(const uint8_t *p, size_t len);

#endif
