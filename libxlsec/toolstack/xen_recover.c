/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The guests that journals are about, on libxl.
 */
#include "toolstack/watch.h"
#include "toolstack/xen.h"

static enum xls_rc source(void *ctx, const struct xls_journal_facts *facts,
                          struct xls_source_ops *ops, struct xls_why *why)
{
    struct xls_xen_recover *r = ctx;
    struct xls_xen_source *s = NULL;
    enum xls_rc rc = xls_xen_open(&r->xen, r->severity, why);

    if (rc == XLS_OK) {
        rc = xls_xen_source_again(&r->xen, facts->uuid, facts->guest, &s, why);
    }
    if (rc != XLS_OK) {
        xls_xen_close(&r->xen);
        return rc;
    }
    *ops = xls_xen_source_ops(s);
    return XLS_OK;
}

static void source_end(void *ctx, struct xls_source_ops *ops)
{
    struct xls_xen_recover *r = ctx;

    xls_xen_source_free(ops->ctx);
    xls_xen_close(&r->xen);
}

static enum xls_rc destination(void *ctx, struct xls_destination_ops *ops,
                               struct xls_why *why)
{
    const struct xls_xen_recover *r = ctx;
    struct xls_xen_destination *d = NULL;
    enum xls_rc rc = xls_xen_destination_new(r->severity, &d);

    (void)why;
    if (rc == XLS_OK) {
        *ops = xls_xen_destination_ops(d);
    }
    return rc;
}

static void destination_end(void *ctx, struct xls_destination_ops *ops)
{
    (void)ctx;
    xls_xen_destination_free(ops->ctx);
}

static void started(void *ctx, struct xls_destination_ops *ops)
{
    (void)ctx;
    xls_watch_start(xls_xen_destination_domid(ops->ctx));
}

struct xls_recover_ops xls_xen_recover_ops(struct xls_xen_recover *recover)
{
    return (struct xls_recover_ops){.ctx = recover,
                                    .source = source,
                                    .source_end = source_end,
                                    .destination = destination,
                                    .destination_end = destination_end,
                                    .started = started};
}
