/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * end-source: the source's end of a handover, by its journal.  Level 6.
 *
 * The same for the process that migrates and for one that finds the journal
 * after that has died: each state says what there is to do (proto/handover),
 * and doing it twice does no harm [P-91].
 */
#ifndef XLS_TOOLSTACK_END_SOURCE_H
#define XLS_TOOLSTACK_END_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "host/journal.h"
#include "host/pack.h"
#include "toolstack/guest.h"
#include "toolstack/lease.h"

struct xls_source_end {
    struct xls_journal *journal;      /* all borrowed */
    const struct xls_source_ops *ops; /* describe and save are not used */
    struct xls_pack *pack;            /* what moves along; NULL: unknown */
    const char *confdir;
    struct xls_measure_ops measure;
    /* What is going on, for a person; NULL: nobody is told. */
    void (*tell)(void *ctx, const char *line);
    void *tell_ctx;
    struct xls_lease_hold lease; /* its conf is set; close it at the end */
    /* The destination could not be met; while it is set, it is not asked. */
    bool unmet;
    bool offered;   /* this process has offered the lease */
    bool moved;     /* it has been in MOVED */
    bool take_back; /* COMMIT may not be said: its entry may not last [P-90] */
};

/* The state that the journal says. */
enum xls_source_state xls_source_at(const struct xls_source_end *end);

/*
 * The step for this event, written to the journal; nothing is done yet.
 * Errors: XLS_BUG_CONTRACT (it has no place there), XLS_HOST_IO (not taken),
 * XLS_HOST_DOUBT (taken, and may not last).
 */
XLS_MUST_USE enum xls_rc xls_source_step(struct xls_source_end *end,
                                         enum xls_source_event event,
                                         const char *note, struct xls_why *why);

/* Show to who looks at this host that the guest was given away; entering COMMIT
 * does. */
void xls_source_mark(const struct xls_source_end *end);

/*
 * Bring about here what the state asks for: in MOVED the copy is destroyed and
 * the journal closed; in BACK the guest goes on, which leads to HERE.  In
 * other states nothing.
 * Errors: XLS_HOST_XEN, XLS_HOST_IO; it goes as far as it can.
 */
XLS_MUST_USE enum xls_rc xls_source_act(struct xls_source_end *end,
                                        struct xls_why *why);

/* The same as in BACK, whatever the state; for who cannot enter it. */
XLS_MUST_USE enum xls_rc xls_source_take_back(struct xls_source_end *end,
                                              struct xls_why *why);

/*
 * [P-102] In COMMIT: offer the lease, before COMMIT is said.
 * Errors: XLS_HOST_* (it may be offered, or not).
 */
XLS_MUST_USE enum xls_rc xls_source_offer(struct xls_source_end *end,
                                          struct xls_why *why);

/*
 * [P-102] Take the step that the lease leads to, if there is one, and act.
 * XLS_OK: it was read.  Errors: XLS_HOST_*.
 */
XLS_MUST_USE enum xls_rc xls_source_consult(struct xls_source_end *end,
                                            struct xls_why *why);

/*
 * Ask the destination over a new connection, once, take the step for what it
 * says, and act.  XLS_OK: it has answered.  Where there is a lease, that is
 * consulted as well: in COMMIT before, and in HERE when it does not answer.
 * Errors: XLS_PEER_ORDER (it says that the guest runs there, and here it does
 * too, by somebody's word: why is loud), others (not reached, not proven).
 */
XLS_MUST_USE enum xls_rc xls_source_ask(struct xls_source_end *end,
                                        struct xls_why *why);

/*
 * The same again and again, with growing pauses, until the journal is settled
 * or it is until (xls_now_ms()), at least once; cancel_fd (-1: none) ends it
 * when readable.  why has the last reason.
 */
void xls_source_settle(struct xls_source_end *end, int64_t until, int cancel_fd,
                       struct xls_why *why);

#endif
