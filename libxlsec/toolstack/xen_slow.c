/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/xen_slow.h"

#include <stdio.h>
#include <string.h>

#include "toolstack/xen_mark.h"

enum { CAP_MAX = 999999, TEXT = 16 };

bool xls_xen_slow_before(uint32_t domid, int *cap)
{
    char text[TEXT];
    int n = 0;

    if (!xls_xen_kept(domid, XLS_MARK_CAP, text, sizeof(text)) ||
        text[0] == '\0') {
        return false;
    }
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || n > CAP_MAX / 10) {
            return false;
        }
        n = 10 * n + (*at - '0');
    }
    *cap = n;
    return true;
}

static enum xls_rc set(const struct xls_xen *xen, uint32_t domid, int cap,
                       struct xls_why *why)
{
    libxl_domain_sched_params params;
    int err;

    libxl_domain_sched_params_init(&params); /* the rest: as it is */
    params.cap = cap;
    err = libxl_domain_sched_params_set(xen->ctx, domid, &params);
    libxl_domain_sched_params_dispose(&params);
    return err == 0 ? XLS_OK
                    : xls_why_set(why, XLS_HOST_XEN,
                                  "the guest's CPU cap could not be set to %d "
                                  "(libxl error %d); xl sched-credit2 -d %u -c "
                                  "%d does it by hand",
                                  cap, err, (unsigned)domid, cap);
}

/* What it could use, in per cent of one CPU. */
static enum xls_rc all_of_it(const struct xls_xen *xen, uint32_t domid, int cap,
                             int *all, struct xls_why *why)
{
    libxl_dominfo info;
    int cpus = libxl_get_online_cpus(xen->ctx);
    int err;

    libxl_dominfo_init(&info);
    err = libxl_domain_info(xen->ctx, &info, domid);
    if (err == 0) {
        int vcpus = (int)info.vcpu_online;

        *all = 100 * (cpus > 0 && cpus < vcpus ? cpus : vcpus);
        *all = cap > 0 && cap < *all ? cap : *all;
    }
    libxl_dominfo_dispose(&info);
    return err == 0 ? XLS_OK
                    : xls_why_set(why, XLS_HOST_XEN,
                                  "cannot learn how many CPUs the guest has "
                                  "(libxl error %d)",
                                  err);
}

/* The cap that it has, where there is one. */
static enum xls_rc get(const struct xls_xen *xen, uint32_t domid, int *cap,
                       struct xls_why *why)
{
    libxl_domain_sched_params params;
    enum xls_rc rc = XLS_OK;
    int err;

    libxl_domain_sched_params_init(&params);
    err = libxl_domain_sched_params_get(xen->ctx, domid, &params);
    if (err != 0) {
        rc = xls_why_set(why, XLS_HOST_XEN,
                         "cannot learn the guest's CPU cap (libxl error %d)",
                         err);
    } else if (params.sched != LIBXL_SCHEDULER_CREDIT &&
               params.sched != LIBXL_SCHEDULER_CREDIT2) {
        rc = xls_why_set(why, XLS_HOST_XEN,
                         "the scheduler '%s' has no CPU cap (credit and "
                         "credit2 have)",
                         libxl_scheduler_to_string(params.sched));
    } else {
        *cap = params.cap;
    }
    libxl_domain_sched_params_dispose(&params);
    return rc;
}

enum xls_rc xls_xen_slow(const struct xls_xen *xen, uint32_t domid,
                         unsigned percent, struct xls_why *why)
{
    char text[TEXT];
    int before = 0;
    int all = 0;
    bool kept = xls_xen_slow_before(domid, &before);
    enum xls_rc rc = kept ? XLS_OK : get(xen, domid, &before, why);

    if (rc == XLS_OK) {
        rc = all_of_it(xen, domid, before, &all, why);
    }
    if (rc == XLS_OK && !kept) {
        (void)snprintf(text, sizeof(text), "%d", before);
        if (!xls_xen_keep(domid, XLS_MARK_CAP, text)) {
            rc = xls_why_set(why, XLS_HOST_XEN,
                             "the guest's CPU cap cannot be kept in Xen's "
                             "store");
        }
    }
    if (rc != XLS_OK) {
        return rc;
    }
    all = all * (int)percent / 100;
    rc = set(xen, domid, all > 0 ? all : 1, why);
    if (rc != XLS_OK && !kept) {
        (void)xls_xen_keep(domid, XLS_MARK_CAP, NULL);
    }
    return rc;
}

enum xls_rc xls_xen_slow_end(const struct xls_xen *xen, uint32_t domid,
                             struct xls_why *why)
{
    int cap = 0;
    enum xls_rc rc;

    if (!xls_xen_slow_before(domid, &cap)) {
        return XLS_OK;
    }
    rc = set(xen, domid, cap, why);
    if (rc == XLS_OK) {
        (void)xls_xen_keep(domid, XLS_MARK_CAP, NULL);
    }
    return rc;
}
