/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * finding: what the guard says about a stream it refuses.  Level 2.
 */
#ifndef XLS_XENFMT_FINDING_H
#define XLS_XENFMT_FINDING_H

#include <stdint.h>

#include "base/guest.h"
#include "base/rc.h"

/* Texts are NUL-terminated printable ASCII; empty where nothing was found. */
struct xls_finding {
    uint64_t offset; /* octets from the start of the stream to the record */
    char record[32]; /* the record's name in Xen's own words */
    char rule[16];   /* label in doc/STREAM.md, such as "S-12" */
    char text[160];  /* what is wrong, for a person */
};

/*
 * Fill the rule and the text of *f from a printf format; record and offset are
 * left to whoever knows them.  Returns rc, so that a judge can say
 *     return xls_refuse(f, XLS_PEER_RANGE, "S-70", "...");
 * f may be NULL.
 */
XLS_MUST_USE enum xls_rc xls_refuse(struct xls_finding *f, enum xls_rc rc,
                                    const char *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "pv", "hvm", "pvh", or "any"; static storage, never NULL. */
const char *xls_guest_type_name(enum xls_guest_type type);

#endif
