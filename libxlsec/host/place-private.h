/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * place-private: what place's files share.  Level 5, for place*.c only.
 */
#ifndef XLS_HOST_PLACE_PRIVATE_H
#define XLS_HOST_PLACE_PRIVATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/generation.h"
#include "host/guests.h"
#include "host/place.h"
#include "host/traces.h"
#include "proto/archive.h"

/* What has not got its name yet is called so, in the directory where it will
 * be; whoever is writing it has a lock (flock) on it. */
#define XLS_PLACE_STAGED ".xlsec-"

enum xls_place_step {
    XLS_PLACE_NOTHING,
    XLS_PLACE_BEGUN,   /* something is there under the staged name */
    XLS_PLACE_SETTLED, /* it has its own */
};

/* One companion, by its place in the list. */
struct xls_place_item {
    char path[XLS_REAL_PATH]; /* of it on this host */
    const char *base;         /* its name in parent: of path */
    int parent;               /* the directory it comes to; owned */
    int fd;                   /* itself, with the lock; owned */
    char staged[48];
    enum xls_place_step step;
    bool whole; /* all of it is written */
    bool taken; /* again: it is gone, and something else has its name */
};

struct xls_place {
    struct xls_companions list;
    struct xls_place_item item[XLS_COMPANIONS_MAX];
    struct xls_archive archive; /* for names and sums; no data once staged */
    char guest[XLS_GUEST_NAME];
    char peer[XLS_NAME];
    char state[XLS_PATH];
    uint8_t uuid[XLS_UUID_LEN];
    uint8_t migration[16];
    struct xls_generation generation; /* as it was before */
    int audit;                        /* owned */
    uid_t uid;                        /* who is to own them; -1: as we do */
    gid_t gid;
    bool counted; /* the new generation is written */
    bool ended;   /* by done, here: nothing goes any more */
    bool again;   /* made by xls_place_again() */
    struct xls_traces traces;
};

/* One of which nothing was looked at; NULL: no memory. */
struct xls_place *xls_place_blank(const struct xls_place_setup *setup);

/* Who is to own what comes; empty: whoever we are.  Errors: XLS_HOST_CONF. */
XLS_MUST_USE enum xls_rc xls_place_owner(struct xls_place *place,
                                         const char *name, struct xls_why *why);

/* As they are in place.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_place_write_traces(const struct xls_place *place,
                                                struct xls_why *why);

/*
 * [P-81] After COMMIT nothing may be left to do that can be refused: will the
 * file system give this companion its name without replacing anything?  It is
 * tried on an empty file, which goes again: a name that is not there never gets
 * as far as the file system.  Errors: XLS_PEER_POLICY.
 */
XLS_MUST_USE enum xls_rc xls_place_try(const struct xls_place_item *item,
                                       struct xls_why *why);

/* What a process that died in xls_place_try() left is gone after this. */
void xls_place_untry(const struct xls_place_item *item);

/* Wipe what dir has of that name, a file or a directory of files; path is for
 * messages.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_place_wipe(int dir, const char *name,
                                        const char *path, struct xls_why *why);

#endif
