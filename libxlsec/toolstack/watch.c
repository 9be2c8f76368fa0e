/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/watch.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <libxl_event.h>
#include <libxl_utils.h>

struct watch {
    libxl_ctx *ctx;
    uint32_t domid;
    void (*say)(void *ctx, const char *line);
    void *say_ctx;
};

static void say(const struct watch *w, const char *what)
{
    char line[160];

    (void)snprintf(line, sizeof(line), "domain %u: %s", w->domid, what);
    w->say(w->say_ctx, line);
}

static libxl_action_on_shutdown action_for(const libxl_domain_config *config,
                                           int reason)
{
    switch (reason) {
    case LIBXL_SHUTDOWN_REASON_POWEROFF:
        return config->on_poweroff;
    case LIBXL_SHUTDOWN_REASON_REBOOT:
        return config->on_reboot;
    case LIBXL_SHUTDOWN_REASON_CRASH:
        return config->on_crash;
    case LIBXL_SHUTDOWN_REASON_WATCHDOG:
        return config->on_watchdog;
    case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
        return LIBXL_ACTION_ON_SHUTDOWN_PRESERVE; /* needs xl itself */
    default:
        return LIBXL_ACTION_ON_SHUTDOWN_PRESERVE;
    }
}

/* Destroy the domain, and create it again from its configuration. */
static enum xls_rc restart(struct watch *w, libxl_domain_config *config)
{
    uint32_t fresh = (uint32_t)INVALID_DOMID;

    if (libxl_domain_destroy(w->ctx, w->domid, NULL) != 0) {
        return XLS_HOST_XEN;
    }
    config->c_info.domid = (libxl_domid)INVALID_DOMID;
    if (libxl_domain_create_new(w->ctx, config, &fresh, NULL, NULL) != 0) {
        say(w, "could not be started again");
        return XLS_HOST_XEN;
    }
    w->domid = fresh;
    return libxl_domain_unpause(w->ctx, fresh, NULL) == 0 ? XLS_OK
                                                          : XLS_HOST_XEN;
}

/* The guest shut itself down.  *again: it was restarted, watch on. */
static enum xls_rc on_shutdown(struct watch *w, int reason, bool *again)
{
    const struct timespec pause = {1, 0};
    libxl_domain_config config;
    enum xls_rc rc = XLS_OK;

    *again = false;
    if (reason == LIBXL_SHUTDOWN_REASON_SUSPEND) {
        /* somebody saves or migrates it: theirs to end, and ours to look */
        *again = true;
        (void)nanosleep(&pause, NULL);
        return XLS_OK;
    }
    libxl_domain_config_init(&config);
    if (libxl_retrieve_domain_configuration(w->ctx, w->domid, &config, NULL) !=
        0) {
        libxl_domain_config_dispose(&config);
        return XLS_HOST_XEN;
    }
    switch (action_for(&config, reason)) {
    case LIBXL_ACTION_ON_SHUTDOWN_DESTROY:
    case LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_DESTROY:
        say(w, "has shut down, destroyed");
        rc = libxl_domain_destroy(w->ctx, w->domid, NULL) == 0 ? XLS_OK
                                                               : XLS_HOST_XEN;
        break;
    case LIBXL_ACTION_ON_SHUTDOWN_RESTART:
    case LIBXL_ACTION_ON_SHUTDOWN_COREDUMP_RESTART:
        say(w, "has shut down, started again");
        rc = restart(w, &config);
        *again = rc == XLS_OK;
        break;
    case LIBXL_ACTION_ON_SHUTDOWN_RESTART_RENAME:
    case LIBXL_ACTION_ON_SHUTDOWN_SOFT_RESET:
    case LIBXL_ACTION_ON_SHUTDOWN_PRESERVE:
        say(w, "has shut down, kept as it is");
        break;
    }
    libxl_domain_config_dispose(&config);
    return rc;
}

/* Wait for one event of the domain; *again as above. */
static enum xls_rc next_event(struct watch *w, bool *again)
{
    libxl_evgen_domain_death *death = NULL;
    libxl_event *event = NULL;
    enum xls_rc rc = XLS_HOST_XEN;

    *again = false;
    if (libxl_evenable_domain_death(w->ctx, w->domid, 0, &death) != 0) {
        return rc;
    }
    if (libxl_event_wait(w->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL) ==
        0) {
        if (event->type == LIBXL_EVENT_TYPE_DOMAIN_SHUTDOWN) {
            rc = on_shutdown(w, (int)event->u.domain_shutdown.shutdown_reason,
                             again);
        } else {
            rc = XLS_OK; /* destroyed by someone else */
        }
        libxl_event_free(w->ctx, event);
    }
    libxl_evdisable_domain_death(w->ctx, death);
    return rc;
}

enum xls_rc xls_watch_guest(const struct xls_xen *xen, uint32_t domid,
                            void (*say_fn)(void *ctx, const char *line),
                            void *say_ctx)
{
    struct watch w = {
        .ctx = xen->ctx, .domid = domid, .say = say_fn, .say_ctx = say_ctx};
    bool again = true;
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && again) {
        rc = next_event(&w, &again);
    }
    return rc;
}

void xls_watch_start(uint32_t domid)
{
    char text[16];
    char *const argv[] = {(char *)(uintptr_t) "xlsecd",
                          (char *)(uintptr_t) "--watch", text, NULL};

    (void)snprintf(text, sizeof(text), "%u", domid);
    if (fork() == 0) {
        if (setsid() >= 0 && close_range(3, ~0U, 0) == 0) {
            (void)execv(XLS_SBINDIR "/xlsecd", argv);
        }
        _exit(126);
    }
}
