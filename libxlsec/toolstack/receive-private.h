/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * receive-private: one migration as its parts (receive.c, receive-talk.c,
 * receive-arrange.c) share it.  Level 6.
 */
#ifndef XLS_TOOLSTACK_RECEIVE_PRIVATE_H
#define XLS_TOOLSTACK_RECEIVE_PRIVATE_H

#include "toolstack/crew.h"
#include "toolstack/end-destination.h"
#include "toolstack/receive-companions.h"
#include "toolstack/receive.h"
#include "toolstack/worker.h"

struct xls_receiving {
    const struct xls_receive_setup *setup;
    struct xls_report *report;
    struct xls_why *why;
    struct xls_crew crew;
    struct xls_worker restore;
    struct xls_config_facts facts;
    struct xls_incoming guest;
    struct xls_control control;
    struct xls_offer offer;
    struct xls_baggage baggage;     /* what moves along */
    struct xls_journal *journal;    /* from the first record on; owned */
    struct xls_destination_end end; /* it, and what it acts on */
    struct xls_settle asked;        /* in the place of an offer */
    char *offered;                  /* its config, as the source wrote it */
    char *config;                   /* the same in the guard's words */
    int pipe;                       /* libxl's end of the pipe from guard */
    int64_t began;
    bool guard_done;
    bool built;    /* restore() was begun */
    bool admitted; /* FAILED may be said */
    bool prepared; /* and from here not */
    bool aborted;  /* ABORT was heard */
    bool settling; /* SETTLE was */
};

/* receive-talk.c: words with the other host, and for the log. */

/* A line about the guest, for the log. */
void xls_receiving_tell(const struct xls_receiving *r, const char *what);

/* Take the control message that has come: ABORT ends everything. */
XLS_MUST_USE enum xls_rc xls_receiving_heard(struct xls_receiving *r);

/* Wait for one control message of this type, or of other, until deadline; -1:
 * wire keeps the time. */
XLS_MUST_USE enum xls_rc xls_receiving_await(struct xls_receiving *r,
                                             enum xls_control_type type,
                                             enum xls_control_type other,
                                             int64_t deadline);

/* What came until then is judged: is the source what it has to be, at this
 * epoch?  Its Evidence is with verify already, and nothing else is due. */
XLS_MUST_USE enum xls_rc xls_receiving_await_proof(struct xls_receiving *r,
                                                   unsigned epochs);

/* Say it, with the migration's id; must_say: when it cannot be said, that is
 * the end, and r->why says why it is. */
XLS_MUST_USE enum xls_rc xls_receiving_say(struct xls_receiving *r,
                                           struct xls_control *control);
XLS_MUST_USE enum xls_rc xls_receiving_must_say(struct xls_receiving *r,
                                                struct xls_control *control);

/* Say no: the rule, and r->why.  Always XLS_PEER_POLICY. */
enum xls_rc xls_receiving_refuse(struct xls_receiving *r, const char *rule);

/* receive-arrange.c: until the guest is admitted. */

/* The source is connected, and has the key that it has to have. */
XLS_MUST_USE enum xls_rc xls_receiving_meet(struct xls_receiving *r);

/* What it is, and what it wants: it is attested, and what it offers is judged
 * and admitted, or refused; or it only asks (r->settling). */
XLS_MUST_USE enum xls_rc xls_receiving_consider(struct xls_receiving *r);

/* [P-96] Answer what it asks, and hang up. */
XLS_MUST_USE enum xls_rc xls_receiving_answer(struct xls_receiving *r);

#endif
