/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The public names of xlsec/migrate.h, over send and receive on real guests.
 */
#include "xlsec/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "toolstack/receive.h"
#include "toolstack/send.h"
#include "toolstack/xen.h"

struct xlsec_migration {
    char *domain;
    char *host;
    char *confdir; /* NULL: the usual one */
    char *command; /* NULL: TCP */
    unsigned flags;
    int cancel;
    void (*progress)(void *ctx, const char *phase, uint64_t bytes);
    void *progress_ctx;
    struct xls_report report;
    struct xls_why why;
};

struct xlsec_migration *xlsec_migration_new(const char *domain,
                                            const char *host)
{
    struct xlsec_migration *m = calloc(1, sizeof(*m));

    if (m == NULL || domain == NULL || host == NULL) {
        free(m);
        return NULL;
    }
    m->cancel = -1;
    m->domain = strdup(domain);
    m->host = strdup(host);
    if (m->domain == NULL || m->host == NULL) {
        xlsec_migration_free(m);
        return NULL;
    }
    return m;
}

void xlsec_migration_free(struct xlsec_migration *m)
{
    if (m == NULL) {
        return;
    }
    free(m->domain);
    free(m->host);
    free(m->confdir);
    free(m->command);
    xls_report_free(&m->report);
    free(m);
}

static int replace(char **where, const char *text)
{
    char *copy = text == NULL ? NULL : strdup(text);

    if (text != NULL && copy == NULL) {
        return -1;
    }
    free(*where);
    *where = copy;
    return 0;
}

int xlsec_migration_set_confdir(struct xlsec_migration *m, const char *dir)
{
    return replace(&m->confdir, dir);
}

int xlsec_migration_set_command(struct xlsec_migration *m, const char *command)
{
    return replace(&m->command, command);
}

void xlsec_migration_set_flags(struct xlsec_migration *m, unsigned flags)
{
    m->flags = flags;
}

void xlsec_migration_set_cancel(struct xlsec_migration *m, int fd)
{
    m->cancel = fd;
}

void xlsec_migration_set_progress(struct xlsec_migration *m,
                                  void (*progress)(void *ctx, const char *phase,
                                                   uint64_t bytes),
                                  void *ctx)
{
    m->progress = progress;
    m->progress_ctx = ctx;
}

static void pass_on(void *ctx, const struct xls_progress *progress)
{
    struct xlsec_migration *m = ctx;

    if (m->progress != NULL) {
        m->progress(m->progress_ctx, progress->phase, progress->stream_bytes);
    }
}

enum xlsec_outcome xlsec_migration_run(struct xlsec_migration *m)
{
    struct xls_send_setup setup = {
        .confdir = m->confdir != NULL ? m->confdir : XLS_CONFDIR,
        .host = m->host,
        .command = m->command,
        .paused = (m->flags & XLSEC_PAUSED) != 0,
        .keep_domid = (m->flags & XLSEC_KEEP_DOMID) != 0,
        .dry_run = (m->flags & XLSEC_DRY_RUN) != 0,
        .cancel_fd = m->cancel,
        .progress = pass_on,
        .progress_ctx = m};
    struct xls_xen_source *source = NULL;
    struct xls_xen xen;
    enum xls_outcome outcome = XLS_STAYED;
    enum xls_rc rc;

    m->why.text[0] = '\0';
    xls_report_free(&m->report);
    rc = xls_xen_open(&xen, XTL_ERROR, &m->why);
    if (rc == XLS_OK) {
        rc = xls_xen_source_new(&xen, m->domain, NULL, &source, &m->why);
    }
    if (rc == XLS_OK) {
        setup.ops = xls_xen_source_ops(source);
        setup.measure = xls_xen_measure_ops();
        outcome = xls_send(&setup, &m->report, &m->why);
    } else {
        (void)xls_why_set(&m->why, rc, "%s", xls_rc_text(rc));
    }
    xls_xen_source_free(source);
    xls_xen_close(&xen);
    return (enum xlsec_outcome)outcome;
}

const char *xlsec_migration_reason(const struct xlsec_migration *m)
{
    return m->why.text;
}

uint64_t xlsec_migration_figure(const struct xlsec_migration *m,
                                enum xlsec_figure figure)
{
    const struct xls_report *r = &m->report;

    switch (figure) {
    case XLSEC_DURATION_MS:
        return (uint64_t)r->duration_ms;
    case XLSEC_DOWNTIME_MS:
        return (uint64_t)r->downtime_ms;
    case XLSEC_STREAM_BYTES:
        return r->stream_bytes;
    case XLSEC_WIRE_OCTETS:
        return r->wire_octets;
    case XLSEC_WIRE_PEAK_KIB:
        return r->wire.peak_kib;
    case XLSEC_GUARD_PEAK_KIB:
        return r->guard.peak_kib;
    }
    return 0; /* a number from outside the enum */
}

static void no_log(void *ctx, const char *line)
{
    (void)ctx;
    (void)line;
}

enum xlsec_outcome xlsec_receive(int in, int out, const char *confdir,
                                 void (*log)(void *ctx, const char *line),
                                 void *ctx, uint32_t *domid)
{
    struct xls_receive_setup setup = {.confdir = confdir != NULL ? confdir
                                                                 : XLS_CONFDIR,
                                      .net = {in, out},
                                      .say = log != NULL ? log : no_log,
                                      .say_ctx = ctx};
    struct xls_xen_destination *destination = NULL;
    struct xls_report report = {.runs = false};
    struct xls_why why = {""};
    enum xls_rc rc = xls_xen_destination_new(XTL_ERROR, &destination);

    if (rc == XLS_OK) {
        setup.ops = xls_xen_destination_ops(destination);
        setup.measure = xls_xen_measure_ops();
        rc = xls_receive(&setup, &report, &why);
    }
    if (rc == XLS_OK && report.runs) {
        *domid = xls_xen_destination_domid(destination);
    } else if (rc != XLS_OK) {
        setup.say(ctx, why.text[0] != '\0' ? why.text : xls_rc_text(rc));
    }
    xls_xen_destination_free(destination);
    return rc == XLS_OK && report.runs ? XLSEC_MOVED : XLSEC_STAYED;
}
