/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * recover: journals that nobody acts for any more, gone on with.  Level 6.
 *
 * What can be settled without a person is; the rest stays as it is, and is
 * told.  Journals that a living process holds are left alone.
 */
#ifndef XLS_TOOLSTACK_RECOVER_H
#define XLS_TOOLSTACK_RECOVER_H

#include "host/journal.h"
#include "toolstack/guest.h"

/* How the guests of journals are got at. */
struct xls_recover_ops {
    void *ctx;
    /* The acts on the guest that a source's journal is about; end it with
     * source_end(). */
    enum xls_rc (*source)(void *ctx, const struct xls_journal_facts *facts,
                          struct xls_source_ops *ops, struct xls_why *why);
    void (*source_end)(void *ctx, struct xls_source_ops *ops);
    /* The same for a destination's. */
    enum xls_rc (*destination)(void *ctx, struct xls_destination_ops *ops,
                               struct xls_why *why);
    void (*destination_end)(void *ctx, struct xls_destination_ops *ops);
    /* A guest was started: somebody has to stay with it; ops is its. */
    void (*started)(void *ctx, struct xls_destination_ops *ops);
};

struct xls_recover_setup {
    const char *confdir;
    struct xls_recover_ops ops;
    struct xls_measure_ops measure;
    void (*say)(void *ctx, const char *line);
    void *say_ctx;
};

/* What a person wants of one migration. */
enum xls_recover_wish {
    XLS_WISH_NONE,  /* go on as the states say */
    XLS_WISH_HERE,  /* a person vouches: here, and never there */
    XLS_WISH_THERE, /* a person vouches: there, and never here */
};

/* The notes of states that they led to. */
#define XLS_NOTE_HERE  "a person vouches: the guest is this host's"
#define XLS_NOTE_THERE "a person vouches: the guest is the other host's"

/*
 * Go on with one journal.  A source asks the destination once.  XLS_OK: it was
 * gone on with, which does not say that it is settled now: see *view.
 * Errors: XLS_HOST_BUSY (a process acts for it), XLS_HOST_CONF (damaged, or not
 * there), XLS_PEER_POLICY (the wish has no place in this state; why says why
 * not), XLS_HOST_*.
 */
XLS_MUST_USE enum xls_rc
xls_recover_one(const struct xls_recover_setup *setup, enum xls_role role,
                const uint8_t id[XLS_ID_LEN], enum xls_recover_wish wish,
                struct xls_journal_view *view, struct xls_why *why);

/*
 * Go on with all that are not settled and that nobody holds: first with what
 * asks nobody, then the other hosts are asked; one that cannot be met is asked
 * once, and not for each of its guests.  peer: only those with the host of this
 * static key; NULL: with any.  *open is how many of them stay unsettled, those
 * that are held included.
 * Errors: XLS_HOST_* (the journals cannot be read).
 */
XLS_MUST_USE enum xls_rc xls_recover_all(const struct xls_recover_setup *setup,
                                         const uint8_t peer[XLS_KEY],
                                         size_t *open, struct xls_why *why);

/*
 * What is due besides: old journals that are settled are removed, and a host
 * that has an arbiter begins to join it, if it has not.
 * Errors: XLS_HOST_*.
 */
XLS_MUST_USE enum xls_rc xls_recover_tidy(const struct xls_recover_setup *setup,
                                          struct xls_why *why);

#endif
