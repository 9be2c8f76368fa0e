/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * admit: what the protocol promised (proto) held against what the guest's own
 * configuration says (xenfmt).  Level 4.
 */
#ifndef XLS_CHANNEL_ADMIT_H
#define XLS_CHANNEL_ADMIT_H

#include "base/why.h"
#include "proto/control.h"
#include "xenfmt/config.h"

/*
 * Do the offer and the config that came with it speak of the same guest?  Two
 * answers to one question are one lie.
 * NULL when they do; else the name of the rule that was broken (static storage)
 * and why says how.  offer->config is not looked at.
 */
const char *xls_admit_offer(const struct xls_offer *offer,
                            const struct xls_config_facts *facts,
                            struct xls_why *why);

#endif
