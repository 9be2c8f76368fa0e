/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xen_mark: what stands in Xen's store of a domain that belongs to a migration
 * which is not settled (doc/XENSTORE.md).  Level 6.
 */
#ifndef XLS_TOOLSTACK_XEN_MARK_H
#define XLS_TOOLSTACK_XEN_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XLS_MARK_SOURCE "open" /* it was given away, and not taken yet */
#define XLS_MARK_DESTINATION                                                   \
    "incoming"             /* it has come, and is not given yet                \
                            */
#define XLS_MARK_CAP "cap" /* the CPU cap that it had before it was slowed */

/*
 * Write text to /local/domain/DOMID/xlsec/KEY, for dom0 alone to read; NULL:
 * remove all that is there.  This is for who watches the host, and only shows:
 * what cannot be written is not told.
 */
void xls_xen_mark(uint32_t domid, const char *key, const char *text);

/* The same for what is read again: NULL removes KEY alone.  False: not done. */
bool xls_xen_keep(uint32_t domid, const char *key, const char *text);

/* What was kept, ended by a NUL.  False: nothing, or size has no room. */
bool xls_xen_kept(uint32_t domid, const char *key, char *text, size_t size);

#endif
