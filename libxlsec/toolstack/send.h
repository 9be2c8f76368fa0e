/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * send: the source's side of a migration, from connecting to the receipt.
 * Level 6.
 *
 * The rule of the handover: until COMMIT may have left this host the guest may
 * run again here; after that it never does, but on BURNED.
 */
#ifndef XLS_TOOLSTACK_SEND_H
#define XLS_TOOLSTACK_SEND_H

#include <stdbool.h>

#include "toolstack/guest.h"
#include "toolstack/report.h"

struct xls_send_setup {
    const char *confdir;
    const char *host;    /* a peer's name */
    const char *command; /* NULL: TCP; else its stdin and stdout are the link */
    bool paused;         /* leave the guest paused there */
    bool keep_domid;
    bool dry_run;     /* ask, and stop when admitted */
    bool attest_only; /* stop when the host is proven; ops are not used */
    bool learning;    /* and then: without a policy; see report.shown */
    int cancel_fd; /* becomes readable: abort if that is still possible; -1 */
    struct xls_source_ops ops;
    struct xls_measure_ops measure;
    void (*progress)(void *ctx, const struct xls_progress *progress);
    void *progress_ctx; /* progress may be NULL */
};

/*
 * Move the guest.  *report is filled as far as it got; why says what went wrong
 * unless it is XLS_MOVED.  The Xen versions and the host's name in the offer
 * come from ops.describe().
 */
enum xls_outcome xls_send(const struct xls_send_setup *setup,
                          struct xls_report *report, struct xls_why *why);

#endif
