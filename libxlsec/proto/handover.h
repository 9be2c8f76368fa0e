/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * handover: who has the guest, as one small table for each end.  Level 3.
 *
 * Each state says what the end that is in it has to bring about, again and
 * again if need be: that is all that a process needs which finds the state in a
 * journal after another one has died.  A state is written to the journal, and
 * synced, before anything is done or said because of it; BURNED once it is so.
 *
 * At the source:                At the destination:
 *   OPEN    may stop the guest,   OPEN       builds a copy
 *           and let it go on      PREPARED   keeps it, paused
 *   COMMIT  keeps it stopped,     TAKING     starts it
 *           says COMMIT           COMMITTED  nothing more: it runs here
 *   MOVED   destroys its copy     BURNING    destroys its copy
 *   BACK    lets it go on         BURNED     nothing more: there is no copy
 *   HERE    says ABORT            UNSURE     nothing more: it may have run
 *   CLOSED  nothing more                     here, and is gone
 */
#ifndef XLS_PROTO_HANDOVER_H
#define XLS_PROTO_HANDOVER_H

#include <stdbool.h>

enum xls_source_state {
    XLS_SOURCE_NONE = 0, /* no journal; also: not permitted */
    XLS_SOURCE_OPEN,
    XLS_SOURCE_COMMIT,
    XLS_SOURCE_MOVED,
    XLS_SOURCE_BACK,
    XLS_SOURCE_HERE,
    XLS_SOURCE_CLOSED,
};
#define XLS_SOURCE_STATES 7

enum xls_source_event {
    XLS_SOURCE_ADMITTED = 0, /* ADMIT has come */
    XLS_SOURCE_AGREED,       /* PREPARED of exactly what was sent, and proven */
    XLS_SOURCE_LOST,         /* link, time, patience, or a process of ours */
    XLS_SOURCE_COMMITTED,    /* said by the destination, authenticated */
    XLS_SOURCE_BURNED,       /* the same; also FAILED and REFUSE of an offer */
    XLS_SOURCE_UNKNOWN,      /* it says that it cannot tell */
    XLS_SOURCE_DONE,         /* all that the state asks for is done */
    XLS_SOURCE_VOUCH_MOVED,  /* a person: it has run there */
    XLS_SOURCE_VOUCH_BACK,   /* a person: it has not, nor ever will */
};
#define XLS_SOURCE_EVENTS 9

enum xls_destination_state {
    XLS_DESTINATION_NONE = 0, /* no journal; also: not permitted */
    XLS_DESTINATION_OPEN,
    XLS_DESTINATION_PREPARED,
    XLS_DESTINATION_TAKING,
    XLS_DESTINATION_COMMITTED,
    XLS_DESTINATION_BURNED,
    XLS_DESTINATION_UNSURE,
    XLS_DESTINATION_BURNING,
};
#define XLS_DESTINATION_STATES 8

enum xls_destination_event {
    XLS_DESTINATION_BEGUN = 0,   /* the first of the guest has come */
    XLS_DESTINATION_LOADED,      /* built, paused, complete, proven */
    XLS_DESTINATION_LOST,        /* link, time, or a process of ours */
    XLS_DESTINATION_COMMIT,      /* said by the source, authenticated */
    XLS_DESTINATION_ABORT,       /* the same */
    XLS_DESTINATION_STARTED,     /* the guest is started */
    XLS_DESTINATION_UNSTARTABLE, /* it cannot be, and has not run */
    XLS_DESTINATION_GONE,        /* the copy is not there */
    XLS_DESTINATION_VOUCH_TAKE,  /* a person: the source has not let it go on,
                                  * nor ever will */
    XLS_DESTINATION_VOUCH_BURN,  /* a person: the source has it */
};
#define XLS_DESTINATION_EVENTS 10

/*
 * The state after this event in this state; ..._NONE when the event has no
 * place there, which is a fault of the program or of the peer, and changes
 * nothing.
 */
enum xls_source_state xls_source_next(enum xls_source_state state,
                                      enum xls_source_event event);
enum xls_destination_state
xls_destination_next(enum xls_destination_state state,
                     enum xls_destination_event event);

/* Is there nothing more to bring about? */
bool xls_source_settled(enum xls_source_state state);
bool xls_destination_settled(enum xls_destination_state state);

/* Words for journals, models and people; static storage, "none" for 0. */
const char *xls_source_state_name(enum xls_source_state state);
const char *xls_source_event_name(enum xls_source_event event);
const char *xls_destination_state_name(enum xls_destination_state state);
const char *xls_destination_event_name(enum xls_destination_event event);

/* And back from a journal's word; ..._NONE for another. */
enum xls_source_state xls_source_state_read(const char *word);
enum xls_destination_state xls_destination_state_read(const char *word);

#endif
