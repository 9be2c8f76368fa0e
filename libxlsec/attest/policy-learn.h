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
    const char *name; /* the policy; not used when a set is added */
    const char *class;
    const char *set;
    uint32_t any; /* PCRs whose value is to be of no account */
};

/*
 * Write a policy, version 1, with one class and one set, which the claims are
 * allowed by ([E-106]): their PCRs as values, PCR 10 by IMA's list where there
 * is one, and the events of a log that leads to the values.  *out is the
 * caller's to free; both outputs are written only on XLS_OK.
 * Errors: XLS_PEER_RANGE, XLS_PEER_POLICY (names, a list that no set could
 * allow, a text that would be too large), those of xls_imalog_feed(), and
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_policy_learn(const struct xls_policy_lesson *lesson,
                 const struct xls_claims *claims, char **out, size_t *len,
                 struct xls_reason *why);

/*
 * Add such a set to the class of that name in a policy's text, or the class
 * too, and give it the next version; everything else stays as it was.  A state
 * that is allowed already is refused.  Output and errors as above, and those of
 * xls_policy_read() on the text that is given.
 */
XLS_MUST_USE enum xls_rc
xls_policy_learn_more(const void *text, size_t text_len,
                      const struct xls_policy_lesson *lesson,
                      const struct xls_claims *claims, char **out, size_t *len,
                      struct xls_reason *why);

#endif
