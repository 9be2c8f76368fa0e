/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/receive-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/binder.h"
#include "base/secret.h"
#include "channel/admit.h"
#include "host/clock.h"
#include "toolstack/permit.h"
#include "toolstack/prove.h"
#include "toolstack/receive-settle.h"

/* The OFFER, kept: crew.msg, which has its config, is about to be replaced. */
static enum xls_rc await_offer(struct xls_receiving *r)
{
    /* time for both Evidences: ours is due before the source offers */
    int64_t until =
        xls_now_ms() + (int64_t)r->crew.conf.evidence_seconds * 2000;
    enum xls_rc rc = xls_receiving_await(r, XLS_OFFER, XLS_SETTLE, until);

    if (rc == XLS_OK && r->control.type == XLS_SETTLE) {
        r->settling = true;
        r->asked = r->control.u.settle;
    } else if (rc == XLS_OK) {
        r->offer = r->control.u.offer;
        r->offered = strndup(r->offer.config, r->offer.config_len);
        r->offer.config = NULL;
        rc = r->offered == NULL ? XLS_HOST_NOMEM
                                : xls_baggage_note(&r->baggage, &r->offer);
        r->offer.companions = NULL;
    }
    return rc;
}

/* The guard judges the offered config; then the peer's policy, on the guard's
 * own text, which is what libxl will see; then the offer and this host. */
static enum xls_rc judge_offer(struct xls_receiving *r)
{
    struct xls_control yes = {.type = XLS_ADMIT};
    char permit[XLS_PERMIT_RULE];
    const char *rule = "config";
    enum xls_rc rc;

    if (xls_same(r->control.id, r->crew.id, XLS_ID_LEN) != XLS_OK) {
        return XLS_PEER_RANGE; /* [P-32] */
    }
    rc = xls_crew_config(&r->crew, r->offered, r->offer.config_len, &r->facts,
                         &r->config, r->why);
    if (rc == XLS_OK) {
        rule = permit;
        rc = xls_permit(r->setup->confdir, r->crew.peer_key, r->config, permit,
                        r->why);
    }
    if (rc == XLS_OK) {
        rule = xls_admit_offer(&r->offer, &r->facts, r->why);
        rc = rule == NULL ? XLS_OK : XLS_PEER_POLICY;
    }
    if (rc == XLS_OK) { /* [P-100] */
        rule = "open-migration";
        rc = xls_journal_may_begin(r->crew.conf.state, XLS_ROLE_DESTINATION,
                                   r->facts.uuid, r->why);
    }
    if (rc == XLS_OK) { /* [P-73] */
        rc = xls_baggage_judge(&r->baggage, &r->crew, &r->facts, &rule, r->why);
    }
    if (rc == XLS_OK) {
        r->guest = (struct xls_incoming){
            .facts = &r->facts,
            .config = r->config,
            .keep_domid = (r->offer.flags & XLS_OFFER_DOMID) != 0};
        rc = r->setup->ops.admit(r->setup->ops.ctx, &r->guest, &yes.u.admit,
                                 &rule, r->why);
    }
    if (rc == XLS_OK) {
        rc = xls_lease_admit(&r->end.lease, r->crew.peer_key,
                             (r->offer.flags & XLS_OFFER_ARBITER) != 0, &rule,
                             r->why);
    }
    if (rc != XLS_OK) {
        return xls_receiving_refuse(r, rule);
    }
    xls_receiving_tell(r, "admitted");
    r->admitted = true;
    return xls_receiving_must_say(r, &yes);
}

/* What the source has proven, for the log. */
static void tell_proof(const struct xls_receiving *r)
{
    const struct xls_attested *a = &r->crew.attested;
    char line[512];

    if (r->crew.waived) {
        (void)snprintf(line, sizeof(line),
                       "%s proves nothing but its key (evidence = none)",
                       r->crew.peer_name);
    } else {
        (void)snprintf(line, sizeof(line),
                       "%s is attested by %s Evidence: set '%s' of class '%s', "
                       "policy '%s' version %u",
                       r->crew.peer_name, xls_evidence_kind_name(a->kind),
                       a->set, a->class, a->policy, (unsigned)a->version);
    }
    r->setup->say(r->setup->say_ctx, line);
}

enum xls_rc xls_receiving_meet(struct xls_receiving *r)
{
    char line[XLS_FINGERPRINT_TEXT + 200];
    char print[XLS_FINGERPRINT_TEXT];
    enum xls_rc rc = xls_conf_load(r->setup->confdir, &r->crew.conf, r->why);

    r->crew.measure = r->setup->measure;
    if (rc == XLS_OK) {
        rc = xls_crew_start(&r->crew, XLS_ROLE_DESTINATION, NULL, r->setup->net,
                            r->why);
    }
    if (rc == XLS_OK) {
        rc = xls_crew_await_peer(&r->crew, r->why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    memcpy(r->report->peer, r->crew.peer_name, XLS_NAME);
    memcpy(r->report->peer_key, r->crew.peer_key, XLS_KEY);
    xls_key_fingerprint(r->crew.peer_key, print);
    r->report->suite = r->crew.suite;
    (void)snprintf(line, sizeof(line),
                   "%s is connected, key %s, key agreement: %s",
                   r->crew.peer_name, print, xls_suite_text(r->crew.suite));
    r->setup->say(r->setup->say_ctx, line);
    return XLS_OK;
}

/* [P-59] The source has to prove what it has to prove; until then nothing of
 * what it offers is looked at. */
static enum xls_rc attest(struct xls_receiving *r)
{
    enum xls_rc begun = xls_prove_begin(&r->crew, r->why);
    enum xls_rc rc;

    rc = await_offer(r);
    if (rc == XLS_OK) {
        rc = begun == XLS_OK ? xls_receiving_await_proof(r, 1) : begun;
    }
    if (begun != XLS_OK || r->crew.disproven) {
        return xls_receiving_refuse(r, "attestation");
    }
    r->report->attested = r->crew.attested;
    r->report->waived = r->crew.waived;
    if (rc == XLS_OK) {
        tell_proof(r);
    }
    return rc;
}

enum xls_rc xls_receiving_answer(struct xls_receiving *r)
{
    struct xls_control control = {.type = XLS_CONTROL_NONE};
    enum xls_rc rc = xls_settle_answer(r->setup, &r->crew, &r->asked, &control,
                                       &r->report->runs, r->why);

    if (rc == XLS_OK) {
        xls_receiving_tell(
            r, control.type == XLS_COMMITTED ? "asked: it runs here"
               : control.type == XLS_BURNED  ? "asked: nothing of it is here"
                                             : "asked: it cannot be told");
        rc = xls_receiving_must_say(r, &control);
    }
    xls_crew_hang_up(&r->crew);
    return rc;
}

enum xls_rc xls_receiving_consider(struct xls_receiving *r)
{
    enum xls_rc rc = attest(r);

    if (rc == XLS_OK && !r->settling && r->setup->full) {
        (void)xls_why_set(r->why, XLS_PEER_POLICY,
                          "it serves as many connections already as its "
                          "max-sessions allows; try again when they are over");
        return xls_receiving_refuse(r, "max-sessions");
    }
    if (rc == XLS_OK && !r->settling) {
        rc = xls_crew_guard(&r->crew, &r->pipe, r->why);
    }
    return rc == XLS_OK && !r->settling ? judge_offer(r) : rc;
}
