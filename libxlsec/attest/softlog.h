/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * softlog: the log of software Evidence, a line of text for each measurement,
 * written and replayed.  Level 2.
 *
 * A log is a claim.  Its digests count because it replays to the registers
 * that were signed (attest/software); its words count for nothing.
 */
#ifndef XLS_ATTEST_SOFTLOG_H
#define XLS_ATTEST_SOFTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/pcrs.h"
#include "attest/reason.h"
#include "base/rc.h"

#define XLS_SOFTLOG_MAX       ((size_t)1 << 20) /* octets */
#define XLS_SOFTLOG_LINES_MAX 4096U
#define XLS_SOFTLOG_WORDS_MAX 4096U /* octets of a line's words */

/* Registers are numbered as a TPM's boot PCRs are. */
#define XLS_SOFTLOG_REGISTERS XLS_PCRS_BOOT

struct xls_softlog {
    struct xls_pcrs pcrs; /* replayed; mask: those that a line extends */
    unsigned events;      /* lines */
    const uint8_t *at;    /* borrowed: the lines not yet given */
    size_t left;
};

/* One line. */
struct xls_softevent {
    unsigned pcr; /* the register */
    uint8_t digest[XLS_PCR_LEN];
    const char *words; /* borrowed: printable, not terminated; a claim */
    size_t len;        /* 1 to XLS_SOFTLOG_WORDS_MAX */
};

/*
 * Parse a whole log of len octets, and replay it.  *out borrows the log, and is
 * written only on XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE.
 */
XLS_MUST_USE enum xls_rc xls_softlog_read(const void *log, size_t len,
                                          struct xls_softlog *out,
                                          struct xls_reason *why);

/* The next line of a log that was read, in order; false when there is none. A
 * copy of *log made before starts again. */
bool xls_softlog_next(struct xls_softlog *log, struct xls_softevent *out);

/* A log while it is written; zeros are an empty one.  Freed with
 * xls_softdraft_free(). */
struct xls_softdraft {
    char *text; /* owned; NULL while len is 0 */
    size_t len;
    unsigned lines;
    struct xls_pcrs pcrs; /* what it replays to */
    size_t size;          /* of text's memory */
};

/*
 * Add a line: of what was measured, the digest, and words for a person, which
 * are shown with '?' for what is not printable, and cut to fit.
 * Errors: XLS_HOST_NOMEM; XLS_BUG_CONTRACT (no such register, no words, more
 * than a log may hold).  *draft is then as it was.
 */
XLS_MUST_USE enum xls_rc xls_softdraft_add(struct xls_softdraft *draft,
                                           unsigned pcr,
                                           const uint8_t digest[XLS_PCR_LEN],
                                           const char *words);
void xls_softdraft_free(struct xls_softdraft *draft);

#endif
