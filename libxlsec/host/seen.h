/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * seen: the clock of the latest quote that was accepted of each host.  Level 5.
 *
 * [E-25] needs it: a quote of an earlier boot, or of an earlier state of a TPM,
 * is not accepted again.  A file a host, STATE/seen/NAME, of one line of text.
 *
 * Several sessions with one host may be under way.  Each holds its quotes
 * against what had been kept before it gave out its nonce, as an honest TPM's
 * quotes for that nonce are later than all of those; what other sessions keep
 * meanwhile may be later than they are.
 */
#ifndef XLS_HOST_SEEN_H
#define XLS_HOST_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "attest/name.h"
#include "attest/quote.h"
#include "base/rc.h"
#include "base/why.h"

/* What was kept of all hosts, at one moment. */
struct xls_seen;

/* Look.  *out is the caller's, for xls_seen_free(); NULL on error.
 * Errors: XLS_HOST_IO, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_seen_look(const char *state, struct xls_seen **out,
                                       struct xls_why *why);

/*
 * What it says of this host with this AK.  *has is false when there was
 * nothing: a new host, or a new AK.
 * Errors: XLS_HOST_CONF (the file is not what was written; what to do).
 */
XLS_MUST_USE enum xls_rc xls_seen_find(const struct xls_seen *seen,
                                       const char *host,
                                       const uint8_t ak_name[XLS_NAME_LEN],
                                       bool *has, struct xls_quote_clock *out,
                                       struct xls_why *why);

/* NULL does nothing. */
void xls_seen_free(struct xls_seen *seen);

/*
 * A quote was accepted: the later of it and what is kept by now stays, written
 * anew, synced and renamed.
 * Errors: XLS_PEER_POLICY (neither can be the later one), XLS_HOST_CONF,
 * XLS_HOST_IO (what, where).
 */
XLS_MUST_USE enum xls_rc xls_seen_keep(const char *state, const char *host,
                                       const uint8_t ak_name[XLS_NAME_LEN],
                                       const struct xls_quote_clock *clock,
                                       struct xls_why *why);

#endif
