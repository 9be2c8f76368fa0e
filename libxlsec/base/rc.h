/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * rc: the one verdict type.  Level 0: includes nothing of ours.
 *
 * Three bands, so that a caller can decide without a table:
 *   PEER  the other side (or the wire, or a file) is wrong: refuse it
 *   HOST  this host cannot go on (memory, disk, time): trying again may help
 *   BUG   we broke our own contract: never expected
 */
#ifndef XLS_BASE_RC_H
#define XLS_BASE_RC_H

#include <stdbool.h>

#define XLS_MUST_USE __attribute__((warn_unused_result))

enum xls_rc {
    XLS_OK = 0,

    XLS_PEER_SHORT = 0x100, /* input ended inside a field or before its end */
    XLS_PEER_RANGE,         /* a field is outside its documented range */
    XLS_PEER_TRAIL,         /* bytes left over after a complete value */
    XLS_PEER_ORDER,         /* a valid message or record at the wrong time */
    XLS_PEER_AUTH,          /* a tag, key or signature did not verify */
    XLS_PEER_POLICY,        /* well formed, and not permitted here */
    XLS_PEER_REFUSED,       /* the other side refused, and said so */
    XLS_PEER_TIME,          /* the other side was silent past its deadline */

    XLS_HOST_NOMEM = 0x200, /* allocation refused */
    XLS_HOST_IO,            /* a system call failed; see errno */
    XLS_HOST_CONF,          /* configuration or key file is not usable */
    XLS_HOST_GONE,          /* a process of ours ended early */
    XLS_HOST_XEN,           /* libxl, libxenctrl or libxenstore failed */
    XLS_HOST_BUSY,          /* another process or migration is at it */
    XLS_HOST_DOUBT,         /* done or not: a sync failed, a step is unknown */

    XLS_BUG_CONTRACT = 0x300, /* a documented precondition was broken */
};

/* A short, stable, lower-case word for logs; static storage, never NULL. */
const char *xls_rc_name(enum xls_rc rc);

/* One sentence for a person; static storage, never NULL. */
const char *xls_rc_text(enum xls_rc rc);

/* True when rc puts the fault with the peer. */
bool xls_rc_is_peer(enum xls_rc rc);

#endif
