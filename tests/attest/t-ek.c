/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Endorsement keys and their certificates: of a manufacturer that this test is.
 */
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "attest/credential.h"
#include "attest/ekcert.h"
#include "crypto/start.h"
#include "t.h"

/* --- a manufacturer ------------------------------------------------------- */

enum { DER_MAX = 2 * XLS_EK_CERT_MAX };

struct der {
    unsigned char octets[DER_MAX];
    size_t len;
};

/* A certificate: whose, of which key, by whom, with which extensions. */
struct form {
    const char *subject;
    EVP_PKEY *key;
    const char *issuer;
    EVP_PKEY *by;
    const char *const *extensions; /* pairs of name and value, then NULL */
    const EVP_MD *md;
    long from; /* seconds from now */
    long to;
};

static const char *const ca_extensions[] = {
    "basicConstraints", "critical,CA:TRUE", "keyUsage",
    "critical,keyCertSign,cRLSign", NULL};
static const char *const ek_extensions[] = {"basicConstraints",
                                            "critical,CA:FALSE",
                                            "keyUsage",
                                            "critical,keyAgreement",
                                            "extendedKeyUsage",
                                            "2.23.133.8.1",
                                            "subjectAltName",
                                            "critical,dirName:san",
                                            "2.5.29.9",
                                            "critical,DER:30:00",
                                            NULL};

static void name(X509_NAME *out, const char *text)
{
    T(X509_NAME_add_entry_by_txt(out, "CN", MBSTRING_ASC,
                                 (const unsigned char *)text, -1, -1, 0) == 1);
}

static X509 *make(const struct form *f)
{
    X509 *cert = X509_new();
    CONF *conf = NCONF_new(NULL);
    BIO *bio = BIO_new_mem_buf("[san]\n1.2.23.133.2.1 = id:00001014\n", -1);
    X509V3_CTX ctx;
    long line = 0;

    T(NCONF_load_bio(conf, bio, &line) == 1);
    X509V3_set_ctx(&ctx, NULL, cert, NULL, NULL, 0);
    X509V3_set_nconf(&ctx, conf);
    T(X509_set_version(cert, 2) == 1);
    T(ASN1_INTEGER_set(X509_get_serialNumber(cert), 7) == 1);
    name(X509_get_subject_name(cert), f->subject);
    name(X509_get_issuer_name(cert), f->issuer);
    T(X509_gmtime_adj(X509_getm_notBefore(cert), f->from) != NULL);
    T(X509_gmtime_adj(X509_getm_notAfter(cert), f->to) != NULL);
    T(X509_set_pubkey(cert, f->key) == 1);
    for (size_t i = 0; f->extensions[i] != NULL; i += 2) {
        X509_EXTENSION *ext = X509V3_EXT_nconf(conf, &ctx, f->extensions[i],
                                               f->extensions[i + 1]);

        ck_assert_msg(ext != NULL, "%s", f->extensions[i]);
        T(X509_add_ext(cert, ext, -1) == 1);
        X509_EXTENSION_free(ext);
    }
    T(X509_sign(cert, f->by, f->md == NULL ? EVP_sha256() : f->md) > 0);
    NCONF_free(conf);
    BIO_free(bio);
    return cert;
}

static void encode(X509 *cert, struct der *out)
{
    unsigned char *at = out->octets;
    int len = i2d_X509(cert, NULL);

    T(len > 0 && (size_t)len <= sizeof(out->octets));
    out->len = (size_t)i2d_X509(cert, &at);
    X509_free(cert);
}

/* Root, intermediate, and the EK, each with a key. */
static EVP_PKEY *root_key, *middle_key, *ek_key, *other_key;
static struct der root, middle, spki;

static struct form ek_form(void)
{
    return (struct form){"ek",          ek_key, "middle", middle_key,
                         ek_extensions, NULL,   -100,     1000};
}

static void begin(void)
{
    struct form f = {"root",        NULL, "root", NULL,
                     ca_extensions, NULL, -100,   1000};
    unsigned char *at = spki.octets;

    T(xls_crypto_start() == XLS_OK);
    /* making RSA keys takes minutes where the program is watched */
    root_key = t_stride(2) == 1 ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
    middle_key = EVP_EC_gen("P-256");
    ek_key = EVP_EC_gen("P-256");
    other_key = EVP_EC_gen("P-256");
    f.key = f.by = root_key;
    encode(make(&f), &root);
    f.subject = "middle";
    f.key = middle_key;
    encode(make(&f), &middle);
    spki.len = (size_t)i2d_PUBKEY(ek_key, &at);
}

static void end(void)
{
    EVP_PKEY_free(root_key);
    EVP_PKEY_free(middle_key);
    EVP_PKEY_free(ek_key);
    EVP_PKEY_free(other_key);
}

static struct xls_ek_roots *both(void)
{
    struct xls_ek_roots *roots = xls_ek_roots_new();

    T(xls_ek_roots_add(roots, root.octets, root.len) == 1);
    T(xls_ek_roots_add(roots, middle.octets, middle.len) == 1);
    return roots;
}

/* "" when it is accepted, else the rule. */
static const char *rule_of(const struct xls_ek_roots *roots, const void *cert,
                           size_t len)
{
    static struct xls_reason why;
    enum xls_rc rc;

    memset(&why, 0, sizeof(why));
    rc = xls_ek_cert_check(roots, cert, len, spki.octets, spki.len, &why);
    T((rc == XLS_OK) == (why.rule[0] == '\0'));
    T(rc == XLS_OK || xls_rc_is_peer(rc));
    T(xls_ek_cert_check(roots, cert, len, spki.octets, spki.len, NULL) == rc);
    return why.rule;
}

static const char *form_rule(const struct xls_ek_roots *roots,
                             const struct form *f)
{
    static struct der cert;

    encode(make(f), &cert);
    return rule_of(roots, cert.octets, cert.len);
}

/* --- certificates --------------------------------------------------------- */

/* [E-65] */
START_TEST(certificates_form)
{
    struct xls_ek_roots *roots;
    static struct der cert;
    struct form f;

    begin();
    roots = both();
    f = ek_form();
    encode(make(&f), &cert);
    ck_assert_str_eq(rule_of(roots, cert.octets, cert.len), "");
    for (size_t n = 0; n < cert.len; n += n < cert.len - 8 ? 7 : 1) {
        ck_assert_str_eq(rule_of(roots, cert.octets, n), "E-65");
    }
    ck_assert_str_eq(rule_of(roots, cert.octets, cert.len + 1), "E-65");
    ck_assert_str_eq(rule_of(roots, cert.octets, XLS_EK_CERT_MAX), "E-65");
    ck_assert_str_eq(rule_of(roots, cert.octets, XLS_EK_CERT_MAX + 1), "E-65");
    xls_ek_roots_free(roots);
    end();
}
END_TEST

/* [E-66] */
START_TEST(chains)
{
    static const char *const unknown[] = {"basicConstraints",
                                          "critical,CA:FALSE",
                                          "keyUsage",
                                          "keyAgreement",
                                          "1.2.3.4",
                                          "critical,DER:05:00",
                                          "2.5.29.9",
                                          "critical,DER:30:00",
                                          NULL};
    static const char *const no_ca[] = {"basicConstraints", "critical,CA:FALSE",
                                        NULL};
    struct xls_ek_roots *roots;
    struct xls_ek_roots *none = xls_ek_roots_new();
    struct xls_ek_roots *half = xls_ek_roots_new();
    struct xls_ek_roots *bad = xls_ek_roots_new();
    static struct der cert;
    struct form f;

    begin();
    roots = both();
    f = ek_form();
    ck_assert_str_eq(form_rule(roots, &f), "");
    ck_assert_str_eq(form_rule(none, &f), "E-66");
    T(xls_ek_roots_add(half, root.octets, root.len) == 1);
    ck_assert_str_eq(form_rule(half, &f), "E-66");
    xls_ek_roots_free(half);
    half = xls_ek_roots_new();
    T(xls_ek_roots_add(half, middle.octets, middle.len) == 1);
    ck_assert_str_eq(form_rule(half, &f), "E-66");
    /* signed by a key that is not the issuer's; by itself; too early, too late
     */
    f.by = other_key;
    ck_assert_str_eq(form_rule(roots, &f), "E-66");
    f.by = ek_key;
    f.issuer = "ek";
    ck_assert_str_eq(form_rule(roots, &f), "E-66");
    f = ek_form();
    f.from = 500;
    ck_assert_str_eq(form_rule(roots, &f), "E-66");
    f = ek_form();
    f.from = -1000;
    f.to = -500;
    ck_assert_str_eq(form_rule(roots, &f), "E-66");
    /* SHA-1; and something critical that nobody here knows */
    f = ek_form();
    f.md = EVP_sha1();
    ck_assert_str_eq(form_rule(roots, &f), "E-66");
    f = ek_form();
    f.extensions = unknown;
    ck_assert_str_eq(form_rule(roots, &f), "E-66");
    /* one between that is no certificate authority */
    f = (struct form){"between", other_key, "root", root_key,
                      no_ca,     NULL,      -100,   1000};
    encode(make(&f), &cert);
    T(xls_ek_roots_add(bad, root.octets, root.len) == 1);
    T(xls_ek_roots_add(bad, cert.octets, cert.len) == 1);
    f = ek_form();
    f.issuer = "between";
    f.by = other_key;
    ck_assert_str_eq(form_rule(bad, &f), "E-66");
    xls_ek_roots_free(bad);
    xls_ek_roots_free(half);
    xls_ek_roots_free(none);
    xls_ek_roots_free(roots);
    end();
}
END_TEST

/* [E-67] */
START_TEST(purposes)
{
    static const char *const ca[] = {
        "basicConstraints", "critical,CA:TRUE", "keyUsage", "keyAgreement",
        "extendedKeyUsage", "2.23.133.8.1",     NULL};
    static const char *const signs[] = {"keyUsage", "digitalSignature",
                                        "extendedKeyUsage", "2.23.133.8.1",
                                        NULL};
    static const char *const platform[] = {
        "keyUsage", "keyAgreement", "extendedKeyUsage", "2.23.133.8.2", NULL};
    static const char *const server[] = {"extendedKeyUsage",
                                         "serverAuth,2.23.133.8.3", NULL};
    static const char *const among[] = {"extendedKeyUsage",
                                        "serverAuth,2.23.133.8.1", NULL};
    static const char *const bare[] = {NULL};
    static const struct {
        const char *const *extensions;
        const char *rule;
    } list[] = {
        {ca, "E-67"},     {signs, "E-67"}, {platform, "E-67"},
        {server, "E-67"}, {among, ""},     {bare, ""},
    };
    struct xls_ek_roots *roots;
    struct form f;

    begin();
    roots = both();
    f = ek_form();
    for (size_t i = 0; i < T_COUNT(list); i++) {
        f.extensions = list[i].extensions;
        ck_assert_msg(strcmp(form_rule(roots, &f), list[i].rule) == 0, "%zu",
                      i);
    }
    xls_ek_roots_free(roots);
    end();
}
END_TEST

/* [E-68] */
START_TEST(another_key)
{
    struct xls_ek_roots *roots;
    struct form f;

    begin();
    roots = both();
    f = ek_form();
    f.key = other_key;
    ck_assert_str_eq(form_rule(roots, &f), "E-68");
    spki.len--;
    f = ek_form();
    ck_assert_str_eq(form_rule(roots, &f), "E-68");
    xls_ek_roots_free(roots);
    end();
}
END_TEST

START_TEST(files_of_roots)
{
    struct xls_ek_roots *roots = xls_ek_roots_new();
    BIO *bio = BIO_new(BIO_s_mem());
    const unsigned char *at;
    X509 *cert;
    char *pem = NULL;
    size_t len;

    begin();
    at = root.octets;
    cert = d2i_X509(NULL, &at, (long)root.len);
    T(PEM_write_bio_X509(bio, cert) == 1 && BIO_puts(bio, "words\n") > 0);
    X509_free(cert);
    at = middle.octets;
    cert = d2i_X509(NULL, &at, (long)middle.len);
    T(PEM_write_bio_X509(bio, cert) == 1);
    X509_free(cert);
    len = (size_t)BIO_get_mem_data(bio, &pem);
    T(xls_ek_roots_add(roots, pem, len) == 2);
    T(xls_ek_roots_add(roots, "", 0) == 0);
    T(xls_ek_roots_add(roots, "words\n", 6) == 0);
    T(xls_ek_roots_add(roots, root.octets, root.len - 1) == 0);
    /* a block that is something else */
    T(PEM_write_bio_PUBKEY(bio, ek_key) == 1);
    len = (size_t)BIO_get_mem_data(bio, &pem);
    T(xls_ek_roots_add(roots, pem, len) == 0);
    xls_ek_roots_free(roots);
    xls_ek_roots_free(NULL);
    BIO_free(bio);
    end();
}
END_TEST

/* --- keys ----------------------------------------------------------------- */

static const char *credential_rule(EVP_PKEY *key, const struct der *der)
{
    static struct xls_reason why;
    const uint8_t ak[XLS_NAME_LEN] = {0, 11};
    const uint8_t secret[XLS_CREDENTIAL_SECRET] = {1};
    struct xls_credential out = {.blob_len = 7};
    static struct der own;
    unsigned char *at = own.octets;
    enum xls_rc rc;

    if (key != NULL) {
        own.len = (size_t)i2d_PUBKEY(key, &at);
        der = &own;
        EVP_PKEY_free(key);
    }
    memset(&why, 0, sizeof(why));
    rc = xls_credential_make(der->octets, der->len, ak, secret, &out, &why);
    T(rc == XLS_OK || rc == XLS_PEER_POLICY);
    T((rc == XLS_OK) == (why.rule[0] == '\0'));
    T(rc == XLS_OK || out.blob_len == 7);
    return why.rule;
}

/* [E-64] */
START_TEST(kinds_of_endorsement_keys)
{
    static struct der der;
    EVP_PKEY *key;
    unsigned char *at;

    T(xls_crypto_start() == XLS_OK);
    if (t_stride(2) == 1) {
        ck_assert_str_eq(credential_rule(EVP_RSA_gen(2048), NULL), "");
        ck_assert_str_eq(credential_rule(EVP_RSA_gen(3072), NULL), "E-64");
        ck_assert_str_eq(credential_rule(EVP_RSA_gen(2047), NULL), "E-64");
    }
    ck_assert_str_eq(credential_rule(EVP_EC_gen("P-256"), NULL), "");
    ck_assert_str_eq(credential_rule(EVP_EC_gen("P-384"), NULL), "");
    ck_assert_str_eq(credential_rule(EVP_EC_gen("P-521"), NULL), "E-64");
    ck_assert_str_eq(credential_rule(EVP_EC_gen("secp256k1"), NULL), "E-64");
    ck_assert_str_eq(
        credential_rule(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL),
        "E-64");
    /* not on the curve; too long; too short; none */
    key = EVP_EC_gen("P-256");
    at = der.octets;
    der.len = (size_t)i2d_PUBKEY(key, &at);
    ck_assert_str_eq(credential_rule(NULL, &der), "");
    der.octets[der.len - 1] ^= 1;
    ck_assert_str_eq(credential_rule(NULL, &der), "E-64");
    der.octets[der.len - 1] ^= 1;
    der.len++;
    ck_assert_str_eq(credential_rule(NULL, &der), "E-64");
    der.len = 0;
    ck_assert_str_eq(credential_rule(NULL, &der), "E-64");
    EVP_PKEY_free(key);
    /* found by fuzzing: an even modulus is no fault of this host's */
    key = EVP_RSA_gen(2048);
    at = der.octets;
    der.len = (size_t)i2d_PUBKEY(key, &at);
    der.octets[der.len - 6] ^= 1;
    ck_assert_str_eq(credential_rule(NULL, &der), "E-64");
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(keys_by_their_form)
{
    static const enum xls_spki_kind kinds[] = {
        XLS_SPKI_RSA_2048, XLS_SPKI_ECC_P256, XLS_SPKI_ECC_P384};
    uint8_t out[XLS_SPKI_MAX];
    uint8_t number[256] = {0};

    memset(number, 0x81, sizeof(number));
    for (size_t i = 0; i < T_COUNT(kinds); i++) {
        size_t size = i == 0 ? 256 : i == 1 ? 32 : 48;
        size_t len = xls_spki_make(kinds[i], number, size, number,
                                   i == 0 ? 0 : size, out);

        T(xls_spki_kind_of(out, len) == kinds[i]);
        T(xls_spki_kind_of(out, len - 1) == XLS_SPKI_NONE);
        out[2]++;
        T(xls_spki_kind_of(out, len) == XLS_SPKI_NONE);
        T(xls_spki_make(kinds[i], number, size + 1, number, 1, out) == 0);
        T(xls_spki_kind_read(xls_spki_name(kinds[i])) == kinds[i]);
    }
    /* a modulus of fewer bits */
    number[0] = 0x7f;
    T(xls_spki_kind_of(out, xls_spki_make(XLS_SPKI_RSA_2048, number, 256, NULL,
                                          0, out)) == XLS_SPKI_NONE);
    T(xls_spki_make(XLS_SPKI_NONE, number, 1, NULL, 0, out) == 0);
    T(xls_spki_kind_read("rsa") == XLS_SPKI_NONE);
    ck_assert_str_eq(xls_spki_name(XLS_SPKI_NONE), "none");
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        certificates_form,  chains,         purposes,
        another_key,        files_of_roots, kinds_of_endorsement_keys,
        keys_by_their_form,
    };

    return t_run("ek", list, T_COUNT(list));
}
