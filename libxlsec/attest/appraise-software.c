/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/appraise-private.h"

enum xls_rc
xls_appraise_statement(const struct xls_enrolled *enrolled,
                       const struct xls_policy_class *class,
                       const struct xls_evidence *e, const uint8_t *binder,
                       const struct xls_first *first, struct xls_claims *claims,
                       struct xls_software_clock *clock, struct xls_reason *why)
{
    const struct xls_software statement = {.message = e->message,
                                           .message_len = e->message_len,
                                           .signature = e->signature,
                                           .signature_len = e->signature_len,
                                           .pcrs = &e->pcrs,
                                           .log = e->log,
                                           .log_len = e->log_len};
    const struct xls_software_want want = {
        .key = enrolled->evidence_key,
        .binder = binder,
        .pcrs = class == NULL ? 0 : xls_policy_pcrs(class),
        .any_pcrs = class == NULL,
        .first = first == NULL ? NULL : &first->boot};
    struct xls_software_facts facts;
    enum xls_rc rc = xls_software_check(&statement, &want, &facts, why);

    if (rc == XLS_OK) {
        claims->kind = XLS_EVIDENCE_SOFTWARE;
        claims->pcrs = facts.pcrs;
        *clock = facts.clock;
    }
    return rc;
}
