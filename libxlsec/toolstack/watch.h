/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * watch: what xl's own background process does for a guest that it created:
 * wait for its end and do what its configuration says then.  Level 6.
 */
#ifndef XLS_TOOLSTACK_WATCH_H
#define XLS_TOOLSTACK_WATCH_H

#include <stdint.h>

#include "base/rc.h"
#include "toolstack/xen.h"

/*
 * Return when the guest is gone.  When it shut itself down, its on_poweroff,
 * on_reboot, on_crash, on_watchdog or on_soft_reset action is done first:
 * destroy, preserve, or restart (from the configuration it had).
 * Errors: XLS_HOST_XEN.
 */
XLS_MUST_USE enum xls_rc
xls_watch_guest(const struct xls_xen *xen, uint32_t domid,
                void (*say)(void *ctx, const char *line), void *say_ctx);

/*
 * A guest came: a process stays with it, as xl's own does, and does what its
 * on_poweroff and the like say.  A new program (xlsecd --watch), because
 * libxl's context must not be used across a fork, and so that the caller's work
 * counts as over.
 */
void xls_watch_start(uint32_t domid);

#endif
