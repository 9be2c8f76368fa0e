/* SPDX-License-Identifier: LGPL-2.1-only */
#include "base/why.h"

#include <stdio.h>

enum xls_rc xls_why_set(struct xls_why *why, enum xls_rc rc, const char *format,
                        ...)
{
    va_list args;

    if (why == NULL || why->text[0] != '\0') {
        return rc;
    }
    va_start(args, format);
    (void)vsnprintf(why->text, sizeof(why->text), format, args);
    va_end(args);
    return rc;
}

void xls_why_peer(char *out, size_t size, const char *text, size_t len)
{
    size_t i = 0;

    if (size == 0) {
        return;
    }
    for (; i < len && i + 1 < size; i++) {
        out[i] = '?';
        if (text[i] >= ' ' && text[i] <= '~') {
            out[i] = text[i];
        }
    }
    out[i] = '\0';
}
