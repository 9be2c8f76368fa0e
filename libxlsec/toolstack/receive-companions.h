/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * receive-companions: what moves along with the guest, at the host that it
 * comes to.  Level 6.
 */
#ifndef XLS_TOOLSTACK_RECEIVE_COMPANIONS_H
#define XLS_TOOLSTACK_RECEIVE_COMPANIONS_H

#include "host/place.h"
#include "proto/companion.h"
#include "toolstack/crew.h"

/* Zeroed: none; ended by xls_baggage_end(). */
struct xls_baggage {
    struct xls_companions *list; /* as announced; owned */
    struct xls_place *place;     /* owned */
    uint8_t *octets;             /* the archive, as far as it has come; owned */
    size_t len;
    size_t room;
    bool staged; /* all of it is on the disk */
};

/* Keep the list of an OFFER, which has judged it.  Errors: XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_baggage_note(struct xls_baggage *b,
                                          const struct xls_offer *offer);

/*
 * May they come, and is there a place for each?  *rule names what refuses them
 * (static storage).  Errors: XLS_PEER_POLICY, XLS_HOST_*.
 */
XLS_MUST_USE enum xls_rc xls_baggage_judge(struct xls_baggage *b,
                                           const struct xls_crew *crew,
                                           const struct xls_config_facts *facts,
                                           const char **rule,
                                           struct xls_why *why);

/*
 * Take a piece (crew->msg, which is wiped); the last of them brings everything
 * to the disk.  Errors: XLS_PEER_*, XLS_HOST_*.
 */
XLS_MUST_USE enum xls_rc xls_baggage_take(struct xls_baggage *b,
                                          struct xls_crew *crew,
                                          struct xls_why *why);

/* Wipe and free what is in memory; undo: and what is on the disk. */
void xls_baggage_undo(struct xls_baggage *b, struct xls_why *why);
void xls_baggage_end(struct xls_baggage *b);

#endif
