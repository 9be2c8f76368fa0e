/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * receive: the destination's side of one connection.  Level 6.
 *
 * The rule of the handover: the guest runs only on an authenticated COMMIT, and
 * whatever ends before that leaves nothing here.
 */
#ifndef XLS_TOOLSTACK_RECEIVE_H
#define XLS_TOOLSTACK_RECEIVE_H

#include "toolstack/guest.h"
#include "toolstack/report.h"

struct xls_receive_setup {
    const char *confdir;
    int net[2]; /* in and out, may be the same; stay the caller's */
    struct xls_destination_ops ops;
    struct xls_measure_ops measure;
    bool full; /* offers are refused: this host serves enough; questions are
                * answered */
    /* One line about what is happening, for the log; never NULL. */
    void (*say)(void *ctx, const char *line);
    void *say_ctx;
};

/*
 * Serve the connection.  XLS_OK: the guest runs here (or is paused, as was
 * wanted).  Anything else: nothing of it is here, and why says the reason.
 */
enum xls_rc xls_receive(const struct xls_receive_setup *setup,
                        struct xls_report *report, struct xls_why *why);

#endif
