/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * traces: which files on the disk are those of a migration, for whoever goes on
 * after a crash.  Level 5.
 *
 * Names alone do not say it: what stands at a companion's place may have come
 * with a later migration.  So STATE/handover/ID.aside (source) and ID.placed
 * (destination) say which inodes they are, and when these were made; that is
 * written before the first of them gets another name, and goes when nothing is
 * to be done any more.
 */
#ifndef XLS_HOST_TRACES_H
#define XLS_HOST_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/generation.h"
#include "proto/companion.h"
#include "proto/control.h"
#include "proto/role.h"

struct xls_traces {
    bool there;   /* the file is; all else is zero if not */
    bool done;    /* destination: all is placed, and logged */
    size_t count; /* of companions, in the order of their list */
    uint64_t inode[XLS_COMPANIONS_MAX];  /* 0: of this one nothing any more */
    uint64_t born[XLS_COMPANIONS_MAX];   /* in nanoseconds; 0: not known */
    uint64_t parent[XLS_COMPANIONS_MAX]; /* of the directory that it is in */
    struct xls_generation before;        /* destination: as it was */
};

/* Add the file, or directory, of that name in dir.  Errors: XLS_HOST_IO (it is
 * not there; errno). */
XLS_MUST_USE enum xls_rc xls_traces_add(struct xls_traces *traces, int dir,
                                        const char *name);

/* Is the file of that name in dir the i-th of them? */
bool xls_traces_is(const struct xls_traces *traces, size_t i, int dir,
                   const char *name);

/* Is dir the directory where the i-th was, if that is known?  No: another file
 * system, say. */
bool xls_traces_in(const struct xls_traces *traces, size_t i, int dir);

/* What there is.  Errors: XLS_HOST_CONF (not what was written), XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_traces_read(const char *state, enum xls_role role,
                                         const uint8_t id[XLS_ID_LEN],
                                         struct xls_traces *out,
                                         struct xls_why *why);

/* Write it in place of what was there, synced, or remove the file when not
 * there.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_traces_write(const char *state, enum xls_role role,
                                          const uint8_t id[XLS_ID_LEN],
                                          const struct xls_traces *traces,
                                          struct xls_why *why);

#endif
