/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * dh: X25519 (RFC 7748).  Level 1.
 */
#ifndef XLS_CRYPTO_DH_H
#define XLS_CRYPTO_DH_H

#include <stdint.h>

#include "base/rc.h"

#define XLS_DH_LEN 32

/* A key pair; the owner calls xls_dh_key_wipe(). */
struct xls_dh_key {
    uint8_t secret[XLS_DH_LEN]; /* secret */
    uint8_t pub[XLS_DH_LEN];    /* public */
};

/* What two hosts have in common; secret, the owner wipes it. */
struct xls_dh {
    uint8_t bytes[XLS_DH_LEN];
};

/* A new random key pair. */
void xls_dh_key_random(struct xls_dh_key *out);

/* The key pair of a stored secret (any 32 octets; clamped when used). */
void xls_dh_key_over_secret(const uint8_t secret[XLS_DH_LEN],
                            struct xls_dh_key *out);

/* Erase both halves. */
void xls_dh_key_wipe(struct xls_dh_key *key);

/*
 * *out = X25519(own secret, pub); all zero on error.
 * Errors: XLS_PEER_AUTH (pub is a point of low order: the result would be zero
 * whatever our secret is).
 */
XLS_MUST_USE enum xls_rc xls_dh_agree(const uint8_t secret[XLS_DH_LEN],
                                      const uint8_t pub[XLS_DH_LEN],
                                      struct xls_dh *out);

#endif
