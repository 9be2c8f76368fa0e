/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/hash.h"

#include "base/secret.h"

void xls_hash_init(struct xls_hash *hash)
{
    (void)crypto_hash_sha512_init(&hash->state);
}

void xls_hash_add(struct xls_hash *hash, const void *p, size_t len)
{
    if (len != 0) {
        (void)crypto_hash_sha512_update(&hash->state, p, len);
    }
}

void xls_hash_end(struct xls_hash *hash, uint8_t out[XLS_HASH_LEN])
{
    (void)crypto_hash_sha512_final(&hash->state, out);
    xls_wipe(hash, sizeof(*hash));
}

void xls_hash_two(const void *a, size_t a_len, const void *b, size_t b_len,
                  uint8_t out[XLS_HASH_LEN])
{
    struct xls_hash hash;

    xls_hash_init(&hash);
    xls_hash_add(&hash, a, a_len);
    xls_hash_add(&hash, b, b_len);
    xls_hash_end(&hash, out);
}
