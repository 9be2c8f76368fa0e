/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/symmetric.h"

#include <string.h>

#include "base/secret.h"
#include "crypto/hkdf.h"

void xls_sym_hash(struct xls_noise *st, const void *p, size_t len)
{
    xls_hash_two(st->h, sizeof(st->h), p, len, st->h);
}

void xls_sym_set(struct xls_noise *st, const uint8_t key[XLS_KEY_LEN])
{
    memcpy(st->cipher.key, key, XLS_KEY_LEN);
    st->cipher.n = 0;
    st->cipher.keyed = true;
}

enum xls_rc xls_sym_key(struct xls_noise *st, const uint8_t ikm[XLS_DH_LEN])
{
    uint8_t okm[2 * XLS_HASH_LEN];
    enum xls_rc rc = xls_hkdf_noise(st->ck, ikm, XLS_DH_LEN, 2, okm);

    if (rc == XLS_OK) {
        memcpy(st->ck, okm, XLS_HASH_LEN);
        xls_sym_set(st, okm + XLS_HASH_LEN);
    }
    xls_wipe(okm, sizeof(okm));
    return rc;
}

enum xls_rc xls_sym_put(struct xls_noise *st, struct xls_wr *wr,
                        const uint8_t *p, size_t len)
{
    struct xls_aead_text text = {st->h, XLS_HASH_LEN, p, len, NULL};
    uint8_t *at = wr->buf + wr->used;
    size_t sealed = st->cipher.keyed ? len + XLS_TAG_LEN : len;
    enum xls_rc rc = XLS_OK;

    if (!st->cipher.keyed) {
        xls_wr_copy(wr, p, len);
    } else {
        xls_wr_zero(wr, sealed);
        text.out = at;
        rc = wr->rc == XLS_OK ? xls_cipher_seal(&st->cipher, &text) : wr->rc;
    }
    if (rc == XLS_OK && wr->rc == XLS_OK) {
        xls_sym_hash(st, at, sealed);
    }
    return rc == XLS_OK ? wr->rc : rc;
}

enum xls_rc xls_sym_get(struct xls_noise *st, struct xls_rd *rd, uint8_t *p,
                        size_t len)
{
    size_t sealed = st->cipher.keyed ? len + XLS_TAG_LEN : len;
    struct xls_rd field = xls_rd_sub(rd, sealed);
    struct xls_aead_text text = {st->h, XLS_HASH_LEN, field.at, sealed, p};
    const uint8_t *at = field.at;
    enum xls_rc rc = field.rc;

    if (rc == XLS_OK && st->cipher.keyed) {
        rc = xls_cipher_open(&st->cipher, &text);
    } else {
        xls_rd_copy(&field, p, len);
    }
    if (rc == XLS_OK) {
        xls_sym_hash(st, at, sealed);
    }
    return rc;
}
