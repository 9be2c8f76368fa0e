/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * lease: the arbiter's lease of one migration, for the end that has the
 * journal.  Level 6.
 *
 * Whether there is one stands in the journal.  What cannot be read or written
 * is an error, and then nothing that hangs on the lease is done.
 */
#ifndef XLS_TOOLSTACK_LEASE_H
#define XLS_TOOLSTACK_LEASE_H

#include "host/arbiter.h"
#include "host/journal.h"

struct xls_lease_hold {
    const struct xls_conf *conf; /* borrowed */
    struct xls_arbiter *arbiter; /* opened when first needed; owned */
};

/* Is there a lease of this migration? */
bool xls_lease_is_used(const struct xls_journal *journal);

/*
 * What is there, and whether the other host is down, says the arbiter.
 * Errors: XLS_HOST_CONF (another arbiter than when it began), XLS_HOST_BUSY,
 * XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_lease_look(struct xls_lease_hold *hold,
                                        const struct xls_journal *journal,
                                        struct xls_lease *lease, bool *down,
                                        struct xls_why *why);

/* As xls_arbiter_swap(). */
XLS_MUST_USE enum xls_rc
xls_lease_swap(struct xls_lease_hold *hold, const struct xls_journal *journal,
               enum xls_lease_value from, enum xls_lease_value to,
               enum xls_lease_value *now, struct xls_why *why);

/*
 * A person has decided: make it this.  Where there is no lease any more, or
 * xlsec.conf has no [arbiter] any more, it is done.
 * Errors: XLS_PEER_POLICY (it says RUNS, which is no longer for anybody to
 * decide), as xls_lease_look() and xls_lease_swap().
 */
XLS_MUST_USE enum xls_rc xls_lease_force(struct xls_lease_hold *hold,
                                         const struct xls_journal *journal,
                                         enum xls_lease_value to,
                                         struct xls_why *why);

/* The migration is over: nothing of it stays at the arbiter. */
XLS_MUST_USE enum xls_rc xls_lease_remove(struct xls_lease_hold *hold,
                                          const struct xls_journal *journal,
                                          struct xls_why *why);

/* Close what was opened. */
void xls_lease_close(struct xls_lease_hold *hold);

/* Is there to be an arbiter between this host and the peer of that key?
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_lease_wanted(const struct xls_conf *conf,
                                          const uint8_t key[XLS_KEY],
                                          bool *wanted, struct xls_why *why);

/*
 * [P-101] The destination, to an offer with or without an arbiter: is that what
 * this host wants, and is it at one?  *rule (static storage) is the one that
 * refuses. Errors: XLS_PEER_POLICY, and those of host/arbiter.
 */
XLS_MUST_USE enum xls_rc xls_lease_admit(struct xls_lease_hold *hold,
                                         const uint8_t key[XLS_KEY],
                                         bool offered, const char **rule,
                                         struct xls_why *why);

#endif
