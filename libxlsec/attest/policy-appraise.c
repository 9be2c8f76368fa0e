/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/policy-private.h"

/* --- what a policy says of itself */

const char *xls_policy_name(const struct xls_policy *policy)
{
    return policy->name;
}

uint32_t xls_policy_version(const struct xls_policy *policy)
{
    return policy->version;
}

const uint8_t *xls_policy_digest(const struct xls_policy *policy)
{
    return policy->digest;
}

const struct xls_policy_class *
xls_policy_class_at(const struct xls_policy *policy, size_t i)
{
    return i < policy->class_count ? &policy->classes[i] : NULL;
}

const char *xls_policy_class_name(const struct xls_policy_class *class)
{
    return class->name;
}

bool xls_policy_set_at(const struct xls_policy_class *class, size_t i,
                       struct xls_policy_set *out)
{
    const struct policy_set *set = &class->sets[i];

    if (i >= class->set_count) {
        return false;
    }
    *out = (struct xls_policy_set){.name = set->name,
                                   .any = set->any,
                                   .events = set->event_count,
                                   .files = set->file_count};
    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        out->values |= (uint32_t)(set->value[n] != NULL) << n;
    }
    return true;
}

enum xls_evidence_kind xls_policy_kind(const struct xls_policy_class *class)
{
    return class->kind;
}

uint32_t xls_policy_pcrs(const struct xls_policy_class *class)
{
    return class->pcrs;
}

const uint64_t *xls_policy_firmware(const struct xls_policy_class *class)
{
    return class->has_firmware ? &class->firmware : NULL;
}

/* --- which class ([E-90]) */

static const struct xls_policy_class *class_find(const struct xls_policy *p,
                                                 const char *name)
{
    for (size_t i = 0; i < p->class_count; i++) {
        if (strcmp(p->classes[i].name, name) == 0) {
            return &p->classes[i];
        }
    }
    return NULL;
}

const struct xls_policy_class *xls_policy_class(const struct xls_policy *policy,
                                                const char *host,
                                                const char *name,
                                                struct xls_reason *why)
{
    const struct xls_policy_class *class;

    if (name != NULL && name[0] != '\0') {
        class = class_find(policy, name);
    } else {
        name = "default";
        class = class_find(policy, host);
        class = class == NULL ? class_find(policy, name) : class;
    }
    if (class == NULL) {
        (void)xls_reason_set(why, XLS_PEER_POLICY, "E-90",
                             "policy %.40s, version %u, has no class %s for "
                             "this host",
                             policy->name, policy->version, name);
        xls_reason_expected(why, "class %s", name);
    }
    return class;
}

/* --- what holds of the whole class */

static const char *kind_name(enum xls_evidence_kind kind)
{
    switch (kind) {
    case XLS_EVIDENCE_NONE:
        break;
    case XLS_EVIDENCE_TPM:
        return "a TPM's";
    case XLS_EVIDENCE_SOFTWARE:
        return "software";
    }
    return "none";
}

/* [E-91], [E-92], [E-93] */
static enum xls_rc class_judge(const struct xls_policy_class *class,
                               const struct xls_claims *claims,
                               struct xls_reason *why)
{
    char expected[64];
    char seen[64];
    enum xls_rc rc = XLS_OK;

    if (claims->kind != XLS_EVIDENCE_TPM &&
        (claims->kind != XLS_EVIDENCE_SOFTWARE ||
         class->kind != claims->kind)) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-91",
                            "class %s takes other Evidence", class->name);
        xls_reason_expected(why, "%s", kind_name(class->kind));
        xls_reason_seen(why, "%s", kind_name(claims->kind));
    } else if (claims->pcrs.mask != class->pcrs) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-92",
                            "class %s asks for other PCRs than were quoted",
                            class->name);
        xls_pcrs_name(expected, sizeof(expected), class->pcrs);
        xls_pcrs_name(seen, sizeof(seen), claims->pcrs.mask);
        xls_reason_expected(why, "%s", expected);
        xls_reason_seen(why, "%s", seen);
    } else if (class->has_firmware && claims->firmware != class->firmware) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-93",
                            "class %s asks for another firmware of the TPM",
                            class->name);
        xls_reason_expected(why, "%016llx",
                            (unsigned long long)class->firmware);
        xls_reason_seen(why, "%016llx", (unsigned long long)claims->firmware);
    } else if (class->set_count == 0) {
        rc = xls_reason_set(why, XLS_PEER_POLICY, "E-94",
                            "class %s has no set: nothing is allowed",
                            class->name);
    }
    return rc;
}

/* --- sets ([E-94]) */

/* The PCRs that are not as set i has them. */
static uint32_t differences(const struct xls_policy_class *class, size_t i,
                            const struct xls_claims *claims,
                            const struct policy_ima *ima)
{
    const struct policy_set *set = &class->sets[i];
    uint32_t differ = 0;

    for (unsigned n = 0; n < XLS_POLICY_PCRS; n++) {
        uint32_t bit = UINT32_C(1) << n;
        bool same;

        if ((class->pcrs & bit) == 0 || (set->any & bit) != 0) {
            continue;
        }
        if (set->value[n] != NULL) {
            same =
                memcmp(set->value[n], claims->pcrs.value[n], XLS_PCR_LEN) == 0;
        } else { /* [E-95], [E-96] */
            same = n == XLS_IMA_PCR && set->file_count > 0 &&
                   ima->rc == XLS_OK && ima->reached && ima->bad[i] == 0;
        }
        differ |= same ? 0 : bit;
    }
    return differ;
}

/* Is PCR 10 appraised by a list in any set? */
static bool needs_ima(const struct xls_policy_class *class)
{
    for (size_t i = 0; i < class->set_count; i++) {
        if (class->sets[i].file_count > 0) {
            return true;
        }
    }
    return false;
}

/* Why the nearest set does not hold. */
static enum xls_rc refused(const struct xls_policy_class *class, size_t nearest,
                           const struct xls_claims *claims,
                           const struct policy_ima *ima,
                           struct xls_appraisal *out, struct xls_reason *why)
{
    const struct policy_set *set = &class->sets[nearest];
    struct xls_reason list = {.rule = ""};
    unsigned n = (unsigned)__builtin_ctz(out->differ);

    if ((out->differ >> XLS_IMA_PCR & 1) != 0 && set->file_count > 0) {
        enum xls_rc rc =
            xls_policy_ima_reason(ima, class->sets, nearest, claims, &list);

        if (rc != XLS_PEER_POLICY) {
            return rc;
        }
    }
    if (set->value[n] == NULL) {
        if (why != NULL) {
            *why = list;
        }
    } else {
        (void)xls_reason_set(why, XLS_PEER_POLICY, "E-94",
                             "PCR %u is not that of set %s%s", n, set->name,
                             class->set_count > 1 ? ", the nearest" : "");
        xls_reason_octets(why, set->value[n], XLS_PCR_LEN,
                          claims->pcrs.value[n], XLS_PCR_LEN);
    }
    xls_policy_explain(set, out->differ, claims, &list, out);
    return XLS_PEER_POLICY;
}

static enum xls_rc sets_judge(const struct xls_policy_class *class,
                              const struct xls_claims *claims,
                              struct xls_appraisal *out, struct xls_reason *why)
{
    struct policy_ima ima = {.rc = XLS_OK};
    size_t nearest = 0;

    if (needs_ima(class) &&
        xls_policy_ima(class->sets, class->set_count, claims, &ima) != XLS_OK) {
        return XLS_HOST_NOMEM;
    }
    for (size_t i = 0; i < class->set_count; i++) {
        uint32_t differ = differences(class, i, claims, &ima);

        if (i == 0 ||
            __builtin_popcount(differ) < __builtin_popcount(out->differ)) {
            nearest = i;
            out->differ = differ;
        }
    }
    (void)snprintf(out->set, sizeof(out->set), "%s", class->sets[nearest].name);
    if (out->differ != 0) {
        return refused(class, nearest, claims, &ima, out, why);
    }
    xls_policy_log_note(claims, out);
    return XLS_OK;
}

enum xls_rc xls_policy_appraise(const struct xls_policy_class *class,
                                const struct xls_claims *claims,
                                struct xls_appraisal *out,
                                struct xls_reason *why)
{
    struct xls_appraisal *trial = calloc(1, sizeof(*trial));
    enum xls_rc rc;

    if (trial == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = class_judge(class, claims, why);
    if (rc == XLS_OK) {
        rc = sets_judge(class, claims, trial, why);
    }
    if (rc == XLS_OK || rc == XLS_PEER_POLICY) {
        *out = *trial;
    }
    free(trial);
    return rc;
}

/* [E-99] */
enum xls_rc xls_policy_again(const struct xls_policy_class *class,
                             const struct xls_claims *first,
                             const struct xls_claims *second,
                             struct xls_appraisal *out, struct xls_reason *why)
{
    unsigned n = 0;

    if (first->kind != second->kind || first->firmware != second->firmware ||
        first->pcrs.mask != second->pcrs.mask) {
        *out = (struct xls_appraisal){.set = ""};
        return xls_reason_set(why, XLS_PEER_POLICY, "E-99",
                              "the second Evidence is of another kind, TPM or "
                              "selection of PCRs than the first");
    }
    while (n < XLS_PCR_COUNT &&
           ((first->pcrs.mask >> n & 1) == 0 ||
            (n == XLS_IMA_PCR && first->kind == XLS_EVIDENCE_TPM) ||
            memcmp(first->pcrs.value[n], second->pcrs.value[n], XLS_PCR_LEN) ==
                0)) {
        n++;
    }
    if (n < XLS_PCR_COUNT) {
        *out = (struct xls_appraisal){.differ = UINT32_C(1) << n};
        (void)xls_reason_set(why, XLS_PEER_POLICY, "E-99",
                             "PCR %u has changed since the first Evidence", n);
        xls_reason_octets(why, first->pcrs.value[n], XLS_PCR_LEN,
                          second->pcrs.value[n], XLS_PCR_LEN);
        return XLS_PEER_POLICY;
    }
    return xls_policy_appraise(class, second, out, why);
}
