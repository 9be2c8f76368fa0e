/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * spki: the kinds of public key that TPMs here have, as SubjectPublicKeyInfo in
 * DER.  Level 2.
 *
 * Of each kind there is one form, so a key is recognised by its octets.
 */
#ifndef XLS_ATTEST_SPKI_H
#define XLS_ATTEST_SPKI_H

#include <stddef.h>
#include <stdint.h>

enum xls_spki_kind {
    XLS_SPKI_NONE = 0,
    XLS_SPKI_RSA_2048, /* with exponent 65537 */
    XLS_SPKI_ECC_P256,
    XLS_SPKI_ECC_P384,
};

#define XLS_SPKI_P256 91U  /* octets of a P-256 key */
#define XLS_SPKI_MAX  294U /* octets of the longest, RSA */

/* "rsa-2048", "ecc-p256" or "ecc-p384", static; "none" for another.  And back:
 * XLS_SPKI_NONE when it is none. */
const char *xls_spki_name(enum xls_spki_kind kind);
enum xls_spki_kind xls_spki_kind_read(const char *name);

/* What these len octets are by their form; XLS_SPKI_NONE for anything else. */
enum xls_spki_kind xls_spki_kind_of(const void *spki, size_t len);

/*
 * out = the key of that kind with these numbers, big-endian, which may lack
 * zeros in front: a modulus, or a point's x and y.  The length in octets, or 0
 * when a number is too long or the kind is none.
 */
size_t xls_spki_make(enum xls_spki_kind kind, const uint8_t *n, size_t n_len,
                     const uint8_t *y, size_t y_len, uint8_t out[XLS_SPKI_MAX]);

#endif
