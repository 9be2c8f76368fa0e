/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * report: what a person is told while a guest moves, and after.  Level 6.
 */
#ifndef XLS_TOOLSTACK_REPORT_H
#define XLS_TOOLSTACK_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "attest/appraise.h"
#include "base/why.h"
#include "host/conf.h"
#include "host/spawn.h"

/* How a migration ended; the numbers are exit codes. */
enum xls_outcome {
    XLS_MOVED = 0,
    XLS_STAYED = 1,   /* failed; the guest runs at the source */
    XLS_DENIED = 3,   /* attestation or policy; the guest runs at the source */
    XLS_IN_DOUBT = 4, /* the guest is suspended at the source */
};

struct xls_progress {
    const char *phase; /* static storage */
    uint64_t stream_bytes;
    uint64_t wire_octets;
    uint64_t expected_bytes; /* 0 when not known */
    int64_t elapsed_ms;
};

struct xls_report {
    char guest[256];
    char peer[XLS_NAME];
    uint8_t peer_key[XLS_KEY];
    uint16_t suite;      /* enum xls_suite; 0 without a session */
    char peer_says[256]; /* destination's own host name */
    bool waived;         /* the peer had nothing to prove but its key */
    struct xls_attested attested; /* what else it proved */
    char refusal[XLS_WHY_MAX];    /* attest_only: why the peer refuses us */
    char *said;     /* lines that explain a refusal of it; owned; may be NULL */
    uint8_t *shown; /* its Evidence, when that was to be learned from; owned */
    size_t shown_len;
    int64_t duration_ms;
    int64_t downtime_ms; /* source: from seeing the guest stop to the receipt
                          * that it runs there, so at least the real one */
    uint64_t stream_bytes;
    uint64_t stream_pages;
    uint64_t wire_octets;
    uint64_t records;
    unsigned held_percent; /* the least that the guest had of its CPUs, of what
                            * it had before; 0: it was not slowed */
    char not_held[200];    /* why it could not be, when it was to be */
    unsigned companions;   /* that moved along, or were to */
    bool paused;
    bool runs; /* destination: the guest has become its own, in this session */
    struct xls_usage wire;
    struct xls_usage guard;
    struct xls_usage keys;
    struct xls_usage verify; /* zeros where the peer had nothing to prove */
};

/* Free what is owned by it. */
void xls_report_free(struct xls_report *report);

#endif
