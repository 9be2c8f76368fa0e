/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * keyfile: one 32-octet key in one file.  Level 5.
 *
 * A key file is text: comment lines that begin with '#', and one line of
 * base64; or "sealed" and what a TPM makes the key of, in base64.  A secret one
 * belongs to root (or to whom runs us), has mode 0600 or less, and is a regular
 * file.
 */
#ifndef XLS_HOST_KEYFILE_H
#define XLS_HOST_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/keytext.h"

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

#define XLS_SEALED_MAX 512U /* octets that a TPM makes a key of */

/* What a key file holds; whoever holds it wipes it. */
struct xls_stored_key {
    bool is_sealed;
    struct xls_secret_key key; /* secret; when it is not sealed */
    uint8_t sealed[XLS_SEALED_MAX];
    size_t sealed_len;
};

/* The same for a key that may be sealed: what is in the file. */
XLS_MUST_USE enum xls_rc xls_keyfile_load(const char *path,
                                          struct xls_stored_key *out,
                                          struct xls_why *why);

/*
 * Write a new secret key file (0600, synced; never over an existing one), with
 * comment as its first line.  Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_keyfile_write(const char *path,
                                           const struct xls_secret_key *key,
                                           const char *comment,
                                           struct xls_why *why);

/* The same for a key of which a TPM has made len octets. */
XLS_MUST_USE enum xls_rc
xls_keyfile_write_sealed(const char *path, const uint8_t *sealed, size_t len,
                         const char *comment, struct xls_why *why);

#endif
