/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenstore-schema/schema.h"

#include <stdbool.h>
#include <string.h>

#define HEX_MAX   16U
#define PAGE_SIZE 4096U

/* Octets of key at the beginning of text; 16 at most. */
static size_t hex_take(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len && at < HEX_MAX &&
           ((text[at] >= '0' && text[at] <= '9') ||
            (text[at] >= 'a' && text[at] <= 'f'))) {
        at++;
    }
    return at;
}

static bool in_name(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
           (c >= 'a' && c <= 'z') || c == '_' || c == '@' || c == '-';
}

/* Names with one slash between two of them: all of text, or nothing. */
static size_t path_take(const char *text, size_t len)
{
    bool slash = true; /* a name has to begin */

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '/' ? slash : !in_name(text[i])) {
            return 0;
        }
        slash = text[i] == '/';
    }
    return slash ? 0 : len;
}

/* Does key, all of it, look like the pattern?  Its variable part is told. */
static bool looks_like(const char *pattern, const char *key, size_t len,
                       struct xls_schema_hit *hit)
{
    while (*pattern != 0) {
        if (*pattern == '{') {
            bool hex = pattern[1] == 'h';

            hit->part = key;
            hit->part_len = hex ? hex_take(key, len) : path_take(key, len);
            if (hit->part_len == 0) {
                return false;
            }
            key += hit->part_len;
            len -= hit->part_len;
            pattern += strcspn(pattern, "}") + 1;
        } else if (len > 0 && *key == *pattern) {
            key++;
            len--;
            pattern++;
        } else {
            return false;
        }
    }
    return len == 0;
}

static uint64_t hex_number(const char *text, size_t len)
{
    uint64_t number = 0;

    for (size_t i = 0; i < len; i++) {
        char zero = text[i] <= '9' ? '0' : 'a' - 10;

        number = number << 4 | (uint64_t)(text[i] - zero);
    }
    return number;
}

static bool printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return true;
}

/* Is value of its kind?  An address and a size are numbers, which are told. */
static bool value_fits(enum xls_schema_value holds, const char *value,
                       size_t len, uint64_t *number)
{
    switch (holds) {
    case XLS_SCHEMA_ADDRESS:
    case XLS_SCHEMA_SIZE:
        if (hex_take(value, len) != len) {
            return false;
        }
        *number = hex_number(value, len);
        return *number % PAGE_SIZE == 0 &&
               (*number != 0 || holds == XLS_SCHEMA_ADDRESS);
    case XLS_SCHEMA_REGION:
    case XLS_SCHEMA_TEXT:
        return printable(value, len);
    case XLS_SCHEMA_NONE:
        break;
    }
    return false;
}

enum xls_rc xls_schema_match(enum xls_schema_in in, const char *key,
                             size_t key_len, const char *value,
                             size_t value_len, struct xls_schema_hit *hit)
{
    const struct xls_schema_key *row;

    for (size_t i = 0; (row = xls_schema_key(i)) != NULL; i++) {
        struct xls_schema_hit found = {.key = row};

        if (row->in != in || key_len > row->key_max ||
            !looks_like(row->pattern, key, key_len, &found)) {
            continue;
        }
        if (value_len < row->value_min || value_len > row->value_max ||
            !value_fits(row->holds, value, value_len, &found.number)) {
            return XLS_PEER_RANGE;
        }
        *hit = found;
        return XLS_OK;
    }
    return XLS_PEER_POLICY;
}
