/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * attester: this host's Evidence, made.  Level 5.
 *
 * For the process that holds the keys.  What it needs of the host is opened as
 * root; it serves on after root was given up.
 */
#ifndef XLS_HOST_ATTESTER_H
#define XLS_HOST_ATTESTER_H

#include <stddef.h>
#include <stdint.h>

#include "attest/binder.h"
#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"

struct xls_attester;

/*
 * A TPM's where there is one and xlsec init has made an attestation key; else
 * the host's own word where it has a key for that; else none.  *out is the
 * caller's, and untouched on error.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_attester_open(const struct xls_conf *conf,
                                           struct xls_attester **out,
                                           struct xls_why *why);

/* Wipe and free; NULL does nothing. */
void xls_attester_free(struct xls_attester *a);

/* What it shows. */
enum xls_evidence_kind xls_attester_kind(const struct xls_attester *a);

/*
 * A software Attester's lines (attest/softlog), as the toolstack measured them;
 * due before the first Evidence.
 * Errors: XLS_BUG_CONTRACT (another kind, a second time, no such lines),
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_attester_measured(struct xls_attester *a,
                                               const void *lines, size_t len);

/*
 * Evidence for this occasion: *len octets as attest/evidence decodes them,
 * which the caller frees.  Of *b, kind, policy and logs are filled in here;
 * sums are the caller's.
 * Errors: XLS_HOST_IO (the TPM, a log), XLS_HOST_CONF (nothing was measured),
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_attester_show(struct xls_attester *a,
                                           const struct xls_binder *b,
                                           uint8_t **out, size_t *len,
                                           struct xls_why *why);

#endif
