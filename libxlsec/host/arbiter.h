/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * arbiter: leases on storage that both hosts reach.  Level 5.
 *
 * The storage is a file or a block device that was made for it
 * (xlsec-handover(7)): a lockspace of sanlock's, its index of resources, and a
 * resource for each migration that is under way.  Who has acquired the resource
 * may change its value (proto/lease), in the last sector of the resource's
 * area, which sanlock leaves alone.  Not in sanlock's own lease value block:
 * that one is written when the lease is released, whose result does not say
 * whether it was; and a failure to read it leaves what was in memory.
 *
 * Nothing here is done without the storage and the sanlock daemon of this host:
 * an error says so, and what depends on it is not done.
 */
#ifndef XLS_HOST_ARBITER_H
#define XLS_HOST_ARBITER_H

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "proto/lease.h"

struct xls_arbiter;

/* What leases are kept by: "sanlock"; NULL in a build without it. */
const char *xls_arbiter_by(void);

/*
 * The arbiter that conf names, which has one.  This host joins the lockspace,
 * unless it has done so; that takes sanlock about half a minute, and goes on
 * when wait_ms (0: at once) are over before.  *out is the caller's, NULL on
 * error.
 * Errors: XLS_HOST_BUSY (it is joining), XLS_HOST_CONF (no such storage, or not
 * made for it; a build without sanlock), XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_arbiter_open(const struct xls_conf *conf,
                                          int64_t wait_ms,
                                          struct xls_arbiter **out,
                                          struct xls_why *why);
void xls_arbiter_close(struct xls_arbiter *arbiter); /* NULL does nothing */

/* The lockspace's name; borrowed. */
const char *xls_arbiter_name(const struct xls_arbiter *arbiter);

/*
 * The source: make a lease for this migration, at SOURCE, with this host in it.
 * Errors: XLS_HOST_IO, XLS_HOST_BUSY (no room); nothing is left then that a
 * migration could use.
 */
XLS_MUST_USE enum xls_rc xls_arbiter_begin(struct xls_arbiter *arbiter,
                                           const uint8_t id[XLS_ID_LEN],
                                           struct xls_why *why);

/*
 * The destination: put this host into the lease that the source has made.
 * Errors: XLS_HOST_CONF (there is none: the storage is another one, or it is
 * not at SOURCE, or the source has this host's number), XLS_HOST_IO,
 * XLS_HOST_BUSY.
 */
XLS_MUST_USE enum xls_rc xls_arbiter_enter(struct xls_arbiter *arbiter,
                                           const uint8_t id[XLS_ID_LEN],
                                           struct xls_why *why);

/*
 * What is there; NONE when there is nothing.
 * Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_arbiter_look(struct xls_arbiter *arbiter,
                                          const uint8_t id[XLS_ID_LEN],
                                          struct xls_lease *out,
                                          struct xls_why *why);

/*
 * Compare and swap: if from is there (NONE: whatever it is), to is written;
 * *now is what is there then.
 * Errors: XLS_HOST_BUSY (the lease is held by a process, or by a host that has
 * gone down with it; sanlock frees it about 140 s later), XLS_HOST_IO,
 * XLS_HOST_DOUBT (it could not be written for certain: look again).
 */
XLS_MUST_USE enum xls_rc
xls_arbiter_swap(struct xls_arbiter *arbiter, const uint8_t id[XLS_ID_LEN],
                 enum xls_lease_value from, enum xls_lease_value to,
                 enum xls_lease_value *now, struct xls_why *why);

/* Remove the lease of a migration that is over; without one it is done. */
XLS_MUST_USE enum xls_rc xls_arbiter_end(struct xls_arbiter *arbiter,
                                         const uint8_t id[XLS_ID_LEN],
                                         struct xls_why *why);

/* Is that host down, and has been for so long that its watchdog has reset it?
 * False when it is not known. */
bool xls_arbiter_down(struct xls_arbiter *arbiter, uint32_t host);

#endif
