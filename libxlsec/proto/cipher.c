/* SPDX-License-Identifier: LGPL-2.1-only */
/* Noise's CipherState, as far as it is ours to keep: a key and a count. */
#include "base/secret.h"
#include "proto/noise.h"

void xls_cipher_wipe(struct xls_cipher *cipher)
{
    if (cipher != NULL) {
        xls_wipe(cipher, sizeof(*cipher));
    }
}

/* [P-22] 2^64 - 1 is reserved */
static bool usable(const struct xls_cipher *cipher)
{
    return cipher->keyed && cipher->n != UINT64_MAX;
}

enum xls_rc xls_cipher_seal(struct xls_cipher *cipher,
                            const struct xls_aead_text *text)
{
    if (!usable(cipher)) {
        return XLS_BUG_CONTRACT;
    }
    xls_chacha_seal(cipher->key, cipher->n, text);
    cipher->n++;
    return XLS_OK;
}

enum xls_rc xls_cipher_open(struct xls_cipher *cipher,
                            const struct xls_aead_text *text)
{
    enum xls_rc rc;

    if (!usable(cipher)) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_chacha_open(cipher->key, cipher->n, text);
    if (rc == XLS_OK) {
        cipher->n++;
    }
    return rc;
}

void xls_noise_keys_wipe(struct xls_noise_keys *keys)
{
    if (keys != NULL) {
        xls_wipe(keys, sizeof(*keys));
    }
}
