/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * hkdf: HMAC-SHA512 (RFC 2104) and HKDF over it (RFC 5869).  Level 1.
 *
 * libsodium before 1.0.19 has the HMAC and not the HKDF.  Everything here
 * takes and gives secrets: the caller wipes what it was given.
 */
#ifndef XLS_CRYPTO_HKDF_H
#define XLS_CRYPTO_HKDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "crypto/hash.h"

/* The most that one expansion gives (RFC 5869 section 2.3). */
#define XLS_HKDF_MAX ((size_t)255 * XLS_HASH_LEN)

/* out = HMAC-SHA512(key, a || b); a or b may be NULL only when its length is
 * 0; out may overlap any input. */
void xls_hmac_two(const void *key, size_t key_len, const void *a, size_t a_len,
                  const void *b, size_t b_len, uint8_t out[XLS_HASH_LEN]);

/* prk = HKDF-Extract(salt, ikm). */
void xls_hkdf_extract(const void *salt, size_t salt_len, const void *ikm,
                      size_t ikm_len, uint8_t prk[XLS_HASH_LEN]);

/*
 * out = HKDF-Expand(prk, info, len), len in octets.
 * Errors: XLS_BUG_CONTRACT (len above XLS_HKDF_MAX); out is then untouched.
 */
XLS_MUST_USE enum xls_rc xls_hkdf_expand(const uint8_t prk[XLS_HASH_LEN],
                                         const void *info, size_t info_len,
                                         void *out, size_t len);

/*
 * Noise's HKDF(ck, ikm, n): the first n (1 to 3) outputs of XLS_HASH_LEN octets
 * each, one after the other at out.  ikm may be NULL only when ikm_len is 0.
 * Errors: XLS_BUG_CONTRACT (n); out is then untouched.
 */
XLS_MUST_USE enum xls_rc xls_hkdf_noise(const uint8_t ck[XLS_HASH_LEN],
                                        const void *ikm, size_t ikm_len,
                                        unsigned n, uint8_t *out);

#endif
