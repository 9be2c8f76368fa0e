/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/xen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <libxl_event.h>
#include <libxl_utils.h>

enum xls_rc xls_xen_open(struct xls_xen *xen, xentoollog_level severity,
                         struct xls_why *why)
{
    /* we have children of our own, and wait for them by their ids */
    static const libxl_childproc_hooks hooks = {
        .chldowner = libxl_sigchld_owner_libxl_always_selective_reap};

    *xen = (struct xls_xen){NULL, NULL};
    /* a variable that would put a program of somebody's choice in libxl's way
     */
    (void)unsetenv("LIBXL_SAVE_HELPER");
    (void)unsetenv("LIBXL_CONVERT_HELPER");
    (void)unsetenv("LIBXL_BOOTLOADER_RESTRICT");
    xen->log = (xentoollog_logger *)xtl_createlogger_stdiostream(
        stderr, severity, XTL_STDIOSTREAM_HIDE_PROGRESS);
    if (xen->log == NULL ||
        libxl_ctx_alloc(&xen->ctx, LIBXL_VERSION, 0, xen->log) != 0) {
        return xls_why_set(why, XLS_HOST_XEN,
                           "cannot talk to Xen on this host: is this dom0, "
                           "are we root, and do xenstored and xenconsoled run "
                           "(xl info says)?");
    }
    libxl_childproc_setmode(xen->ctx, &hooks, NULL);
    return XLS_OK;
}

void xls_xen_close(struct xls_xen *xen)
{
    if (xen->ctx != NULL) {
        (void)libxl_ctx_free(xen->ctx);
    }
    if (xen->log != NULL) {
        xtl_logger_destroy(xen->log);
    }
    *xen = (struct xls_xen){NULL, NULL};
}

enum xls_rc xls_xen_name(const struct xls_xen *xen, uint32_t domid, char **name,
                         struct xls_why *why)
{
    char *dom0;

    *name = libxl_domid_to_name(xen->ctx, domid);
    if (*name != NULL) {
        return XLS_OK;
    }
    dom0 = libxl_domid_to_name(xen->ctx, 0);
    if (dom0 == NULL) {
        return xls_why_set(why, XLS_HOST_XEN,
                           "cannot read the name of domain %" PRIu32
                           ": xenstore does not answer",
                           domid);
    }
    free(dom0);
    return XLS_OK;
}

/* A text as it is, or false: one that is cut would not be what Xen said. */
static bool keep(char *out, size_t size, const char *text)
{
    int n = snprintf(out, size, "%s", text == NULL ? "" : text);

    return n >= 0 && (size_t)n < size;
}

enum xls_rc xls_xen_facts_read(const struct xls_xen *xen,
                               struct xls_xen_facts *out, struct xls_why *why)
{
    const libxl_version_info *info = libxl_get_version_info(xen->ctx);
    struct xls_xen_facts facts = {.version = ""};
    int version;
    int compiled;

    if (info == NULL) {
        return xls_why_set(why, XLS_HOST_XEN,
                           "cannot learn Xen's version (libxl's message is "
                           "above)");
    }
    version = snprintf(facts.version, sizeof(facts.version), "%d.%d%s",
                       info->xen_version_major, info->xen_version_minor,
                       info->xen_version_extra);
    compiled = snprintf(facts.compiled, sizeof(facts.compiled),
                        "%s, by %s@%s, %s", info->compiler, info->compile_by,
                        info->compile_domain, info->compile_date);
    if (version < 0 || (size_t)version >= sizeof(facts.version) ||
        compiled < 0 || (size_t)compiled >= sizeof(facts.compiled) ||
        !keep(facts.changeset, sizeof(facts.changeset), info->changeset) ||
        !keep(facts.build_id, sizeof(facts.build_id), info->build_id) ||
        !keep(facts.command_line, sizeof(facts.command_line),
              info->commandline)) {
        return xls_why_set(why, XLS_HOST_XEN,
                           "Xen says more of itself than software Evidence "
                           "has room for");
    }
    *out = facts;
    return XLS_OK;
}
