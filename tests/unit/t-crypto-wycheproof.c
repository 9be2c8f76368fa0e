/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Wycheproof's vectors for X25519 and XChaCha20-Poly1305, where they are at
 * hand (XLSEC_VECTORS, else ../shared/vectors from the source directory).
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/dh.h"
#include "crypto/start.h"
#include "t-crypto-hex.h"
#include "t.h"

#define SKIP 77
#define BUF  4096

static char x25519_path[4096];
static char xchacha_path[4096];

static const char *text(struct json_object *obj, const char *key)
{
    struct json_object *field = NULL;

    T(json_object_object_get_ex(obj, key, &field));
    return json_object_get_string(field);
}

static size_t bytes(struct json_object *obj, const char *key, uint8_t *out)
{
    size_t len = t_hex(text(obj, key), out, BUF);

    T(len != SIZE_MAX);
    return len;
}

/* Call with every test and its group; how many there were. */
static unsigned each(const char *path,
                     void (*test)(struct json_object *, struct json_object *))
{
    struct json_object *root = json_object_from_file(path);
    struct json_object *groups = NULL;
    struct json_object *tests = NULL;
    unsigned count = 0;

    T(root != NULL && json_object_object_get_ex(root, "testGroups", &groups));
    for (size_t i = 0; i < json_object_array_length(groups); i++) {
        struct json_object *group = json_object_array_get_idx(groups, i);

        T(json_object_object_get_ex(group, "tests", &tests));
        for (size_t k = 0; k < json_object_array_length(tests); k++) {
            test(group, json_object_array_get_idx(tests, k));
            count++;
        }
    }
    json_object_put(root);
    return count;
}

static void x25519(struct json_object *group, struct json_object *test)
{
    static uint8_t pub[BUF];
    static uint8_t secret[BUF];
    static uint8_t want[BUF];
    struct xls_dh got;

    (void)group;
    if (bytes(test, "public", pub) != 32 ||
        bytes(test, "private", secret) != 32) {
        return;
    }
    T(bytes(test, "shared", want) == 32);
    if (sodium_is_zero(want, 32)) {
        /* Wycheproof accepts zero and refusal: [P-12] refuses */
        T(xls_dh_agree(secret, pub, &got) == XLS_PEER_AUTH);
        return;
    }
    T(xls_dh_agree(secret, pub, &got) == XLS_OK);
    T(memcmp(got.bytes, want, 32) == 0);
}

static void xchacha(struct json_object *group, struct json_object *test)
{
    static uint8_t key[BUF];
    static uint8_t iv[BUF];
    static uint8_t aad[BUF];
    static uint8_t msg[BUF];
    static uint8_t sealed[BUF];
    static uint8_t got[BUF];
    bool valid = strcmp(text(test, "result"), "valid") == 0;
    size_t len = bytes(test, "msg", msg);
    struct xls_aead_text seal = {aad, bytes(test, "aad", aad), msg, len, got};
    struct xls_aead_text open = seal;

    (void)group;
    if (bytes(test, "iv", iv) != XLS_XNONCE_LEN) {
        T(!valid); /* a nonce of another size cannot be said to us */
        return;
    }
    T(bytes(test, "key", key) == XLS_KEY_LEN);
    T(bytes(test, "ct", sealed) == len);
    T(bytes(test, "tag", sealed + len) == XLS_TAG_LEN);
    open.in = sealed;
    open.in_len = len + XLS_TAG_LEN;
    T((xls_xchacha_open(key, iv, &open) == XLS_OK) == valid);
    T(!valid || memcmp(got, msg, len) == 0);
    xls_xchacha_seal(key, iv, &seal);
    T((memcmp(got, sealed, len + XLS_TAG_LEN) == 0) == valid);
}

START_TEST(x25519_of_wycheproof)
{
    T(each(x25519_path, x25519) > 500);
}
END_TEST

START_TEST(xchacha_of_wycheproof)
{
    T(each(xchacha_path, xchacha) > 300);
}
END_TEST

static bool present(char *path, size_t size, const char *name)
{
    const char *vectors = getenv("XLSEC_VECTORS");
    const char *srcdir = getenv("srcdir");
    FILE *file;

    if (vectors != NULL) {
        (void)snprintf(path, size, "%s/%s", vectors, name);
    } else {
        (void)snprintf(path, size, "%s/../shared/vectors/%s",
                       srcdir == NULL ? "." : srcdir, name);
    }
    file = fopen(path, "r");
    if (file == NULL) {
        printf("skipped: no %s (set XLSEC_VECTORS)\n", path);
        return false;
    }
    (void)fclose(file);
    return true;
}

int main(void)
{
    const TTest *const list[] = {x25519_of_wycheproof, xchacha_of_wycheproof};

    if (!present(x25519_path, sizeof(x25519_path), "x25519_test.json") ||
        !present(xchacha_path, sizeof(xchacha_path),
                 "xchacha20_poly1305_test.json")) {
        return SKIP;
    }
    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("crypto-wycheproof", list, T_COUNT(list));
}
