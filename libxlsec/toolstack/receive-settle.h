/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * receive-settle: a journal of the destination's that is found again: by a
 * source that asks, or after a process has died.  Level 6.
 */
#ifndef XLS_TOOLSTACK_RECEIVE_SETTLE_H
#define XLS_TOOLSTACK_RECEIVE_SETTLE_H

#include "toolstack/crew.h"
#include "toolstack/end-destination.h"
#include "toolstack/receive.h"

/*
 * [P-96] Take the step that the source of this session asks for, do what it
 * needs, and fill in what is to be said.  *runs: the guest is started here now,
 * and somebody should stay with it.
 * Errors: XLS_HOST_* (nothing can be said; the source asks again).
 */
XLS_MUST_USE enum xls_rc
xls_settle_answer(const struct xls_receive_setup *setup,
                  const struct xls_crew *crew, const struct xls_settle *asked,
                  struct xls_control *answer, bool *runs, struct xls_why *why);

/* What has happened to a journal that is taken: a process died (LOST), or what
 * a source or a person says; note is for the journal, and may be NULL. */
struct xls_going {
    struct xls_journal *journal;
    enum xls_destination_event event;
    const char *note;
    bool runs; /* out: as *runs above */
};

/*
 * Go on with it.  What is not here any more is noticed first.
 * Errors: XLS_BUG_CONTRACT (the event has no place there), XLS_HOST_*.
 */
XLS_MUST_USE enum xls_rc
xls_destination_go_on(const struct xls_receive_setup *setup,
                      const struct xls_conf *conf, struct xls_going *going,
                      struct xls_why *why);

#endif
