/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * aead: the two ciphers of the channel, ciphertext and tag side by side.
 * Level 1.
 *
 * Sealed form: len octets of ciphertext, then XLS_TAG_LEN octets of tag.  The
 * plaintext and the ciphertext may be the same memory, or disjoint; a partial
 * overlap is not allowed.
 */
#ifndef XLS_CRYPTO_AEAD_H
#define XLS_CRYPTO_AEAD_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

#define XLS_KEY_LEN    32
#define XLS_TAG_LEN    16
#define XLS_XNONCE_LEN 24

struct xls_aead_text {
    const uint8_t *ad; /* associated data; NULL only when ad_len is 0 */
    size_t ad_len;
    const uint8_t *in; /* plaintext to seal, or sealed octets to open */
    size_t in_len;     /* opening: with the tag */
    uint8_t *out;      /* sealing: in_len + XLS_TAG_LEN; opening: less by it */
};

/* ChaCha20-Poly1305 (RFC 8439) with Noise's nonce: 4 zero octets || n LE. */
void xls_chacha_seal(const uint8_t key[XLS_KEY_LEN], uint64_t n,
                     const struct xls_aead_text *text);

/*
 * The inverse.  On error no plaintext is at text->out: it is untouched, or
 * zero. Errors: XLS_PEER_SHORT (in_len below a tag), XLS_PEER_AUTH.
 */
XLS_MUST_USE enum xls_rc xls_chacha_open(const uint8_t key[XLS_KEY_LEN],
                                         uint64_t n,
                                         const struct xls_aead_text *text);

/* XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), the whole nonce given. */
void xls_xchacha_seal(const uint8_t key[XLS_KEY_LEN],
                      const uint8_t nonce[XLS_XNONCE_LEN],
                      const struct xls_aead_text *text);

/* The inverse; errors and output as xls_chacha_open(). */
XLS_MUST_USE enum xls_rc xls_xchacha_open(const uint8_t key[XLS_KEY_LEN],
                                          const uint8_t nonce[XLS_XNONCE_LEN],
                                          const struct xls_aead_text *text);

#endif
