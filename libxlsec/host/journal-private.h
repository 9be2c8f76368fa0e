/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * journal-private: what journal's files share.  Level 5, for journal*.c only.
 */
#ifndef XLS_HOST_JOURNAL_PRIVATE_H
#define XLS_HOST_JOURNAL_PRIVATE_H

#include <sys/types.h>

#include "host/journal-text.h"

enum {
    XLS_JOURNAL_FILE = 2 * XLS_ID_LEN + 16, /* a name, with its NUL */
    XLS_JOURNAL_PATH = XLS_PATH + XLS_JOURNAL_FILE + 16,
};

/* A journal that this process has.  Closing any descriptor of its file ends the
 * lock, so nothing here opens one of these once more. */
struct xls_journal {
    struct xls_journal *next;
    pid_t pid; /* a child has a copy of this, and not the lock */
    dev_t dev;
    ino_t ino;
    int fd;
    char path[XLS_JOURNAL_PATH]; /* for messages */
    size_t synced;               /* octets of text that are on the disk */
    struct xls_journal_text text;
    struct xls_journal_view view;
};

/* The name of a journal's file, and back: false for another. */
void xls_journal_file(enum xls_role role, const uint8_t id[XLS_ID_LEN],
                      char out[XLS_JOURNAL_FILE]);
bool xls_journal_file_read(const char *name, enum xls_role *role,
                           uint8_t id[XLS_ID_LEN]);

/*
 * Open STATE/handover; *dir is the caller's, -1 when it is not there, unless
 * make is true.  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_journal_dir(const char *state, bool make, int *dir,
                                         struct xls_why *why);

/*
 * Wait for the lock of the directory; closing *lock, which is the caller's,
 * ends it.  Errors: XLS_HOST_IO, XLS_HOST_BUSY.
 */
XLS_MUST_USE enum xls_rc xls_journal_lock_dir(int dir, int *lock,
                                              struct xls_why *why);

/* Remove half-made journals.  Who has the directory's lock makes them, and
 * calls this; so they are of the dead. */
void xls_journal_tidy(int dir);

/* Lock a whole file for writing; -1 and errno when that fails, *holder is then
 * the process that has the lock, 0 when none is known. */
int xls_journal_lock(int fd, pid_t *holder);

/* The process that has the lock on a file, not this one; 0: none. */
pid_t xls_journal_holder(int fd);

/*
 * Read an open file; as xls_journal_text_read().
 * Errors: XLS_HOST_CONF (damaged, or not root's alone), XLS_HOST_IO,
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_journal_load(int fd, struct xls_journal_text *text,
                                          struct xls_journal_view *view,
                                          bool *known, struct xls_why *why);

/* A new one, without a file, for that name; NULL: no memory. */
struct xls_journal *xls_journal_new(const char *state, const char *name);

/* Write everything from this octet on, with the line feeds behind it: so
 * nothing of a line that was half written before is left.  How far it came;
 * less than XLS_JOURNAL_SIZE: errno says why. */
size_t xls_journal_write(const struct xls_journal *journal, size_t at);

/* XLS_HOST_IO, and a sentence with errno's. */
XLS_MUST_USE enum xls_rc xls_journal_cannot(const struct xls_journal *journal,
                                            const char *what,
                                            struct xls_why *why);

/* It is held from here on, see below; false: its file cannot be looked at. */
bool xls_journal_hold(struct xls_journal *journal);

/* That which this process has of this file; NULL: it has it not. */
const struct xls_journal *xls_journal_held(int dir, const char *name);

#endif
