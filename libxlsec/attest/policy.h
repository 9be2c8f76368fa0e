/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policy: an appraisal policy, and whether what a host claims is allowed by
 * it.  Level 2.
 *
 * Octets in, verdict out: no I/O.  What is not allowed is refused: a class
 * that the policy does not have, a class without sets, a value that no set
 * names.  The form and every rule are in doc/EVIDENCE.md, [E-80] to [E-99].
 */
#ifndef XLS_ATTEST_POLICY_H
#define XLS_ATTEST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/claims.h"
#include "attest/reason.h"
#include "base/rc.h"

#define XLS_POLICY_MAX     ((size_t)1 << 20) /* octets */
#define XLS_POLICY_DIGEST  32U               /* octets of SHA-256 */
#define XLS_POLICY_NAME    64U               /* with the NUL */
#define XLS_POLICY_CLASSES 64U
#define XLS_POLICY_SETS    64U   /* of a class */
#define XLS_POLICY_EVENTS  4096U /* of a set */
#define XLS_APPRAISAL_TEXT 6144U

struct xls_policy;
struct xls_policy_class;

/* The verdict's words, which decide nothing. */
struct xls_appraisal {
    char set[XLS_POLICY_NAME]; /* the one that holds; refused: the nearest, or
                                * empty where there is none */
    uint32_t differ;           /* PCRs that are not the nearest set's */
    /* Printable lines, each with its '\n', cut to fit: every difference from
     * the nearest set, and what the logs say of it. */
    char text[XLS_APPRAISAL_TEXT];
};

/* What `xlsec policy show` tells of a set. */
struct xls_policy_set {
    const char *name;
    uint32_t values; /* PCRs that have to have one value */
    uint32_t any;    /* that may have any */
    size_t events;
    size_t files; /* that IMA's list may name */
};

/*
 * Parse a whole text of len octets.  *out is the caller's (xls_policy_free) and
 * has its own copy; untouched on error.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_ORDER (with the line in
 * why), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_policy_read(const void *text, size_t len,
                                         struct xls_policy **out,
                                         struct xls_reason *why);

/* Give it up, and all that was got from it; NULL does nothing. */
void xls_policy_free(struct xls_policy *policy);

/* Is this what policies, classes and sets may be called ([E-81])?  NULL is
 * not. */
bool xls_policy_name_ok(const char *name);

/* Its name, its version (1 at least), and the SHA-256 of its text
 * (XLS_POLICY_DIGEST octets); the policy's. */
const char *xls_policy_name(const struct xls_policy *policy);
uint32_t xls_policy_version(const struct xls_policy *policy);
const uint8_t *xls_policy_digest(const struct xls_policy *policy);

/*
 * The class of a host ([E-90]): the one named, or, where name is NULL or empty,
 * the host's own name's or else "default"; the policy's.  NULL when there is
 * none, and then the host is refused: why, which may be NULL, says what to do.
 */
const struct xls_policy_class *xls_policy_class(const struct xls_policy *policy,
                                                const char *host,
                                                const char *name,
                                                struct xls_reason *why);

/* Classes and their sets, in the text's order; NULL and false behind the last.
 * All the policy's. */
const struct xls_policy_class *
xls_policy_class_at(const struct xls_policy *policy, size_t i);
const char *xls_policy_class_name(const struct xls_policy_class *class);
bool xls_policy_set_at(const struct xls_policy_class *class, size_t i,
                       struct xls_policy_set *out);

/* What Evidence has to be: the kind, where XLS_EVIDENCE_SOFTWARE admits a TPM's
 * too; the PCRs, exactly; the TPM's firmwareVersion, NULL: any. */
enum xls_evidence_kind xls_policy_kind(const struct xls_policy_class *class);
uint32_t xls_policy_pcrs(const struct xls_policy_class *class);
const uint64_t *xls_policy_firmware(const struct xls_policy_class *class);

/*
 * Is the host in a state that the class allows?  claims are of Evidence that
 * has been verified.  *out is written on XLS_OK and XLS_PEER_POLICY; on the
 * latter why has the rule, and the first difference.
 * Errors: XLS_PEER_POLICY, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_policy_appraise(const struct xls_policy_class *class,
                    const struct xls_claims *claims, struct xls_appraisal *out,
                    struct xls_reason *why);

/*
 * The same for the Evidence at the commit ([E-99]): it is appraised anew, and
 * nothing may have changed since the first but what IMA has measured.  Of
 * *first, the logs are not looked at.  Output and errors as above.
 */
XLS_MUST_USE enum xls_rc xls_policy_again(const struct xls_policy_class *class,
                                          const struct xls_claims *first,
                                          const struct xls_claims *second,
                                          struct xls_appraisal *out,
                                          struct xls_reason *why);

#endif
