/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/appraise-private.h"

enum xls_rc xls_appraise_statement(const struct xls_held *held,
                                   const struct xls_evidence *e,
                                   struct xls_first *now,
                                   struct xls_reason *why)
{
    const struct xls_policy_class *class = held->class;
    const struct xls_software statement = {.message = e->message,
                                           .message_len = e->message_len,
                                           .signature = e->signature,
                                           .signature_len = e->signature_len,
                                           .pcrs = &e->pcrs,
                                           .log = e->log,
                                           .log_len = e->log_len};
    const struct xls_software_want want = {
        .key = held->enrolled->evidence_key,
        .binder = held->binder,
        .pcrs = class == NULL ? 0 : xls_policy_pcrs(class),
        .any_pcrs = class == NULL,
        .first = held->first == NULL ? NULL : &held->first->boot};
    struct xls_software_facts facts;
    enum xls_rc rc = xls_software_check(&statement, &want, &facts, why);

    if (rc == XLS_OK) {
        now->claims.kind = XLS_EVIDENCE_SOFTWARE;
        now->claims.pcrs = facts.pcrs;
        now->boot = facts.clock;
    }
    return rc;
}
