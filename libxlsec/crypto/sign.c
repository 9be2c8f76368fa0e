/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/sign.h"

#include <sodium.h>

#include "base/secret.h"

/* libsodium is given a place to read from, even where there is nothing. */
static const uint8_t nothing[1] = {0};

void xls_sign_key_over_seed(const uint8_t seed[XLS_SIGN_SEED_LEN],
                            struct xls_sign_key *out)
{
    (void)crypto_sign_seed_keypair(out->pub, out->secret, seed);
}

void xls_sign_key_wipe(struct xls_sign_key *key)
{
    xls_wipe(key, sizeof(*key));
}

void xls_sign(const struct xls_sign_key *key, const void *p, size_t len,
              uint8_t sig[XLS_SIGN_LEN])
{
    (void)crypto_sign_detached(sig, NULL, len == 0 ? nothing : p, len,
                               key->secret);
}

enum xls_rc xls_sign_verify(const uint8_t pub[XLS_SIGN_PUB_LEN], const void *p,
                            size_t len, const uint8_t sig[XLS_SIGN_LEN])
{
    return crypto_sign_verify_detached(sig, len == 0 ? nothing : p, len, pub) ==
                   0
               ? XLS_OK
               : XLS_PEER_AUTH;
}
