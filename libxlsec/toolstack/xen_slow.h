/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xen_slow: less of its CPUs for a guest that is on its way, through the cap of
 * Xen's schedulers credit and credit2.  Level 6.
 *
 * The cap that it had stands in Xen's store, below the guest, from before it is
 * changed until it has it back (doc/XENSTORE.md): so whoever comes after a
 * process that was killed can give it back.
 */
#ifndef XLS_TOOLSTACK_XEN_SLOW_H
#define XLS_TOOLSTACK_XEN_SLOW_H

#include "toolstack/xen.h"

/*
 * Let it have this much, in per cent (1 to 100) of what it had before the first
 * call.  Errors: XLS_HOST_XEN; its cap is then as it was.
 */
XLS_MUST_USE enum xls_rc xls_xen_slow(const struct xls_xen *xen, uint32_t domid,
                                      unsigned percent, struct xls_why *why);

/* Give it back what it had, if it was slowed by whomever.
 * Errors: XLS_HOST_XEN. */
XLS_MUST_USE enum xls_rc xls_xen_slow_end(const struct xls_xen *xen,
                                          uint32_t domid, struct xls_why *why);

/* The cap that a slowed guest had, in *cap, or false: it is not slowed. */
bool xls_xen_slow_before(uint32_t domid, int *cap);

#endif
