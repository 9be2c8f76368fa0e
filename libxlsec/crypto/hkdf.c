/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/hkdf.h"

#include <sodium.h>
#include <string.h>

#include "base/secret.h"

/* A piece of what an HMAC is taken over; p is NULL only when len is 0. */
struct part {
    const void *p;
    size_t len;
};

static void hmac(const void *key, size_t key_len, const struct part *parts,
                 size_t count, uint8_t out[XLS_HASH_LEN])
{
    static const uint8_t empty[1] = {0};
    crypto_auth_hmacsha512_state state;

    (void)crypto_auth_hmacsha512_init(&state, key_len == 0 ? empty : key,
                                      key_len);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len != 0) {
            (void)crypto_auth_hmacsha512_update(&state, parts[i].p,
                                                parts[i].len);
        }
    }
    (void)crypto_auth_hmacsha512_final(&state, out);
    xls_wipe(&state, sizeof(state));
}

/* Two pairs beside key and output. */
/* NOLINTNEXTLINE(readability-function-size) */
void xls_hmac_two(const void *key, size_t key_len, const void *a, size_t a_len,
                  const void *b, size_t b_len, uint8_t out[XLS_HASH_LEN])
{
    const struct part parts[] = {{a, a_len}, {b, b_len}};

    hmac(key, key_len, parts, 2, out);
}

void xls_hkdf_extract(const void *salt, size_t salt_len, const void *ikm,
                      size_t ikm_len, uint8_t prk[XLS_HASH_LEN])
{
    /* RFC 5869's default salt, HashLen zeros, is HMAC's empty key */
    xls_hmac_two(salt, salt_len, ikm, ikm_len, NULL, 0, prk);
}

enum xls_rc xls_hkdf_expand(const uint8_t prk[XLS_HASH_LEN], const void *info,
                            size_t info_len, void *out, size_t len)
{
    uint8_t block[XLS_HASH_LEN];
    uint8_t *at = out;

    if (len > XLS_HKDF_MAX) {
        return XLS_BUG_CONTRACT;
    }
    /* T(i) = HMAC(prk, T(i-1) || info || i), T(0) empty */
    for (uint8_t i = 1; len != 0; i++) {
        const struct part parts[] = {
            {block, i == 1 ? 0 : sizeof(block)},
            {info, info_len},
            {&i, 1},
        };
        size_t n = len < sizeof(block) ? len : sizeof(block);

        hmac(prk, XLS_HASH_LEN, parts, 3, block);
        memcpy(at, block, n);
        at += n;
        len -= n;
    }
    xls_wipe(block, sizeof(block));
    return XLS_OK;
}

enum xls_rc xls_hkdf_noise(const uint8_t ck[XLS_HASH_LEN], const void *ikm,
                           size_t ikm_len, unsigned n, uint8_t *out)
{
    uint8_t prk[XLS_HASH_LEN];
    enum xls_rc rc;

    if (n < 1 || n > 3) {
        return XLS_BUG_CONTRACT;
    }
    xls_hkdf_extract(ck, XLS_HASH_LEN, ikm, ikm_len, prk);
    rc = xls_hkdf_expand(prk, NULL, 0, out, (size_t)n * XLS_HASH_LEN);
    xls_wipe(prk, sizeof(prk));
    return rc;
}
