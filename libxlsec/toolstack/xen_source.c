/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>

#include <libxl_utils.h>

#include "toolstack/xen.h"
#include "toolstack/xen_mark.h"
#include "toolstack/xen_slow.h"
#include "toolstack/xen_suspend.h"

enum { LATE_MS = 5000, LOOK_MS = 50 };

struct xls_xen_source {
    struct xls_xen xen;
    xc_interface *xch;
    const char *config;
    uint32_t domid;
    bool stopped; /* stop() was called: see resume() */
    char name[256];
    char away[256 + 16];
};

static enum xls_rc failed(struct xls_why *why, const char *what, int err)
{
    return xls_why_set(why, XLS_HOST_XEN,
                       "%s (libxl error %d; its message is "
                       "above)",
                       what, err);
}

enum xls_rc xls_xen_source_new(const struct xls_xen *xen, const char *domain,
                               const char *config, struct xls_xen_source **out,
                               struct xls_why *why)
{
    struct xls_xen_source *s = calloc(1, sizeof(*s));
    char *name = NULL;
    enum xls_rc rc = XLS_OK;

    *out = NULL;
    if (s == NULL) {
        return XLS_HOST_NOMEM;
    }
    s->xen = *xen;
    s->config = config;
    s->xch = xc_interface_open(xen->log, xen->log, 0);
    if (s->xch == NULL) {
        rc = xls_why_set(why, XLS_HOST_XEN, "cannot open libxenctrl");
    } else if (libxl_domain_qualifier_to_domid(xen->ctx, domain, &s->domid) !=
                   0 ||
               s->domid == 0 ||
               (name = libxl_domid_to_name(xen->ctx, s->domid)) == NULL) {
        rc = xls_why_set(why, XLS_HOST_XEN,
                         "there is no guest '%s' on this host; xl list shows "
                         "those that are",
                         domain);
    } else {
        (void)snprintf(s->name, sizeof(s->name), "%s", name);
        (void)snprintf(s->away, sizeof(s->away), "%s--migratedaway", name);
    }
    free(name);
    if (rc != XLS_OK) {
        xls_xen_source_free(s);
        return rc;
    }
    *out = s;
    return XLS_OK;
}

/* Has our domain this name? */
static bool name_is(const struct xls_xen_source *s, const char *name)
{
    char *now = libxl_domid_to_name(s->xen.ctx, s->domid);
    bool is = now != NULL && strcmp(now, name) == 0;

    free(now);
    return is;
}

static bool is_here(const struct xls_xen_source *s)
{
    return s->domid != (uint32_t)INVALID_DOMID;
}

/* The domain of this uuid that has either of the names.  One that was given
 * away comes first: the guest may have come back beside it. */
static enum xls_rc look_for(struct xls_xen_source *s, const uint8_t uuid[16],
                            struct xls_why *why)
{
    uint32_t named = (uint32_t)INVALID_DOMID;
    int count = 0;
    libxl_dominfo *list = libxl_list_domain(s->xen.ctx, &count);
    bool found = false;

    if (list == NULL) {
        return xls_why_set(why, XLS_HOST_XEN, "cannot list the guests");
    }
    for (int i = 0; i < count && !found; i++) {
        if (list[i].dying ||
            memcmp(libxl_uuid_bytearray_const(&list[i].uuid), uuid, 16) != 0) {
            continue;
        }
        s->domid = list[i].domid;
        found = name_is(s, s->away);
        if (!found && name_is(s, s->name)) {
            named = s->domid;
        }
    }
    libxl_dominfo_list_free(list, count);
    if (!found) {
        s->domid = named;
    }
    return XLS_OK;
}

enum xls_rc xls_xen_source_again(const struct xls_xen *xen,
                                 const uint8_t uuid[16], const char *name,
                                 struct xls_xen_source **out,
                                 struct xls_why *why)
{
    struct xls_xen_source *s = calloc(1, sizeof(*s));
    enum xls_rc rc = XLS_OK;

    *out = NULL;
    if (s == NULL) {
        return XLS_HOST_NOMEM;
    }
    s->xen = *xen;
    (void)snprintf(s->name, sizeof(s->name), "%s", name);
    (void)snprintf(s->away, sizeof(s->away), "%s--migratedaway", name);
    s->xch = xc_interface_open(xen->log, xen->log, 0);
    if (s->xch == NULL) {
        rc = xls_why_set(why, XLS_HOST_XEN, "cannot open libxenctrl");
    } else {
        rc = look_for(s, uuid, why);
    }
    if (rc != XLS_OK) {
        xls_xen_source_free(s);
        return rc;
    }
    *out = s;
    return XLS_OK;
}

void xls_xen_source_free(struct xls_xen_source *source)
{
    if (source == NULL) {
        return;
    }
    if (source->xch != NULL) {
        (void)xc_interface_close(source->xch);
    }
    free(source);
}

static enum xls_rc describe(void *ctx, char **json, struct xls_offer *offer,
                            struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    const libxl_version_info *version = libxl_get_version_info(s->xen.ctx);
    libxl_domain_config config;
    int cap;
    int err;

    if (version == NULL) {
        return failed(why, "cannot learn Xen's version", 0);
    }
    offer->xen_major = (uint16_t)version->xen_version_major;
    offer->xen_minor = (uint16_t)version->xen_version_minor;
    (void)snprintf(offer->xen, sizeof(offer->xen), "%d.%d%s",
                   version->xen_version_major, version->xen_version_minor,
                   version->xen_version_extra);
    libxl_domain_config_init(&config);
    err = s->config != NULL
              ? libxl_domain_config_from_json(s->xen.ctx, &config, s->config)
              : libxl_retrieve_domain_configuration(s->xen.ctx, s->domid,
                                                    &config, NULL);
    if (err == 0) {
        config.c_info.domid = s->domid; /* used if the offer says to keep it */
        free(config.c_info.name);       /* it may have been renamed */
        config.c_info.name = strdup(s->name);
        if (s->config == NULL && xls_xen_slow_before(s->domid, &cap)) {
            /* somebody has slowed it, and was killed */
            config.b_info.sched_params.cap = cap;
        }
        *json = libxl_domain_config_to_json(s->xen.ctx, &config);
    }
    libxl_domain_config_dispose(&config);
    if (err != 0 || *json == NULL) {
        return failed(why, "cannot read the guest's configuration", err);
    }
    return XLS_OK;
}

static enum xls_rc save(void *ctx, int fd, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    int err = xls_xen_suspend(&s->xen, s->domid, fd);

    if (err == ERROR_GUEST_TIMEDOUT) {
        return failed(why, "the guest did not answer the request to suspend",
                      err);
    }
    return err == 0 ? XLS_OK
                    : failed(why, "libxl could not save the guest", err);
}

/* One that has shut down by itself while it was saved is not suspended, and
 * would not survive to be resumed: it is for who watches it to end. */
static bool is_down(void *ctx)
{
    struct xls_xen_source *s = ctx;
    xc_domaininfo_t info;

    return xc_domain_getinfolist(s->xch, s->domid, 1, &info) == 1 &&
           info.domain == s->domid && (info.flags & XEN_DOMINF_shutdown) != 0 &&
           ((info.flags >> XEN_DOMINF_shutdownshift) &
            XEN_DOMINF_shutdownmask) == SHUTDOWN_suspend;
}

static void stop(void *ctx, bool force)
{
    struct xls_xen_source *s = ctx;

    s->stopped = true;
    xls_xen_suspend_stop(&s->xen, force);
}

static enum xls_rc slow(void *ctx, unsigned percent, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;

    return xls_xen_slow(&s->xen, s->domid, percent, why);
}

/* It may have been asked to suspend by who does not wait for it any more, and
 * would stand still then with nobody to resume it. */
static bool is_down_or_comes(struct xls_xen_source *s)
{
    const struct timespec nap = {0, LOOK_MS * 1000000L};
    int left = s->stopped ? LATE_MS : 0;
    bool down = is_down(s);

    if (!down) {
        xls_xen_suspend_forget(s->domid);
    }
    while (!down && left > 0) {
        (void)nanosleep(&nap, NULL);
        left -= LOOK_MS;
        down = is_down(s);
    }
    s->stopped = false;
    return down;
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    enum xls_rc rc;
    int err;

    if (!is_here(s)) {
        return XLS_OK;
    }
    /* libxl's helper dies of a pipe that nobody reads, and leaves Xen noting
     * all that the guest writes */
    (void)xc_shadow_control(s->xch, s->domid, XEN_DOMCTL_SHADOW_OP_OFF, NULL,
                            0);
    rc = xls_xen_slow_end(&s->xen, s->domid, why);
    if (!is_down_or_comes(s)) {
        return rc;
    }
    err = libxl_domain_resume(s->xen.ctx, s->domid, 1, NULL);
    return err == 0 ? rc
                    : failed(why,
                             "the guest could NOT be resumed here: it is "
                             "suspended",
                             err);
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    int err;

    if (!is_here(s) || name_is(s, away ? s->away : s->name)) {
        return XLS_OK;
    }
    err = libxl_domain_rename(s->xen.ctx, s->domid, away ? s->name : s->away,
                              away ? s->away : s->name);
    return err == 0 ? XLS_OK : failed(why, "cannot rename the guest", err);
}

static enum xls_rc destroy(void *ctx, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    int err;

    /* what has its own name, or runs, is no copy that was given away */
    if (!is_here(s) || !name_is(s, s->away) || !is_down(s)) {
        return XLS_OK;
    }
    err = libxl_domain_destroy(s->xen.ctx, s->domid, NULL);
    return err == 0 ? XLS_OK
                    : failed(why,
                             "the guest has moved, but its suspended copy "
                             "here could not be destroyed: see xl list",
                             err);
}

static void mark(void *ctx, const char *text)
{
    struct xls_xen_source *s = ctx;

    if (is_here(s)) {
        xls_xen_mark(s->domid, XLS_MARK_SOURCE, text);
    }
}

struct xls_source_ops xls_xen_source_ops(struct xls_xen_source *source)
{
    return (struct xls_source_ops){.ctx = source,
                                   .describe = describe,
                                   .save = save,
                                   .stop = stop,
                                   .slow = slow,
                                   .is_down = is_down,
                                   .resume = resume,
                                   .rename = rename_guest,
                                   .destroy = destroy,
                                   .mark = mark};
}
