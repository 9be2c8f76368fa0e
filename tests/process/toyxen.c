/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * For t-both.sh: xl migrate-secure, xl secure-recover and xlsecd with toys
 * (toys.h) in the place of Xen's guests, at the host TOY_HOST of the
 * environment.
 */
#include <stdio.h>
#include <stdlib.h>

#include "standin.h"
#include "toolstack/watch.h"
#include "toolstack/xen.h"
#include "toys.h"

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why);
void __wrap_xls_xen_close(struct xls_xen *xen);
enum xls_rc __wrap_xls_xen_source_new(const struct xls_xen *xen,
                                      const char *domain, const char *config,
                                      struct xls_xen_source **out,
                                      struct xls_why *why);
void __wrap_xls_xen_source_free(struct xls_xen_source *source);
struct xls_source_ops __wrap_xls_xen_source_ops(struct xls_xen_source *source);
enum xls_rc __wrap_xls_xen_destination_new(xentoollog_level severity,
                                           struct xls_xen_destination **out);
void __wrap_xls_xen_destination_free(struct xls_xen_destination *destination);
uint32_t
__wrap_xls_xen_destination_domid(const struct xls_xen_destination *destination);
struct xls_destination_ops
__wrap_xls_xen_destination_ops(struct xls_xen_destination *destination);
struct xls_recover_ops __wrap_xls_xen_recover_ops(struct xls_xen_recover *xen);
struct xls_measure_ops __wrap_xls_xen_measure_ops(void);
void __wrap_xls_watch_start(uint32_t domid);

static struct toy *toy(void)
{
    static struct toy one = {.guest = TOY_GUEST};
    const char *host = getenv("TOY_HOST");

    one.host = host != NULL && host[0] == '1' ? 1 : 0;
    return &one;
}

enum xls_rc __wrap_xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                                struct xls_why *why)
{
    (void)severity;
    (void)why;
    *xen = (struct xls_xen){NULL, NULL};
    return XLS_OK;
}

void __wrap_xls_xen_close(struct xls_xen *xen)
{
    (void)xen;
}

enum xls_rc __wrap_xls_xen_source_new(const struct xls_xen *xen,
                                      const char *domain, const char *config,
                                      struct xls_xen_source **out,
                                      struct xls_why *why)
{
    struct toy *t = toy();

    (void)xen;
    (void)config;
    (void)why;
    (void)snprintf(t->guest, sizeof(t->guest), "%s", domain);
    *out = NULL;
    return XLS_OK;
}

void __wrap_xls_xen_source_free(struct xls_xen_source *source)
{
    (void)source;
}

struct xls_source_ops __wrap_xls_xen_source_ops(struct xls_xen_source *source)
{
    (void)source;
    return toy_source_ops(toy());
}

enum xls_rc __wrap_xls_xen_destination_new(xentoollog_level severity,
                                           struct xls_xen_destination **out)
{
    (void)severity;
    *out = NULL;
    return XLS_OK;
}

void __wrap_xls_xen_destination_free(struct xls_xen_destination *destination)
{
    (void)destination;
}

uint32_t
__wrap_xls_xen_destination_domid(const struct xls_xen_destination *destination)
{
    (void)destination;
    return 0;
}

struct xls_destination_ops
__wrap_xls_xen_destination_ops(struct xls_xen_destination *destination)
{
    (void)destination;
    return toy_destination_ops(toy());
}

struct xls_recover_ops __wrap_xls_xen_recover_ops(struct xls_xen_recover *xen)
{
    (void)xen;
    return toy_recover_ops(toy());
}

struct xls_measure_ops __wrap_xls_xen_measure_ops(void)
{
    return xls_standin_measure_ops();
}

void __wrap_xls_watch_start(uint32_t domid)
{
    (void)domid;
}
