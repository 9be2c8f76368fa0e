/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * sign: Ed25519 (RFC 8032), the message as it is ("PureEdDSA").  Level 1.
 */
#ifndef XLS_CRYPTO_SIGN_H
#define XLS_CRYPTO_SIGN_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

#define XLS_SIGN_SEED_LEN 32
#define XLS_SIGN_PUB_LEN  32
#define XLS_SIGN_LEN      64 /* octets of a signature */

/* A key pair; the owner calls xls_sign_key_wipe(). */
struct xls_sign_key {
    uint8_t secret[XLS_SIGN_SEED_LEN + XLS_SIGN_PUB_LEN]; /* secret */
    uint8_t pub[XLS_SIGN_PUB_LEN];                        /* public */
};

/* The key pair of a stored seed: any 32 octets, secret, the caller's to wipe.
 * A new key is that of a random seed (crypto/start). */
void xls_sign_key_over_seed(const uint8_t seed[XLS_SIGN_SEED_LEN],
                            struct xls_sign_key *out);

/* Erase both halves. */
void xls_sign_key_wipe(struct xls_sign_key *key);

/* sig = the key's signature of len octets at p, always the same for the same
 * octets; p may be NULL only when len is 0. */
void xls_sign(const struct xls_sign_key *key, const void *p, size_t len,
              uint8_t sig[XLS_SIGN_LEN]);

/*
 * Did the secret of pub sign exactly these len octets?
 * Errors: XLS_PEER_AUTH (it did not; or pub or a half of sig is a point of low
 * order, or not encoded in the one way that there is).
 */
XLS_MUST_USE enum xls_rc xls_sign_verify(const uint8_t pub[XLS_SIGN_PUB_LEN],
                                         const void *p, size_t len,
                                         const uint8_t sig[XLS_SIGN_LEN]);

#endif
