/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * hostkey: this host's static key, which its TPM may have to open.  Level 5.
 */
#ifndef XLS_HOST_HOSTKEY_H
#define XLS_HOST_HOSTKEY_H

#include "base/rc.h"
#include "base/why.h"
#include "host/keyfile.h"
#include "host/tpm.h"

/*
 * Read dir/host.key; one that is sealed is opened by the TPM that
 * dir/xlsec.conf names.  *out is all zero on error; who holds it wipes it.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_hostkey_read(const char *dir,
                                          struct xls_secret_key *out,
                                          struct xls_why *why);

/* Write it anew at path: sealed, or as it is where tpm is NULL.  Errors: the
 * same. */
XLS_MUST_USE enum xls_rc xls_hostkey_write(const char *path,
                                           const struct xls_secret_key *key,
                                           struct xls_tpm *tpm,
                                           struct xls_why *why);

#endif
