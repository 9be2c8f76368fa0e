/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/json.h"

#include <stdbool.h>
#include <string.h>

#define KEY_MAX     255U
#define DIGITS_MAX  20U
#define NUMBER_MAX  "18446744073709551615"
#define NUMBER_MAX2 "9223372036854775808"

/*
 * Octets of the character at text[at], which is not ASCII; 0 when it is not
 * UTF-8 in its shortest form.  json-c looks at the first bits only, and takes
 * a slash of two octets for a character.
 */
static size_t utf8_span(const char *text, size_t at, size_t len)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t lead = (uint8_t)text[at];
    size_t n = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    uint32_t code = lead & (0xffU >> (n + 1));

    if (lead < 0xc0 || lead > 0xf4 || len - at < n) {
        return 0;
    }
    for (size_t i = 1; i < n; i++) {
        if (((uint8_t)text[at + i] & 0xc0U) != 0x80) {
            return 0;
        }
        code = code << 6 | ((uint8_t)text[at + i] & 0x3fU);
    }
    return code < least[n] || code > 0x10ffff ||
                   (code >= 0xd800 && code <= 0xdfff)
               ? 0
               : n;
}

/* The number of the four hexadecimal digits behind the \u at text[at]; a number
 * that is none where they are not there. */
static uint32_t escape_code(const char *text, size_t at, size_t len)
{
    uint32_t code = 0;

    if (len - at < 6 || text[at] != '\\' || text[at + 1] != 'u') {
        return UINT32_MAX;
    }
    for (size_t i = 2; i < 6; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit =
            text[at + i] == '\0' ? NULL : strchr(digits, text[at + i] | 0x20);

        if (digit == NULL) {
            return UINT32_MAX;
        }
        code = code << 4 | (uint32_t)(digit - digits);
    }
    return code;
}

/* Octets of the escape at text[at]; 0 for half a surrogate, which json-c would
 * take for another character.  All others are json-c's to judge. */
static size_t escape_span(const char *text, size_t at, size_t len)
{
    uint32_t code = escape_code(text, at, len);
    uint32_t low;

    if (len - at < 2 || text[at + 1] <= 0) {
        return 0;
    }
    if (code == UINT32_MAX || code < 0xd800 || code > 0xdfff) {
        return 2;
    }
    low = len - at < 12 ? UINT32_MAX : escape_code(text, at + 6, len);
    return code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff ? 12 : 0;
}

/* Octets of the string that starts after its quote at text[at], up to and with
 * the closing quote; 0 when it does not end or has in it what a string may not:
 * a control character, octets that are not UTF-8, or half a surrogate. */
static size_t string_span(const char *text, size_t at, size_t len)
{
    size_t i = at;

    while (i < len) {
        size_t n = 1;

        if (text[i] == '"') {
            return i + 1 - at;
        }
        if (text[i] == '\\') {
            n = escape_span(text, i, len);
        } else if ((uint8_t)text[i] >= 0x80) {
            n = utf8_span(text, i, len);
        } else if (text[i] < 0x20) {
            n = 0;
        }
        if (n == 0) {
            return 0;
        }
        i += n;
    }
    return 0;
}

/* Octets of the number that starts at text[at], or 0: whole numbers only, of a
 * size that json-c can hold (it would quietly put the largest in its place). */
static size_t number_span(const char *text, size_t at, size_t len)
{
    bool minus = text[at] == '-';
    const char *digits = text + at + (minus ? 1 : 0);
    const char *most = minus ? NUMBER_MAX2 : NUMBER_MAX;
    size_t max = minus ? DIGITS_MAX - 1 : DIGITS_MAX;
    size_t left = len - at - (minus ? 1 : 0);
    size_t n = 0;

    while (n < left && n <= max && digits[n] >= '0' && digits[n] <= '9') {
        n++;
    }
    if (n == 0 || n > max || (n == max && memcmp(digits, most, n) > 0) ||
        (n > 1 && digits[0] == '0')) {
        return 0;
    }
    return n + (minus ? 1 : 0);
}

/* Octets of true, false or null at text[at], or 0. */
static size_t word_span(const char *text, size_t at, size_t len)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t n = strlen(words[i]);

        if (len - at >= n && memcmp(text + at, words[i], n) == 0) {
            return n;
        }
    }
    return 0;
}

/* Octets of whatever starts at text[at], counted; 0 for what JSON has not. */
static size_t token_span(const char *text, size_t at, size_t len,
                         uint32_t *depth, struct xls_json_count *count)
{
    size_t span;

    switch (text[at]) {
    case '{':
    case '[':
        *depth += 1;
        count->depth = *depth > count->depth ? *depth : count->depth;
        count->marks++;
        return 1;
    case '}':
    case ']':
        *depth -= *depth > 0 ? 1 : 0;
        return 1;
    case ':':
        count->members++;
        count->marks++;
        return 1;
    case ',':
        count->marks++;
        return 1;
    case ' ':
    case '\t':
    case '\n':
    case '\r':
        return 1;
    case '"':
        span = string_span(text, at + 1, len);
        return span == 0 ? 0 : span + 1;
    case 't':
    case 'f':
    case 'n':
        return word_span(text, at, len);
    default:
        return number_span(text, at, len);
    }
}

enum xls_rc xls_json_scan(const char *text, size_t len,
                          struct xls_json_count *count, struct xls_finding *why)
{
    struct xls_json_count got = {0};
    uint32_t depth = 0;

    if (len == 0 || len > XLS_JSON_TEXT_MAX) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-20",
                          "%zu octets of configuration are not within 1..%zu",
                          len, XLS_JSON_TEXT_MAX);
    }
    for (size_t at = 0; at < len;) {
        size_t span = token_span(text, at, len, &depth, &got);

        if (span == 0) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-22",
                              "octet %zu of the configuration is not JSON's, "
                              "or a number that is not whole",
                              at);
        }
        at += span;
        if (got.depth > XLS_JSON_DEPTH || got.marks > XLS_JSON_VALUES) {
            return xls_refuse(why, XLS_PEER_RANGE, "S-21",
                              "deeper than %u or more than %u values",
                              XLS_JSON_DEPTH, XLS_JSON_VALUES);
        }
    }
    *count = got;
    return XLS_OK;
}

/* [S-24] Names are printable ASCII, strings have no NUL inside. */
static bool text_sane(const char *text, size_t len, bool name)
{
    if (strlen(text) != len) {
        return false;
    }
    if (!name) {
        return true;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < 0x20 || text[i] > 0x7e) {
            return false;
        }
    }
    return len >= 1 && len <= KEY_MAX;
}

/* Members of the tree, or UINT32_MAX when a name or a string is not sane.
 * Recursion ends at XLS_JSON_DEPTH, which the scan has bounded. */
/* NOLINTNEXTLINE(misc-no-recursion) */
static uint32_t tree_members(struct json_object *node)
{
    uint32_t sum = 0;

    if (json_object_is_type(node, json_type_string)) {
        return text_sane(json_object_get_string(node),
                         (size_t)json_object_get_string_len(node), false)
                   ? 0
                   : UINT32_MAX;
    }
    if (json_object_is_type(node, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(node); i++) {
            uint32_t n = tree_members(json_object_array_get_idx(node, i));

            if (n == UINT32_MAX) {
                return n;
            }
            sum += n;
        }
    }
    if (json_object_is_type(node, json_type_object)) {
        struct json_object_iterator it = json_object_iter_begin(node);
        struct json_object_iterator end = json_object_iter_end(node);

        for (; !json_object_iter_equal(&it, &end); json_object_iter_next(&it)) {
            const char *name = json_object_iter_peek_name(&it);
            uint32_t n = tree_members(json_object_iter_peek_value(&it));

            if (n == UINT32_MAX || !text_sane(name, strlen(name), true)) {
                return UINT32_MAX;
            }
            sum += n + 1;
        }
    }
    return sum;
}

/* Whether only blanks stand from at on. */
static bool blank(const char *text, size_t at, size_t len)
{
    while (at < len && strchr(" \t\n\r", text[at]) != NULL) {
        at++;
    }
    return at == len;
}

static bool is_ascii(char c)
{
    return ((unsigned char)c & 0x80U) == 0;
}

/*
 * [S-22] json-c's strict parser, over the whole text; *end is where it stopped.
 *
 * The strict mode of json-c 0.18 refuses control characters in strings, and
 * where char is signed it takes all that is not ASCII for such.  So that mode
 * is off for runs of those octets: the scan has seen to it that they stand in
 * strings only and are UTF-8, and nothing else of strict mode concerns them.
 */
static struct json_object *tree_feed(struct json_tokener *tok, const char *text,
                                     size_t len, size_t *end)
{
    struct json_object *tree = NULL;
    enum json_tokener_error error = json_tokener_continue;
    size_t used = 0;
    size_t n = 0;

    *end = 0;
    while (error == json_tokener_continue && used == n && *end < len) {
        bool ascii = is_ascii(text[*end]);

        for (n = 1; *end + n < len && is_ascii(text[*end + n]) == ascii;) {
            n++;
        }
        json_tokener_set_flags(tok, JSON_TOKENER_VALIDATE_UTF8 |
                                        (ascii ? JSON_TOKENER_STRICT : 0));
        tree = json_tokener_parse_ex(tok, text + *end, (int)n);
        error = json_tokener_get_error(tok);
        used = json_tokener_get_parse_end(tok);
        *end += used;
    }
    return tree;
}

static enum xls_rc tree_new(const char *text, size_t len,
                            struct json_object **out, struct xls_finding *why)
{
    struct json_tokener *tok = json_tokener_new_ex((int)XLS_JSON_DEPTH + 1);
    struct json_object *tree = NULL;
    enum xls_rc rc = XLS_OK;
    size_t end;

    if (tok == NULL) {
        return xls_refuse(why, XLS_HOST_NOMEM, "S-22", "out of memory");
    }
    tree = tree_feed(tok, text, len, &end);
    if (json_tokener_get_error(tok) == json_tokener_continue) {
        rc = xls_refuse(why, XLS_PEER_RANGE, "S-22",
                        "not JSON: the text ends too early");
    } else if (json_tokener_get_error(tok) != json_tokener_success) {
        rc = xls_refuse(why, XLS_PEER_RANGE, "S-22", "not JSON: %s",
                        json_tokener_error_desc(json_tokener_get_error(tok)));
    } else if (!blank(text, end, len)) {
        rc = xls_refuse(why, XLS_PEER_TRAIL, "S-22",
                        "octets follow the configuration");
    } else if (!json_object_is_type(tree, json_type_object)) {
        rc = xls_refuse(why, XLS_PEER_RANGE, "S-22",
                        "the configuration is not an object");
    } else {
        *out = tree;
        tree = NULL;
    }
    json_object_put(tree);
    json_tokener_free(tok);
    return rc;
}

enum xls_rc xls_json_parse(const char *text, size_t len,
                           struct json_object **out, struct xls_finding *why)
{
    struct xls_json_count count = {0};
    struct json_object *tree = NULL;
    uint32_t members;
    enum xls_rc rc = xls_json_scan(text, len, &count, why);

    if (rc == XLS_OK) {
        rc = tree_new(text, len, &tree, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    members = tree_members(tree);
    if (members == UINT32_MAX) {
        rc = xls_refuse(why, XLS_PEER_RANGE, "S-24",
                        "a member's name is not printable ASCII of 1..%u "
                        "octets, or a string has a NUL",
                        KEY_MAX);
    } else if (members != count.members) { /* [S-23] */
        rc = xls_refuse(why, XLS_PEER_RANGE, "S-23",
                        "a member comes twice in one object");
    } else {
        *out = tree;
        tree = NULL;
    }
    json_object_put(tree);
    return rc;
}
