/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * end-destination: the destination's end of a handover, by its journal.
 * Level 6.
 *
 * The same for the process that receives and for one that finds the journal
 * after that has died, or is asked what became of it [P-91].
 */
#ifndef XLS_TOOLSTACK_END_DESTINATION_H
#define XLS_TOOLSTACK_END_DESTINATION_H

#include "host/journal.h"
#include "host/place.h"
#include "toolstack/guest.h"
#include "toolstack/lease.h"

struct xls_destination_end {
    struct xls_journal *journal;           /* all borrowed */
    const struct xls_destination_ops *ops; /* admit and restore are not used */
    struct xls_place *place;               /* what came along; NULL: nothing */
    struct xls_lease_hold lease; /* its conf is set; close it at the end */
    /* One line about what is happening, for the log; never NULL. */
    void (*say)(void *ctx, const char *line);
    void *say_ctx;
};

/* The state that the journal says. */
enum xls_destination_state
xls_destination_at(const struct xls_destination_end *end);

/*
 * The step for this event, written to the journal; nothing is done yet.
 * Errors: XLS_BUG_CONTRACT (it has no place there), XLS_HOST_IO (not taken),
 * XLS_HOST_DOUBT (taken, and may not last).
 */
XLS_MUST_USE enum xls_rc xls_destination_step(struct xls_destination_end *end,
                                              enum xls_destination_event event,
                                              const char *note,
                                              struct xls_why *why);

/*
 * Destroy the copy, wipe what came along, give the lease back, and then take
 * the step for this event, which leads to BURNED.  Errors: XLS_HOST_XEN (the
 * copy is still here, and so are the state and what came along); as
 * xls_destination_step() and xls_destination_tidy_lease(), and nothing is here
 * any more all the same.
 */
XLS_MUST_USE enum xls_rc xls_destination_burn(struct xls_destination_end *end,
                                              enum xls_destination_event event,
                                              const char *note,
                                              struct xls_why *why);

/*
 * In TAKING: take the lease, if there is one, and start the guest, which ends
 * in COMMITTED, or by way of BURNING in BURNED, with why it could not be
 * started in why.  A guest that may have run is not burned.  Errors:
 * XLS_HOST_IO, XLS_HOST_DOUBT (the journal), those of the lease, and where it
 * may have run what is not done yet.
 */
XLS_MUST_USE enum xls_rc xls_destination_start(struct xls_destination_end *end,
                                               struct xls_why *why);

/*
 * [P-103] What the lease leads to where nothing else has happened: *event, -1
 * for none.  there: the copy is here.  Errors: those of xls_lease_look().
 */
XLS_MUST_USE enum xls_rc
xls_destination_consult(struct xls_destination_end *end, bool there, int *event,
                        struct xls_why *why);

/*
 * [P-103] Bring the lease to where a state that is over has it: RUNS in
 * COMMITTED, SOURCE in BURNED.  Errors: those of xls_lease_swap().
 */
XLS_MUST_USE enum xls_rc
xls_destination_tidy_lease(struct xls_destination_end *end, unsigned state,
                           struct xls_why *why);

#endif
