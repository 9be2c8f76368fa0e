/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * kem: ML-KEM-768 (FIPS 203), where the system's library has it.  Level 1.
 *
 * One of kem-openssl.c, kem-sodium.c and kem-none.c is built, in a library of
 * its own: configure says which.
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

/* The three computations.  Whoever makes a session chooses: only programs that
 * agree on keys are linked with the library behind them. */
struct xls_kem_ops {
    /* The encapsulation key that belongs to this key; pub is zero on error.
     * Errors: XLS_HOST_NOMEM (the library fails). */
    enum xls_rc (*pub)(const struct xls_kem_key *key,
                       uint8_t pub[XLS_KEM_PUB_LEN]);
    /*
     * A new secret, and the ciphertext that carries it to whoever has the key
     * of pub; both are zero on error.
     * Errors: XLS_PEER_RANGE (pub is no encapsulation key: FIPS 203, 7.2),
     * XLS_HOST_NOMEM (the library fails).
     */
    enum xls_rc (*wrap)(const uint8_t pub[XLS_KEM_PUB_LEN],
                        uint8_t text[XLS_KEM_TEXT_LEN], struct xls_kem *out);
    /*
     * The secret in a ciphertext; *out is zero on error.  A ciphertext that
     * nobody made for this key is no error: it gives a secret that nobody else
     * has.
     * Errors: XLS_HOST_NOMEM (the library fails).
     */
    enum xls_rc (*unwrap)(const struct xls_kem_key *key,
                          const uint8_t text[XLS_KEM_TEXT_LEN],
                          struct xls_kem *out);
};

/* Those of the library that configure found; static storage; NULL: none. */
const struct xls_kem_ops *xls_kem(void);

/* Its name, "OpenSSL", static storage; NULL when there is none.  This one is
 * in every program. */
const char *xls_kem_by(void);

/* A new random key. */
void xls_kem_key_random(struct xls_kem_key *out);

#endif
