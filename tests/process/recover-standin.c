/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * For t-recover.sh: xl secure-recover with guests that are not there.  Every
 * act is told on stderr, as "act: ...".  Of the environment FOUND says what is
 * here of a guest that was to come (nothing, incoming, named), FAILS the act
 * that fails (such as: Xen).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "standin.h"
#include "toolstack/xen.h"

struct xls_recover_ops __wrap_xls_xen_recover_ops(struct xls_xen_recover *xen);
struct xls_measure_ops __wrap_xls_xen_measure_ops(void);
enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why);
void __wrap_xls_xen_close(struct xls_xen *xen);

static const char *env(const char *name)
{
    const char *value = getenv(name);

    return value == NULL ? "" : value;
}

static enum xls_rc act(const char *name, struct xls_why *why)
{
    (void)fprintf(stderr, "act: %s\n", name);
    return strcmp(env("FAILS"), name) == 0
               ? xls_why_set(why, XLS_HOST_XEN, "%s failed", name)
               : XLS_OK;
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    (void)ctx;
    return act("resume", why);
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *why)
{
    (void)ctx;
    return act(away ? "rename away" : "rename back", why);
}

static enum xls_rc destroy(void *ctx, struct xls_why *why)
{
    (void)ctx;
    return act("destroy", why);
}

static void mark(void *ctx, const char *text)
{
    (void)ctx;
    (void)!act(text == NULL ? "unmark" : text, NULL);
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *why)
{
    (void)ctx;
    return act(paused ? "run paused" : "run", why);
}

static enum xls_rc find(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why)
{
    (void)ctx;
    (void)uuid;
    (void)name;
    (void)why;
    *found = strcmp(env("FOUND"), "incoming") == 0 ? XLS_FOUND_INCOMING
             : strcmp(env("FOUND"), "named") == 0  ? XLS_FOUND_NAMED
                                                   : XLS_FOUND_NOTHING;
    return XLS_OK;
}

static enum xls_rc source(void *ctx, const struct xls_journal_facts *facts,
                          struct xls_source_ops *ops, struct xls_why *why)
{
    (void)ctx;
    (void)facts;
    *ops = (struct xls_source_ops){.resume = resume,
                                   .rename = rename_guest,
                                   .destroy = destroy,
                                   .mark = mark};
    return act("look for the guest", why);
}

static void source_end(void *ctx, struct xls_source_ops *ops)
{
    (void)ctx;
    (void)ops;
}

static enum xls_rc destination(void *ctx, struct xls_destination_ops *ops,
                               struct xls_why *why)
{
    (void)ctx;
    (void)why;
    *ops = (struct xls_destination_ops){
        .run = run, .destroy = destroy, .mark = mark, .find = find};
    return XLS_OK;
}

static void destination_end(void *ctx, struct xls_destination_ops *ops)
{
    (void)ctx;
    (void)ops;
}

static void started(void *ctx, struct xls_destination_ops *ops)
{
    (void)ctx;
    (void)ops;
    (void)!act("stay with it", NULL);
}

struct xls_recover_ops __wrap_xls_xen_recover_ops(struct xls_xen_recover *xen)
{
    (void)xen;
    return (struct xls_recover_ops){.source = source,
                                    .source_end = source_end,
                                    .destination = destination,
                                    .destination_end = destination_end,
                                    .started = started};
}

struct xls_measure_ops __wrap_xls_xen_measure_ops(void)
{
    return xls_standin_measure_ops();
}

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why)
{
    (void)severity;
    *xen = (struct xls_xen){NULL, NULL};
    return strcmp(env("FAILS"), "Xen") == 0
               ? xls_why_set(why, XLS_HOST_XEN, "there is no Xen")
               : XLS_OK;
}

void __wrap_xls_xen_close(struct xls_xen *xen)
{
    (void)xen;
}
