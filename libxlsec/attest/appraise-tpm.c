/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/ak.h"
#include "attest/appraise-private.h"
#include "attest/name.h"

enum xls_rc xls_appraise_quote(const struct xls_held *held,
                               const struct xls_evidence *e,
                               struct xls_first *now, struct xls_reason *why)
{
    const struct xls_enrolled *enrolled = held->enrolled;
    const struct xls_policy_class *class = held->class;
    const struct xls_quote quote = {.message = e->message,
                                    .message_len = e->message_len,
                                    .signature = e->signature,
                                    .signature_len = e->signature_len,
                                    .pcrs = &e->pcrs};
    struct xls_quote_want want = {
        .qualification = held->binder,
        .qualification_len = XLS_BINDER_LEN,
        .pcrs = class == NULL ? 0 : xls_policy_pcrs(class),
        .any_pcrs = class == NULL,
        .firmware = class == NULL ? NULL : xls_policy_firmware(class),
        .last = enrolled->has_last ? &enrolled->last : NULL,
        .first = held->first == NULL ? NULL : &held->first->clock};
    uint8_t signer[XLS_NAME_LEN];
    struct xls_quote_facts facts;
    struct xls_ak *ak = NULL;
    enum xls_rc rc;

    if (enrolled->has_ak_name) {
        xls_name_qualified(enrolled->ak_name, signer);
        want.signer = signer;
        want.signer_len = sizeof(signer);
    }
    rc = xls_ak_new_der(enrolled->ak, enrolled->ak_len, &enrolled->scheme, &ak,
                        why);
    if (rc == XLS_OK) {
        rc = xls_quote_check(&quote, ak, &want, &facts, why);
    }
    if (rc == XLS_OK) {
        now->claims.kind = XLS_EVIDENCE_TPM;
        now->claims.pcrs = facts.pcrs;
        now->claims.firmware = facts.firmware;
        now->clock = facts.clock;
    }
    xls_ak_free(ak);
    return rc;
}
