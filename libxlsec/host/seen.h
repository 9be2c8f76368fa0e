/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * seen: the clock of the last quote that was accepted of each host.  Level 5.
 *
 * [E-25] needs it: a quote of an earlier boot, or of an earlier state of a TPM,
 * is not accepted again.  A file a host, STATE/seen/NAME, of one line of text.
 */
#ifndef XLS_HOST_SEEN_H
#define XLS_HOST_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "attest/name.h"
#include "attest/quote.h"
#include "base/rc.h"
#include "base/why.h"

/*
 * What was last seen of this host with this AK.  *has is false when there is
 * nothing: a new host, or a new AK.
 * Errors: XLS_HOST_CONF (the file is not what was written; what to do).
 */
XLS_MUST_USE enum xls_rc xls_seen_read(const char *state, const char *host,
                                       const uint8_t ak_name[XLS_NAME_LEN],
                                       bool *has, struct xls_quote_clock *out,
                                       struct xls_why *why);

/*
 * Remember it, in place of what was there: written anew, synced and renamed.
 * Errors: XLS_HOST_IO (what, where).
 */
XLS_MUST_USE enum xls_rc xls_seen_write(const char *state, const char *host,
                                        const uint8_t ak_name[XLS_NAME_LEN],
                                        const struct xls_quote_clock *clock,
                                        struct xls_why *why);

#endif
