/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libcrypto's ML-KEM-768, from OpenSSL 3.5 on.
 *
 * In a library context of its own with the built-in provider, and without
 * OpenSSL's configuration file: whoever is linked with this reads no files, and
 * no file has a say in which code computes.  The context stays until the
 * process ends, which is to have one thread.
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/provider.h>

#include "base/secret.h"
#include "crypto/kem.h"

static const char name[] = "ML-KEM-768";

/* NULL when the library fails. */
static OSSL_LIB_CTX *context(void)
{
    static OSSL_LIB_CTX *kept;
    OSSL_LIB_CTX *ctx;

    if (kept == NULL &&
        OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1) {
        ctx = OSSL_LIB_CTX_new();
        if (ctx != NULL && OSSL_PROVIDER_load(ctx, "default") != NULL) {
            kept = ctx;
        } else {
            OSSL_LIB_CTX_free(ctx);
        }
    }
    return kept;
}

/* NULL when the library fails; the caller frees it. */
static EVP_PKEY *key_of(OSSL_LIB_CTX *lib, const struct xls_kem_key *key)
{
    struct xls_kem_key copy = *key; /* for a pointer that is not const */
    OSSL_PARAM params[2] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_ML_KEM_SEED,
                                          copy.seed, sizeof(copy.seed)),
        OSSL_PARAM_construct_end()};
    EVP_PKEY_CTX *ctx =
        lib == NULL ? NULL : EVP_PKEY_CTX_new_from_name(lib, name, NULL);
    EVP_PKEY *pkey = NULL;

    if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1) {
        (void)EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params);
    }
    EVP_PKEY_CTX_free(ctx);
    xls_wipe(&copy, sizeof(copy));
    return pkey;
}

static enum xls_rc kem_pub(const struct xls_kem_key *key,
                           uint8_t pub[XLS_KEM_PUB_LEN])
{
    OSSL_LIB_CTX *lib = context();
    EVP_PKEY *pkey = key_of(lib, key);
    size_t len = XLS_KEM_PUB_LEN;
    bool good = pkey != NULL &&
                EVP_PKEY_get_raw_public_key(pkey, pub, &len) == 1 &&
                len == XLS_KEM_PUB_LEN;

    if (!good) {
        xls_wipe(pub, XLS_KEM_PUB_LEN);
    }
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return good ? XLS_OK : XLS_HOST_NOMEM;
}

static enum xls_rc kem_wrap(const uint8_t pub[XLS_KEM_PUB_LEN],
                            uint8_t text[XLS_KEM_TEXT_LEN], struct xls_kem *out)
{
    OSSL_LIB_CTX *lib = context();
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = NULL;
    size_t text_len = XLS_KEM_TEXT_LEN;
    size_t out_len = sizeof(out->bytes);
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (lib != NULL) {
        pkey = EVP_PKEY_new_raw_public_key_ex(lib, name, NULL, pub,
                                              XLS_KEM_PUB_LEN);
        /* it checks the key; without memory it fails as well, and then the
         * peer is refused without fault of its own */
        rc = pkey == NULL ? XLS_PEER_RANGE : XLS_HOST_NOMEM;
        ctx = pkey == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(lib, pkey, NULL);
    }
    if (ctx != NULL && EVP_PKEY_encapsulate_init(ctx, NULL) == 1 &&
        EVP_PKEY_encapsulate(ctx, text, &text_len, out->bytes, &out_len) == 1 &&
        text_len == XLS_KEM_TEXT_LEN && out_len == sizeof(out->bytes)) {
        rc = XLS_OK;
    }
    if (rc != XLS_OK) {
        xls_wipe(text, XLS_KEM_TEXT_LEN);
        xls_wipe(out, sizeof(*out));
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return rc;
}

static enum xls_rc kem_unwrap(const struct xls_kem_key *key,
                              const uint8_t text[XLS_KEM_TEXT_LEN],
                              struct xls_kem *out)
{
    OSSL_LIB_CTX *lib = context();
    EVP_PKEY *pkey = key_of(lib, key);
    EVP_PKEY_CTX *ctx =
        pkey == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(lib, pkey, NULL);
    size_t len = sizeof(out->bytes);
    bool good = ctx != NULL && EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
                EVP_PKEY_decapsulate(ctx, out->bytes, &len, text,
                                     XLS_KEM_TEXT_LEN) == 1 &&
                len == sizeof(out->bytes);

    if (!good) {
        xls_wipe(out, sizeof(*out));
    }
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    ERR_clear_error();
    return good ? XLS_OK : XLS_HOST_NOMEM;
}

const struct xls_kem_ops *xls_kem(void)
{
    static const struct xls_kem_ops ops = {kem_pub, kem_wrap, kem_unwrap};

    return &ops;
}
