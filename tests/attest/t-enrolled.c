/* SPDX-License-Identifier: LGPL-2.1-only */
/* The key's file [E-1], its scheme [E-2], and the file of the values [E-3]. */
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#include "quotes.h"
#include "t.h"

static const struct xls_ak_scheme by_default;

/* What becomes of it: the rule, or "" when it is accepted. */
static const char *key_rule(const void *pem, size_t len,
                            const struct xls_ak_scheme *scheme)
{
    static struct xls_reason why;
    struct xls_ak *ak = NULL;
    enum xls_rc rc;

    memset(&why, 0, sizeof(why));
    rc = xls_ak_new(pem, len, scheme, &ak, &why);
    T((rc == XLS_OK) == (ak != NULL));
    T(rc == XLS_OK || rc == XLS_PEER_POLICY);
    xls_ak_free(ak);
    return why.rule;
}

/* The same of a key in memory, which is freed. */
static const char *made_rule(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    long len;
    const char *rule;

    T(key != NULL && PEM_write_bio_PUBKEY(bio, key) == 1);
    len = BIO_get_mem_data(bio, &pem);
    rule = key_rule(pem, (size_t)len, &by_default);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return rule;
}

/* The public half of something of this size: nobody looks for its factors. */
static EVP_PKEY *rsa(int bits, unsigned long exponent)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params;
    BIGNUM *n = BN_new();
    BIGNUM *e = BN_new();
    EVP_PKEY *key = NULL;

    T(BN_rand(n, bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ODD) == 1);
    T(BN_set_word(e, exponent) == 1);
    T(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1);
    T(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1);
    params = OSSL_PARAM_BLD_to_param(build);
    T(params != NULL && EVP_PKEY_fromdata_init(ctx) == 1);
    T(EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

START_TEST(kinds)
{
    ck_assert_str_eq(made_rule(rsa(2048, 65537)), "");
    ck_assert_str_eq(made_rule(rsa(2048, 3)), "E-1");
    ck_assert_str_eq(made_rule(rsa(1024, 65537)), "E-1");
    ck_assert_str_eq(made_rule(rsa(2047, 65537)), "E-1");
    ck_assert_str_eq(made_rule(rsa(4096, 65537)), "");
    ck_assert_str_eq(made_rule(rsa(4097, 65537)), "E-1");
    ck_assert_str_eq(made_rule(EVP_EC_gen("P-256")), "");
    ck_assert_str_eq(made_rule(EVP_EC_gen("P-384")), "");
    ck_assert_str_eq(made_rule(EVP_EC_gen("P-521")), "E-1");
    ck_assert_str_eq(made_rule(EVP_EC_gen("secp256k1")), "E-1");
    ck_assert_str_eq(made_rule(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")),
                     "E-1");
}
END_TEST

/* The same key in DER, as a peer's file has it. */
START_TEST(in_der)
{
    static struct tq_file pem;
    struct xls_ak *ak = NULL;
    struct xls_reason why;
    unsigned char octets[XLS_AK_DER_MAX + 1] = {0};
    unsigned char *at = octets;
    EVP_PKEY *key = rsa(4096, 65537);
    size_t len;

    T(i2d_PUBKEY(key, &at) == 550);
    len = (size_t)(at - octets);
    T(xls_ak_new_der(octets, len, &by_default, &ak, &why) == XLS_OK);
    T(strcmp(xls_ak_scheme_name(xls_ak_scheme(ak)), "rsassa/sha256") == 0);
    xls_ak_free(ak);
    ak = NULL;
    for (size_t n = 0; n <= sizeof(octets); n++) {
        if (n != len) {
            T(xls_ak_new_der(octets, n, &by_default, &ak, &why) ==
              XLS_PEER_POLICY);
            ck_assert_str_eq(why.rule, "E-1");
            T(strstr(why.text, "in DER") != NULL);
        }
    }
    tq_file(&pem, "ecc", ".pem");
    T(xls_ak_new_der(pem.octets, pem.len, &by_default, &ak, &why) ==
      XLS_PEER_POLICY);
    T(ak == NULL);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(schemes)
{
    static struct tq_file pem;

    for (int rsa_key = 0; rsa_key < 2; rsa_key++) {
        tq_file(&pem, rsa_key ? "rsa" : "ecc", ".pem");
        for (int sign = 0; sign <= XLS_AK_ECDSA + 1; sign++) {
            for (int hash = 0; hash <= XLS_AK_SHA512 + 1; hash++) {
                const struct xls_ak_scheme scheme = {(enum xls_ak_sign)sign,
                                                     (enum xls_ak_hash)hash};
                int good = hash <= XLS_AK_SHA512 && sign <= XLS_AK_ECDSA &&
                           (sign == 0 || rsa_key == (sign < XLS_AK_ECDSA));

                ck_assert_str_eq(key_rule(pem.octets, pem.len, &scheme),
                                 good ? "" : "E-2");
            }
        }
    }
}
END_TEST

START_TEST(default_schemes)
{
    static struct tq_file pem;
    struct xls_ak *ak;

    tq_file(&pem, "rsa", ".pem");
    T(xls_ak_new(pem.octets, pem.len, &by_default, &ak, NULL) == XLS_OK);
    ck_assert_str_eq(xls_ak_scheme_name(xls_ak_scheme(ak)), "rsassa/sha256");
    xls_ak_free(ak);
    tq_file(&pem, "p384", ".pem");
    T(xls_ak_new(pem.octets, pem.len, &by_default, &ak, NULL) == XLS_OK);
    ck_assert_str_eq(xls_ak_scheme_name(xls_ak_scheme(ak)), "ecdsa/sha256");
    xls_ak_free(ak);
    xls_ak_free(NULL);
}
END_TEST

/* A block PUBLIC KEY around these octets, after a header. */
static const char *block_rule(const char *name, const char *header,
                              const uint8_t *der, size_t len)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *pem = NULL;
    const char *rule;
    long n;

    T(PEM_write_bio(bio, name, header, der, (long)len) > 0);
    n = BIO_get_mem_data(bio, &pem);
    rule = key_rule(pem, (size_t)n, &by_default);
    BIO_free(bio);
    return rule;
}

START_TEST(blocks)
{
    static const char encrypted[] = "Proc-Type: 4,ENCRYPTED\n"
                                    "DEK-Info: AES-128-CBC,"
                                    "00112233445566778899AABBCCDDEEFF\n";
    EVP_PKEY *key = EVP_EC_gen("P-256");
    unsigned char *der = NULL;
    uint8_t longer[512] = {0};
    int len = i2d_PUBKEY(key, &der);

    T(len > 0 && (size_t)len < sizeof(longer));
    memcpy(longer, der, (size_t)len);
    ck_assert_str_eq(block_rule("PUBLIC KEY", "", longer, (size_t)len), "");
    ck_assert_str_eq(block_rule("PUBLIC KEY", "", longer, (size_t)len + 1),
                     "E-1");
    ck_assert_str_eq(block_rule("PUBLIC KEY", "", longer, (size_t)len - 1),
                     "E-1");
    ck_assert_str_eq(block_rule("CERTIFICATE", "", longer, (size_t)len), "E-1");
    /* nobody is asked for a password */
    ck_assert_str_eq(block_rule("PUBLIC KEY", encrypted, longer, (size_t)len),
                     "E-1");
    OPENSSL_free(der);
    EVP_PKEY_free(key);
}
END_TEST

START_TEST(key_files)
{
    static struct tq_file pem, two;

    tq_file(&pem, "ecc", ".pem");
    for (size_t n = 0; n + 1 < pem.len; n++) { /* the last is a newline */
        ck_assert_str_eq(key_rule(pem.octets, n, &by_default), "E-1");
    }
    two = pem;
    memcpy(two.octets + two.len, pem.octets, pem.len);
    two.len += pem.len;
    ck_assert_str_eq(key_rule(two.octets, two.len, &by_default), "E-1");
    memset(pem.octets + pem.len, '\n', 4096);
    ck_assert_str_eq(key_rule(pem.octets, 4096, &by_default), "");
    ck_assert_str_eq(key_rule(pem.octets, 4097, &by_default), "E-1");
}
END_TEST

/* --- values --------------------------------------------------------------- */

static enum xls_rc values(const struct tq_file *file, size_t len)
{
    uint8_t *exact = malloc(len + 1); /* so that valgrind sees the end */
    struct xls_reason why = {0};
    struct xls_pcrs pcrs, before;
    enum xls_rc rc;

    T(exact != NULL);
    memcpy(exact, file->octets, len);
    memset(&pcrs, 0xa5, sizeof(pcrs));
    memset(&before, 0xa5, sizeof(before));
    rc = xls_pcrs_read(exact, len, &pcrs, &why);
    T(rc == XLS_OK || (xls_rc_is_peer(rc) && strcmp(why.rule, "E-3") == 0));
    T(rc == XLS_OK || memcmp(&pcrs, &before, sizeof(pcrs)) == 0);
    free(exact);
    return rc;
}

START_TEST(value_files)
{
    static struct tq_file file;

    tq_file(&file, "rsa", ".pcrs");
    T(file.len == 132 + 4 + 2 * 532);
    for (size_t n = 0; n < file.len + 600; n++) {
        ck_assert_msg((values(&file, n) == XLS_OK) == (n == file.len), "%zu",
                      n);
    }
    T(values(&file, TQ_FILE_MAX) == XLS_PEER_RANGE);
}
END_TEST

/* Octet AT of the file as VALUE: refused. */
START_TEST(value_fields)
{
    static const struct {
        size_t at;
        uint8_t value;
    } bad[] = {
        {0, 0},    {0, 2},    {3, 1},              /* banks */
        {4, 0x0c}, {5, 1},                         /* another bank */
        {6, 0},    {6, 5},    {6, 2},              /* octets of the selection */
        {7, 0xfe}, {8, 0x06}, {9, 1},              /* another number of PCRs */
        {10, 1},   {11, 1},   {12, 1},             /* what is reserved */
        {131, 1},                                  /* ... */
        {132, 0},  {132, 1},  {132, 3}, {132, 25}, /* lists */
        {136, 0},  {136, 7},  {136, 9},            /* digests in one */
        {140, 31}, {140, 33}, {141, 1},            /* octets of a digest */
        {174, 1},  {205, 1},                       /* behind it */
        {668, 2},  {738, 32}, {740, 1},            /* the second list */
    };
    static struct tq_file file, good;

    tq_file(&good, "rsa", ".pcrs");
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        file = good;
        file.octets[bad[i].at] = bad[i].value;
        ck_assert_msg(values(&file, file.len) != XLS_OK, "%zu: %u", bad[i].at,
                      bad[i].value);
    }
}
END_TEST

START_TEST(lists)
{
    static const struct {
        const char *text;
        uint32_t mask;
    } cases[] = {
        {"0", 1},           {"23", 0x800000},  {"0-7,9", 0x2ff},
        {"0-23", 0xffffff}, {"1,3,5-6", 0x6a}, {"0,1,2", 7},
        {"3-3", 8},
    };
    static const char *const bad[] = {
        "",           "24",   "0,",    ",0",          "1,1",
        "2,1",        "0-",   "-1",    "7-0",         "0-24",
        "0x1",        " 1",   "1 ",    "0--3",        "0-3-5",
        "007",        "1,,2", "0-3,3", "99999999999", "sha256:0",
        "4294967296", "+1",
    };
    char name[64];

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        T(xls_pcrs_mask(cases[i].text) == cases[i].mask);
        xls_pcrs_name(name, sizeof(name), cases[i].mask);
        T(xls_pcrs_mask(name) == cases[i].mask);
    }
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        ck_assert_msg(xls_pcrs_mask(bad[i]) == 0, "%s", bad[i]);
    }
    xls_pcrs_name(name, sizeof(name), 0);
    ck_assert_str_eq(name, "none");
    xls_pcrs_name(name, sizeof(name), 0xffffffff);
    ck_assert_str_eq(name, "0-31");
    xls_pcrs_name(name, 8, 0x55555555); /* cut, and ended */
    T(strlen(name) < 8);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        kinds,     in_der,      schemes,      default_schemes, blocks,
        key_files, value_files, value_fields, lists,
    };

    return t_run("attest/enrolled", tests, T_COUNT(tests));
}
