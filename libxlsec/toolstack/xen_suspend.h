/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xen_suspend: one run of libxl's save, which another thread can end.  Level 6.
 */
#ifndef XLS_TOOLSTACK_XEN_SUSPEND_H
#define XLS_TOOLSTACK_XEN_SUSPEND_H

#include "toolstack/xen.h"

/* Save the guest to fd, live; blocks.  libxl's error, or 0. */
int xls_xen_suspend(const struct xls_xen *xen, uint32_t domid, int fd);

/* From another thread: have libxl abort that; force: kill its save helper,
 * which is a child of ours. */
void xls_xen_suspend_stop(const struct xls_xen *xen, bool force);

/* The guest was asked to suspend, and nobody waits for that any more: take the
 * request back, if the guest has not seen it. */
void xls_xen_suspend_forget(uint32_t domid);

#endif
