/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/appraise-private.h"
#include "attest/lean.h"

/* libcrypto is not there. */
void xls_libcrypto_lean(void)
{
}

enum xls_rc xls_appraise_quote(const struct xls_held *held,
                               const struct xls_evidence *e,
                               struct xls_first *now, struct xls_reason *why)
{
    (void)held;
    (void)e;
    (void)now;
    return xls_reason_set(why, XLS_PEER_POLICY, "E-131",
                          "this build of xlsec cannot verify a TPM's quote: it "
                          "was made without tpm2-tss and OpenSSL");
}
