/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * order: what may pass in which phase of a session, from whom.  Level 3.
 */
#ifndef XLS_PROTO_ORDER_H
#define XLS_PROTO_ORDER_H

#include "proto/control.h"
#include "proto/role.h"

/* Where a session stands; zero is dead. */
enum xls_session_phase {
    XLS_PHASE_DEAD = 0,
    XLS_PHASE_HANDSHAKE,
    XLS_PHASE_READY,     /* no Evidence yet */
    XLS_PHASE_SHOWN_S,   /* the source's has passed, */
    XLS_PHASE_SHOWN_D,   /* or the destination's, */
    XLS_PHASE_SHOWN,     /* or both; no OFFER yet */
    XLS_PHASE_ASKED,     /* SETTLE has passed, the answer has not */
    XLS_PHASE_OFFERED,   /* no answer yet */
    XLS_PHASE_STREAM,    /* records of the guest */
    XLS_PHASE_MORE,      /* the final one has passed; records of companions */
    XLS_PHASE_ENDED,     /* the final one of these has passed, too */
    XLS_PHASE_AGAIN_S,   /* and the source's second Evidence, */
    XLS_PHASE_AGAIN_D,   /* or the destination's, */
    XLS_PHASE_AGAIN,     /* or both */
    XLS_PHASE_PREPARED,  /* PREPARED has passed */
    XLS_PHASE_COMMITTED, /* COMMIT has passed, the answer has not */
    XLS_PHASE_GIVEN_UP,  /* ABORT has passed when there may be a copy */
    XLS_PHASE_CLOSED,    /* over; what is still received is dropped unread */
};
#define XLS_PHASE_COUNT 18

/* What moves a session on: a control message, by its type, or a record. */
enum xls_step {
    XLS_STEP_RECORD = XLS_CONTROL_TYPES,
    XLS_STEP_FINAL,
};
#define XLS_STEP_COUNT 16U

/*
 * The phase after this step (an enum xls_control_type or enum xls_step) taken
 * by this role in this phase, the same at both ends; XLS_PHASE_DEAD when it is
 * not permitted.
 */
enum xls_session_phase xls_order(enum xls_role sender,
                                 enum xls_session_phase phase, unsigned step);

#endif
