/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * contents: the files of companions, read from the disk.  Level 5.
 *
 * Each is put behind what the archive has; its data is on the heap, and goes
 * with xls_contents_drop().
 */
#ifndef XLS_HOST_CONTENTS_H
#define XLS_HOST_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "proto/archive.h"

#define XLS_SWTPM_LOCK ".lock" /* swtpm's: a POSIX lock on all of it */

/* Of which companion they are. */
struct xls_contents_of {
    size_t place;     /* in the list */
    const char *path; /* for messages */
    uint32_t most;    /* octets that it may have */
};

/*
 * What moves of a vTPM's directory: all but swtpm's lock, the mark of its
 * generation, sockets and pipes; or the one file of that name in dir.
 * Errors, and then nothing is added: XLS_HOST_CONF (it is not of a kind that
 * moves, or has more), XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_contents_vtpm(int dir,
                                           const struct xls_contents_of *of,
                                           struct xls_archive *archive,
                                           struct xls_why *why);
XLS_MUST_USE enum xls_rc xls_contents_file(int dir, const char *name,
                                           const struct xls_contents_of *of,
                                           struct xls_archive *archive,
                                           struct xls_why *why);

/* Has the directory no file that moves? */
bool xls_contents_none(int dir);

/* Names in a vTPM's directory that are swtpm's own affair, or ours. */
bool xls_contents_is_aside(const char *name);

/* Compute the sums of all files, and drop their data. */
void xls_contents_sum(struct xls_archive *archive);

/* Wipe and free the data of all files; names, lengths and sums stay. */
void xls_contents_drop(struct xls_archive *archive);

#endif
