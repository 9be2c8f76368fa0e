/* SPDX-License-Identifier: LGPL-2.1-only */
/* In a file of its own: who keeps clocks does not take quotes apart. */
#include "attest/quote.h"

bool xls_quote_clock_follows(const struct xls_quote_clock *last,
                             const struct xls_quote_clock *now)
{
    return now->clock >= last->clock &&
           (now->reset_count > last->reset_count ||
            (now->reset_count == last->reset_count &&
             now->restart_count >= last->restart_count));
}
