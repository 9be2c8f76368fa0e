/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/start.h"

#include <sodium.h>

enum xls_rc xls_crypto_start(void)
{
    return sodium_init() < 0 ? XLS_HOST_IO : XLS_OK;
}

void xls_random(void *p, size_t len)
{
    randombytes_buf(p, len);
}
