/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/aead.h"

#include <sodium.h>
#include <string.h>

/* Noise's ChaChaPoly: 32 zero bits, then n in little-endian order. */
static void noise_nonce(uint64_t n, uint8_t nonce[12])
{
    memset(nonce, 0, 4);
    for (size_t i = 0; i < 8; i++) {
        nonce[4 + i] = (uint8_t)(n >> (8 * i));
    }
}

void xls_chacha_seal(const uint8_t key[XLS_KEY_LEN], uint64_t n,
                     const struct xls_aead_text *text)
{
    uint8_t nonce[12];

    noise_nonce(n, nonce);
    (void)crypto_aead_chacha20poly1305_ietf_encrypt_detached(
        text->out, text->out + text->in_len, NULL, text->in, text->in_len,
        text->ad, text->ad_len, NULL, nonce, key);
}

enum xls_rc xls_chacha_open(const uint8_t key[XLS_KEY_LEN], uint64_t n,
                            const struct xls_aead_text *text)
{
    uint8_t nonce[12];
    size_t len;

    if (text->in_len < XLS_TAG_LEN) {
        return XLS_PEER_SHORT;
    }
    len = text->in_len - XLS_TAG_LEN;
    noise_nonce(n, nonce);
    return crypto_aead_chacha20poly1305_ietf_decrypt_detached(
               text->out, NULL, text->in, len, text->in + len, text->ad,
               text->ad_len, nonce, key) == 0
               ? XLS_OK
               : XLS_PEER_AUTH;
}

void xls_xchacha_seal(const uint8_t key[XLS_KEY_LEN],
                      const uint8_t nonce[XLS_XNONCE_LEN],
                      const struct xls_aead_text *text)
{
    (void)crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        text->out, text->out + text->in_len, NULL, text->in, text->in_len,
        text->ad, text->ad_len, NULL, nonce, key);
}

enum xls_rc xls_xchacha_open(const uint8_t key[XLS_KEY_LEN],
                             const uint8_t nonce[XLS_XNONCE_LEN],
                             const struct xls_aead_text *text)
{
    size_t len;

    if (text->in_len < XLS_TAG_LEN) {
        return XLS_PEER_SHORT;
    }
    len = text->in_len - XLS_TAG_LEN;
    return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
               text->out, NULL, text->in, len, text->in + len, text->ad,
               text->ad_len, nonce, key) == 0
               ? XLS_OK
               : XLS_PEER_AUTH;
}
