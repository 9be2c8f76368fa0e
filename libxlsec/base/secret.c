/* SPDX-License-Identifier: LGPL-2.1-only */
#include "base/secret.h"

#include <stdint.h>
#include <string.h>

void xls_wipe(void *p, size_t len)
{
    if (len == 0) {
        return;
    }
    memset(p, 0, len);
    /* as far as the compiler can tell, p's bytes are read here */
    __asm__ volatile("" : : "r"(p) : "memory");
}

enum xls_rc xls_same(const void *a, const void *b, size_t len)
{
    const uint8_t *x = a;
    const uint8_t *y = b;
    uint8_t diff = 0;

    for (size_t i = 0; i < len; i++) {
        diff |= (uint8_t)(x[i] ^ y[i]);
        /* keep the loop from being cut short once diff is non-zero */
        __asm__ volatile("" : "+r"(diff));
    }
    return diff == 0 ? XLS_OK : XLS_PEER_AUTH;
}
