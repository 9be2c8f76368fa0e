/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/ak.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

/* What a scheme is called in a TPM. */
static const struct sign_name {
    enum xls_ak_sign sign;
    TPMI_ALG_SIG_SCHEME tpm;
} signs[] = {
    {XLS_AK_RSASSA, TPM2_ALG_RSASSA},
    {XLS_AK_RSAPSS, TPM2_ALG_RSAPSS},
    {XLS_AK_ECDSA, TPM2_ALG_ECDSA},
};

static const struct hash_name {
    enum xls_ak_hash hash;
    TPMI_ALG_HASH tpm;
    const EVP_MD *(*md)(void);
} hashes[] = {
    {XLS_AK_SHA256, TPM2_ALG_SHA256, EVP_sha256},
    {XLS_AK_SHA384, TPM2_ALG_SHA384, EVP_sha384},
    {XLS_AK_SHA512, TPM2_ALG_SHA512, EVP_sha512},
};

struct xls_ak {
    EVP_PKEY *key;
    const char *form; /* " in PEM": what it was read from */
    struct xls_ak_scheme scheme;
    const struct sign_name *sign; /* the scheme's */
    const struct hash_name *hash;
    size_t unit; /* octets of an RSA signature, or of a number of the curve */
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct sign_name *sign_of(enum xls_ak_sign sign)
{
    for (size_t i = 0; i < COUNT(signs); i++) {
        if (signs[i].sign == sign) {
            return &signs[i];
        }
    }
    return NULL;
}

static const struct hash_name *hash_of(enum xls_ak_hash hash)
{
    for (size_t i = 0; i < COUNT(hashes); i++) {
        if (hashes[i].hash == hash) {
            return &hashes[i];
        }
    }
    return NULL;
}

/* --- the key -------------------------------------------------------------- */

/* libcrypto without the system's openssl.cnf: what is loaded there is nothing
 * to a verdict, and reading it costs more than the verdict. */
static void without_config(void)
{
    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* One SubjectPublicKeyInfo and nothing behind it; NULL when it is not one. */
static EVP_PKEY *der_read(const unsigned char *der, size_t len)
{
    const unsigned char *at = der;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)len);

    if (key != NULL && at != der + len) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    return key;
}

/* The next PEM block's key, or NULL where it has none.  *any: there was one. */
static EVP_PKEY *block_read(BIO *bio, bool *any)
{
    char *name = NULL;
    char *header = NULL;
    unsigned char *der = NULL;
    EVP_PKEY *key = NULL;
    long len = 0;

    *any = PEM_read_bio(bio, &name, &header, &der, &len) == 1;
    if (*any && strcmp(name, PEM_STRING_PUBLIC) == 0 && header[0] == '\0') {
        key = der_read(der, (size_t)len);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(der);
    return key;
}

/*
 * The one PEM block in these octets, as a key; NULL when it is not one.  Block
 * and key are decoded in two steps: the one that does both asks the terminal
 * for a password where the block says that it is encrypted.
 */
static EVP_PKEY *pem_read(const void *pem, size_t len)
{
    BIO *bio = BIO_new_mem_buf(pem, (int)len);
    bool any = false;
    bool more = false;
    EVP_PKEY *key = bio == NULL ? NULL : block_read(bio, &any);

    if (key != NULL) {
        EVP_PKEY_free(block_read(bio, &more));
    }
    if (more) {
        EVP_PKEY_free(key);
        key = NULL;
    }
    BIO_free(bio);
    return key;
}

/* A key of a kind that TPMs sign quotes with?  Octets of its unit, or 0. */
static size_t rsa_unit(const EVP_PKEY *key)
{
    int bits = EVP_PKEY_get_bits(key);
    BIGNUM *e = NULL;
    bool good =
        EVP_PKEY_get_bn_param(key, "e", &e) == 1 && BN_is_word(e, RSA_F4);

    BN_free(e);
    return good && bits >= 2048 && bits <= 4096 ? (size_t)EVP_PKEY_get_size(key)
                                                : 0;
}

static size_t ec_unit(const EVP_PKEY *key)
{
    char group[32];
    size_t len = 0;

    if (EVP_PKEY_get_group_name(key, group, sizeof(group), &len) != 1) {
        return 0;
    }
    return strcmp(group, "prime256v1") == 0  ? 32
           : strcmp(group, "secp384r1") == 0 ? 48
                                             : 0;
}

/* [E-1] Judge the key, and [E-2] the scheme for it. */
static enum xls_rc judge(struct xls_ak *ak, struct xls_reason *why)
{
    int type = ak->key == NULL ? EVP_PKEY_NONE : EVP_PKEY_get_base_id(ak->key);
    bool rsa = type == EVP_PKEY_RSA;

    ak->unit = rsa                   ? rsa_unit(ak->key)
               : type == EVP_PKEY_EC ? ec_unit(ak->key)
                                     : 0;
    if (ak->unit == 0) {
        return xls_reason_set(
            why, XLS_PEER_POLICY, "E-1",
            "the key is not one PUBLIC KEY%s: RSA of 2048 to 4096 bits "
            "with exponent 65537, P-256 or P-384",
            ak->form);
    }
    if (ak->scheme.sign == XLS_AK_SIGN_NONE) {
        ak->scheme.sign = rsa ? XLS_AK_RSASSA : XLS_AK_ECDSA;
    }
    if (ak->scheme.hash == XLS_AK_HASH_NONE) {
        ak->scheme.hash = XLS_AK_SHA256;
    }
    ak->sign = sign_of(ak->scheme.sign);
    ak->hash = hash_of(ak->scheme.hash);
    if (ak->sign == NULL || ak->hash == NULL ||
        rsa == (ak->scheme.sign == XLS_AK_ECDSA)) {
        return xls_reason_set(why, XLS_PEER_POLICY, "E-2",
                              "%s is no scheme for this key, which is %s",
                              xls_ak_scheme_name(&ak->scheme),
                              rsa ? "RSA" : "an elliptic curve's");
    }
    return XLS_OK;
}

/* The key, which is taken over and may be NULL, as what was enrolled. */
static enum xls_rc take(EVP_PKEY *key, const char *form,
                        const struct xls_ak_scheme *scheme, struct xls_ak **out,
                        struct xls_reason *why)
{
    struct xls_ak *ak = calloc(1, sizeof(*ak));
    enum xls_rc rc;

    if (ak == NULL) {
        EVP_PKEY_free(key);
        return XLS_HOST_NOMEM;
    }
    ak->scheme = *scheme;
    ak->form = form;
    ak->key = key;
    rc = judge(ak, why);
    if (rc == XLS_OK) {
        *out = ak;
        ak = NULL; /* now the caller's */
    }
    ERR_clear_error();
    xls_ak_free(ak);
    return rc;
}

enum xls_rc xls_ak_new(const void *pem, size_t len,
                       const struct xls_ak_scheme *scheme, struct xls_ak **out,
                       struct xls_reason *why)
{
    without_config();
    return take(len <= XLS_AK_PEM_MAX ? pem_read(pem, len) : NULL, " in PEM",
                scheme, out, why);
}

enum xls_rc xls_ak_new_der(const void *der, size_t len,
                           const struct xls_ak_scheme *scheme,
                           struct xls_ak **out, struct xls_reason *why)
{
    without_config();
    return take(len <= XLS_AK_DER_MAX ? der_read(der, len) : NULL, " in DER",
                scheme, out, why);
}

void xls_ak_free(struct xls_ak *ak)
{
    if (ak != NULL) {
        EVP_PKEY_free(ak->key);
        free(ak);
    }
}

const struct xls_ak_scheme *xls_ak_scheme(const struct xls_ak *ak)
{
    return &ak->scheme;
}

size_t xls_ak_digest(const struct xls_ak *ak, const void *p, size_t len,
                     uint8_t out[XLS_AK_HASH_MAX])
{
    unsigned n = 0;

    return EVP_Digest(p, len, out, &n, ak->hash->md(), NULL) == 1 ? n : 0;
}

/* --- what it signed ------------------------------------------------------- */

/* [E-17] Is this the enrolled scheme? */
static enum xls_rc same_scheme(const struct xls_ak *ak,
                               const TPMT_SIGNATURE *sig,
                               struct xls_reason *why)
{
    /* in each of these the hash is the first field */
    if (sig->sigAlg == ak->sign->tpm &&
        sig->signature.any.hashAlg == ak->hash->tpm) {
        return XLS_OK;
    }
    (void)xls_reason_set(why, XLS_PEER_POLICY, "E-17",
                         "the signature is of another scheme than the key was "
                         "enrolled with");
    xls_reason_expected(why, "%s (0x%04x, 0x%04x)",
                        xls_ak_scheme_name(&ak->scheme), ak->sign->tpm,
                        ak->hash->tpm);
    xls_reason_seen(why, "0x%04x, 0x%04x", sig->sigAlg,
                    sig->signature.any.hashAlg);
    return XLS_PEER_POLICY;
}

/* r and s as libcrypto takes them; what OPENSSL_free() frees, or NULL. */
static uint8_t *ecdsa_der(const TPMS_SIGNATURE_ECDSA *in, size_t *len)
{
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(in->signatureR.buffer, in->signatureR.size, NULL);
    BIGNUM *s = BN_bin2bn(in->signatureS.buffer, in->signatureS.size, NULL);
    uint8_t *der = NULL;
    int n = 0;

    if (sig != NULL && r != NULL && s != NULL &&
        ECDSA_SIG_set0(sig, r, s) == 1) {
        r = NULL; /* now sig's */
        s = NULL;
        n = i2d_ECDSA_SIG(sig, &der);
    }
    BN_free(r);
    BN_free(s);
    ECDSA_SIG_free(sig);
    *len = n > 0 ? (size_t)n : 0;
    return der;
}

/* libcrypto's word on a signature in its own form. */
static bool evp_verify(const struct xls_ak *ak, const uint8_t *sig,
                       size_t sig_len, const void *message, size_t len)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key = NULL; /* ctx's */
    bool good = ctx != NULL && EVP_DigestVerifyInit(ctx, &key, ak->hash->md(),
                                                    NULL, ak->key) == 1;

    switch (ak->scheme.sign) {
    case XLS_AK_RSASSA:
        good =
            good && EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PADDING) == 1;
        break;
    case XLS_AK_RSAPSS:
        /* TPMs differ in the length of the salt, which proves nothing */
        good = good &&
               EVP_PKEY_CTX_set_rsa_padding(key, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(key, RSA_PSS_SALTLEN_AUTO) == 1;
        break;
    case XLS_AK_ECDSA:
        break;
    case XLS_AK_SIGN_NONE:
        good = false;
        break;
    }
    good = good && EVP_DigestVerify(ctx, sig, sig_len, message, len) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

/* [E-18] Sizes that the key gives, and then the signature itself. */
static bool verifies(const struct xls_ak *ak, const TPMT_SIGNATURE *sig,
                     const void *message, size_t len)
{
    const TPM2B_PUBLIC_KEY_RSA *rsa = &sig->signature.rsassa.sig;
    const TPMS_SIGNATURE_ECDSA *ec = &sig->signature.ecdsa;
    uint8_t *der;
    size_t der_len;
    bool good;

    if (ak->scheme.sign != XLS_AK_ECDSA) { /* RSAPSS has the same form */
        return rsa->size == ak->unit &&
               evp_verify(ak, rsa->buffer, rsa->size, message, len);
    }
    if (ec->signatureR.size < 1 || ec->signatureR.size > ak->unit ||
        ec->signatureS.size < 1 || ec->signatureS.size > ak->unit) {
        return false;
    }
    der = ecdsa_der(ec, &der_len);
    good = der != NULL && evp_verify(ak, der, der_len, message, len);
    OPENSSL_free(der);
    return good;
}

enum xls_rc xls_ak_verify(const struct xls_ak *ak, const void *sig,
                          size_t sig_len, const void *message, size_t len,
                          struct xls_reason *why)
{
    TPMT_SIGNATURE peer_sig = {0};
    size_t used = 0;
    enum xls_rc rc;

    if (sig_len > XLS_AK_SIG_MAX) { /* [E-16] */
        return xls_reason_set(why, XLS_PEER_RANGE, "E-16",
                              "the signature is longer than %u octets",
                              XLS_AK_SIG_MAX);
    }
    if (Tss2_MU_TPMT_SIGNATURE_Unmarshal(sig, sig_len, &used, &peer_sig) !=
        TSS2_RC_SUCCESS) {
        return xls_reason_set(why, XLS_PEER_SHORT, "E-16",
                              "the signature is no TPMT_SIGNATURE");
    }
    if (used != sig_len) {
        return xls_reason_set(why, XLS_PEER_TRAIL, "E-16",
                              "%zu octets follow the signature",
                              sig_len - used);
    }
    rc = same_scheme(ak, &peer_sig, why);
    if (rc == XLS_OK && !verifies(ak, &peer_sig, message, len)) {
        rc = xls_reason_set(why, XLS_PEER_AUTH, "E-18",
                            "the enrolled key did not sign this message");
    }
    ERR_clear_error();
    return rc;
}
