/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/reason.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum xls_rc xls_reason_set(struct xls_reason *why, enum xls_rc rc,
                           const char *rule, const char *format, ...)
{
    va_list args;

    if (why != NULL) {
        memset(why, 0, sizeof(*why));
        (void)snprintf(why->rule, sizeof(why->rule), "%s", rule);
        va_start(args, format);
        (void)vsnprintf(why->text, sizeof(why->text), format, args);
        va_end(args);
    }
    return rc;
}

void xls_reason_expected(struct xls_reason *why, const char *format, ...)
{
    va_list args;

    if (why != NULL) {
        va_start(args, format);
        (void)vsnprintf(why->expected, sizeof(why->expected), format, args);
        va_end(args);
    }
}

void xls_reason_seen(struct xls_reason *why, const char *format, ...)
{
    va_list args;

    if (why != NULL) {
        va_start(args, format);
        (void)vsnprintf(why->seen, sizeof(why->seen), format, args);
        va_end(args);
    }
}

void xls_hex(char *out, size_t size, const void *p, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *at = p;
    size_t used = 0;

    for (size_t i = 0; i < len && used + 2 < size; i++) {
        out[used++] = digits[at[i] >> 4];
        out[used++] = digits[at[i] & 0xf];
    }
    out[used] = '\0';
}

void xls_reason_octets(struct xls_reason *why, const void *expected,
                       size_t expected_len, const void *seen, size_t seen_len)
{
    if (why != NULL) {
        xls_hex(why->expected, sizeof(why->expected), expected, expected_len);
        xls_hex(why->seen, sizeof(why->seen), seen, seen_len);
    }
}
