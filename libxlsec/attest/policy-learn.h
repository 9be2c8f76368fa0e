/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policy-learn: an appraisal policy's text, written from the claims of a host
 * that is known to be good.  Level 2.
 */
#ifndef XLS_ATTEST_POLICY_LEARN_H
#define XLS_ATTEST_POLICY_LEARN_H

#include <stddef.h>
#include <stdint.h>

#include "attest/claims.h"
#include "attest/policy.h"
#include "attest/reason.h"
#include "base/rc.h"

/* What to call it; borrowed. */
struct xls_policy_lesson {
    const char *name; /* the policy; not used when a set is added to one */
    const char *class;
    const char *set;
    uint32_t any;    /* PCRs whose value is to be of no account */
    const void *old; /* a policy's text that gets the set; NULL: a new one */
    size_t old_len;
};

/*
 * Write a policy that allows the claims ([E-106]): their PCRs as values, PCR 10
 * by IMA's list where there is one, and the events of a log that leads to the
 * values.  A new one has version 1, one class and one set.  An old one gets the
 * set, in the class of that name, or that class too, and the next version;
 * everything else in it stays as it was, and a state that it allows already is
 * refused.  *out is the caller's to free; both outputs are written only on
 * XLS_OK.
 * Errors: XLS_PEER_RANGE, XLS_PEER_POLICY (names, a list that no set could
 * allow, a text that would be too large), those of xls_imalog_feed() and of
 * xls_policy_read() on the old text, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_policy_learn(const struct xls_policy_lesson *lesson,
                 const struct xls_claims *claims, char **out, size_t *len,
                 struct xls_reason *why);

#endif
