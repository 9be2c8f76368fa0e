/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * pack-private: what pack's files share.  Level 5, for pack*.c only.
 */
#ifndef XLS_HOST_PACK_PRIVATE_H
#define XLS_HOST_PACK_PRIVATE_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/guests.h"
#include "host/pack.h"
#include "proto/archive.h"

/* One companion, by its place in the list. */
struct xls_pack_item {
    char path[XLS_REAL_PATH]; /* of it on this host */
    const char *base;         /* its name in parent: of path */
    int parent;               /* the directory it is in; owned */
    int dir;                  /* a vTPM's own; owned; else -1 */
    bool away;                /* it has its other name */
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
};

/* Names in a vTPM's directory that are swtpm's own affair, or ours. */
bool xls_pack_is_aside(const char *name);

/*
 * Take the lock that an swtpm has on its files, for pack->lock; *holder is the
 * process that has it already, or 0 when we have it now.
 * Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_pack_lock(struct xls_pack *pack, int dir,
                                       const char *path, pid_t *holder,
                                       struct xls_why *why);

#endif
