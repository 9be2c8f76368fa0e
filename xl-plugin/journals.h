/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * journals: the migrations of this host as their journals have them, found by
 * what a person calls them, and told in plain words.  Nothing here touches Xen.
 */
#ifndef XLS_PLUGIN_JOURNALS_H
#define XLS_PLUGIN_JOURNALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "host/journal.h"

enum {
    XLS_JOURNALS_OPEN = 4, /* exit status: something is not settled */
    XLS_BRIEF_ID = 8,      /* hexadecimal digits that a person is shown */
    XLS_TIME_TEXT = 24,    /* of xls_time_text(), with the NUL */
};

struct xls_journals {
    char state[XLS_PATH]; /* the directory that they are under */
    struct xls_journal_entry *list;
    size_t count;
};

/* Read those that the configuration in confdir names, the oldest first; to be
 * freed in any case.  Errors: XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_journals_read(const char *confdir,
                                           struct xls_journals *out,
                                           struct xls_why *why);
void xls_journals_free(struct xls_journals *journals);

/* Is it damaged, or not settled? */
bool xls_journals_is_open(const struct xls_journal_entry *entry);
size_t xls_journals_open(const struct xls_journals *journals);

/* Is name the guest's: its own, or with --migratedaway or --incoming? */
bool xls_journals_named(const struct xls_journal_facts *facts,
                        const char *name);

/*
 * Which does a person mean by text: a guest's name (those that are open; else
 * the last one), or the first digits of an id, 4 at least?  picked has an
 * element for each; how many are true.
 */
size_t xls_journals_pick(const struct xls_journals *journals, const char *text,
                         bool *picked);

/* Where the guest is, as far as this end knows. */
enum xls_whose {
    XLS_WHOSE_UNKNOWN = 0,
    XLS_WHOSE_HERE,
    XLS_WHOSE_THERE,
};

/* A journal in words; all printable ASCII. */
struct xls_told {
    char id[2 * XLS_ID_LEN + 1];
    char brief[XLS_BRIEF_ID + 1];
    char guest[XLS_NAME_MAX + 1]; /* "" when it is not known */
    char peer[XLS_NAME];          /* the same */
    char file[XLS_PATH + 64];
    char note[XLS_JOURNAL_NOTE];
    const char *role;  /* "source" or "destination" */
    const char *way;   /* "leaves for", "comes from" */
    const char *state; /* the journal's word; "damaged" */
    enum xls_whose whose;
    char is[1024];    /* sentences: what holds */
    char waits[1024]; /* a sentence: what has to happen; may be empty */
};

/* Tell one of these. */
void xls_journals_tell(const struct xls_journals *journals,
                       const struct xls_journal_entry *entry,
                       struct xls_told *out);

/* Copy text, cut to fit, with told's guest where {g} stands, and the other host
 * for {p}. */
void xls_told_fill(char *out, size_t size, const char *text,
                   const struct xls_told *told);

/* The lines of it in a list. */
void xls_journals_show(FILE *to, const struct xls_journal_entry *entry,
                       const struct xls_told *told);

/* "here", "there" or "unknown". */
const char *xls_whose_name(enum xls_whose whose);

/* A state that was entered; text is printable ASCII, note may be empty. */
struct xls_passed {
    char state[16];
    char when[XLS_TIME_TEXT];
    char note[3 * XLS_JOURNAL_NOTE];
};

/*
 * The next state of those in text, which is a journal's file that has been
 * read and found good; *at is 0 at first.  False: that was the last one.
 */
bool xls_journals_passed(const char *text, size_t *at, struct xls_passed *out);

/* A journal's file, for that; the caller frees it.  NULL: it cannot be read. */
char *xls_journals_file(const char *path);

/* A second of the epoch in UTC ("2026-11-25T17:20:09Z"), and how long that is
 * ago ("3 h 2 min"). */
void xls_time_text(int64_t when, char out[XLS_TIME_TEXT]);
void xls_age_text(int64_t when, char out[XLS_TIME_TEXT]);

#endif
