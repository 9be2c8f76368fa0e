/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * send-private: one migration as its parts (send.c, send-talk.c,
 * send-arrange.c, send-stream.c) share it.  Level 6.
 */
#ifndef XLS_TOOLSTACK_SEND_PRIVATE_H
#define XLS_TOOLSTACK_SEND_PRIVATE_H

#include "host/pack.h"
#include "proto/companion.h"
#include "toolstack/crew.h"
#include "toolstack/end-source.h"
#include "toolstack/pace.h"
#include "toolstack/send.h"
#include "toolstack/worker.h"

struct xls_sending {
    const struct xls_send_setup *setup;
    struct xls_report *report;
    struct xls_why *why;
    struct xls_crew crew;
    struct xls_worker save;
    struct xls_config_facts facts;
    struct xls_control control; /* the last one heard or said */
    char *config;               /* our own text of it */
    int net;
    pid_t command;
    int pipe; /* libxl's end of the pipe to guard */
    int64_t began;
    int64_t stream_began;
    struct xls_pace pace; /* from then on */
    unsigned held;        /* what the guest has of its CPUs, in per cent */
    int64_t up;           /* when the handover was answered; 0: it was not */
    int64_t down;         /* when the guest was seen stopped; 0: not yet */
    struct xls_journal *journal; /* from ADMIT on; owned */
    struct xls_source_end end;   /* it, and what it acts on */
    struct xls_pack *pack;       /* the companions; owned */
    uint8_t *companions;         /* as they are announced; owned */
    const uint8_t *archive;      /* once read; of pack */
    size_t archive_len;
    size_t archive_at; /* what has gone to wire */
    const char *phase;
    bool leased;    /* it is to have a lease at the arbiter */
    bool suspended; /* save() was begun: resume() is due on failure */
    bool asked;     /* wire wants a piece of the archive */
    bool prepared;  /* PREPARED has come, and is in control */
    bool gave_last; /* wire has all: a copy may be ready there */
    bool told;      /* the destination has said that it has nothing */
};

/* send-talk.c: progress, and words with the other host. */

/* Show where it stands; enter: in a new phase (static storage). */
void xls_sending_show(const struct xls_sending *s);
void xls_sending_enter(struct xls_sending *s, const char *phase);

/* The peer's own words, made harmless, as our reason; gives rc back. */
enum xls_rc xls_sending_refused(struct xls_sending *s, enum xls_rc rc,
                                const char *what, const char *text);

/* Decode the control message in crew.msg into s->control.  REFUSE and FAILED,
 * which may come in place of the one hoped for, are errors. */
XLS_MUST_USE enum xls_rc xls_sending_answer(struct xls_sending *s);

/* What a person or a signal wants, while it may still be had. */
enum xls_rc xls_sending_cancelled(struct xls_sending *s);

/* Wait for a control message of this type, or of other, until seconds have
 * passed; it is then in s->control. */
XLS_MUST_USE enum xls_rc xls_sending_await(struct xls_sending *s,
                                           enum xls_control_type type,
                                           enum xls_control_type other,
                                           unsigned seconds);

/* Wait until this much of the other host's Evidence is good: 1 before the
 * offer, 2 before COMMIT. */
XLS_MUST_USE enum xls_rc xls_sending_await_proof(struct xls_sending *s,
                                                 unsigned epochs);

/* Say it, with the migration's id; must_say: failing that, with the last words
 * of the process that has ended as the reason. */
XLS_MUST_USE enum xls_rc xls_sending_say(struct xls_sending *s,
                                         struct xls_control *control);
XLS_MUST_USE enum xls_rc xls_sending_must_say(struct xls_sending *s,
                                              struct xls_control *control);

/* send-limits.c: has the guest been stopped, or has all of it taken, for longer
 * than it may?  Errors: XLS_PEER_TIME. */
enum xls_rc xls_sending_in_time(struct xls_sending *s);

/* The stream begins; and, several times a second while it goes: slow the guest
 * when it writes faster than the link carries. */
void xls_sending_pace_begin(struct xls_sending *s);
void xls_sending_pace(struct xls_sending *s);

/* Nobody reads from save() any more: see that it returns. */
void xls_sending_end_save(struct xls_sending *s);

/* send-arrange.c: connect, and both prove what they have to prove. */
XLS_MUST_USE enum xls_rc xls_sending_meet(struct xls_sending *s);

/* Meet, offer the guest, be admitted, and begin the journal. */
XLS_MUST_USE enum xls_rc xls_sending_arrange(struct xls_sending *s);

/* send-companions.c: see what moves along, and put it into the offer. */
XLS_MUST_USE enum xls_rc xls_sending_announce(struct xls_sending *s);

/* The guest is suspended: read it all. */
XLS_MUST_USE enum xls_rc xls_sending_pack(struct xls_sending *s);

/* Send a piece of it, when wire has asked for one and there are some. */
XLS_MUST_USE enum xls_rc xls_sending_piece(struct xls_sending *s);

/* send-stream.c: from the first octet of memory to the last record. */
XLS_MUST_USE enum xls_rc xls_sending_stream(struct xls_sending *s);

#endif
