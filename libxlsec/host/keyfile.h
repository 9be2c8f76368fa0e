/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * keyfile: one 32-octet key in one file.  Level 5.
 *
 * A key file is text: comment lines that begin with '#', and one line of
 * base64.  A secret one belongs to root (or to whom runs us), has mode 0600 or
 * less, and is a regular file.
 */
#ifndef XLS_HOST_KEYFILE_H
#define XLS_HOST_KEYFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"

enum { XLS_KEY = 32, XLS_KEY_TEXT = 45, XLS_FINGERPRINT_TEXT = 51 };

struct xls_secret_key {
    uint8_t bytes[XLS_KEY]; /* secret; whoever holds it wipes it */
};

/* True when something stands at path, whatever it is. */
bool xls_keyfile_exists(const char *path);

/*
 * Read the secret key file at path.  *out is all zero on error, and why says
 * file, line and remedy.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_keyfile_read(const char *path,
                                          struct xls_secret_key *out,
                                          struct xls_why *why);

/*
 * Write a new secret key file (0600, synced; never over an existing one), with
 * comment as its first line.  Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_keyfile_write(const char *path,
                                           const struct xls_secret_key *key,
                                           const char *comment,
                                           struct xls_why *why);

/* Decode exactly 32 octets of base64 (RFC 4648, padded); false if it is not. */
bool xls_key_decode(const char *text, uint8_t out[XLS_KEY]);

/* Encode 32 octets as base64 with its NUL. */
void xls_key_encode(const uint8_t key[XLS_KEY], char out[XLS_KEY_TEXT]);

/* A public key's fingerprint for people: "SHA256:" and base64 without padding,
 * as ssh shows it. */
void xls_key_fingerprint(const uint8_t key[XLS_KEY],
                         char out[XLS_FINGERPRINT_TEXT]);

#endif
