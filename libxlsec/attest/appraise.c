/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/appraise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/appraise-private.h"
#include "base/secret.h"

struct xls_appraiser {
    struct xls_enrolled enrolled;
    struct xls_occasion occasion;
    struct xls_policy *policy; /* owned; NULL where nothing is wanted */
    const struct xls_policy_class *class;
    struct xls_first first;
    uint8_t sums[XLS_BINDER_SUMS]; /* zeros for the first Evidence */
    bool has_sums;
    unsigned epoch; /* of the Evidence that is due */
    enum xls_rc rc; /* the first refusal, which is final */
};

/* [E-130] What is wanted has to be there to be held against. */
static enum xls_rc prepare(struct xls_appraiser *a, const char *policy,
                           size_t len, struct xls_reason *why)
{
    const struct xls_enrolled *e = &a->enrolled;
    enum xls_rc rc;

    if (e->wanted == XLS_EVIDENCE_NONE) {
        return XLS_OK;
    }
    if (e->ak_len == 0 &&
        (e->wanted == XLS_EVIDENCE_TPM || !e->has_evidence_key)) {
        return xls_reason_set(why, XLS_PEER_POLICY, "E-130",
                              e->wanted == XLS_EVIDENCE_TPM
                                  ? "TPM Evidence is wanted of this host, and "
                                    "no attestation key of it is enrolled: run "
                                    "xlsec enroll"
                                  : "Evidence is wanted of this host, and no "
                                    "key of it is known that could sign it: "
                                    "run xlsec trust again");
    }
    if (e->learning) {
        return XLS_OK;
    }
    if (policy == NULL) {
        return xls_reason_set(why, XLS_PEER_POLICY, "E-130",
                              "Evidence is wanted of this host, and there is "
                              "no appraisal policy: run xlsec policy learn");
    }
    rc = xls_policy_read(policy, len, &a->policy, why);
    if (rc == XLS_OK) {
        a->class = xls_policy_class(a->policy, e->host, e->class, why);
        rc = a->class == NULL ? XLS_PEER_POLICY : XLS_OK;
    }
    return rc;
}

enum xls_rc xls_appraiser_new(const struct xls_enrolled *enrolled,
                              const struct xls_occasion *occasion,
                              const char *policy, size_t policy_len,
                              struct xls_appraiser **out,
                              struct xls_reason *why)
{
    struct xls_appraiser *a = calloc(1, sizeof(*a));
    enum xls_rc rc;

    if (a == NULL) {
        return XLS_HOST_NOMEM;
    }
    a->enrolled = *enrolled;
    a->occasion = *occasion;
    rc = prepare(a, policy, policy_len, why);
    if (rc == XLS_OK) {
        *out = a;
        a = NULL; /* now the caller's */
    }
    xls_appraiser_free(a);
    return rc;
}

void xls_appraiser_free(struct xls_appraiser *a)
{
    if (a != NULL) {
        xls_policy_free(a->policy);
        free(a);
    }
}

/* [E-131] Is it of a kind that is enough?  The host's own word never stands for
 * a TPM's. */
static enum xls_rc judge_kind(const struct xls_appraiser *a,
                              const struct xls_evidence *e,
                              struct xls_reason *why)
{
    bool tpm =
        a->enrolled.wanted == XLS_EVIDENCE_TPM ||
        (a->class != NULL && xls_policy_kind(a->class) == XLS_EVIDENCE_TPM);
    bool enough = e->kind == XLS_EVIDENCE_TPM
                      ? a->enrolled.ak_len > 0
                      : e->kind == XLS_EVIDENCE_SOFTWARE && !tpm &&
                            a->enrolled.has_evidence_key;

    if (enough) {
        return XLS_OK;
    }
    (void)xls_reason_set(why, XLS_PEER_POLICY, "E-131",
                         e->kind == XLS_EVIDENCE_TPM
                             ? "the host shows a TPM's quote, and no "
                               "attestation key of it is enrolled: run xlsec "
                               "enroll"
                             : "the host shows Evidence of a kind that is not "
                               "enough");
    xls_reason_expected(why, "%s Evidence", tpm ? "TPM" : "TPM or software");
    xls_reason_seen(
        why, "%s Evidence",
        e->kind == XLS_EVIDENCE_NONE ? "no" : xls_evidence_kind_name(e->kind));
    return XLS_PEER_POLICY;
}

static void bind(const struct xls_appraiser *a, const struct xls_evidence *e,
                 uint8_t out[XLS_BINDER_LEN])
{
    const struct xls_occasion *o = &a->occasion;
    uint8_t logs[32];
    const struct xls_binder binder = {.role = o->peer_role,
                                      .kind = e->kind,
                                      .suite = o->suite,
                                      .epoch = a->epoch,
                                      .h = o->h,
                                      .attester = o->peer_key,
                                      .verifier = o->own_key,
                                      .nonce = o->own_nonce,
                                      .id = o->id,
                                      .policy = e->policy,
                                      .logs = logs,
                                      .sums = a->sums};

    xls_evidence_logs(e->log, e->log_len, e->list, e->list_len, logs);
    xls_binder(&binder, out);
}

/* Who signed it, and for what. */
static enum xls_rc verify(struct xls_appraiser *a, const struct xls_evidence *e,
                          struct xls_first *now, struct xls_reason *why)
{
    uint8_t binder[XLS_BINDER_LEN];
    const struct xls_held held = {.enrolled = &a->enrolled,
                                  .class = a->class,
                                  .first = a->epoch == 0 ? NULL : &a->first,
                                  .binder = binder};
    enum xls_rc rc;

    bind(a, e, binder);
    now->kind = e->kind;
    memcpy(now->policy, e->policy, sizeof(now->policy));
    if (e->kind == XLS_EVIDENCE_TPM) {
        rc = xls_appraise_quote(&held, e, now, why);
    } else {
        rc = xls_appraise_statement(&held, e, now, why);
    }
    now->claims.log = e->log_len == 0 ? NULL : e->log;
    now->claims.log_len = e->log_len;
    now->claims.ima = e->list_len == 0 ? NULL : e->list;
    now->claims.ima_len = e->list_len;
    return rc;
}

/* [E-132] At the commit: the same kind, the same policy at the Attester. */
static enum xls_rc judge_same(const struct xls_appraiser *a,
                              const struct xls_evidence *e,
                              struct xls_reason *why)
{
    if (a->epoch == 0 ||
        (e->kind == a->first.kind &&
         xls_same(e->policy, a->first.policy, sizeof(e->policy)) == XLS_OK)) {
        return XLS_OK;
    }
    return xls_reason_set(why, XLS_PEER_POLICY, "E-132",
                          "the host's second Evidence is of another kind, or "
                          "names another policy, than its first");
}

static void say_lines(const char *text, xls_appraise_say *say)
{
    char line[512];

    while (say != NULL && *text != '\0') {
        size_t len = strcspn(text, "\n");
        size_t kept = len < sizeof(line) ? len : sizeof(line) - 1;

        memcpy(line, text, kept);
        line[kept] = '\0';
        say(line);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

/* What holds, for the caller; the first Evidence is kept without its logs. */
static void settle(struct xls_appraiser *a, const struct xls_first *now,
                   const char *set, struct xls_attested *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = now->kind;
    if (a->policy != NULL) {
        (void)snprintf(out->policy, sizeof(out->policy), "%s",
                       xls_policy_name(a->policy));
        (void)snprintf(out->class, sizeof(out->class), "%s",
                       xls_policy_class_name(a->class));
        (void)snprintf(out->set, sizeof(out->set), "%s", set);
        out->version = xls_policy_version(a->policy);
    }
    out->clock = now->clock;
    out->pcrs = now->claims.pcrs.mask;
    memcpy(out->peer_policy, now->policy, sizeof(out->peer_policy));
    if (a->epoch == 0) {
        a->first = *now;
        a->first.claims.log = NULL;
        a->first.claims.log_len = 0;
        a->first.claims.ima = NULL;
        a->first.claims.ima_len = 0;
    }
}

static enum xls_rc judge(struct xls_appraiser *a, const struct xls_evidence *e,
                         xls_appraise_say *say, struct xls_attested *out,
                         struct xls_reason *why)
{
    struct xls_appraisal *verdict = NULL;
    struct xls_first now;
    enum xls_rc rc;

    memset(&now, 0, sizeof(now));
    if (e->epoch != a->epoch) {
        return xls_reason_set(why, XLS_PEER_ORDER, "E-132",
                              "Evidence of another moment than it is due for");
    }
    if (a->enrolled.wanted == XLS_EVIDENCE_NONE) {
        memset(out, 0, sizeof(*out));
        return XLS_OK;
    }
    rc = judge_kind(a, e, why);
    if (rc == XLS_OK) {
        rc = judge_same(a, e, why);
    }
    if (rc == XLS_OK) {
        rc = verify(a, e, &now, why);
    }
    if (rc == XLS_OK && a->enrolled.learning) {
        settle(a, &now, "", out);
        return XLS_OK;
    }
    if (rc != XLS_OK) {
        return rc;
    }
    verdict = calloc(1, sizeof(*verdict));
    if (verdict == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = a->epoch == 0
             ? xls_policy_appraise(a->class, &now.claims, verdict, why)
             : xls_policy_again(a->class, &a->first.claims, &now.claims,
                                verdict, why);
    if (rc == XLS_OK) {
        settle(a, &now, verdict->set, out);
    } else {
        say_lines(verdict->text, say);
    }
    free(verdict);
    return rc;
}

enum xls_rc xls_appraiser_sums(struct xls_appraiser *a, const uint8_t sums[32])
{
    if (a->epoch != 1 || a->has_sums) {
        return XLS_BUG_CONTRACT;
    }
    memcpy(a->sums, sums, sizeof(a->sums));
    a->has_sums = true;
    return XLS_OK;
}

enum xls_rc xls_appraise(struct xls_appraiser *a, const uint8_t *evidence,
                         size_t len, xls_appraise_say *say,
                         struct xls_attested *out, struct xls_reason *why)
{
    struct xls_evidence e;

    if (a->rc == XLS_OK && a->epoch == 1 && !a->has_sums) {
        a->rc = XLS_BUG_CONTRACT;
    }
    if (a->rc != XLS_OK) {
        return a->rc;
    }
    a->rc = a->epoch > 1 ? XLS_PEER_ORDER : xls_evidence_get(evidence, len, &e);
    if (a->rc != XLS_OK) {
        return xls_reason_set(why, a->rc, "E-132",
                              "the host's Evidence is malformed, or once too "
                              "often there");
    }
    a->rc = judge(a, &e, say, out, why);
    a->epoch++;
    return a->rc;
}
