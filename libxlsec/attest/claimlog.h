/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * claimlog: the log that came with claims, of either kind, as events.  Level 2.
 */
#ifndef XLS_ATTEST_CLAIMLOG_H
#define XLS_ATTEST_CLAIMLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/claims.h"
#include "attest/eventlog.h"
#include "attest/softlog.h"

struct xls_claimlog {
    enum xls_evidence_kind kind;
    struct xls_pcrs pcrs; /* replayed */
    struct xls_eventlog firmware;
    struct xls_softlog software;
};

struct xls_claimlog_event {
    unsigned pcr;
    uint8_t digest[XLS_PCR_LEN];
    const void *data; /* borrowed; under no digest */
    size_t len;
};

/*
 * Read and replay it; *out borrows it, and is written only on XLS_OK.
 * Errors: as xls_eventlog_read() and xls_softlog_read().
 */
XLS_MUST_USE enum xls_rc xls_claimlog_read(const struct xls_claims *claims,
                                           struct xls_claimlog *out,
                                           struct xls_reason *why);

/* The next event that extends a PCR, in order; false when there is none.  A
 * copy of *log made before starts again. */
bool xls_claimlog_next(struct xls_claimlog *log,
                       struct xls_claimlog_event *out);

#endif
