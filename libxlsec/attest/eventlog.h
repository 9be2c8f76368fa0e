/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * eventlog: the firmware's event log, as Linux gives it in
 * binary_bios_measurements, replayed.  Level 2.
 *
 * A log is a claim.  Its digests count for those PCRs whose replayed values
 * are the quoted ones (attest/quote); types and data are under no digest and
 * count for nothing but words to a person ([E-48]).
 */
#ifndef XLS_ATTEST_EVENTLOG_H
#define XLS_ATTEST_EVENTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/pcrs.h"
#include "attest/reason.h"
#include "base/rc.h"

#define XLS_EVENTLOG_MAX  ((size_t)1 << 20) /* octets */
#define XLS_EVENTLOG_ALGS 8U
#define XLS_EVENTS_MAX    4096U

/* What the log's head announces: algorithms, and octets of their digests. */
struct xls_eventlog_algs {
    unsigned count;
    uint16_t id[XLS_EVENTLOG_ALGS];
    uint8_t len[XLS_EVENTLOG_ALGS];
};

struct xls_eventlog {
    struct xls_pcrs pcrs; /* replayed; mask: those that an event extends */
    uint8_t locality;     /* of the TPM's start: 0, 3 or 4 */
    unsigned events;      /* behind the head */
    struct xls_eventlog_algs algs;
    const uint8_t *at; /* borrowed: the events not yet given */
    size_t left;
};

struct xls_event {
    uint32_t pcr;          /* 0 to 23 */
    uint32_t type;         /* not to be believed */
    bool extends;          /* its PCR; false for EV_NO_ACTION */
    const uint8_t *digest; /* borrowed: XLS_PCR_LEN octets of SHA-256 */
    const uint8_t *data;   /* borrowed; not to be believed */
    size_t len;            /* octets of data */
};

/*
 * Parse a whole log of len octets, and replay it.  *out borrows the log, and
 * is written only on XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL, XLS_PEER_ORDER.
 */
XLS_MUST_USE enum xls_rc xls_eventlog_read(const void *log, size_t len,
                                           struct xls_eventlog *out,
                                           struct xls_reason *why);

/* The next event of a log that was read, in order; false when there is none. A
 * copy of *log made before starts again. */
bool xls_eventlog_next(struct xls_eventlog *log, struct xls_event *out);

#endif
