/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * journal-text: a journal's octets, without any file.  Level 5;
 * doc/PROTOCOL.md, 10.3, is the format.
 *
 * What is read is printed again, line by line, and has to be the same octets:
 * so there is one text for what it says, and its sums are checked on the way.
 */
#ifndef XLS_HOST_JOURNAL_TEXT_H
#define XLS_HOST_JOURNAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/journal.h"

enum {
    XLS_JOURNAL_SIZE = 16384, /* [P-99] of a file, whatever it says */
    XLS_JOURNAL_SUM = 8,      /* octets of a line's sum */
    XLS_JOURNAL_STATE = 512,  /* the longest line of a state, with its LF */
};

/* The octets of a file; those from used on are line feeds. */
struct xls_journal_text {
    char octets[XLS_JOURNAL_SIZE];
    size_t used;
    uint8_t sum[XLS_JOURNAL_SUM]; /* of the last line */
};

/* Is there an event that leads from the one state to the other? */
bool xls_journal_follows(enum xls_role role, unsigned from, unsigned to);

/*
 * Begin a text with what it is about.
 * Errors: XLS_BUG_CONTRACT (facts that no journal may have).
 */
XLS_MUST_USE enum xls_rc
xls_journal_text_begin(struct xls_journal_text *text,
                       const struct xls_journal_facts *facts);

/*
 * Add the line of a state, and make *view say so.  note: as of
 * xls_journal_enter(); it is cut where the line would be longer than
 * XLS_JOURNAL_STATE.
 * Errors: XLS_BUG_CONTRACT (no such state, or no room); nothing is changed.
 */
XLS_MUST_USE enum xls_rc xls_journal_text_add(struct xls_journal_text *text,
                                              struct xls_journal_view *view,
                                              unsigned state, int64_t when,
                                              const char *note);

/* What the last state may be taken back to. */
struct xls_journal_mark {
    size_t used;
    uint8_t sum[XLS_JOURNAL_SUM];
    unsigned state;
    int64_t since;
    int64_t began;
    char note[XLS_JOURNAL_NOTE];
};

/* Remember text and view, and make them what they were. */
struct xls_journal_mark
xls_journal_text_mark(const struct xls_journal_text *text,
                      const struct xls_journal_view *view);
void xls_journal_text_undo(struct xls_journal_text *text,
                           struct xls_journal_view *view,
                           const struct xls_journal_mark *mark);

/*
 * Read what the file of the role and id that are in view->facts has:
 * XLS_JOURNAL_SIZE octets, line feeds where the file was shorter.  text and
 * view are to be used on XLS_OK alone; but *known is true when view->facts is
 * good all the same.
 * Errors: XLS_HOST_CONF (damaged; why is the end of a sentence).
 */
XLS_MUST_USE enum xls_rc xls_journal_text_read(const char *octets,
                                               struct xls_journal_text *text,
                                               struct xls_journal_view *view,
                                               bool *known,
                                               struct xls_why *why);

#endif
