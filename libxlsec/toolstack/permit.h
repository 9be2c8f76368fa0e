/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * permit: does this host accept the configuration of a peer's guest?  Level 6.
 */
#ifndef XLS_TOOLSTACK_PERMIT_H
#define XLS_TOOLSTACK_PERMIT_H

#include "host/conf.h"
#include "proto/companion.h"

enum { XLS_PERMIT_RULE = 16 };

/*
 * [S-38] Hold config, as the guard wrote it, against what the file of the peer
 * of that key accepts; confdir is where that file is.  On refusal rule has the
 * label, "S-200", and why the member, its value, and the line to add.
 * Errors: XLS_PEER_POLICY, XLS_PEER_RANGE, XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_permit(const char *confdir, const uint8_t key[XLS_KEY], const char *config,
           char rule[XLS_PERMIT_RULE], struct xls_why *why);

/*
 * [P-73] May the peer of that key bring these companions?  On refusal why has
 * the path, and the line to add to the peer's file.
 * Errors: XLS_PEER_POLICY, XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_permit_companions(const char *confdir, const uint8_t key[XLS_KEY],
                      const struct xls_companions *list, struct xls_why *why);

#endif
