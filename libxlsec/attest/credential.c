/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/credential.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/secret.h"
#include "base/wr.h"
#include "crypto/start.h"

enum { HASH_MAX = 48, AES_MAX = 32, NUMBER_MAX = 48, POINT_MAX = 97 };

/* What a template says of its key's algorithms. */
struct ek {
    enum xls_spki_kind kind;
    const char *group;              /* NULL for RSA */
    size_t number;                  /* octets of a coordinate */
    const EVP_MD *(*md)(void);      /* nameAlg */
    size_t hash;                    /* octets of it */
    const EVP_CIPHER *(*aes)(void); /* symmetric */
    size_t key;                     /* octets of its key */
};

static const struct ek eks[] = {
    {XLS_SPKI_RSA_2048, NULL, 0, EVP_sha256, 32, EVP_aes_128_cfb128, 16},
    {XLS_SPKI_ECC_P256, "P-256", 32, EVP_sha256, 32, EVP_aes_128_cfb128, 16},
    {XLS_SPKI_ECC_P384, "P-384", 48, EVP_sha384, 48, EVP_aes_256_cfb128, 32},
};

/* Labels with the NUL that is part of them. */
static const char identity[] = "IDENTITY";
static const char storage[] = "STORAGE";
static const char integrity[] = "INTEGRITY";

/* --- the seed, under the EK ----------------------------------------------- */

/* Chosen, and encrypted by OAEP. */
static bool seed_rsa(const struct ek *ek, EVP_PKEY *key, uint8_t seed[HASH_MAX],
                     struct xls_credential *out)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    void *label = OPENSSL_memdup(identity, sizeof(identity));
    bool good;

    xls_random(seed, ek->hash);
    out->seed_len = sizeof(out->seed);
    good = ctx != NULL && label != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(ctx, ek->md()) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, ek->md()) == 1 &&
           EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, sizeof(identity)) == 1;
    if (good) {
        label = NULL; /* now ctx's */
    }
    good = good && EVP_PKEY_encrypt(ctx, out->seed, &out->seed_len, seed,
                                    ek->hash) == 1;
    OPENSSL_free(label);
    EVP_PKEY_CTX_free(ctx);
    return good;
}

/* A public key's point: 4, x, y. */
static bool point_of(EVP_PKEY *key, uint8_t out[POINT_MAX], size_t number)
{
    size_t len = 0;

    return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, out,
                                           POINT_MAX, &len) == 1 &&
           len == 1 + 2 * number && out[0] == 4;
}

/* z = the x of what both keys have in common. */
static bool agree(EVP_PKEY *own, EVP_PKEY *peer, uint8_t z[NUMBER_MAX],
                  size_t number)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
    size_t len = NUMBER_MAX;
    bool good = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
                EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
                EVP_PKEY_derive(ctx, z, &len) == 1 && len == number;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

/* Agreed with a key of the moment, through KDFe; its point is what is sent. */
static bool seed_ecc(const struct ek *ek, EVP_PKEY *key, uint8_t seed[HASH_MAX],
                     struct xls_credential *out)
{
    uint8_t own[POINT_MAX];
    uint8_t peer[POINT_MAX];
    uint8_t z[NUMBER_MAX];
    uint8_t all[4 + sizeof(identity) + (size_t)3 * NUMBER_MAX];
    struct xls_wr wr = xls_wr_over(all, sizeof(all));
    struct xls_wr sent = xls_wr_over(out->seed, sizeof(out->seed));
    EVP_PKEY *moment = EVP_EC_gen(ek->group);
    bool good = moment != NULL && point_of(moment, own, ek->number) &&
                point_of(key, peer, ek->number) &&
                agree(moment, key, z, ek->number);

    if (good) {
        xls_wr_u32be(&wr, 1);
        xls_wr_copy(&wr, z, ek->number);
        xls_wr_copy(&wr, identity, sizeof(identity));
        xls_wr_copy(&wr, own + 1, ek->number);
        xls_wr_copy(&wr, peer + 1, ek->number);
        xls_wr_u16be(&sent, (uint16_t)ek->number);
        xls_wr_copy(&sent, own + 1, ek->number);
        xls_wr_u16be(&sent, (uint16_t)ek->number);
        xls_wr_copy(&sent, own + 1 + ek->number, ek->number);
        good = wr.rc == XLS_OK && xls_wr_end(&sent, &out->seed_len) == XLS_OK &&
               EVP_Digest(all, wr.used, seed, NULL, ek->md(), NULL) == 1;
    }
    xls_wipe(z, sizeof(z));
    xls_wipe(all, sizeof(all));
    EVP_PKEY_free(moment);
    return good;
}

/* --- the secret, under the seed ------------------------------------------- */

/* One block of KDFa: out = HMAC(seed, 1 || label || name || bits); name may be
 * NULL. */
static bool kdfa(const struct ek *ek, const uint8_t seed[HASH_MAX],
                 const char *label, const uint8_t *name, size_t out_len,
                 uint8_t out[HASH_MAX])
{
    uint8_t all[4 + sizeof(integrity) + XLS_NAME_LEN + 4];
    struct xls_wr wr = xls_wr_over(all, sizeof(all));

    xls_wr_u32be(&wr, 1);
    xls_wr_copy(&wr, label, strlen(label) + 1); /* its NUL is part of it */
    xls_wr_copy(&wr, name, name == NULL ? 0 : XLS_NAME_LEN);
    xls_wr_u32be(&wr, (uint32_t)(8 * out_len));
    return wr.rc == XLS_OK &&
           HMAC(ek->md(), seed, (int)ek->hash, all, wr.used, out, NULL) != NULL;
}

static bool encrypt(const struct ek *ek, const uint8_t key[HASH_MAX],
                    const uint8_t *plain, size_t len, uint8_t *out)
{
    static const uint8_t iv[16];
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int done = 0;
    bool good = ctx != NULL &&
                EVP_EncryptInit_ex(ctx, ek->aes(), NULL, key, iv) == 1 &&
                EVP_EncryptUpdate(ctx, out, &done, plain, (int)len) == 1 &&
                (size_t)done == len;

    EVP_CIPHER_CTX_free(ctx);
    return good;
}

/* [E-70] The blob: an HMAC over what follows and the name; the secret,
 * encrypted. */
static bool wrap(const struct ek *ek, const uint8_t seed[HASH_MAX],
                 const uint8_t name[XLS_NAME_LEN],
                 const uint8_t secret[XLS_CREDENTIAL_SECRET],
                 struct xls_credential *out)
{
    uint8_t key[HASH_MAX];
    uint8_t plain[2 + XLS_CREDENTIAL_SECRET] = {0, XLS_CREDENTIAL_SECRET};
    uint8_t covered[sizeof(plain) + XLS_NAME_LEN]; /* by the HMAC */
    uint8_t mac[HASH_MAX];
    struct xls_wr wr = xls_wr_over(out->blob, sizeof(out->blob));
    bool good;

    memcpy(plain + 2, secret, XLS_CREDENTIAL_SECRET);
    memcpy(covered + sizeof(plain), name, XLS_NAME_LEN);
    good = kdfa(ek, seed, storage, name, ek->key, key) &&
           encrypt(ek, key, plain, sizeof(plain), covered) &&
           kdfa(ek, seed, integrity, NULL, ek->hash, key) &&
           HMAC(ek->md(), key, (int)ek->hash, covered, sizeof(covered), mac,
                NULL) != NULL;
    if (good) {
        xls_wr_u16be(&wr, (uint16_t)ek->hash);
        xls_wr_copy(&wr, mac, ek->hash);
        xls_wr_copy(&wr, covered, sizeof(plain));
        good = xls_wr_end(&wr, &out->blob_len) == XLS_OK;
    }
    xls_wipe(key, sizeof(key));
    xls_wipe(plain, sizeof(plain));
    return good;
}

/* The key, if it can be one: a point on its curve, a modulus that is odd,
 * composite, and of no small factor. */
static EVP_PKEY *key_read(const unsigned char *spki, size_t len)
{
    EVP_PKEY *key = d2i_PUBKEY(NULL, &spki, (long)len);
    EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);

    if (ctx == NULL || EVP_PKEY_public_check(ctx) != 1) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* [E-64] */
static const struct ek *ek_of(const void *spki, size_t len)
{
    enum xls_spki_kind kind = xls_spki_kind_of(spki, len);

    for (size_t i = 0; i < sizeof(eks) / sizeof(eks[0]); i++) {
        if (eks[i].kind == kind) {
            return &eks[i];
        }
    }
    return NULL;
}

enum xls_rc xls_credential_make(const void *ek_spki, size_t len,
                                const uint8_t name[XLS_NAME_LEN],
                                const uint8_t secret[XLS_CREDENTIAL_SECRET],
                                struct xls_credential *out,
                                struct xls_reason *why)
{
    const struct ek *ek = ek_of(ek_spki, len);
    EVP_PKEY *key = ek == NULL ? NULL : key_read(ek_spki, len);
    struct xls_credential made = {0};
    uint8_t seed[HASH_MAX];
    enum xls_rc rc = XLS_OK;

    if (key == NULL) {
        ERR_clear_error();
        return xls_reason_set(why, XLS_PEER_POLICY, "E-64",
                              "the endorsement key is none of RSA-2048, P-256 "
                              "and P-384");
    }
    if (!(ek->group == NULL ? seed_rsa(ek, key, seed, &made)
                            : seed_ecc(ek, key, seed, &made)) ||
        !wrap(ek, seed, name, secret, &made)) {
        rc = XLS_HOST_NOMEM;
    }
    if (rc == XLS_OK) {
        *out = made;
    }
    xls_wipe(seed, sizeof(seed));
    EVP_PKEY_free(key);
    ERR_clear_error();
    return rc;
}
