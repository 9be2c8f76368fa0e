/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/appraise-private.h"

enum xls_rc
xls_appraise_quote(const struct xls_enrolled *enrolled,
                   const struct xls_policy_class *class,
                   const struct xls_evidence *e, const uint8_t *binder,
                   const struct xls_first *first, struct xls_claims *claims,
                   struct xls_quote_clock *clock, struct xls_reason *why)
{
    (void)enrolled;
    (void)class;
    (void)e;
    (void)binder;
    (void)first;
    (void)claims;
    (void)clock;
    return xls_reason_set(why, XLS_PEER_POLICY, "E-131",
                          "this build of xlsec cannot verify a TPM's quote: it "
                          "was made without tpm2-tss and OpenSSL");
}
