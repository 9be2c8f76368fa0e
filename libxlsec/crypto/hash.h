/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * hash: SHA-512, at once and running.  Level 1.
 */
#ifndef XLS_CRYPTO_HASH_H
#define XLS_CRYPTO_HASH_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#define XLS_HASH_LEN 64

/* A running hash; its owner may copy it, and wipes it if the input is secret */
struct xls_hash {
    crypto_hash_sha512_state state;
};

/* Begin, add len bytes (p may be NULL only when len is 0), and end.  An ended
 * hash is wiped; begin it again before it is used again. */
void xls_hash_init(struct xls_hash *hash);
void xls_hash_add(struct xls_hash *hash, const void *p, size_t len);
void xls_hash_end(struct xls_hash *hash, uint8_t out[XLS_HASH_LEN]);

/* out = SHA-512(a || b); out may be a. */
void xls_hash_two(const void *a, size_t a_len, const void *b, size_t b_len,
                  uint8_t out[XLS_HASH_LEN]);

#endif
