/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/text.h"

struct span {
    uint32_t first;
    uint32_t last;
};

/* [P-33] what is well-formed and still not text for a person; surrogates,
 * which are not well-formed, are here too */
static const struct span banned[] = {
    {0x0000, 0x001f}, {0x007f, 0x009f}, {0x2028, 0x202e}, {0x2066, 0x2069},
    {0xd800, 0xdfff}, {0xfeff, 0xfeff}, {0xfffe, 0xffff}, {0x110000, ~0U},
};

static bool permitted(uint32_t c, bool lines)
{
    if (lines && (c == '\t' || c == '\n' || c == '\r')) {
        return true;
    }
    for (size_t i = 0; i < sizeof(banned) / sizeof(banned[0]); i++) {
        if (c >= banned[i].first && c <= banned[i].last) {
            return false;
        }
    }
    return true;
}

/* Octets of the sequence that begins with this one; 0: none does. */
static size_t width(uint8_t lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) { /* continuation, over-long, too large */
        return 0;
    }
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

bool xls_text_ok(const uint8_t *p, size_t len, bool lines)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    static const uint8_t mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};

    while (len != 0) {
        size_t n = width(p[0]);
        uint32_t c;

        if (n == 0 || n > len) {
            return false;
        }
        c = p[0] & mask[n];
        for (size_t i = 1; i < n; i++) {
            if ((p[i] & 0xc0) != 0x80) {
                return false;
            }
            c = c << 6 | (p[i] & 0x3fU);
        }
        if (c < least[n] || !permitted(c, lines)) {
            return false;
        }
        p += n;
        len -= n;
    }
    return true;
}
