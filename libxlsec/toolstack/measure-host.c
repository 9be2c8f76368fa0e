/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdio.h>
#include <sys/utsname.h>

#include "host/role.h"
#include "toolstack/measure.h"

static enum xls_rc too_long(struct xls_why *why, const char *what)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "%.200s: cannot be measured for software Evidence: the "
                       "path is too long, or there are too many",
                       what);
}

enum xls_rc xls_measure_program(struct xls_measure_host *host, const char *dir,
                                const char *name, bool needed,
                                struct xls_why *why)
{
    struct xls_measure_program *program = &host->programs[host->count];
    int n;

    if (host->count == XLS_MEASURE_PROGRAMS) {
        return too_long(why, name);
    }
    n = snprintf(program->path, sizeof(program->path), "%s/%s", dir, name);
    if (n < 0 || (size_t)n >= sizeof(program->path)) {
        return too_long(why, dir);
    }
    program->needed = needed;
    host->count++;
    return XLS_OK;
}

enum xls_rc xls_measure_this_host(const struct xls_xen_facts *xen,
                                  const char *libexec,
                                  struct xls_measure_host *out,
                                  struct xls_why *why)
{
    /* [E-126]; xl itself may be in any of these, ours in front of Xen's */
    const struct {
        const char *dir, *name;
        bool needed;
    } programs[] = {
        {XLS_SBINDIR, "xlsecd", true},
        {XLS_SBINDIR, "xl-migrate-secure", true},
        {XLS_SBINDIR, "xl-secure-recover", true},
        {libexec, XLS_KEYS_PROGRAM, true},
        {libexec, XLS_WIRE_PROGRAM, true},
        {libexec, XLS_GUARD_PROGRAM, true},
        {libexec, XLS_VERIFY_PROGRAM, true},
        {XLS_SBINDIR, "xl", false},
        {"/usr/sbin", "xl", false},
        {"/usr/local/sbin", "xl", false},
        {"/opt/xen/sbin", "xl", false},
        {"/usr/bin", "xl", false},
    };
    struct utsname uts;
    enum xls_rc rc = XLS_OK;

    (void)uname(&uts); /* it cannot fail with a valid pointer */
    *out = (struct xls_measure_host){.xen = *xen,
                                     .libxl = true,
                                     .line = "/proc/cmdline",
                                     .maps = "/proc/self/maps"};
    (void)snprintf(out->kernel, sizeof(out->kernel), "%s %s", uts.release,
                   uts.version);
    (void)snprintf(out->image, sizeof(out->image), "/boot/vmlinuz-%s",
                   uts.release);
    for (size_t i = 0;
         rc == XLS_OK && i < sizeof(programs) / sizeof(programs[0]); i++) {
        rc = xls_measure_program(out, programs[i].dir, programs[i].name,
                                 programs[i].needed, why);
    }
    return rc;
}
