/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policy-private: what the policy's files share.  Level 2, for policy-*.c only.
 */
#ifndef XLS_ATTEST_POLICY_PRIVATE_H
#define XLS_ATTEST_POLICY_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/claims.h"
#include "attest/imalog.h"
#include "attest/policy.h"

#define XLS_POLICY_PCRS 16U /* those that a policy may name: 0 to 15 */

/* Texts and octets are the policy's, in its copy of the text. */
struct policy_event {
    const uint8_t *digest; /* XLS_PCR_LEN octets */
    const char *words;
    unsigned pcr;
};

struct policy_file {
    const char *path; /* NUL-terminated, any octets */
    const uint8_t *digest;
    size_t digest_len; /* says the algorithm too */
    unsigned line;
};

struct policy_set {
    const char *name;
    unsigned line;
    uint32_t any;                          /* PCRs that may have any value */
    const uint8_t *value[XLS_POLICY_PCRS]; /* NULL: any, or by IMA's list */
    struct policy_event *events;           /* in the text's order */
    size_t event_count;
    struct policy_file *files; /* sorted; not empty: PCR 10 by IMA's list */
    size_t file_count;
};

struct xls_policy_class {
    const char *name;
    unsigned line;
    enum xls_evidence_kind kind;
    uint32_t pcrs;
    bool has_firmware;
    uint64_t firmware;
    struct policy_set *sets;
    size_t set_count;
};

struct xls_policy {
    char *text; /* a copy that is cut up; everything else points into it */
    const char *name;
    uint32_t version;
    uint8_t digest[XLS_POLICY_DIGEST];
    struct xls_policy_class classes[XLS_POLICY_CLASSES];
    size_t class_count;
    struct policy_set *sets; /* of all classes; and so on */
    struct policy_event *events;
    struct policy_file *files;
};

/* The order of files, by path and then digest: <0, 0, >0 as strcmp(). */
int xls_policy_file_order(const struct policy_file *a,
                          const struct policy_file *b);

/* --- IMA's list against sets (policy-ima.c) */

struct policy_ima {
    enum xls_rc rc; /* of the list's form; then why has the reason */
    struct xls_reason why;
    bool reached;               /* the quoted value of PCR 10 */
    unsigned records;           /* up to there; or all */
    uint8_t value[XLS_PCR_LEN]; /* PCR 10 after these */
    /* of each set, the first record that is not allowed, from 1; 0: none */
    unsigned bad[XLS_POLICY_SETS];
};

/* Hold the list against count sets.  Errors: XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_policy_ima(const struct policy_set *sets,
                                        size_t count,
                                        const struct xls_claims *claims,
                                        struct policy_ima *out);

/* What that found wrong with set i: rule, text, expected and seen.  Errors:
 * XLS_HOST_NOMEM; else XLS_PEER_POLICY. */
XLS_MUST_USE enum xls_rc xls_policy_ima_reason(const struct policy_ima *ima,
                                               const struct policy_set *sets,
                                               size_t i,
                                               const struct xls_claims *claims,
                                               struct xls_reason *why);

/* boot_aggregate as Linux makes it of the values of PCRs 0 to 9 in the bank of
 * SHA-256; false when they are not all there. */
bool xls_policy_aggregate(const struct xls_pcrs *pcrs,
                          uint8_t out[XLS_PCR_LEN]);

/* --- what a list names (policy-listed.c) */

/* Files, sorted, each once. */
struct policy_listed {
    struct policy_file *files; /* owned */
    size_t count;
    char *octets; /* owned: their paths and digests */
};

/* The files that the list names up to the quoted value of PCR 10, without the
 * boot_aggregate of the quoted values.  *out is the caller's
 * (xls_policy_listed_free), and untouched on error.  Errors: XLS_PEER_POLICY (a
 * list that no policy could allow), those of xls_imalog_feed(),
 * XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_policy_listed(const struct xls_claims *claims,
                                           struct policy_listed *out,
                                           struct xls_reason *why);
void xls_policy_listed_free(struct policy_listed *listed);

/* --- words (policy-explain.c) */

/* Append what differs from the set in these PCRs, and what the log says. */
void xls_policy_explain(const struct policy_set *set, uint32_t differ,
                        const struct xls_claims *claims,
                        const struct xls_reason *ima,
                        struct xls_appraisal *out);

/* Append whether the log leads to the values. */
void xls_policy_log_note(const struct xls_claims *claims,
                         struct xls_appraisal *out);

#endif
