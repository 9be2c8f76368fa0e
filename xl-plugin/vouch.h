/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * vouch: a person decides what the two hosts of a migration could not settle,
 * and is told what has to be true for that.
 */
#ifndef XLS_PLUGIN_VOUCH_H
#define XLS_PLUGIN_VOUCH_H

#include "journals.h"
#include "toolstack/recover.h"

/* Whichever host it is said at. */
enum xls_verdict {
    XLS_VERDICT_NONE = 0,
    XLS_VERDICT_ABORT,  /* the guest is the source's */
    XLS_VERDICT_COMMIT, /* the guest is the destination's */
};

/* What that is to who recovers this journal. */
enum xls_recover_wish xls_verdict_wish(enum xls_verdict verdict,
                                       enum xls_role role);

/* Is that whose the guest is already? */
bool xls_verdict_holds(enum xls_verdict verdict, enum xls_role role,
                       const struct xls_told *told);

/*
 * Has the verdict a place in the state of this journal, which is not settled?
 * It has been told on stderr when not.
 */
bool xls_verdict_possible(const char *program, enum xls_verdict verdict,
                          const struct xls_journal_entry *entry,
                          const struct xls_told *told);

/*
 * Tell on stderr what a verdict that is possible does, and when it is right;
 * then have a person type the guest's name.  given is that from the command
 * line, NULL: ask on the terminal.  False, and it has been told: not vouched.
 */
bool xls_vouched(const char *program, enum xls_verdict verdict,
                 const struct xls_journal_entry *entry,
                 const struct xls_told *told, const char *given);

#endif
