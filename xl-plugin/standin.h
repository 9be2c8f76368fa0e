/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * standin: guests that are not there, for xlsec bench and the tests.
 *
 * They do the acts of toolstack/guest.h: a source that feeds a real stream from
 * a file, or a made one of any size, and a destination that takes it.  What
 * decides, and all the processes, are those of a migration.
 */
#ifndef XLS_PLUGIN_STANDIN_H
#define XLS_PLUGIN_STANDIN_H

#include <stdbool.h>
#include <stdint.h>

#include "toolstack/guest.h"

enum xls_standin_state {
    XLS_STANDIN_NONE, /* destination: nothing is here */
    XLS_STANDIN_RUNNING,
    XLS_STANDIN_SUSPENDED, /* source: after save(); destination: loaded */
    XLS_STANDIN_DESTROYED,
};

struct xls_standin {
    enum xls_standin_state state;
    bool is_away;     /* source: renamed */
    char *json;       /* source: the config; owned */
    int file;         /* source: a libxl stream at its start, or -1; owned */
    uint64_t pages;   /* source: of a made stream, when there is no file */
    uint64_t bytes;   /* written or read */
    bool keep_digest; /* destination and source: compute the next */
    uint8_t digest[32];
    unsigned pause_ms;  /* source: wait so long once, in the middle */
    bool fail_run;      /* destination: run() fails */
    bool fail_save;     /* source: save() fails in the middle */
    bool fail_restore;  /* destination: restore() fails in the middle */
    const char *refuse; /* destination: the rule by which admit() refuses */
};

/* A guest of the given number of 4 KiB pages (at least 1024) of data that does
 * not compress.  Errors: XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_standin_made(struct xls_standin *out,
                                          uint64_t pages);

/* A guest saved by xl save.  Errors: XLS_HOST_IO, XLS_PEER_RANGE (not such a
 * file). */
XLS_MUST_USE enum xls_rc xls_standin_file(struct xls_standin *out,
                                          const char *path,
                                          struct xls_why *why);

/* A host where a guest may come. */
void xls_standin_host(struct xls_standin *out);

/* Free what _made(), _file() or _host() put into it. */
void xls_standin_free(struct xls_standin *standin);

/* The acts of a host on it; they borrow standin. */
struct xls_source_ops xls_standin_source_ops(struct xls_standin *standin);
struct xls_destination_ops
xls_standin_destination_ops(struct xls_standin *standin);

/* Measurements that are made up, the same every time. */
struct xls_measure_ops xls_standin_measure_ops(void);

#endif
