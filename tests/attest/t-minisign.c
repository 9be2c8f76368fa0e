/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * minisign's keys and signatures, of our own making ([E-100] to [E-102]);
 * t-policy.sh has the tool's own.
 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "attest/minisign.h"
#include "t.h"

static const char message[] = "xlsec-policy 1\n";
static struct xls_sign_key pair;
static char key_text[4096], sig_text[20000];

static void base64(char *out, size_t size, const uint8_t *p, size_t len)
{
    T(sodium_bin2base64(out, size, p, len, sodium_base64_VARIANT_ORIGINAL) !=
      NULL);
}

/* The key's file, of kind alg, with this comment. */
static void make_key(const char *alg, const char *comment)
{
    uint8_t octets[42];
    char text[128];

    for (unsigned i = 0; i < 8; i++) {
        octets[2 + i] = (uint8_t)(i + 1);
    }
    memcpy(octets, alg, 2);
    memcpy(octets + 10, pair.pub, 32);
    base64(text, sizeof(text), octets, sizeof(octets));
    (void)snprintf(key_text, sizeof(key_text), "untrusted comment: %s\n%s\n",
                   comment, text);
}

/* The signature's file. */
static void make_sig(const char *alg, const char *trusted)
{
    static uint8_t both[64 + 10000];
    uint8_t octets[74], hash[64], global[64];
    char text[128], global_text[128];

    memcpy(octets, alg, 2);
    for (unsigned i = 0; i < 8; i++) {
        octets[2 + i] = (uint8_t)(i + 1);
    }
    if (alg[1] == 'D') {
        (void)crypto_generichash(hash, 64, (const uint8_t *)message,
                                 strlen(message), NULL, 0);
        xls_sign(&pair, hash, 64, octets + 10);
    } else {
        xls_sign(&pair, message, strlen(message), octets + 10);
    }
    memcpy(both, octets + 10, 64);
    memcpy(both + 64, trusted, strlen(trusted));
    xls_sign(&pair, both, 64 + strlen(trusted), global);
    base64(text, sizeof(text), octets, sizeof(octets));
    base64(global_text, sizeof(global_text), global, sizeof(global));
    (void)snprintf(sig_text, sizeof(sig_text),
                   "untrusted comment: x\n%s\ntrusted comment: %s\n%s\n", text,
                   trusted, global_text);
}

static void make(void)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {1};

    xls_sign_key_over_seed(seed, &pair);
    make_key("Ed", "minisign public key 0807060504030201");
}

static enum xls_rc verify(const char *octets, char *comment,
                          struct xls_reason *why)
{
    struct xls_minisign_key key;
    const struct xls_minisign_file file = {octets, strlen(octets), sig_text,
                                           strlen(sig_text)};

    T(xls_minisign_key_read(key_text, strlen(key_text), &key, why) == XLS_OK);
    return xls_minisign_verify(&key, &file, comment, why);
}

static void refuses_key(void)
{
    struct xls_minisign_key key;
    struct xls_reason why = {.rule = ""};

    T(xls_rc_is_peer(
        xls_minisign_key_read(key_text, strlen(key_text), &key, &why)));
    ck_assert_str_eq(why.rule, "E-100");
}

START_TEST(keys)
{
    struct xls_minisign_key key;
    struct xls_reason why;
    char id[XLS_MINISIGN_ID_TEXT];
    static char comment[1100];
    size_t len;

    make();
    len = strlen(key_text);
    T(xls_minisign_key_read(key_text, len, &key, &why) == XLS_OK);
    xls_minisign_id(&key, id);
    ck_assert_str_eq(id, "0807060504030201");
    ck_assert_mem_eq(key.pub, pair.pub, 32);
    for (size_t cut = 0; cut < len; cut++) {
        T(xls_minisign_key_read(key_text, cut, &key, &why) != XLS_OK);
    }
    (void)strcat(key_text, "\n");
    refuses_key();
    make_key("ED", "");
    refuses_key();
    make_key("Ed", "");
    T(xls_minisign_key_read(key_text, strlen(key_text), &key, &why) == XLS_OK);
    key_text[0] = 'U';
    refuses_key();
    make_key("Ed", "");
    *strchr(key_text, 'R') = '*';
    refuses_key();
    make_key("Ed", "");
    key_text[strlen(key_text) - 1] = '=';
    refuses_key();
    memset(comment, 'c', 1024);
    make_key("Ed", comment);
    T(xls_minisign_key_read(key_text, strlen(key_text), &key, &why) == XLS_OK);
    comment[1024] = 'c';
    make_key("Ed", comment);
    refuses_key();
}
END_TEST

/* Either kind, and each change of one character anywhere. */
START_TEST(signatures)
{
    static const char *const algs[] = {"Ed", "ED"};
    char comment[XLS_MINISIGN_COMMENT];
    struct xls_reason why;

    make();
    for (size_t a = 0; a < T_COUNT(algs); a++) {
        const char *body;

        make_sig(algs[a], "timestamp:1\tfile:policy");
        T(verify(message, comment, &why) == XLS_OK);
        ck_assert_str_eq(comment, "timestamp:1?file:policy");
        T(verify(message, NULL, NULL) == XLS_OK);
        T(verify("xlsec-policy 2\n", comment, &why) == XLS_PEER_AUTH);
        ck_assert_str_eq(why.rule, "E-102");
        body = strchr(sig_text, '\n');
        for (size_t i = (size_t)(body - sig_text); i < strlen(sig_text); i++) {
            char was = sig_text[i];

            sig_text[i] = was == 'A' ? 'B' : 'A';
            ck_assert_msg(verify(message, comment, &why) != XLS_OK,
                          "character %zu", i);
            sig_text[i] = was;
        }
        for (size_t len = strlen(sig_text); len-- > 0;) {
            sig_text[len] = '\0';
            T(verify(message, comment, &why) != XLS_OK);
            ck_assert_str_eq(why.rule, "E-101");
        }
    }
}
END_TEST

START_TEST(signature_form)
{
    static char trusted[9000];
    char comment[XLS_MINISIGN_COMMENT];
    struct xls_reason why;

    make();
    make_sig("Xd", "");
    T(verify(message, comment, &why) == XLS_PEER_RANGE);
    ck_assert_str_eq(why.rule, "E-101");
    make_sig("Ed", "");
    T(verify(message, comment, &why) == XLS_OK && comment[0] == '\0');
    (void)strcat(sig_text, "x");
    T(verify(message, comment, &why) == XLS_PEER_TRAIL);
    memset(trusted, 't', 8192);
    make_sig("ED", trusted);
    T(verify(message, comment, &why) == XLS_OK);
    T(strlen(comment) == XLS_MINISIGN_COMMENT - 1);
    trusted[8192] = 't';
    make_sig("ED", trusted);
    T(verify(message, comment, &why) == XLS_PEER_RANGE);
    make_sig("ED", "\033[2J");
    T(verify(message, comment, &why) == XLS_OK);
    ck_assert_str_eq(comment, "?[2J");
}
END_TEST

/* [E-102]: another key, of another id and of the same. */
START_TEST(other_key)
{
    static const uint8_t seed[XLS_SIGN_SEED_LEN] = {2};
    struct xls_reason why;

    make();
    make_sig("ED", "t");
    xls_sign_key_over_seed(seed, &pair);
    make_key("Ed", "other");
    T(verify(message, NULL, &why) == XLS_PEER_AUTH);
    ck_assert_str_eq(why.rule, "E-102");
    T(strstr(why.text, "another key") == NULL);
    strstr(key_text, "RWQB")[3] = 'C';
    T(verify(message, NULL, &why) == XLS_PEER_AUTH);
    T(strstr(why.text, "another key") != NULL);
    T(strcmp(why.expected, why.seen) != 0);
    /* a key that verifies anything */
    memset(pair.pub, 0, sizeof(pair.pub));
    make_key("Ed", "zeros");
    make_sig("Ed", "t");
    T(verify(message, NULL, &why) == XLS_PEER_AUTH);
}
END_TEST

int main(void)
{
    static const TTest *list[4];
    size_t n = 0;

    if (sodium_init() < 0) {
        return EXIT_FAILURE;
    }
    list[n++] = keys;
    list[n++] = signatures;
    list[n++] = signature_form;
    list[n++] = other_key;
    return t_run("attest-minisign", list, n);
}
