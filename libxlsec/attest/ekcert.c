/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/ekcert.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

/* Intermediate certificates between an EK's and a root. */
enum { DEPTH = 4, STRENGTH = 2 /* 112 bits: RSA-2048, SHA-256 */ };

struct xls_ek_roots {
    X509_STORE *store;       /* signed by themselves */
    STACK_OF(X509) * others; /* between */
};

/* --- roots ---------------------------------------------------------------- */

struct xls_ek_roots *xls_ek_roots_new(void)
{
    struct xls_ek_roots *roots = calloc(1, sizeof(*roots));

    if (roots == NULL) {
        return NULL;
    }
    roots->store = X509_STORE_new();
    roots->others = sk_X509_new_null();
    if (roots->store == NULL || roots->others == NULL) {
        xls_ek_roots_free(roots);
        return NULL;
    }
    return roots;
}

void xls_ek_roots_free(struct xls_ek_roots *roots)
{
    if (roots != NULL) {
        X509_STORE_free(roots->store);
        sk_X509_pop_free(roots->others, X509_free);
        free(roots);
    }
}

/* One certificate in DER and nothing behind it; NULL when it is not one. */
static X509 *der_read(const unsigned char *der, size_t len)
{
    const unsigned char *at = der;
    X509 *cert = len > XLS_EK_ROOTS_MAX ? NULL : d2i_X509(NULL, &at, (long)len);

    if (cert != NULL && at != der + len) {
        X509_free(cert);
        cert = NULL;
    }
    return cert;
}

/* Every PEM block; false when one is no certificate. */
static bool pem_read(const void *octets, size_t len, STACK_OF(X509) * out)
{
    BIO *bio = BIO_new_mem_buf(octets, (int)len);
    bool good = bio != NULL;
    bool more = good;

    while (good && more) {
        char *name = NULL;
        char *header = NULL;
        unsigned char *der = NULL;
        long n = 0;
        X509 *cert = NULL;

        more = PEM_read_bio(bio, &name, &header, &der, &n) == 1;
        if (more && strcmp(name, PEM_STRING_X509) == 0 && header[0] == '\0') {
            cert = der_read(der, (size_t)n);
        }
        if (more && (cert == NULL || sk_X509_push(out, cert) <= 0)) {
            X509_free(cert);
            good = false;
        }
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_free(der);
    }
    BIO_free(bio);
    return good;
}

/* Take a certificate over, as a root or as one between. */
static bool keep(struct xls_ek_roots *roots, X509 *cert)
{
    bool good;

    if (X509_self_signed(cert, 1) == 1) {
        good = X509_STORE_add_cert(roots->store, cert) == 1;
        X509_free(cert); /* the store has its own reference */
        return good;
    }
    good = sk_X509_push(roots->others, cert) > 0;
    if (!good) {
        X509_free(cert);
    }
    return good;
}

size_t xls_ek_roots_add(struct xls_ek_roots *roots, const void *octets,
                        size_t len)
{
    STACK_OF(X509) *found = sk_X509_new_null();
    X509 *der = len == 0 ? NULL : der_read(octets, len);
    size_t count = 0;
    bool good = found != NULL && len <= XLS_EK_ROOTS_MAX;

    if (good && der != NULL) {
        good = sk_X509_push(found, der) > 0;
        der = good ? NULL : der; /* now found's */
    } else if (good && len > 0) {
        good = pem_read(octets, len, found);
    }
    while (good && sk_X509_num(found) > 0) {
        good = keep(roots, sk_X509_shift(found));
        count++;
    }
    X509_free(der);
    sk_X509_pop_free(found, X509_free);
    ERR_clear_error();
    return good ? count : 0;
}

/* --- the certificate ------------------------------------------------------ */

/*
 * What the TCG's profile puts into an EK's certificate beside what libcrypto
 * knows may be critical there: the directory attributes name the TPM's
 * specification.
 */
static bool is_known(X509 *cert)
{
    for (int i = 0; i < X509_get_ext_count(cert); i++) {
        X509_EXTENSION *ext = X509_get_ext(cert, i);

        if (X509_EXTENSION_get_critical(ext) != 0 &&
            X509_supported_extension(ext) == 0 &&
            OBJ_obj2nid(X509_EXTENSION_get_object(ext)) !=
                NID_subject_directory_attributes) {
            return false;
        }
    }
    return true;
}

static int on_verify(int good, X509_STORE_CTX *ctx)
{
    if (good == 0 && X509_STORE_CTX_get_error_depth(ctx) == 0 &&
        X509_STORE_CTX_get_error(ctx) ==
            X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION &&
        is_known(X509_STORE_CTX_get_current_cert(ctx))) {
        X509_STORE_CTX_set_error(ctx, X509_V_OK);
        return 1;
    }
    return good;
}

/* [E-66] */
static enum xls_rc chain(const struct xls_ek_roots *roots, X509 *cert,
                         struct xls_reason *why)
{
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (ctx != NULL &&
        X509_STORE_CTX_init(ctx, roots->store, cert, roots->others) == 1) {
        X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);

        X509_VERIFY_PARAM_set_depth(param, DEPTH);
        X509_VERIFY_PARAM_set_auth_level(param, STRENGTH);
        X509_STORE_CTX_set_verify_cb(ctx, on_verify);
        rc = X509_verify_cert(ctx) == 1 ? XLS_OK : XLS_PEER_AUTH;
    }
    if (rc == XLS_PEER_AUTH) {
        int depth = X509_STORE_CTX_get_error_depth(ctx);

        (void)xls_reason_set(why, rc, "E-66",
                             "the endorsement key's certificate does not lead "
                             "to a given root");
        xls_reason_expected(why, "a chain of certificates that hold");
        xls_reason_seen(
            why, "%s (certificate %d of the chain)",
            X509_verify_cert_error_string(X509_STORE_CTX_get_error(ctx)),
            depth + 1);
    }
    X509_STORE_CTX_free(ctx);
    return rc;
}

/* Is the use among those that it is extended to, where it says any? */
static bool extends_to_ek(const X509 *cert)
{
    int critical = -1;
    EXTENDED_KEY_USAGE *uses =
        X509_get_ext_d2i(cert, NID_ext_key_usage, &critical, NULL);
    bool good = uses == NULL && critical == -1;

    for (int i = 0; i < sk_ASN1_OBJECT_num(uses); i++) {
        char oid[32] = "";

        (void)OBJ_obj2txt(oid, sizeof(oid), sk_ASN1_OBJECT_value(uses, i), 1);
        good = good || strcmp(oid, "2.23.133.8.1") == 0;
    }
    sk_ASN1_OBJECT_pop_free(uses, ASN1_OBJECT_free);
    return good;
}

/* [E-67] A manufacturer certifies other keys as well, its own among them. */
static enum xls_rc purpose(X509 *cert, struct xls_reason *why)
{
    const uint32_t use = KU_KEY_ENCIPHERMENT | KU_KEY_AGREEMENT;
    const char *wrong = NULL;

    if ((X509_get_extension_flags(cert) & EXFLAG_INVALID) != 0) {
        wrong = "its extensions are malformed";
    } else if ((X509_get_extension_flags(cert) & EXFLAG_CA) != 0 ||
               X509_check_ca(cert) != 0) {
        wrong = "it is a certificate authority's";
    } else if ((X509_get_key_usage(cert) & use) == 0) {
        wrong = "its key may not decrypt";
    } else if (!extends_to_ek(cert)) {
        wrong = "it is for another use (not tcg-kp-EKCertificate)";
    }
    return wrong == NULL
               ? XLS_OK
               : xls_reason_set(why, XLS_PEER_POLICY, "E-67",
                                "this is no endorsement key's certificate: %s",
                                wrong);
}

/* [E-68] */
static enum xls_rc same_key(X509 *cert, const void *spki, size_t len,
                            struct xls_reason *why)
{
    unsigned char *der = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
    bool good = n > 0 && (size_t)n == len && xls_same(der, spki, len) == XLS_OK;

    OPENSSL_free(der);
    return good ? XLS_OK
                : xls_reason_set(why, XLS_PEER_AUTH, "E-68",
                                 "the certificate is of another endorsement "
                                 "key than this TPM's");
}

enum xls_rc xls_ek_cert_check(const struct xls_ek_roots *roots,
                              const void *cert, size_t len, const void *spki,
                              size_t spki_len, struct xls_reason *why)
{
    X509 *x509;
    enum xls_rc rc;

    if (len > XLS_EK_CERT_MAX) { /* [E-65] */
        return xls_reason_set(why, XLS_PEER_RANGE, "E-65",
                              "the certificate is longer than %u octets",
                              XLS_EK_CERT_MAX);
    }
    x509 = len == 0 ? NULL : der_read(cert, len);
    if (x509 == NULL) {
        ERR_clear_error();
        return xls_reason_set(why, XLS_PEER_SHORT, "E-65",
                              "the endorsement key's certificate is not one "
                              "X.509 certificate in DER");
    }
    rc = chain(roots, x509, why);
    if (rc == XLS_OK) {
        rc = purpose(x509, why);
    }
    if (rc == XLS_OK) {
        rc = same_key(x509, spki, spki_len, why);
    }
    X509_free(x509);
    ERR_clear_error();
    return rc;
}
