/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * For t-recover.sh: xl migrate-secure whose migration ends as the environment's
 * OUTCOME (a number), DOWNTIME (ms), HELD (per cent) and NOT_HELD (why) say,
 * without a Xen.
 */
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/send.h"
#include "toolstack/xen.h"

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why);
enum xls_rc __wrap_xls_xen_source_new(const struct xls_xen *xen,
                                      const char *domain, const char *config,
                                      struct xls_xen_source **out,
                                      struct xls_why *why);
struct xls_source_ops __wrap_xls_xen_source_ops(struct xls_xen_source *source);
enum xls_outcome __wrap_xls_send(const struct xls_send_setup *setup,
                                 struct xls_report *report,
                                 struct xls_why *why);

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why)
{
    (void)severity;
    (void)why;
    *xen = (struct xls_xen){NULL, NULL};
    return XLS_OK;
}

enum xls_rc __wrap_xls_xen_source_new(const struct xls_xen *xen,
                                      const char *domain, const char *config,
                                      struct xls_xen_source **out,
                                      struct xls_why *why)
{
    (void)xen;
    (void)domain;
    (void)config;
    (void)why;
    *out = NULL;
    return XLS_OK;
}

struct xls_source_ops __wrap_xls_xen_source_ops(struct xls_xen_source *source)
{
    (void)source;
    return (struct xls_source_ops){.ctx = NULL};
}

static long number(const char *name)
{
    const char *text = getenv(name);

    return text == NULL ? 0 : strtol(text, NULL, 10);
}

enum xls_outcome __wrap_xls_send(const struct xls_send_setup *setup,
                                 struct xls_report *report, struct xls_why *why)
{
    enum xls_outcome outcome = (enum xls_outcome)number("OUTCOME");

    *report = (struct xls_report){.downtime_ms = number("DOWNTIME"),
                                  .held_percent = (unsigned)number("HELD"),
                                  .duration_ms = 2500};
    (void)snprintf(report->not_held, sizeof(report->not_held), "%s",
                   getenv("NOT_HELD") == NULL ? "" : getenv("NOT_HELD"));
    (void)snprintf(report->guest, sizeof(report->guest), "web1");
    (void)snprintf(report->peer, sizeof(report->peer), "%s", setup->host);
    (void)snprintf(report->peer_says, sizeof(report->peer_says), "%s",
                   setup->host);
    if (outcome != XLS_MOVED) {
        (void)xls_why_set(why, XLS_PEER_TIME, "a reason");
    }
    return outcome;
}
