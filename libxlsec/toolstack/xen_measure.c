/* SPDX-License-Identifier: LGPL-2.1-only */
/* This host as it is, measured for its software Evidence. */
#include <stdlib.h>

#include "toolstack/measure.h"
#include "toolstack/xen.h"

static enum xls_rc read_facts(struct xls_xen_facts *facts, struct xls_why *why)
{
    struct xls_xen xen = {NULL, NULL};
    enum xls_rc rc = xls_xen_open(&xen, XTL_ERROR, why);

    if (rc == XLS_OK) {
        rc = xls_xen_facts_read(&xen, facts, why);
    }
    xls_xen_close(&xen);
    return rc;
}

static enum xls_rc measure_xen(void *ctx, const char *libexec, char **lines,
                               size_t *len, struct xls_why *why)
{
    struct xls_measure_host *host = calloc(1, sizeof(*host));
    struct xls_measure *measure = xls_measure_new();
    struct xls_xen_facts facts;
    struct xls_measured measured;
    enum xls_rc rc = XLS_HOST_NOMEM;

    (void)ctx;
    if (host != NULL && measure != NULL) {
        rc = read_facts(&facts, why);
    }
    if (rc == XLS_OK) {
        rc = xls_measure_this_host(&facts, libexec, host, why);
    }
    if (rc == XLS_OK) {
        rc = xls_measure(measure, host, &measured, why);
    }
    if (rc == XLS_OK) {
        *lines = measured.log.text;
        *len = measured.log.len;
        measured.log.text = NULL; /* now the caller's */
        measured.log.len = 0;
        xls_measured_free(&measured);
    }
    xls_measure_free(measure);
    free(host);
    return rc;
}

struct xls_measure_ops xls_xen_measure_ops(void)
{
    return (struct xls_measure_ops){.ctx = NULL, .measure = measure_xen};
}
