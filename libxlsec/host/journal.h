/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * journal: what an end of a migration has decided, on the disk.  Level 5.
 *
 * A file for each migration and role, STATE/handover/ID.source or
 * ID.destination, of text that a person can read: doc/PROTOCOL.md, 10.3.  One
 * process at a time acts for a migration: it has a lock on the file, which ends
 * with the process.
 */
#ifndef XLS_HOST_JOURNAL_H
#define XLS_HOST_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "proto/companion.h"
#include "proto/control.h"
#include "proto/handover.h"
#include "proto/role.h"

enum {
    XLS_JOURNAL_COMMAND = 1024, /* octets of a command, with the NUL */
    XLS_JOURNAL_NOTE = 200,
    XLS_JOURNAL_ARBITER = 49,
};

/* What a journal is about; it does not change. */
struct xls_journal_facts {
    enum xls_role role;        /* of this end */
    uint8_t id[XLS_ID_LEN];    /* of the migration */
    char peer[XLS_NAME];       /* the other host, as its file here calls it */
    uint8_t peer_key[XLS_KEY]; /* and its static key */
    char guest[XLS_NAME_MAX + 1]; /* its name */
    uint8_t uuid[16];
    bool paused; /* it is to stay paused at the destination */
    char command[XLS_JOURNAL_COMMAND]; /* source: the link; empty: TCP */
    char arbiter[XLS_JOURNAL_ARBITER]; /* its lockspace; empty: none */
    struct xls_companions companions;  /* as they were announced */
};

/* A journal as it was last read or written. */
struct xls_journal_view {
    struct xls_journal_facts facts;
    unsigned state; /* enum xls_source_state or xls_destination_state */
    int64_t since;  /* when it was entered, in seconds of the epoch */
    int64_t began;  /* when the first state was */
    char note[XLS_JOURNAL_NOTE]; /* of the last state; may be empty */
    bool torn; /* a last line was half written, and is ignored */
};

struct xls_journal;

/*
 * Begin the journal of a migration, in its first state (OPEN; a destination
 * that hears ABORT of what it does not know: BURNED), synced and locked.
 * *out is the caller's, NULL on error.
 * Errors: XLS_HOST_BUSY (there is a journal of this id and role, or another
 * migration of the guest with this uuid is not settled here; why says which,
 * and what to do), XLS_HOST_IO, XLS_HOST_NOMEM; no file is left then.
 */
XLS_MUST_USE enum xls_rc
xls_journal_begin(const char *state, const struct xls_journal_facts *facts,
                  unsigned first, struct xls_journal **out,
                  struct xls_why *why);

/*
 * May a migration of the guest of this uuid begin, with this host in that role?
 * For who wants to know before anything is done: xls_journal_begin() has the
 * last word.  To a destination one that leaves here counts, too, as its copy is
 * here still.
 * Errors: XLS_HOST_BUSY (not now; why says which is open, and what to do),
 * XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_journal_may_begin(const char *state,
                                               enum xls_role role,
                                               const uint8_t uuid[16],
                                               struct xls_why *why);

/*
 * Take over the journal of this id and role, which no other process has.
 * Errors: XLS_HOST_CONF (there is none: *absent is true then; or it is
 * damaged), XLS_HOST_BUSY (another process has it: its id is in *holder),
 * XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_journal_take(const char *state, enum xls_role role,
                                          const uint8_t id[XLS_ID_LEN],
                                          struct xls_journal **out,
                                          bool *absent, pid_t *holder,
                                          struct xls_why *why);

/* What it says; borrowed until the next call with it. */
const struct xls_journal_view *
xls_journal_view(const struct xls_journal *journal);

/*
 * Enter a state: the line is written and synced.  note is for people, one line,
 * NULL for none; control characters in it become '?'.  The step has to be one
 * that the caller got from xls_source_next() or xls_destination_next().
 * Errors: XLS_HOST_IO (not entered: what was there is there unchanged),
 * XLS_HOST_DOUBT (written, but it may be on the disk or not: [P-90]; the view
 * has the new state).
 */
XLS_MUST_USE enum xls_rc xls_journal_enter(struct xls_journal *journal,
                                           unsigned state, const char *note,
                                           struct xls_why *why);

enum { XLS_JOURNAL_MARK = 2 * XLS_ID_LEN + 1 + XLS_NAME }; /* with its NUL */

/* "ID HOST": what shows to others what the guest here belongs to. */
void xls_journal_mark(const struct xls_journal *journal,
                      char text[XLS_JOURNAL_MARK]);

/* Let go of it: the lock ends, the file stays.  NULL does nothing. */
void xls_journal_leave(struct xls_journal *journal);

/* Is there nothing more to bring about? */
bool xls_journal_settled(const struct xls_journal_view *view);

/* A line of a listing. */
struct xls_journal_entry {
    struct xls_journal_view view;
    pid_t holder; /* the process that acts for it; 0: none */
    bool damaged; /* only facts.role, facts.id and why are good */
    struct xls_why why;
};

/*
 * All journals, the oldest first; none when the directory is not there.  *list
 * is the caller's to free().
 * Errors: XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_journal_list(const char *state,
                                          struct xls_journal_entry **list,
                                          size_t *count, struct xls_why *why);

/* Is something there that a process which died had half made?  Beginning a
 * journal and xls_journal_prune() remove it. */
bool xls_journal_untidy(const char *state);

/*
 * Remove journals that are settled: all but the newest keep of each role, and
 * none that is younger than seconds.
 * Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_journal_prune(const char *state, size_t keep,
                                           int64_t seconds,
                                           struct xls_why *why);

#endif
