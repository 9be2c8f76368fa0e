/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/hex.h"

#include <string.h>

#include "attest/reason.h"

enum { RUN_MIN = 4, RUN_MAX = 160 };

static int digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool xls_hex_read(const char *text, size_t digits, uint8_t *out)
{
    for (size_t i = 0; i + 1 < digits; i += 2) {
        int high = digit(text[i]);
        int low = digit(text[i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    return digits % 2 == 0;
}

static bool printable(uint8_t c)
{
    return c >= 0x20 && c <= 0x7e;
}

bool xls_printable(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (!printable((uint8_t)text[i])) {
            return false;
        }
    }
    return true;
}

/* The run of printable characters at p, every step-th octet of len with zeros
 * between; its number of characters, RUN_MAX at most, copied to out. */
static size_t run(const uint8_t *p, size_t len, size_t step, char *out)
{
    size_t n = 0;

    while (n < RUN_MAX && n * step + step <= len && printable(p[n * step]) &&
           (step == 1 || p[n * step + 1] == 0)) {
        out[n] = (char)p[n * step];
        n++;
    }
    return n;
}

void xls_words(char *out, size_t size, const void *p, size_t len)
{
    const uint8_t *at = p;
    size_t used = 0;

    for (size_t i = 0; i < len && used + 1 < size;) {
        char text[RUN_MAX];
        size_t step = i + 1 < len && at[i + 1] == 0 ? 2 : 1;
        size_t n = run(at + i, len - i, step, text);

        if (n < RUN_MIN) {
            i++;
            continue;
        }
        i += n * step;
        if (used > 0) {
            out[used++] = ' ';
        }
        n = n < size - 1 - used ? n : size - 1 - used;
        memcpy(out + used, text, n);
        used += n;
    }
    out[used] = '\0';
}

size_t xls_path_text(char *out, size_t size, const void *p, size_t len)
{
    const uint8_t *at = p;
    size_t used = 0;
    bool full = false;

    for (size_t i = 0; i < len && !full; i++) {
        bool plain = printable(at[i]) && at[i] != ' ' && at[i] != '\\';
        size_t need = plain ? 1 : 4;
        char hex[3];

        if (used + need >= size) {
            full = true;
        } else if (plain) {
            out[used++] = (char)at[i];
        } else {
            xls_hex(hex, sizeof(hex), at + i, 1);
            out[used++] = '\\';
            out[used++] = 'x';
            out[used++] = hex[0];
            out[used++] = hex[1];
        }
    }
    out[used] = '\0';
    return full ? size : used;
}
