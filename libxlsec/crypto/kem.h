/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * kem: ML-KEM-768 (FIPS 203), where the system's library has it.  Level 1.
 *
 * One of the files kem-*.c is built: configure says which.
 */
#ifndef XLS_CRYPTO_KEM_H
#define XLS_CRYPTO_KEM_H

#include <stdint.h>

#include "base/rc.h"

#define XLS_KEM_PUB_LEN    1184 /* an encapsulation key */
#define XLS_KEM_TEXT_LEN   1088 /* a ciphertext */
#define XLS_KEM_SEED_LEN   64   /* d || z of FIPS 203, a key in short */
#define XLS_KEM_SECRET_LEN 32

/* A decapsulation key as its seed; secret, the owner wipes it. */
struct xls_kem_key {
    uint8_t seed[XLS_KEM_SEED_LEN];
};

/* What both ends have; secret, the owner wipes it. */
struct xls_kem {
    uint8_t bytes[XLS_KEM_SECRET_LEN];
};

/* Whose ML-KEM-768 this is ("OpenSSL 3.5.1"), static storage; NULL when there
 * is none, and then the functions below give XLS_BUG_CONTRACT. */
const char *xls_kem_by(void);

/* A new random key.  What it gives out is xls_kem_pub()'s. */
void xls_kem_key_random(struct xls_kem_key *out);

/* The encapsulation key that belongs to this one; pub is zero on error.
 * Errors: XLS_HOST_NOMEM (the library fails), XLS_BUG_CONTRACT. */
XLS_MUST_USE enum xls_rc xls_kem_pub(const struct xls_kem_key *key,
                                     uint8_t pub[XLS_KEM_PUB_LEN]);

/*
 * A new secret, and the ciphertext that carries it to whoever has the key of
 * pub; both are zero on error.
 * Errors: XLS_PEER_RANGE (pub is no encapsulation key: FIPS 203, 7.2),
 * XLS_HOST_NOMEM (the library fails), XLS_BUG_CONTRACT.
 */
XLS_MUST_USE enum xls_rc xls_kem_wrap(const uint8_t pub[XLS_KEM_PUB_LEN],
                                      uint8_t text[XLS_KEM_TEXT_LEN],
                                      struct xls_kem *out);

/*
 * The secret in a ciphertext; *out is zero on error.  A ciphertext that nobody
 * made for this key is no error: it gives a secret that nobody else has.
 * Errors: XLS_HOST_NOMEM (the library fails), XLS_BUG_CONTRACT.
 */
XLS_MUST_USE enum xls_rc xls_kem_unwrap(const struct xls_kem_key *key,
                                        const uint8_t text[XLS_KEM_TEXT_LEN],
                                        struct xls_kem *out);

#endif
