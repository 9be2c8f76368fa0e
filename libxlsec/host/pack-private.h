/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * pack-private: what pack's files share.  Level 5, for pack*.c only.
 */
#ifndef XLS_HOST_PACK_PRIVATE_H
#define XLS_HOST_PACK_PRIVATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/contents.h"
#include "host/guests.h"
#include "host/pack.h"
#include "host/traces.h"
#include "proto/archive.h"

/* The name of a companion that is set aside, with its NUL. */
enum { XLS_PACK_NAME = XLS_COMPANION_PATH + sizeof(XLS_PACK_AWAY) };

/* One companion, by its place in the list. */
struct xls_pack_item {
    char path[XLS_REAL_PATH]; /* of it on this host */
    const char *base;         /* its name in parent: of path */
    int parent;               /* the directory it is in; owned */
    int dir;                  /* a vTPM's own; owned; else -1 */
    bool away;                /* it has its other name */
    bool lost;                /* again: neither here nor set aside */
    bool unread;              /* again: set aside, and not to be read */
};

struct xls_pack {
    struct xls_guest_conf guest;
    struct xls_companions list;
    struct xls_pack_item item[XLS_COMPANIONS_MAX];
    struct xls_archive archive; /* once read; its data is ours */
    uint8_t *octets;            /* the same, encoded; secret, owned */
    size_t len;
    char state[XLS_PATH];
    uint8_t uuid[XLS_UUID_LEN];
    uint8_t migration[16];
    char peer[XLS_NAME];
    struct xls_generation generation; /* as it was before */
    int audit;                        /* owned */
    int lock;                         /* on the vTPM's files; owned */
    int swtpm;                        /* its control channel; owned */
    bool stopped;                     /* swtpm has to be told to go on */
    bool opened;                      /* the generation is written as open */
    bool again;                       /* made by xls_pack_again() */
    pid_t user; /* again: an swtpm that has the lock, and is not ours to tell;
                 * else 0 */
    struct xls_traces traces;
};

/* An empty one; NULL: no memory. */
struct xls_pack *xls_pack_new(const struct xls_pack_setup *setup);

/* The name in its directory that it has when it is set aside, or not. */
void xls_pack_name(const struct xls_pack_item *item, bool away,
                   char out[XLS_PACK_NAME]);

/* Put what the i-th has behind what archive has; see host/contents.h. */
XLS_MUST_USE enum xls_rc xls_pack_contents(struct xls_pack *pack, size_t i,
                                           struct xls_archive *archive,
                                           struct xls_why *why);

/* Nothing is set aside any more.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_pack_drop_traces(struct xls_pack *pack,
                                              struct xls_why *why);

/* XLS_HOST_IO, and who uses the vTPM. */
XLS_MUST_USE enum xls_rc xls_pack_in_use(const struct xls_pack *pack,
                                         const char *path, struct xls_why *why);

/* [P-85] Have the vTPM's swtpm, if there is one, store its state and stop; the
 * lock is ours or its.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_pack_stop(struct xls_pack *pack, int dir,
                                       const char *path, struct xls_why *why);

/*
 * Take the lock that an swtpm has on its files, for pack->lock; *holder is the
 * process that has it already, or 0 when we have it now.
 * Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_pack_lock(struct xls_pack *pack, int dir,
                                       const char *path, pid_t *holder,
                                       struct xls_why *why);

#endif
