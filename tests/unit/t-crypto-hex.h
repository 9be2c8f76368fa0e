/* SPDX-License-Identifier: LGPL-2.1-only */
/* t-crypto-hex: known answers are written in hex. */
#ifndef XLS_TEST_CRYPTO_HEX_H
#define XLS_TEST_CRYPTO_HEX_H

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The octets of hex, at most size of them, to out; how many. */
static inline size_t t_hex(const char *hex, uint8_t *out, size_t size)
{
    size_t len = 0;
    const char *end = NULL;

    if (sodium_hex2bin(out, size, hex, strlen(hex), NULL, &len, &end) != 0 ||
        *end != '\0') {
        return SIZE_MAX;
    }
    return len;
}

/* True when the len octets at p are these. */
static inline bool t_is(const uint8_t *p, size_t len, const char *hex)
{
    uint8_t want[512];

    return t_hex(hex, want, sizeof(want)) == len && memcmp(p, want, len) == 0;
}

#endif
