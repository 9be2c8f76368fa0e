/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * bootlogs: what Linux shows of this host's own TPM and of what was measured,
 * as claims.  Level 5.
 *
 * Nothing of it is signed: it is for `xlsec policy learn`, on a host that is
 * known to be good.
 */
#ifndef XLS_HOST_BOOTLOGS_H
#define XLS_HOST_BOOTLOGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/claims.h"
#include "base/rc.h"
#include "base/why.h"

/* Where to look instead of the places of Linux; NULL: there. */
struct xls_bootlogs_paths {
    const char *pcrs; /* a directory with a file for each PCR, 0 and up */
    const char *log;  /* of the firmware's; may be absent */
    const char *ima;  /* list; may be absent */
};

struct xls_bootlogs {
    struct xls_claims claims; /* of a TPM */
    char *log;                /* owned: what claims point into */
    char *ima;
};

/*
 * Read the values of these PCRs (SHA-256), and the logs.  *out is the caller's
 * (xls_bootlogs_free), and untouched on error.
 * Errors: XLS_HOST_IO (no TPM, or a file cannot be read; why says which),
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_bootlogs_read(const struct xls_bootlogs_paths *paths, uint32_t pcrs,
                  struct xls_bootlogs *out, struct xls_why *why);

/* A file whole, up to max octets; it has to be there unless may_lack, and *p is
 * NULL when it is not.  The caller frees *p.  Errors as above. */
XLS_MUST_USE enum xls_rc xls_bootlogs_file(const char *path, size_t max,
                                           bool may_lack, char **p, size_t *len,
                                           struct xls_why *why);

/* Give up what it owns. */
void xls_bootlogs_free(struct xls_bootlogs *logs);

#endif
