/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/xen.h"

#include <stdio.h>
#include <stdlib.h>

#include <libxl_event.h>

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
