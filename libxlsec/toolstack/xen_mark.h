/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xen_mark: what watchers of this host can read in Xen's store of a domain that
 * belongs to a migration which is not settled (doc/XENSTORE.md).  Level 6.
 */
#ifndef XLS_TOOLSTACK_XEN_MARK_H
#define XLS_TOOLSTACK_XEN_MARK_H

#include <stdint.h>

#define XLS_MARK_SOURCE "open" /* it was given away, and not taken yet */
#define XLS_MARK_DESTINATION                                                   \
    "incoming" /* it has come, and is not given yet                            \
                */

/*
 * Write text to /local/domain/DOMID/xlsec/KEY, for dom0 alone to read; NULL:
 * remove it.  The journals decide, and this only shows: what cannot be written
 * is not told.
 */
void xls_xen_mark(uint32_t domid, const char *key, const char *text);

#endif
