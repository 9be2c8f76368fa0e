/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * symmetric: Noise's SymmetricState, the ck, h and cipher of a handshake.
 * Level 3, and private to it: only noise.c has a use for this.
 */
#ifndef XLS_PROTO_SYMMETRIC_H
#define XLS_PROTO_SYMMETRIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/rd.h"
#include "base/wr.h"
#include "proto/noise.h"

/* MixHash: h = SHA-512(h || len octets at p). */
void xls_sym_hash(struct xls_noise *st, const void *p, size_t len);

/* The cipher's next key, with n = 0. */
void xls_sym_set(struct xls_noise *st, const uint8_t key[XLS_KEY_LEN]);

/* MixKey. */
XLS_MUST_USE enum xls_rc xls_sym_key(struct xls_noise *st,
                                     const uint8_t ikm[XLS_DH_LEN]);

/*
 * EncryptAndHash: len octets to the writer, sealed once there is a key.
 * Errors: XLS_BUG_CONTRACT (no room).
 */
XLS_MUST_USE enum xls_rc xls_sym_put(struct xls_noise *st, struct xls_wr *wr,
                                     const uint8_t *p, size_t len);

/*
 * DecryptAndHash: the next field of the reader, which has len octets when
 * opened, to p.  Errors: XLS_PEER_SHORT, XLS_PEER_AUTH.
 */
XLS_MUST_USE enum xls_rc xls_sym_get(struct xls_noise *st, struct xls_rd *rd,
                                     uint8_t *p, size_t len);

#endif
