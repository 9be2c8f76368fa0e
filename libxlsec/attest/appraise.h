/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * appraise: is the other host's Evidence good enough?  Level 2.
 *
 * Holds it against this session (binder), against what was enrolled of that
 * host (quote, or software statement), and against the appraisal policy.  The
 * first Evidence, and at the commit the second, which must show that nothing
 * changed.  Octets in, verdict out.
 */
#ifndef XLS_ATTEST_APPRAISE_H
#define XLS_ATTEST_APPRAISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/kind.h"
#include "attest/name.h"
#include "attest/policy.h"
#include "attest/quote.h"
#include "attest/reason.h"
#include "attest/scheme.h"
#include "base/rc.h"

#define XLS_CLASS_MAX XLS_POLICY_NAME /* octets of a name, with the NUL */

/* What is known of the Attester beforehand. */
struct xls_enrolled {
    /* The least that is accepted.  NONE: Evidence is not looked at. */
    enum xls_evidence_kind wanted;
    uint8_t ak[XLS_AK_DER_MAX]; /* SubjectPublicKeyInfo */
    size_t ak_len;              /* 0: no AK is enrolled */
    struct xls_ak_scheme scheme;
    uint8_t ak_name[XLS_NAME_LEN]; /* the TPM's name of the AK */
    bool has_ak_name;
    uint8_t evidence_key[32]; /* Ed25519 */
    bool has_evidence_key;
    char class[XLS_CLASS_MAX]; /* of the policy: looked up as it is, */
    char host[XLS_CLASS_MAX];  /* then by this name, then "default" */
    bool learning; /* signature and session only: there is no policy yet */
    struct xls_quote_clock last;
    bool has_last; /* a quote of this TPM was accepted before */
};

/* The session that Evidence has to be of. */
struct xls_occasion {
    uint8_t peer_role; /* the Attester's: 1 source, 2 destination */
    uint16_t suite;
    uint8_t h[64];
    uint8_t peer_key[32];
    uint8_t own_key[32];
    uint8_t own_nonce[32];
    uint8_t id[16];
};

/* What then holds. */
struct xls_attested {
    enum xls_evidence_kind kind; /* NONE: nothing was asked for, or shown */
    char policy[XLS_CLASS_MAX];  /* name of our appraisal policy */
    uint32_t version;            /* its version */
    char class[XLS_CLASS_MAX];
    char set[XLS_CLASS_MAX];      /* the set of Reference Values that holds */
    struct xls_quote_clock clock; /* of kind TPM */
    uint32_t pcrs;                /* those that were signed */
    uint8_t peer_policy[32];      /* digest of the Attester's own policy */
};

struct xls_appraiser;

/* Takes a line of explanation, NUL-terminated printable ASCII. */
typedef void xls_appraise_say(const char *line);

/*
 * Begin.  policy is the text of the appraisal policy, whoever signed it; NULL:
 * there is none.  Everything is copied.  *out is the
 * caller's, and untouched on error.
 * Errors: XLS_PEER_POLICY (an enrolled key is none, a policy is none, or none
 * covers that host), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_appraiser_new(const struct xls_enrolled *enrolled,
                                           const struct xls_occasion *occasion,
                                           const char *policy,
                                           size_t policy_len,
                                           struct xls_appraiser **out,
                                           struct xls_reason *why);
void xls_appraiser_free(struct xls_appraiser *a);

/*
 * Before the second Evidence, once: the digest of the streams' sums as we have
 * them, which it has to bind.
 * Errors: XLS_BUG_CONTRACT (it is not the second that is due, or twice).
 */
XLS_MUST_USE enum xls_rc xls_appraiser_sums(struct xls_appraiser *a,
                                            const uint8_t sums[32]);

/*
 * Judge Evidence, len octets: the first call the first, the second that of the
 * commit, a third is refused.  A refusal is final.  *out is written only on
 * XLS_OK.  What explains a refusal beyond why goes to say, which may be
 * NULL.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL, XLS_PEER_AUTH,
 * XLS_PEER_POLICY, XLS_PEER_ORDER, XLS_HOST_NOMEM, XLS_BUG_CONTRACT (the second
 * without sums).
 */
XLS_MUST_USE enum xls_rc xls_appraise(struct xls_appraiser *a,
                                      const uint8_t *evidence, size_t len,
                                      xls_appraise_say *say,
                                      struct xls_attested *out,
                                      struct xls_reason *why);

#endif
