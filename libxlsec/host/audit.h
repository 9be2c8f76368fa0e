/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * audit: what was done to a guest's companions, for later.  Level 5.
 *
 * STATE/audit.log has a line of JSON for each file that came or was deleted,
 * synced before anybody is told; it is only ever added to.
 */
#ifndef XLS_HOST_AUDIT_H
#define XLS_HOST_AUDIT_H

#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/generation.h"

/* One line.  Text is printable ASCII; what is not becomes '?'. */
struct xls_audit {
    const char *event;        /* "companion-deleted" and the like */
    const char *guest;        /* its name */
    const uint8_t *uuid;      /* XLS_UUID_LEN */
    const uint8_t *migration; /* 16 octets */
    const char *peer;         /* the other host */
    const char *file;         /* a path */
    const uint8_t *sum;       /* SHA-256 of its content */
    uint64_t size;            /* in octets */
    uint64_t generation;      /* of a vTPM; 0: none */
    const char *done;         /* what was done with it */
};

/* Open the log for adding; directories are made.  *fd is the caller's, -1 on
 * error.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_audit_open(const char *state, int *fd,
                                        struct xls_why *why);

/* Add a line, with the time, and sync it.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_audit_add(int fd, const struct xls_audit *line,
                                       struct xls_why *why);

#endif
