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

/* Bit of a type: understand or refuse. */
#define XLS_PAYLOAD_MANDATORY 0x8000U

#define XLS_NONCE_LEN 32

/* The fields that are known, in the order of their types. */
enum xls_field {
    XLS_FIELD_KEM_PUB,  /* XLS_KEM_PUB_LEN octets, may be in message 1 */
    XLS_FIELD_KEM_TEXT, /* XLS_KEM_TEXT_LEN octets, may be in message 2 */
    XLS_FIELD_NONCE,    /* XLS_NONCE_LEN octets, is in messages 1 and 2 */
    XLS_FIELD_ID,       /* XLS_ID_LEN octets, not all zero, is in message 3 */
    XLS_FIELDS,
};

/* Each points to as many octets as its field has; NULL: it is not there. */
struct xls_payload {
    const uint8_t *field[XLS_FIELDS];
};

/* Octets of payload in message n (0 to 2); 0 for any other. */
size_t xls_payload_size(unsigned n);

/*
 * Write the payload of message n, exactly xls_payload_size(n) octets, to out.
 * Errors: XLS_BUG_CONTRACT (what xls_payload_get() would refuse); out is then
 * zero.
 */
XLS_MUST_USE enum xls_rc
xls_payload_put(unsigned n, const struct xls_payload *payload, uint8_t *out);

/*
 * Judge the len octets of message n's payload.  *out, which borrows them, is
 * written only on XLS_OK.
 * Errors: XLS_PEER_RANGE (order of types, an unknown mandatory field, a known
 * one of another size, in another message or absent, padding), XLS_PEER_SHORT
 * (a field beyond the end).
 */
XLS_MUST_USE enum xls_rc xls_payload_get(unsigned n, const uint8_t *p,
                                         size_t len, struct xls_payload *out);

#endif
