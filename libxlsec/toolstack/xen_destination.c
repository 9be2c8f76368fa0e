/* SPDX-License-Identifier: LGPL-2.1-only */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libxl_utils.h>

#include "toolstack/xen.h"
#include "toolstack/xen_mark.h"

struct xls_xen_destination {
    struct xls_xen xen; /* opened at the first act, when the peer has proven
                         * itself */
    xentoollog_level severity;
    uint32_t domid;
    char name[256];
    char incoming[256 + 16];
};

static enum xls_rc failed(struct xls_why *why, const char *what, int err)
{
    return xls_why_set(why, XLS_HOST_XEN,
                       "%s (libxl error %d; see that "
                       "host's log)",
                       what, err);
}

enum xls_rc xls_xen_destination_new(xentoollog_level severity,
                                    struct xls_xen_destination **out)
{
    struct xls_xen_destination *d = calloc(1, sizeof(*d));

    *out = d;
    if (d == NULL) {
        return XLS_HOST_NOMEM;
    }
    d->severity = severity;
    d->domid = (uint32_t)INVALID_DOMID;
    return XLS_OK;
}

void xls_xen_destination_free(struct xls_xen_destination *destination)
{
    if (destination == NULL) {
        return;
    }
    xls_xen_close(&destination->xen);
    free(destination);
}

uint32_t xls_xen_destination_domid(const struct xls_xen_destination *d)
{
    return d->domid;
}

/* Our text as libxl's struct, named NAME--incoming.  Disposed of by the caller,
 * also after an error. */
static enum xls_rc parse(struct xls_xen_destination *d,
                         const struct xls_incoming *guest,
                         libxl_domain_config *config, struct xls_why *why)
{
    int err;

    libxl_domain_config_init(config);
    err = libxl_domain_config_from_json(d->xen.ctx, config, guest->config);
    if (err != 0) {
        return xls_why_set(why, XLS_PEER_RANGE,
                           "libxl does not understand the guest's "
                           "configuration (error %d)",
                           err);
    }
    if (!guest->keep_domid) {
        config->c_info.domid = (libxl_domid)INVALID_DOMID;
    }
    free(config->c_info.name);
    config->c_info.name = strdup(d->incoming);
    return config->c_info.name == NULL ? XLS_HOST_NOMEM : XLS_OK;
}

/* Has our domain this name? */
static bool name_is(struct xls_xen_destination *d, const char *name)
{
    char *now = libxl_domid_to_name(d->xen.ctx, d->domid);
    bool is = now != NULL && strcmp(now, name) == 0;

    free(now);
    return is;
}

static bool name_taken(struct xls_xen_destination *d, const char *name)
{
    uint32_t other;

    return libxl_name_to_domid(d->xen.ctx, name, &other) == 0;
}

/* Is a domain here that is the same guest, under whatever name? */
static enum xls_rc judge_uuid(struct xls_xen_destination *d,
                              const uint8_t uuid[16], struct xls_why *why)
{
    int count = 0;
    libxl_dominfo *list = libxl_list_domain(d->xen.ctx, &count);
    enum xls_rc rc = XLS_OK;

    if (list == NULL) {
        return failed(why, "cannot list the guests", 0);
    }
    for (int i = 0; rc == XLS_OK && i < count; i++) {
        if (list[i].domid != 0 && !list[i].dying &&
            memcmp(libxl_uuid_bytearray_const(&list[i].uuid), uuid, 16) == 0) {
            char *name = libxl_domid_to_name(d->xen.ctx, list[i].domid);

            rc = xls_why_set(why, XLS_PEER_POLICY,
                             "this guest is here already, by its uuid: it is "
                             "domain %" PRIu32 ", '%.100s' (xl list)",
                             list[i].domid, name == NULL ? "?" : name);
            free(name);
        }
    }
    libxl_dominfo_list_free(list, count);
    return rc;
}

/* Room for the guest?  The figure that the source is told goes to *free_kib. */
static enum xls_rc judge_memory(struct xls_xen_destination *d,
                                libxl_domain_config *config, uint64_t *free_kib,
                                struct xls_why *why)
{
    uint64_t need = 0;
    int err = libxl_domain_need_memory(d->xen.ctx, config,
                                       (uint32_t)INVALID_DOMID, &need);

    if (err == 0) {
        err = libxl_get_free_memory(d->xen.ctx, free_kib);
    }
    if (err != 0) {
        return failed(why, "cannot learn how much memory is free", err);
    }
    if (need > *free_kib) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "the guest needs %" PRIu64 " MiB and %" PRIu64
                           " MiB are free; shrink dom0 (xl mem-set 0 ...) or "
                           "move another guest away first",
                           need / 1024, *free_kib / 1024);
    }
    return XLS_OK;
}

static enum xls_rc admit(void *ctx, const struct xls_incoming *guest,
                         struct xls_admit *out, const char **rule,
                         struct xls_why *why)
{
    struct xls_xen_destination *d = ctx;
    const libxl_version_info *version;
    libxl_domain_config config;
    enum xls_rc rc;

    *rule = "host";
    rc = xls_xen_open(&d->xen, d->severity, why);
    if (rc != XLS_OK) {
        return rc;
    }
    (void)snprintf(d->name, sizeof(d->name), "%s", guest->facts->name);
    (void)snprintf(d->incoming, sizeof(d->incoming), "%s--incoming", d->name);
    if (name_taken(d, d->name) || name_taken(d, d->incoming)) {
        *rule = "name-taken";
        return xls_why_set(why, XLS_PEER_POLICY,
                           "a guest of the name '%s' is here already (xl list)",
                           d->name);
    }
    *rule = "uuid-taken";
    rc = judge_uuid(d, guest->facts->uuid, why);
    if (rc != XLS_OK) {
        return rc;
    }
    *rule = "config";
    rc = parse(d, guest, &config, why);
    if (rc == XLS_OK) {
        *rule = "memory";
        rc = judge_memory(d, &config, &out->free_kib, why);
    }
    libxl_domain_config_dispose(&config);
    version = libxl_get_version_info(d->xen.ctx);
    if (rc != XLS_OK || version == NULL) {
        return rc == XLS_OK ? XLS_HOST_XEN : rc;
    }
    out->xen_major = (uint16_t)version->xen_version_major;
    out->xen_minor = (uint16_t)version->xen_version_minor;
    return gethostname(out->host, sizeof(out->host) - 1) == 0 ? XLS_OK
                                                              : XLS_HOST_IO;
}

static enum xls_rc restore(void *ctx, const struct xls_incoming *guest, int fd,
                           struct xls_why *why)
{
    struct xls_xen_destination *d = ctx;
    libxl_domain_restore_params params;
    libxl_domain_config config;
    enum xls_rc rc = parse(d, guest, &config, why);
    int err;

    if (rc == XLS_OK) {
        libxl_domain_restore_params_init(&params);
        params.stream_version = 2; /* 1 would start the legacy converter */
        err = libxl_domain_create_restore(d->xen.ctx, &config, &d->domid, fd,
                                          -1, &params, NULL, NULL);
        libxl_domain_restore_params_dispose(&params);
        if (err != 0) {
            rc = failed(why, "libxl could not build the guest", err);
        }
    }
    libxl_domain_config_dispose(&config);
    return rc;
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *why)
{
    struct xls_xen_destination *d = ctx;
    libxl_dominfo info;
    int err;

    if (!name_is(d, d->name)) {
        err = libxl_domain_rename(d->xen.ctx, d->domid, d->incoming, d->name);
        if (err != 0) {
            return failed(why, "cannot give the guest its name", err);
        }
    }
    libxl_dominfo_init(&info);
    err = libxl_domain_info(d->xen.ctx, &info, d->domid);
    if (err == 0 && info.paused && !paused) {
        err = libxl_domain_unpause(d->xen.ctx, d->domid, NULL);
    }
    libxl_dominfo_dispose(&info);
    return err == 0 ? XLS_OK : failed(why, "cannot start the guest", err);
}

/* Never, since it was built?  A domain that is paused from then on has used no
 * processor. */
static bool has_run(const libxl_dominfo *info)
{
    return !info->paused || info->cpu_time != 0;
}

/* Is this the domain of the guest?  One without a name is what is left when the
 * process that builds it dies at once. */
static enum xls_rc look_at(struct xls_xen_destination *d,
                           const libxl_dominfo *info, const uint8_t uuid[16],
                           enum xls_found *found, struct xls_why *why)
{
    enum xls_rc rc;
    char *name;

    if (memcmp(libxl_uuid_bytearray_const(&info->uuid), uuid, 16) != 0 ||
        info->dying) {
        return XLS_OK;
    }
    rc = xls_xen_name(&d->xen, info->domid, &name, why);
    if (rc != XLS_OK) {
        return rc;
    }
    if (name == NULL ? !has_run(info) : strcmp(name, d->incoming) == 0) {
        *found = XLS_FOUND_INCOMING;
    } else if (name != NULL && strcmp(name, d->name) == 0) {
        *found = has_run(info) ? XLS_FOUND_STARTED : XLS_FOUND_NAMED;
    }
    if (*found != XLS_FOUND_NOTHING) {
        d->domid = info->domid;
    }
    free(name);
    return XLS_OK;
}

static enum xls_rc find(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why)
{
    struct xls_xen_destination *d = ctx;
    libxl_dominfo *list = NULL;
    int count = 0;
    enum xls_rc rc = XLS_OK;

    *found = XLS_FOUND_NOTHING;
    if (d->xen.ctx == NULL) {
        rc = xls_xen_open(&d->xen, d->severity, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    (void)snprintf(d->name, sizeof(d->name), "%s", name);
    (void)snprintf(d->incoming, sizeof(d->incoming), "%s--incoming", name);
    list = libxl_list_domain(d->xen.ctx, &count);
    if (list == NULL) {
        return failed(why, "cannot list the guests", 0);
    }
    for (int i = 0; rc == XLS_OK && i < count && *found == XLS_FOUND_NOTHING;
         i++) {
        rc = look_at(d, &list[i], uuid, found, why);
    }
    libxl_dominfo_list_free(list, count);
    return rc;
}

static enum xls_rc destroy(void *ctx, struct xls_why *why)
{
    struct xls_xen_destination *d = ctx;
    int err;

    if (!libxl_domid_valid_guest(d->domid)) {
        return XLS_OK;
    }
    err = libxl_domain_destroy(d->xen.ctx, d->domid, NULL);
    if (err != 0 && libxl_domain_info(d->xen.ctx, NULL, d->domid) !=
                        ERROR_DOMAIN_NOTFOUND) {
        return failed(why,
                      "the copy of the guest here could not be destroyed: see "
                      "xl list",
                      err);
    }
    d->domid = (uint32_t)INVALID_DOMID;
    return XLS_OK;
}

static void mark(void *ctx, const char *text)
{
    struct xls_xen_destination *d = ctx;

    if (libxl_domid_valid_guest(d->domid)) {
        xls_xen_mark(d->domid, XLS_MARK_DESTINATION, text);
    }
}

struct xls_destination_ops
xls_xen_destination_ops(struct xls_xen_destination *destination)
{
    return (struct xls_destination_ops){.ctx = destination,
                                        .admit = admit,
                                        .restore = restore,
                                        .run = run,
                                        .destroy = destroy,
                                        .mark = mark,
                                        .find = find};
}
