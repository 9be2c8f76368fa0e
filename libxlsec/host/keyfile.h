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

/*
 * Write a new secret key file (0600, synced; never over an existing one), with
 * comment as its first line.  Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_keyfile_write(const char *path,
                                           const struct xls_secret_key *key,
                                           const char *comment,
                                           struct xls_why *why);

#endif
