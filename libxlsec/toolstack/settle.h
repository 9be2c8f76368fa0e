/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * settle: the source asks over a connection of its own what became of an
 * earlier migration.  Level 6.
 */
#ifndef XLS_TOOLSTACK_SETTLE_H
#define XLS_TOOLSTACK_SETTLE_H

#include "host/journal.h"
#include "toolstack/guest.h"

enum xls_answer {
    XLS_ANSWER_NONE = 0,
    XLS_ANSWER_COMMITTED, /* it has the guest */
    XLS_ANSWER_BURNED,    /* it has nothing, and never will */
    XLS_ANSWER_UNKNOWN,   /* it cannot tell; why has what it says */
};

struct xls_settled {
    enum xls_answer answer;
    bool met;    /* connected to and proven, whatever it has said */
    bool paused; /* COMMITTED: the guest is paused there */
};

struct xls_settle_setup {
    const char *confdir;
    const struct xls_journal_facts *facts;
    enum xls_settle_word word;
    struct xls_measure_ops measure;
};

/*
 * Connect, prove, be proven to, and ask, once.  The host that answers has to
 * have the key that the journal names.
 * Errors: whatever keeps it from being asked, or from answering.
 */
XLS_MUST_USE enum xls_rc xls_settle_ask(const struct xls_settle_setup *setup,
                                        struct xls_settled *out,
                                        struct xls_why *why);

#endif
