/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * shred: remove a file so that as little as possible of it stays.  Level 5.
 *
 * It is overwritten where the file system puts new octets in the place of the
 * old ones, and not where that would only write a second copy (btrfs, ZFS,
 * extents that are shared, file systems of other hosts).  What a disk does
 * underneath is not known: flash keeps old cells for a while.
 */
#ifndef XLS_HOST_SHRED_H
#define XLS_HOST_SHRED_H

#include "base/rc.h"
#include "base/why.h"

enum xls_shred {
    XLS_SHRED_NOTHING = 0,
    XLS_SHRED_UNLINKED,    /* overwriting would mean nothing there */
    XLS_SHRED_OVERWRITTEN, /* and unlinked */
};

/* "overwritten, unlinked" and so on, for a log; static storage. */
const char *xls_shred_text(enum xls_shred done);

/*
 * Remove the regular file of that name in dir; path is for messages.  The
 * directory is not synced.  A name that is not there is XLS_OK and
 * XLS_SHRED_NOTHING.
 * Errors: XLS_HOST_IO (it is still there, or not overwritten; *done says how
 * far it got).
 */
XLS_MUST_USE enum xls_rc xls_shred_file(int dir, const char *name,
                                        const char *path, enum xls_shred *done,
                                        struct xls_why *why);

#endif
