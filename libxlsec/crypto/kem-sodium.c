/* SPDX-License-Identifier: LGPL-2.1-only */
/* libsodium's ML-KEM-768, from 1.0.22 on. */
#include <sodium.h>

#include "base/secret.h"
#include "crypto/kem.h"

_Static_assert(crypto_kem_mlkem768_PUBLICKEYBYTES == XLS_KEM_PUB_LEN &&
                   crypto_kem_mlkem768_CIPHERTEXTBYTES == XLS_KEM_TEXT_LEN &&
                   crypto_kem_mlkem768_SEEDBYTES == XLS_KEM_SEED_LEN &&
                   crypto_kem_mlkem768_SHAREDSECRETBYTES == XLS_KEM_SECRET_LEN,
               "FIPS 203's sizes");

/* libsodium computes with a long form of the key, which is secret. */
struct pair {
    uint8_t pub[crypto_kem_mlkem768_PUBLICKEYBYTES];
    uint8_t secret[crypto_kem_mlkem768_SECRETKEYBYTES];
};

static enum xls_rc kem_pub(const struct xls_kem_key *key,
                           uint8_t pub[XLS_KEM_PUB_LEN])
{
    uint8_t secret[crypto_kem_mlkem768_SECRETKEYBYTES];
    int failed = crypto_kem_mlkem768_seed_keypair(pub, secret, key->seed);

    xls_wipe(secret, sizeof(secret));
    if (failed != 0) {
        xls_wipe(pub, XLS_KEM_PUB_LEN);
    }
    return failed != 0 ? XLS_HOST_NOMEM : XLS_OK;
}

static enum xls_rc kem_wrap(const uint8_t pub[XLS_KEM_PUB_LEN],
                            uint8_t text[XLS_KEM_TEXT_LEN], struct xls_kem *out)
{
    if (crypto_kem_mlkem768_enc(text, out->bytes, pub) != 0) {
        xls_wipe(text, XLS_KEM_TEXT_LEN);
        xls_wipe(out, sizeof(*out));
        return XLS_PEER_RANGE;
    }
    return XLS_OK;
}

static enum xls_rc kem_unwrap(const struct xls_kem_key *key,
                              const uint8_t text[XLS_KEM_TEXT_LEN],
                              struct xls_kem *out)
{
    struct pair pair;
    int failed =
        crypto_kem_mlkem768_seed_keypair(pair.pub, pair.secret, key->seed);

    if (failed == 0) {
        failed = crypto_kem_mlkem768_dec(out->bytes, text, pair.secret);
    }
    xls_wipe(&pair, sizeof(pair));
    if (failed != 0) {
        xls_wipe(out, sizeof(*out));
    }
    return failed != 0 ? XLS_HOST_NOMEM : XLS_OK;
}

const struct xls_kem_ops *xls_kem(void)
{
    static const struct xls_kem_ops ops = {kem_pub, kem_wrap, kem_unwrap};

    return &ops;
}
