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

/* Has this domain this name? */
static enum xls_rc name_is(const struct xls_xen_source *s, uint32_t domid,
                           const char *name, bool *is, struct xls_why *why)
{
    char *now;
    enum xls_rc rc = xls_xen_name(&s->xen, domid, &now, why);

    *is = now != NULL && strcmp(now, name) == 0;
    free(now);
    return rc;
}

/* What Xen says of our domain. */
enum sight {
    GONE,
    RUNS,
    SUSPENDED,
    ENDED, /* it has shut down by itself: it is not suspended, would not survive
            * to be resumed, and is for who watches it to end */
};

static enum xls_rc look(const struct xls_xen_source *s, enum sight *sight,
                        struct xls_why *why)
{
    xc_domaininfo_t info;
    unsigned reason;
    int n;

    *sight = GONE;
    if (s->domid == (uint32_t)INVALID_DOMID) {
        return XLS_OK;
    }
    n = xc_domain_getinfolist(s->xch, s->domid, 1, &info);
    if (n < 0) {
        return xls_why_set(why, XLS_HOST_XEN, "cannot ask Xen about the guest");
    }
    if (n == 1 && info.domain == s->domid &&
        (info.flags & XEN_DOMINF_dying) == 0) {
        reason =
            (info.flags >> XEN_DOMINF_shutdownshift) & XEN_DOMINF_shutdownmask;
        *sight = (info.flags & XEN_DOMINF_shutdown) == 0 ? RUNS
                 : reason == SHUTDOWN_suspend            ? SUSPENDED
                                                         : ENDED;
    }
    return XLS_OK;
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
    enum xls_rc rc = XLS_OK;

    if (list == NULL) {
        return xls_why_set(why, XLS_HOST_XEN, "cannot list the guests");
    }
    for (int i = 0; rc == XLS_OK && i < count && !found; i++) {
        bool is = false;

        if (list[i].dying ||
            memcmp(libxl_uuid_bytearray_const(&list[i].uuid), uuid, 16) != 0) {
            continue;
        }
        s->domid = list[i].domid;
        rc = name_is(s, s->domid, s->away, &found, why);
        if (rc == XLS_OK && !found) {
            rc = name_is(s, s->domid, s->name, &is, why);
        }
        named = is ? s->domid : named;
    }
    libxl_dominfo_list_free(list, count);
    if (!found) {
        s->domid = named;
    }
    return rc;
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

static enum xls_rc is_down(void *ctx, bool *down, struct xls_why *why)
{
    enum sight sight;
    enum xls_rc rc = look(ctx, &sight, why);

    *down = sight == SUSPENDED;
    return rc;
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
static enum xls_rc look_and_wait(struct xls_xen_source *s, enum sight *sight,
                                 struct xls_why *why)
{
    const struct timespec nap = {0, LOOK_MS * 1000000L};
    int left = s->stopped ? LATE_MS : 0;
    enum xls_rc rc = look(s, sight, why);

    if (rc == XLS_OK && *sight == RUNS) {
        xls_xen_suspend_forget(s->domid);
    }
    while (rc == XLS_OK && *sight == RUNS && left > 0) {
        (void)nanosleep(&nap, NULL);
        left -= LOOK_MS;
        rc = look(s, sight, why);
    }
    s->stopped = s->stopped && rc != XLS_OK;
    return rc;
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    enum sight sight;
    enum xls_rc rc = look(s, &sight, why);
    enum xls_rc seen;
    int err;

    if (rc != XLS_OK || sight == GONE) {
        return rc;
    }
    /* libxl's helper dies of a pipe that nobody reads, and leaves Xen noting
     * all that the guest writes */
    (void)xc_shadow_control(s->xch, s->domid, XEN_DOMCTL_SHADOW_OP_OFF, NULL,
                            0);
    rc = xls_xen_slow_end(&s->xen, s->domid, why);
    seen = look_and_wait(s, &sight, why);
    if (seen != XLS_OK || sight != SUSPENDED) {
        return seen == XLS_OK ? rc : seen;
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
    enum sight sight;
    bool has = false;
    enum xls_rc rc = look(s, &sight, why);
    int err;

    if (rc == XLS_OK && sight != GONE) {
        rc = name_is(s, s->domid, away ? s->away : s->name, &has, why);
    }
    /* it was here when this process began, and may not be given away; one that
     * went down with this host is no obstacle to asking where it is */
    if (rc == XLS_OK && sight == GONE && away &&
        s->domid != (uint32_t)INVALID_DOMID) {
        rc = xls_why_set(why, XLS_HOST_XEN, "the guest is not here any more");
    }
    if (rc != XLS_OK || sight == GONE || has) {
        return rc;
    }
    err = libxl_domain_rename(s->xen.ctx, s->domid, away ? s->name : s->away,
                              away ? s->away : s->name);
    return err == 0 ? XLS_OK : failed(why, "cannot rename the guest", err);
}

static enum xls_rc destroy(void *ctx, struct xls_why *why)
{
    struct xls_xen_source *s = ctx;
    enum sight sight;
    bool away = false;
    enum xls_rc rc = look(s, &sight, why);
    int err;

    if (rc == XLS_OK && sight == SUSPENDED) {
        rc = name_is(s, s->domid, s->away, &away, why);
    }
    /* what has its own name, or runs, is no copy that was given away */
    if (rc != XLS_OK || !away) {
        return rc;
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

    if (s->domid != (uint32_t)INVALID_DOMID) {
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
