/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * binder: what ties Evidence to one session, one side and one moment.  Level 2.
 *
 * Each field is there because a published protocol without it was broken
 * (doc/PROTOCOL.md section 8, doc/models).
 */
#ifndef XLS_ATTEST_BINDER_H
#define XLS_ATTEST_BINDER_H

#include <stdint.h>

#include "attest/kind.h"

#define XLS_BINDER_LEN  32 /* SHA-256: fits a TPM's qualifyingData */
#define XLS_BINDER_SUMS 32 /* octets of its field sums */

/* All borrowed for the call; lengths are fixed by doc/PROTOCOL.md [P-57]. */
struct xls_binder {
    uint8_t role; /* the Attester's: 1 source, 2 destination */
    enum xls_evidence_kind kind;
    uint16_t suite;          /* of the handshake */
    uint32_t epoch;          /* 0 the first Evidence, 1 that at the commit */
    const uint8_t *h;        /* 64: the transcript */
    const uint8_t *attester; /* 32: its static key */
    const uint8_t *verifier; /* 32: the static key of who asks */
    const uint8_t *nonce;    /* 32: of who asks, from the handshake */
    const uint8_t *id;       /* 16: the migration */
    const uint8_t *policy;   /* 32: digest of the Attester's own policy */
    const uint8_t *logs;     /* 32: digest of the logs, xls_evidence_logs() */
    const uint8_t *sums;     /* 32: digest of the streams' sums; epoch 0: 0 */
};

/* [P-57] *out is what the quote has to have as its qualifyingData. */
void xls_binder(const struct xls_binder *b, uint8_t out[XLS_BINDER_LEN]);

/* "TPM", "software", "none"; static storage. */
const char *xls_evidence_kind_name(enum xls_evidence_kind kind);

#endif
