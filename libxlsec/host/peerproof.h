/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * peerproof: the words of a peer file about how that host proves its state.
 * Level 5.
 */
#ifndef XLS_HOST_PEERPROOF_H
#define XLS_HOST_PEERPROOF_H

#include <stdbool.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"

/* Setters of host/ini, out a struct xls_peer: true if value was taken.  A long
 * `ak` may come in pieces, each on a line of its own. */
bool xls_peerproof_evidence(void *out, const char *value);
bool xls_peerproof_ak(void *out, const char *name, const char *value);
bool xls_peerproof_ak_scheme(void *out, const char *value);
bool xls_peerproof_ak_name(void *out, const char *value);
bool xls_peerproof_evidence_key(void *out, const char *value);
bool xls_peerproof_class(void *out, const char *value);

/*
 * Once all words are read: do they agree, and what does this host prove itself
 * by where no `evidence` says it?  path is for messages.
 * Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_peerproof_settle(struct xls_peer *peer,
                                              const char *path,
                                              struct xls_why *why);

#endif
