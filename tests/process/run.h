/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * run: one migration between two processes on this machine, each with its own
 * helpers, and this one as the network between them, which passes, changes,
 * cuts, stalls, records and replays.
 */
#ifndef XLS_TEST_RUN_H
#define XLS_TEST_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "probe.h"
#include "toolstack/report.h"
#include "track.h"
#include "twohosts.h"

enum side { SOURCE, DESTINATION, SIDES };

/* Where migrations run: one for each process that runs them. */
struct field {
    struct xls_two_hosts hosts;
    int outer;        /* the source connects here */
    int inner;        /* and we connect to the destination by this one */
    const char *more; /* of the configuration; static storage */
    unsigned spare;   /* processes that are the test's own children */
};

enum act {
    ACT_PASS,
    ACT_FLIP,      /* the octet at place comes with fault.mask changed */
    ACT_RESET,     /* both connections are reset in front of place */
    ACT_CLOSE,     /* both ends read an orderly end of file there */
    ACT_STALL,     /* nothing passes any more in either direction */
    ACT_STALL_ONE, /* nothing passes any more in place's direction */
};

struct fault {
    enum act act;
    struct place place;
    uint8_t mask;
};

struct tape {
    uint8_t *octets; /* owned */
    size_t len;
};

/* What an end says of itself before it exits. */
struct end {
    bool done;
    int verdict; /* source: enum xls_outcome; destination: enum xls_rc */
    enum xls_standin_state state;
    bool is_away;
    uint64_t bytes;
    uint8_t digest[32];
    int fds;       /* descriptors more than at its beginning */
    bool children; /* it left some */
    bool holds;    /* the destination's: TCP keeps what it says waiting */
    struct xls_why why;
    struct xls_report report;
    char log[1024];
};

struct shared {
    struct diary diary;
    struct end end[SIDES];
};

struct run {
    const struct field *field;
    const char *stream; /* what xl save wrote; NULL: a made one of pages */
    uint64_t pages;
    struct xls_standin knobs; /* pause_ms, keep_digest, fail_*, refuse */
    unsigned late_ms;         /* see probe.h */
    bool paused;
    bool dry_run;
    struct fault fault;
    const struct tape *play[SIDES];     /* in place of that end */
    struct tape *record;                /* NULL, or WAYS of them to be filled */
    void (*on_reply)(struct run *run);  /* NULL, or once: the handshake's second
                                         * message is about to pass */
    void (*on_record)(struct run *run); /* NULL, or once: one has passed */
    void (*on_answer)(struct run *run); /* NULL, or once: the destination's last
                                         * word is about to pass */
    const void *hook_ctx;               /* theirs */
    int cancel[2];                      /* the source's cancel_fd; or -1 */

    /* what came of it */
    struct shared *shared;
    pid_t pid[SIDES];
    struct track track[WAYS];
    bool fired;
    int64_t fired_ms; /* from the beginning */
    int64_t ms;
    bool too_long;
    bool left_process;
    bool left_file;
};

/* New hosts, on which more (static storage) is in the configuration; see
 * twohosts.h.  False and a word on stderr.  End it with field_end(). */
bool field_begin(struct field *field, const char *more);
void field_end(struct field *field);

/* From now on that host's guard is tests/process/GUARD/xlsec-guard. */
bool field_odd_guard(struct field *field, enum side side, const char *guard);

/* Make a second directory of helpers, lib's beside it, of that name: its keys
 * is tests/process/NAME/xlsec-keys. */
bool field_odd_keys(struct field *field, const char *name);

/* A new run on that field with nothing wrong.  End it with run_end(). */
bool run_begin(struct run *run, const struct field *field, const char *stream);
void run_end(struct run *run);

/* Let it happen; what came of it is then in *run. */
void run_go(struct run *run);

/* True when this program is built with AddressSanitizer. */
bool is_sanitized(void);

#endif
