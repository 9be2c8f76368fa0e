/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * appraise-private: what appraise's files share.  Level 2.
 */
#ifndef XLS_ATTEST_APPRAISE_PRIVATE_H
#define XLS_ATTEST_APPRAISE_PRIVATE_H

#include "attest/appraise.h"
#include "attest/binder.h"
#include "attest/evidence.h"
#include "attest/software.h"

/* What the first Evidence said, which the second has to be held against. */
struct xls_first {
    enum xls_evidence_kind kind;
    struct xls_quote_clock clock;   /* TPM */
    struct xls_software_clock boot; /* software */
    struct xls_claims claims;       /* without the logs */
    uint8_t policy[32];
};

/* What Evidence is held against.  All are borrowed. */
struct xls_held {
    const struct xls_enrolled *enrolled;
    const struct xls_policy_class *class; /* or NULL: there is no policy */
    const struct xls_first *first;        /* or NULL: this is the first */
    const uint8_t *binder;                /* XLS_BINDER_LEN octets */
};

/*
 * Verify a TPM's quote: the signature and everything around it.  now's claims
 * (values and firmware) and clock are written only on XLS_OK.  In a build
 * without TPM support it refuses, with that reason. Errors:
 * xls_quote_check()'s.
 */
XLS_MUST_USE enum xls_rc xls_appraise_quote(const struct xls_held *held,
                                            const struct xls_evidence *e,
                                            struct xls_first *now,
                                            struct xls_reason *why);

/* The same of a software Attester's statement: claims, and boot. */
XLS_MUST_USE enum xls_rc xls_appraise_statement(const struct xls_held *held,
                                                const struct xls_evidence *e,
                                                struct xls_first *now,
                                                struct xls_reason *why);

#endif
