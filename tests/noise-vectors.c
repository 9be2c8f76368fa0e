/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * noise-vectors FILE...: run published Noise test vectors (JSON, as cacophony
 * and snow write it) against our handshake.
 *
 * Both sides are played, each byte of every message is compared, and so is the
 * handshake hash where the file has it.  Vectors of other suites or patterns
 * than 25519_ChaChaPoly_SHA512 and XX with psk modifiers are skipped.
 *
 * Exit: 0 all that ran are good; 1 one failed, or none ran; 2 a file cannot be
 * read or is not a file of vectors.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/start.h"
#include "proto/noise.h"
#include "unit/t-noise-oracle.h"

#define SUITE       "_25519_ChaChaPoly_SHA512"
#define MESSAGE_MAX 65535

struct bytes {
    uint8_t at[MESSAGE_MAX];
    size_t len;
};

struct side {
    struct t_oracle oracle;
    struct xls_dh_key e;
    struct xls_noise noise;
    struct xls_noise_keys keys;
};

struct run {
    struct side side[2]; /* initiator, responder */
    struct bytes payload;
    struct bytes want;
    uint8_t got[MESSAGE_MAX];
    uint8_t back[MESSAGE_MAX];
    const char *why; /* first failure */
};

struct counts {
    unsigned ran;
    unsigned failed;
    unsigned skipped;
};

static bool fail(struct run *run, const char *why)
{
    if (run->why == NULL) {
        run->why = why;
    }
    return false;
}

static int nibble(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at;

    if (c >= 'A' && c <= 'F') {
        c = (char)(c - 'A' + 'a');
    }
    at = c == '\0' ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Hex of at most max octets; false when it is not. */
static bool unhex(const char *s, uint8_t *out, size_t max, size_t *len)
{
    size_t n = strlen(s);

    if (n % 2 != 0 || n / 2 > max) {
        return false;
    }
    for (size_t i = 0; i < n / 2; i++) {
        int hi = nibble(s[2 * i]);
        int lo = nibble(s[2 * i + 1]);

        if (hi < 0 || lo < 0) {
            return false;
        }
        out[i] = (uint8_t)(hi << 4 | lo);
    }
    *len = n / 2;
    return true;
}

static const char *text_of(struct json_object *obj, const char *key)
{
    struct json_object *field;

    return json_object_object_get_ex(obj, key, &field) &&
                   json_object_is_type(field, json_type_string)
               ? json_object_get_string(field)
               : NULL;
}

/* The field as bytes; a field that is absent gives none when it may be. */
static bool field(struct run *run, struct json_object *obj, const char *key,
                  bool needed, uint8_t *out, size_t max, size_t *len)
{
    const char *hex = text_of(obj, key);

    *len = 0;
    if (hex == NULL) {
        return needed ? fail(run, "a field is missing") : true;
    }
    return unhex(hex, out, max, len) ? true : fail(run, "a field is not hex");
}

static bool key_field(struct run *run, struct json_object *obj, const char *key,
                      uint8_t out[32])
{
    size_t len;

    if (!field(run, obj, key, true, out, 32, &len)) {
        return false;
    }
    return len == 32 ? true : fail(run, "a key has not 32 octets");
}

/* "Noise_XXpsk0+psk3_25519_..." to the set of modifiers; false: not ours. */
static bool psks_of(const char *name, unsigned *psks)
{
    const char *at = name;

    *psks = 0;
    if (strncmp(at, "Noise_XX", 8) != 0) {
        return false;
    }
    for (at += 8; strncmp(at, "psk", 3) == 0 && at[3] >= '0' && at[3] <= '3';) {
        *psks |= XLS_NOISE_PSK((unsigned)(at[3] - '0'));
        at += 4;
        if (strncmp(at, "+psk", 4) == 0) {
            at++;
        }
    }
    return strcmp(at, SUITE) == 0;
}

/* The psks of one side, in the order of the modifiers in the name. */
static bool read_psks(struct run *run, struct json_object *vec,
                      const char *list_key, const char *one_key, unsigned psks,
                      struct t_oracle *oracle)
{
    struct json_object *list = NULL;
    const char *one = text_of(vec, one_key);
    size_t used = 0;

    (void)json_object_object_get_ex(vec, list_key, &list);
    for (unsigned slot = 0; slot < 4; slot++) {
        const char *hex = one;
        size_t len = 0;

        if ((psks & XLS_NOISE_PSK(slot)) == 0) {
            continue;
        }
        if (json_object_is_type(list, json_type_array)) {
            hex = json_object_get_string(json_object_array_get_idx(list, used));
        }
        if (hex == NULL || !unhex(hex, oracle->psk[slot], 32, &len) ||
            len != 32) {
            return fail(run, "a psk is missing or malformed");
        }
        used++;
    }
    return true;
}

static bool read_side(struct run *run, struct json_object *vec, bool initiator,
                      unsigned psks)
{
    struct side *side = &run->side[initiator ? 0 : 1];
    struct xls_noise_setup setup = {
        .role = initiator ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION,
        .psks = psks,
        .prologue = run->payload.at,
        .oracle = &side->oracle.api,
    };
    uint8_t secret[32];

    t_oracle_init(&side->oracle);
    if (!key_field(run, vec, initiator ? "init_static" : "resp_static",
                   secret)) {
        return false;
    }
    xls_dh_key_over_secret(secret, &side->oracle.key);
    if (!key_field(run, vec, initiator ? "init_ephemeral" : "resp_ephemeral",
                   secret)) {
        return false;
    }
    xls_dh_key_over_secret(secret, &side->e);
    if (!read_psks(run, vec, initiator ? "init_psks" : "resp_psks",
                   initiator ? "init_psk" : "resp_psk", psks, &side->oracle) ||
        !field(run, vec, initiator ? "init_prologue" : "resp_prologue", false,
               run->payload.at, MESSAGE_MAX, &setup.prologue_len)) {
        return false;
    }
    memcpy(setup.own_static, side->oracle.key.pub, XLS_DH_LEN);
    return xls_noise_init(&side->noise, &setup) == XLS_OK
               ? true
               : fail(run, "the handshake does not start");
}

static bool handshake_message(struct run *run, size_t i)
{
    struct side *from = &run->side[i % 2];
    struct side *to = &run->side[1 - i % 2];
    size_t overhead = xls_noise_overhead(&from->noise);

    if (run->want.len != run->payload.len + overhead ||
        xls_noise_write(&from->noise, i < 2 ? &from->e : NULL, run->payload.at,
                        run->payload.len, run->got,
                        sizeof(run->got)) != XLS_OK ||
        memcmp(run->got, run->want.at, run->want.len) != 0) {
        return fail(run, "a handshake message we write differs");
    }
    if (xls_noise_read(&to->noise, run->want.at, run->want.len, run->back,
                       sizeof(run->back)) != XLS_OK ||
        memcmp(run->back, run->payload.at, run->payload.len) != 0) {
        return fail(run, "a handshake message is not read");
    }
    return true;
}

static bool transport_message(struct run *run, size_t i)
{
    struct side *from = &run->side[i % 2];
    struct side *to = &run->side[1 - i % 2];
    const struct xls_aead_text seal = {NULL, 0, run->payload.at,
                                       run->payload.len, run->got};
    const struct xls_aead_text open = {NULL, 0, run->want.at, run->want.len,
                                       run->back};

    if (run->payload.len > MESSAGE_MAX - XLS_TAG_LEN ||
        run->want.len != run->payload.len + XLS_TAG_LEN ||
        xls_cipher_seal(&from->keys.send, &seal) != XLS_OK ||
        memcmp(run->got, run->want.at, run->want.len) != 0) {
        return fail(run, "a transport message we write differs");
    }
    if (xls_cipher_open(&to->keys.receive, &open) != XLS_OK ||
        memcmp(run->back, run->payload.at, run->payload.len) != 0) {
        return fail(run, "a transport message is not read");
    }
    return true;
}

static bool finish(struct run *run, struct json_object *vec)
{
    struct side *a = &run->side[0];
    struct side *b = &run->side[1];
    uint8_t hash[XLS_HASH_LEN];
    size_t len;

    if (xls_noise_split(&a->noise, &a->keys) != XLS_OK ||
        xls_noise_split(&b->noise, &b->keys) != XLS_OK) {
        return fail(run, "the handshake does not complete");
    }
    if (memcmp(a->keys.h, b->keys.h, XLS_HASH_LEN) != 0 ||
        memcmp(a->keys.secret, b->keys.secret, XLS_HASH_LEN) != 0) {
        return fail(run, "the two sides do not agree");
    }
    if (!field(run, vec, "handshake_hash", false, hash, sizeof(hash), &len)) {
        return false;
    }
    return len == 0 || (len == XLS_HASH_LEN &&
                        memcmp(hash, a->keys.h, XLS_HASH_LEN) == 0)
               ? true
               : fail(run, "the handshake hash differs");
}

static bool messages(struct run *run, struct json_object *vec)
{
    struct json_object *list;
    size_t count;

    if (!json_object_object_get_ex(vec, "messages", &list) ||
        !json_object_is_type(list, json_type_array)) {
        return fail(run, "it has no messages");
    }
    count = json_object_array_length(list);
    if (count < XLS_NOISE_MESSAGES) {
        return fail(run, "it has too few messages");
    }
    for (size_t i = 0; i < count; i++) {
        struct json_object *msg = json_object_array_get_idx(list, i);

        if (i == XLS_NOISE_MESSAGES && !finish(run, vec)) {
            return false;
        }
        if (!field(run, msg, "payload", true, run->payload.at, MESSAGE_MAX,
                   &run->payload.len) ||
            !field(run, msg, "ciphertext", true, run->want.at, MESSAGE_MAX,
                   &run->want.len)) {
            return false;
        }
        if (!(i < XLS_NOISE_MESSAGES ? handshake_message(run, i)
                                     : transport_message(run, i))) {
            return false;
        }
    }
    return count > XLS_NOISE_MESSAGES || finish(run, vec);
}

static bool flagged(struct json_object *vec, const char *key)
{
    struct json_object *flag;

    return json_object_object_get_ex(vec, key, &flag) &&
           json_object_get_boolean(flag);
}

static void vector(struct run *run, struct json_object *vec, const char *file,
                   size_t number, struct counts *counts)
{
    const char *name = text_of(vec, "protocol_name");
    unsigned psks = 0;

    if (name == NULL) {
        name = text_of(vec, "name");
    }
    if (name == NULL || !psks_of(name, &psks) || flagged(vec, "fallback") ||
        flagged(vec, "fail")) {
        counts->skipped++;
        return;
    }
    memset(run, 0, sizeof(*run));
    counts->ran++;
    if (!read_side(run, vec, true, psks) || !read_side(run, vec, false, psks) ||
        !messages(run, vec)) {
        counts->failed++;
        printf("FAIL %s vector %zu %s: %s\n", file, number, name, run->why);
        return;
    }
    printf("ok   %s\n", name);
}

/* The list of vectors in a file, or NULL with a word about why not. */
static struct json_object *list_of(struct json_object *root, const char *file)
{
    struct json_object *list = root;

    if (root == NULL) {
        fprintf(stderr, "noise-vectors: %s: %s\n", file,
                json_util_get_last_err());
        return NULL;
    }
    if (json_object_is_type(root, json_type_object) &&
        !json_object_object_get_ex(root, "vectors", &list)) {
        list = NULL;
    }
    if (!json_object_is_type(list, json_type_array)) {
        fprintf(stderr,
                "noise-vectors: %s: not a file of vectors: it has no list "
                "called \"vectors\"\n",
                file);
        return NULL;
    }
    return list;
}

static bool run_file(struct run *run, const char *file, struct counts *counts)
{
    struct json_object *root = json_object_from_file(file);
    struct json_object *list = list_of(root, file);
    size_t count = list == NULL ? 0 : json_object_array_length(list);

    for (size_t i = 0; i < count; i++) {
        vector(run, json_object_array_get_idx(list, i), file, i, counts);
    }
    json_object_put(root);
    return list != NULL;
}

int main(int argc, char **argv)
{
    struct counts counts = {0, 0, 0};
    struct run *run = NULL;
    bool readable = true;

    if (argc < 2) {
        fprintf(stderr, "usage: noise-vectors FILE...\n");
        return 2;
    }
    run = calloc(1, sizeof(*run));
    if (run == NULL || xls_crypto_start() != XLS_OK) {
        fprintf(stderr, "noise-vectors: cannot start\n");
        free(run);
        return 2;
    }
    for (int i = 1; i < argc; i++) {
        readable = run_file(run, argv[i], &counts) && readable;
    }
    free(run);
    printf("%u ran, %u failed, %u skipped\n", counts.ran, counts.failed,
           counts.skipped);
    if (!readable) {
        return 2;
    }
    return counts.failed == 0 && counts.ran != 0 ? 0 : 1;
}
