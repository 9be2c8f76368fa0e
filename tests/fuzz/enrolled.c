/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What a host shows of its TPM: the public area of its attestation key, its
 * endorsement key and the certificate for it.
 */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "attest/area.h"
#include "attest/credential.h"
#include "attest/ekcert.h"
#include "fuzz.h"

/* A refusal is the peer's fault and cites a rule of enrolment. */
static void cites(enum xls_rc rc, const struct xls_reason *why)
{
    FZ(xls_rc_is_peer(rc));
    FZ(strncmp(why->rule, "E-", 2) == 0 && why->rule[2] == '6' &&
       why->text[0] != '\0');
}

/* The area: what is accepted has an AK's attributes where they stand in it, and
 * the name of these octets. */
void fz_area(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static const uint8_t head[] = {0x00, 0x23, 0x00, 0x0b, 0x00, 0x05, 0x04,
                                   0x72, 0x00, 0x00, 0x00, 0x10, 0x00, 0x18,
                                   0x00, 0x0b, 0x00, 0x03, 0x00, 0x10};
    struct xls_area area, before;
    struct xls_reason why = {.rule = ""};
    uint8_t name[XLS_NAME_LEN];
    enum xls_rc rc;

    (void)t;
    (void)setenv("TSS2_LOG", "all+NONE", 1);
    memset(&area, 0xa5, sizeof(area));
    memset(&before, 0xa5, sizeof(before));
    rc = xls_area_read(data, len, &area, &why);
    FZ(xls_area_read(data, len, &before, NULL) == rc);
    if (rc != XLS_OK) {
        cites(rc, &why);
        return;
    }
    FZ(memcmp(&area, &before, sizeof(area)) == 0);
    FZ(len >= sizeof(head) + 4 && memcmp(data, head, sizeof(head)) == 0);
    xls_name_of_area(data, len, name);
    FZ(memcmp(name, area.name, sizeof(name)) == 0);
    FZ(xls_spki_kind_of(area.spki, sizeof(area.spki)) == XLS_SPKI_ECC_P256);
}

/* --- endorsement keys ----------------------------------------------------- */

/* A manufacturer of one TPM, made once. */
static struct maker {
    struct xls_ek_roots *roots;
    unsigned char cert[1024];
    size_t cert_len;
    unsigned char spki[XLS_SPKI_MAX];
    size_t spki_len;
} maker;

static X509 *certify(const char *subject, EVP_PKEY *key, EVP_PKEY *by, int nid,
                     const char *value)
{
    X509 *cert = X509_new();
    X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    X509_NAME *names[2];

    FZ(cert != NULL && ext != NULL && X509_set_version(cert, 2) == 1);
    names[0] = X509_get_subject_name(cert);
    names[1] = X509_get_issuer_name(cert);
    for (int i = 0; i < 2; i++) {
        FZ(X509_NAME_add_entry_by_txt(
               names[i], "CN", MBSTRING_ASC,
               (const unsigned char *)(i == 0 ? subject : "root"), -1, -1,
               0) == 1);
    }
    FZ(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) == 1);
    FZ(X509_gmtime_adj(X509_getm_notBefore(cert), -86400) != NULL);
    FZ(X509_gmtime_adj(X509_getm_notAfter(cert), 86400L * 365) != NULL);
    FZ(X509_set_pubkey(cert, key) == 1 && X509_add_ext(cert, ext, -1) == 1);
    FZ(X509_sign(cert, by, EVP_sha256()) > 0);
    X509_EXTENSION_free(ext);
    return cert;
}

static const struct maker *made(void)
{
    EVP_PKEY *root;
    EVP_PKEY *ek;
    X509 *cert;
    unsigned char der[1024];
    unsigned char *at = der;
    int len;

    if (maker.roots != NULL) {
        return &maker;
    }
    root = EVP_EC_gen("P-256");
    ek = EVP_EC_gen("P-256");
    maker.roots = xls_ek_roots_new();
    FZ(root != NULL && ek != NULL && maker.roots != NULL);
    cert =
        certify("root", root, root, NID_basic_constraints, "critical,CA:TRUE");
    len = i2d_X509(cert, &at);
    FZ(len > 0 && xls_ek_roots_add(maker.roots, der, (size_t)len) == 1);
    X509_free(cert);
    cert = certify("ek", ek, root, NID_ext_key_usage, "2.23.133.8.1");
    at = maker.cert;
    maker.cert_len = (size_t)i2d_X509(cert, &at);
    at = maker.spki;
    maker.spki_len = (size_t)i2d_PUBKEY(ek, &at);
    X509_free(cert);
    EVP_PKEY_free(root);
    EVP_PKEY_free(ek);
    return &maker;
}

/* A certificate: octet 0 says whether the input is it, or, 3 octets each, what
 * is changed in a good one and where. */
void fz_ek_cert(const struct fz_target *t, const uint8_t *data, size_t len)
{
    const struct maker *m = made();
    unsigned char cert[sizeof(m->cert)];
    size_t cert_len = m->cert_len;
    struct xls_reason why = {.rule = ""};
    enum xls_rc rc;

    (void)t;
    if (len < 1) {
        return;
    }
    memcpy(cert, m->cert, sizeof(cert));
    if (data[0] % 2 == 0) {
        cert_len = len - 1 < sizeof(cert) ? len - 1 : sizeof(cert);
        memcpy(cert, data + 1, cert_len);
    } else {
        for (data++, len--; len >= 3; data += 3, len -= 3) {
            cert[((size_t)data[0] << 8 | data[1]) % cert_len] ^= data[2];
        }
    }
    rc =
        xls_ek_cert_check(m->roots, cert, cert_len, m->spki, m->spki_len, &why);
    FZ(xls_ek_cert_check(m->roots, cert, cert_len, m->spki, m->spki_len,
                         NULL) == rc);
    if (rc != XLS_OK) {
        cites(rc, &why);
    }
    /* a good one is good */
    FZ(rc == XLS_OK || cert_len != m->cert_len ||
       memcmp(cert, m->cert, cert_len) != 0);
}

/* An endorsement key: what is taken is of a kind, and gives a credential. */
void fz_ek(const struct fz_target *t, const uint8_t *data, size_t len)
{
    const uint8_t name[XLS_NAME_LEN] = {0, 11};
    const uint8_t secret[XLS_CREDENTIAL_SECRET] = {1};
    enum xls_spki_kind kind = xls_spki_kind_of(data, len);
    struct xls_credential c = {.blob_len = 7};
    struct xls_reason why = {.rule = ""};
    enum xls_rc rc = xls_credential_make(data, len, name, secret, &c, &why);

    (void)t;
    if (rc != XLS_OK) {
        cites(rc, &why);
        FZ(c.blob_len == 7);
        return;
    }
    FZ(kind != XLS_SPKI_NONE);
    FZ(c.blob_len == (kind == XLS_SPKI_ECC_P384 ? 84U : 68U));
    FZ(c.seed_len == (kind == XLS_SPKI_RSA_2048   ? 256U
                      : kind == XLS_SPKI_ECC_P256 ? 68U
                                                  : 100U));
}

size_t fz_enrolled_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size)
{
    static const uint8_t area[88] = {0x00, 0x23, 0x00, 0x0b, 0x00,        0x05,
                                     0x04, 0x72, 0x00, 0x00, 0x00,        0x10,
                                     0x00, 0x18, 0x00, 0x0b, 0x00,        0x03,
                                     0x00, 0x10, 0x00, 0x20, [54] = 0x00, 0x20};
    const struct maker *m = made();

    FZ(size > m->cert_len + 1);
    if (n == 0) {
        *target = "ak-area";
        memcpy(out, area, sizeof(area));
        return sizeof(area);
    }
    if (n == 1) {
        *target = "ek-certificate";
        out[0] = 0;
        memcpy(out + 1, m->cert, m->cert_len);
        return m->cert_len + 1;
    }
    if (n == 2) {
        *target = "ek-certificate";
        memcpy(out, "\1\0\0\0", 4);
        return 4;
    }
    if (n < 6) {
        uint8_t number[256];

        *target = "endorsement-key";
        memset(number, 0x81, sizeof(number));
        if (n == 3) {
            memcpy(out, m->spki, m->spki_len);
            return m->spki_len;
        }
        return n == 4
                   ? xls_spki_make(XLS_SPKI_RSA_2048, number, 256, NULL, 0, out)
                   : xls_spki_make(XLS_SPKI_ECC_P384, number, 48, number, 48,
                                   out);
    }
    return 0;
}
