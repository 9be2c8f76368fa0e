/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * keytext: keys, names and the like as text, without any file.  Level 5.
 */
#ifndef XLS_HOST_KEYTEXT_H
#define XLS_HOST_KEYTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { XLS_KEY = 32, XLS_KEY_TEXT = 45, XLS_FINGERPRINT_TEXT = 51 };

/* Decode exactly 32 octets of base64 (RFC 4648, padded); false if it is not. */
bool xls_key_decode(const char *text, uint8_t out[XLS_KEY]);

/*
 * Decode base64 (RFC 4648, padded) of any number of octets and put them behind
 * the *len that are at out already, of max; false if it is not, or does not
 * fit, or what is there ended with padding.  Then *len is untouched.
 */
bool xls_base64_append(const char *text, uint8_t *out, size_t max, size_t *len);

/* Decode exactly len octets of hexadecimal digits; false if it is not, and out
 * is all zero then. */
bool xls_hex_decode(const char *text, uint8_t *out, size_t len);

/* Encode 32 octets as base64 with its NUL. */
void xls_key_encode(const uint8_t key[XLS_KEY], char out[XLS_KEY_TEXT]);

/* The fingerprint with this SHA-256 for people: "SHA256:" and base64 without
 * padding, as ssh shows it. */
void xls_digest_fingerprint(const uint8_t digest[32],
                            char out[XLS_FINGERPRINT_TEXT]);

/* The fingerprint of len octets. */
void xls_fingerprint(const void *octets, size_t len,
                     char out[XLS_FINGERPRINT_TEXT]);

/* The same of a public key. */
void xls_key_fingerprint(const uint8_t key[XLS_KEY],
                         char out[XLS_FINGERPRINT_TEXT]);

#endif
