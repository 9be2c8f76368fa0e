/* SPDX-License-Identifier: LGPL-2.1-only */
/* The keys of xenstore: the table, patterns and values. */
#include <string.h>

#include "t.h"
#include "xenstore-schema/schema.h"

#define STREAM XLS_SCHEMA_STREAM
#define CONFIG XLS_SCHEMA_CONFIG

struct
try {
    enum xls_rc rc;
    enum xls_schema_in in;
    const char *key;
    const char *value;
    const char *part; /* XLS_OK only */
    uint64_t number;
};

START_TEST(keys_and_values)
{
    static const struct try list[] = {
        {XLS_OK, STREAM, "physmap/0/start_addr", "0", "0", 0},
        {XLS_OK, STREAM, "physmap/f0/start_addr", "9a000", "f0", 0x9a000},
        {XLS_OK, STREAM, "physmap/0123456789abcdef/size", "fffffffffffff000",
         "0123456789abcdef", 0xfffffffffffff000},
        {XLS_OK, STREAM, "physmap/9/name", " ~", "9", 0},
        {XLS_OK, CONFIG, "vm-data/a", "", "a", 0},
        {XLS_OK, CONFIG, "vm-data/Az09_@-/b/c", "x y", "Az09_@-/b/c", 0},
        {XLS_PEER_POLICY, XLS_SCHEMA_NOWHERE, "vm-data/a", "", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "vm-data/a", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "physmap/9/name", "x", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "", "", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap", "", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/", "", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/9", "", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/9/", "", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/9/nam", "x", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/9/names", "x", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "/physmap/9/name", "x", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/G/name", "x", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/{hex}/name", "x", NULL, 0},
        {XLS_PEER_POLICY, STREAM, "physmap/01234567890123456/name", "x", NULL,
         0},
        {XLS_PEER_POLICY, CONFIG, "vm-data", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data/", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data//a", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data/a/", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data/a//b", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data/..", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data/a b", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-data/\xc3\xa4", "", NULL, 0},
        {XLS_PEER_POLICY, CONFIG, "vm-datA/a", "", NULL, 0},
        {XLS_PEER_RANGE, CONFIG, "vm-data/a", "\n", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/size", "0", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/size", "", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/size", "1800", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/size", "g000", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/start_addr", "A000", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/start_addr", " 000", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/start_addr", "10000000000000000",
         NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/name", "", NULL, 0},
        {XLS_PEER_RANGE, STREAM, "physmap/9/name", "\x80", NULL, 0},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        const struct try *t = &list[i];
        struct xls_schema_hit hit = {.number = 77};
        enum xls_rc rc = xls_schema_match(t->in, t->key, strlen(t->key),
                                          t->value, strlen(t->value), &hit);

        ck_assert_msg(rc == t->rc, "%s=%s: %s", t->key, t->value,
                      xls_rc_name(rc));
        if (rc == XLS_OK) {
            T(hit.key->in == t->in && hit.number == t->number);
            T(hit.part_len == strlen(t->part));
            T(memcmp(hit.part, t->part, hit.part_len) == 0);
        } else {
            T(hit.key == NULL && hit.number == 77);
        }
    }
}
END_TEST

/* A key and a value end where their lengths say, NUL or not. */
START_TEST(lengths)
{
    static char text[4096];
    struct xls_schema_hit hit;

    memset(text, 'a', sizeof(text));
    memcpy(text, "vm-data/", 8);
    T(xls_schema_match(CONFIG, text, 255, text, 3072, &hit) == XLS_OK);
    T(hit.part_len == 247);
    T(xls_schema_match(CONFIG, text, 256, text, 0, &hit) == XLS_PEER_POLICY);
    T(xls_schema_match(CONFIG, text, 8, text, 0, &hit) == XLS_PEER_POLICY);
    T(xls_schema_match(CONFIG, text, 255, text, 3073, &hit) == XLS_PEER_RANGE);
    T(xls_schema_match(CONFIG, "vm-data/a\0b", 11, "", 0, &hit) ==
      XLS_PEER_POLICY);
    T(xls_schema_match(CONFIG, "vm-data/a", 9, "b\0c", 3, &hit) ==
      XLS_PEER_RANGE);
}
END_TEST

/* What the matcher takes for granted of the table. */
START_TEST(table)
{
    const struct xls_schema_key *key;
    size_t keys = 0;

    for (; (key = xls_schema_key(keys)) != NULL; keys++) {
        const char *part = strchr(key->pattern, '{');

        T(key->in == STREAM || key->in == CONFIG);
        T(key->holds != XLS_SCHEMA_NONE && key->value_min <= key->value_max);
        T(part != NULL && strchr(part + 1, '{') == NULL);
        T(strncmp(part, "{hex}", 5) == 0 || strcmp(part, "{path}") == 0);
        T(key->holds > XLS_SCHEMA_SIZE || key->value_max <= 16);
        T(key->pattern[0] != '/');
    }
    T(keys == 4);
    T(xls_schema_key(SIZE_MAX) == NULL);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {keys_and_values, lengths, table};

    return t_run("schema", list, T_COUNT(list));
}
