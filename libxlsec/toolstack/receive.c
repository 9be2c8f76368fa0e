/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/receive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/binder.h"
#include "base/secret.h"
#include "channel/admit.h"
#include "crypto/start.h"
#include "host/clock.h"
#include "host/fd.h"
#include "toolstack/crew.h"
#include "toolstack/end-destination.h"
#include "toolstack/permit.h"
#include "toolstack/prove.h"
#include "toolstack/receive-companions.h"
#include "toolstack/receive-settle.h"
#include "toolstack/worker.h"

struct receive {
    const struct xls_receive_setup *setup;
    struct xls_report *report;
    struct xls_why *why;
    struct xls_crew crew;
    struct xls_worker restore;
    struct xls_config_facts facts;
    struct xls_incoming guest;
    struct xls_control control;
    struct xls_offer offer;
    struct xls_baggage baggage;     /* what moves along */
    struct xls_journal *journal;    /* from the first record on; owned */
    struct xls_destination_end end; /* it, and what it acts on */
    struct xls_settle asked;        /* in the place of an offer */
    char *offered;                  /* its config, as the source wrote it */
    char *config;                   /* the same in the guard's words */
    int pipe;                       /* libxl's end of the pipe from guard */
    int64_t began;
    bool guard_done;
    bool built;    /* restore() was begun */
    bool admitted; /* FAILED may be said */
    bool prepared; /* and from here not */
    bool aborted;  /* ABORT was heard */
    bool settling; /* SETTLE was */
};

static void tell(const struct receive *r, const char *what)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "%s: guest '%s': %s",
                   r->crew.peer_name[0] == '\0' ? "?" : r->crew.peer_name,
                   r->facts.name, what);
    r->setup->say(r->setup->say_ctx, line);
}

/* Take the control message that has come: ABORT ends everything. */
static enum xls_rc heard(struct receive *r)
{
    char text[XLS_TEXT_MAX + 1];
    enum xls_rc rc = xls_crew_heard(&r->crew, &r->control);

    if (rc == XLS_OK && r->control.type == XLS_ABORT) {
        r->aborted = true;
        xls_why_peer(text, sizeof(text), r->control.u.text,
                     strlen(r->control.u.text));
        return xls_why_set(r->why, XLS_PEER_REFUSED,
                           "%s stopped the migration%s%s", r->crew.peer_name,
                           text[0] == '\0' ? "" : ": ", text);
    }
    return rc;
}

/* Wait for one control message of this type, or of other, until deadline; -1:
 * wire keeps the time. */
static enum xls_rc await(struct receive *r, enum xls_control_type type,
                         enum xls_control_type other, int64_t deadline)
{
    struct xls_watch watch = {.deadline = deadline};
    enum xls_from from;

    for (;;) {
        enum xls_rc rc = xls_crew_next(&r->crew, &watch, &from, r->why);

        if (rc != XLS_OK) {
            return rc;
        }
        if (from == XLS_FROM_NOBODY) {
            return xls_why_set(r->why, XLS_PEER_TIME,
                               "%s did not say %s in time", r->crew.peer_name,
                               xls_control_name(type));
        }
        if (from != XLS_FROM_WIRE || r->crew.msg->type != XLS_MSG_CONTROL) {
            continue;
        }
        rc = heard(r);
        if (rc == XLS_OK && r->control.type != type &&
            r->control.type != other) {
            rc = XLS_PEER_ORDER;
        }
        return rc;
    }
}

static enum xls_rc say(struct receive *r, struct xls_control *control)
{
    memcpy(control->id, r->crew.id, sizeof(control->id));
    return xls_crew_say(&r->crew, control);
}

/* The same; when it cannot be said, that is the end, and why it is. */
static enum xls_rc must_say(struct receive *r, struct xls_control *control)
{
    enum xls_rc rc = say(r, control);

    return rc == XLS_OK ? rc : xls_crew_reason(&r->crew, rc, r->why);
}

/* Say no: the rule, and why. */
static enum xls_rc refuse(struct receive *r, const char *rule)
{
    struct xls_control no = {.type = XLS_REFUSE};

    (void)snprintf(no.u.refuse.rule, sizeof(no.u.refuse.rule), "%s", rule);
    (void)snprintf(no.u.refuse.text, sizeof(no.u.refuse.text), "%.300s",
                   r->why->text);
    (void)!say(r, &no);
    return XLS_PEER_POLICY;
}

/* What came until then is judged: is the source what it has to be, at this
 * epoch?  Its Evidence is with verify already, and nothing else is due. */
static enum xls_rc await_proof(struct receive *r, unsigned epochs)
{
    struct xls_watch watch = {
        .deadline =
            xls_now_ms() + (int64_t)r->crew.conf.evidence_seconds * 1000};
    enum xls_from from;
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && r->crew.proven < epochs) {
        rc = xls_crew_next(&r->crew, &watch, &from, r->why);
        if (rc == XLS_OK && from == XLS_FROM_NOBODY) {
            rc = xls_why_set(r->why, XLS_PEER_TIME,
                             "%s did not show its Evidence within %u s",
                             r->crew.peer_name, r->crew.conf.evidence_seconds);
        } else if (rc == XLS_OK && from == XLS_FROM_WIRE &&
                   r->crew.msg->type == XLS_MSG_CONTROL) {
            rc = heard(r); /* ABORT */
            rc = rc == XLS_OK ? XLS_PEER_ORDER : rc;
        }
    }
    return rc;
}

/* The OFFER, kept: crew.msg, which has its config, is about to be replaced. */
static enum xls_rc await_offer(struct receive *r)
{
    /* time for both Evidences: ours is due before the source offers */
    int64_t until =
        xls_now_ms() + (int64_t)r->crew.conf.evidence_seconds * 2000;
    enum xls_rc rc = await(r, XLS_OFFER, XLS_SETTLE, until);

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
static enum xls_rc judge_offer(struct receive *r)
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
        return refuse(r, rule);
    }
    tell(r, "admitted");
    r->admitted = true;
    return must_say(r, &yes);
}

/* What the source has proven, for the log. */
static void tell_proof(const struct receive *r)
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

static enum xls_rc meet(struct receive *r)
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
static enum xls_rc attest(struct receive *r)
{
    enum xls_rc begun = xls_prove_begin(&r->crew, r->why);
    enum xls_rc rc;

    rc = await_offer(r);
    if (rc == XLS_OK) {
        rc = begun == XLS_OK ? await_proof(r, 1) : begun;
    }
    if (begun != XLS_OK || r->crew.disproven) {
        return refuse(r, "attestation");
    }
    r->report->attested = r->crew.attested;
    r->report->waived = r->crew.waived;
    if (rc == XLS_OK) {
        tell_proof(r);
    }
    return rc;
}

/* [P-96] */
static enum xls_rc answer(struct receive *r)
{
    struct xls_control control = {.type = XLS_CONTROL_NONE};
    enum xls_rc rc = xls_settle_answer(r->setup, &r->crew, &r->asked, &control,
                                       &r->report->runs, r->why);

    if (rc == XLS_OK) {
        tell(r, control.type == XLS_COMMITTED ? "asked: it runs here"
                : control.type == XLS_BURNED  ? "asked: nothing of it is here"
                                              : "asked: it cannot be told");
        rc = must_say(r, &control);
    }
    xls_crew_hang_up(&r->crew);
    return rc;
}

static enum xls_rc consider(struct receive *r)
{
    enum xls_rc rc = attest(r);

    if (rc == XLS_OK && !r->settling && r->setup->full) {
        (void)xls_why_set(r->why, XLS_PEER_POLICY,
                          "it serves as many connections already as its "
                          "max-sessions allows; try again when they are over");
        return refuse(r, "max-sessions");
    }
    if (rc == XLS_OK && !r->settling) {
        rc = xls_crew_guard(&r->crew, &r->pipe, r->why);
    }
    return rc == XLS_OK && !r->settling ? judge_offer(r) : rc;
}

static enum xls_rc restore_act(void *ctx, struct xls_why *why)
{
    struct receive *r = ctx;

    return r->setup->ops.restore(r->setup->ops.ctx, &r->guest, r->pipe, why);
}

static enum xls_rc on_message(struct receive *r, enum xls_from from)
{
    uint16_t type = r->crew.msg->type;

    if (from == XLS_FROM_GUARD) {
        r->guard_done = type == XLS_MSG_GUARD_DONE;
    } else if (from == XLS_FROM_WIRE && type == XLS_MSG_ARCHIVE) {
        return xls_baggage_take(&r->baggage, &r->crew, r->why);
    } else if (from == XLS_FROM_WIRE && type == XLS_MSG_CONTROL) {
        enum xls_rc rc = heard(r);

        return rc == XLS_OK ? XLS_PEER_ORDER : rc;
    }
    return XLS_OK;
}

/* [P-90] Something of the guest is about to be here.  [P-94] */
static enum xls_rc begin_journal(struct receive *r)
{
    struct xls_journal_facts *f = calloc(1, sizeof(*f));
    enum xls_rc rc;

    if (f == NULL) {
        return XLS_HOST_NOMEM;
    }
    f->role = XLS_ROLE_DESTINATION;
    memcpy(f->id, r->crew.id, sizeof(f->id));
    memcpy(f->peer_key, r->crew.peer_key, XLS_KEY);
    memcpy(f->uuid, r->facts.uuid, sizeof(f->uuid));
    (void)snprintf(f->peer, sizeof(f->peer), "%s", r->crew.peer_name);
    (void)snprintf(f->guest, sizeof(f->guest), "%s", r->facts.name);
    f->paused = (r->offer.flags & XLS_OFFER_PAUSED) != 0;
    if ((r->offer.flags & XLS_OFFER_ARBITER) != 0) {
        (void)snprintf(f->arbiter, sizeof(f->arbiter), "%s",
                       xls_arbiter_name(r->end.lease.arbiter));
    }
    f->companions = *r->baggage.list;
    rc = xls_journal_begin(r->crew.conf.state, f, XLS_DESTINATION_OPEN,
                           &r->journal, r->why);
    free(f);
    r->end.journal = r->journal;
    r->end.place = r->baggage.place;
    if (rc == XLS_OK && r->end.lease.arbiter != NULL) { /* [P-101] */
        rc = xls_arbiter_enter(r->end.lease.arbiter, r->crew.id, r->why);
    }
    return rc;
}

/*
 * libxl's header has been judged: only now is anything built.  A source that
 * only asked goes away before that, and so does one whose stream is none: libxl
 * 4.17 ends with a segmentation fault, and leaves a half-made domain, when its
 * input ends within that header.
 */
static enum xls_rc build(struct receive *r, int *done)
{
    enum xls_rc rc;

    r->built = true;
    rc = xls_worker_start(&r->restore, restore_act, r);
    *done = r->restore.done[0];
    return rc;
}

/* Wire's end, guard's verdict, libxl's success, and what moves along is on the
 * disk: all of it, or nothing. */
static enum xls_rc load(struct receive *r)
{
    int done = -1;
    struct xls_watch watch = {.deadline = -1, .extra = &done, .count = 1};
    enum xls_from from;
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && !(r->crew.ended == XLS_STREAMS && r->guard_done &&
                             r->built && done < 0 && r->baggage.staged)) {
        rc = xls_crew_next(&r->crew, &watch, &from, r->why);
        if (rc == XLS_OK && from == XLS_FROM_EXTRA) {
            done = -1;
            rc = xls_worker_join(&r->restore);
            (void)xls_why_set(r->why, rc, "%s", r->restore.why.text);
        } else if (rc == XLS_OK && from == XLS_FROM_WIRE &&
                   r->crew.msg->type == XLS_MSG_WIRE_BEGUN) {
            rc = begin_journal(r);
            if (rc == XLS_OK) {
                rc = xls_crew_stream(&r->crew, &r->facts, r->why);
            }
        } else if (rc == XLS_OK && from == XLS_FROM_GUARD &&
                   r->crew.msg->type == XLS_MSG_GUARD_BEGUN) {
            rc = build(r, &done);
        } else if (rc == XLS_OK) {
            rc = on_message(r, from);
        }
    }
    return rc;
}

/* COMMIT was heard: take it, or burn it; both are said. */
static enum xls_rc obey(struct receive *r)
{
    struct xls_control answer = {.type = XLS_COMMITTED};
    enum xls_rc rc =
        xls_destination_step(&r->end, XLS_DESTINATION_COMMIT, NULL, r->why);

    if (rc == XLS_OK) { /* [P-90] what may not last is not begun */
        rc = xls_destination_start(&r->end, r->why);
    }
    if (rc != XLS_OK) {
        return rc; /* nothing can be said, but when it is asked again */
    }
    if (xls_destination_at(&r->end) == XLS_DESTINATION_COMMITTED) {
        r->report->runs = true;
        r->report->companions = (unsigned)r->baggage.list->count;
        r->report->paused = xls_journal_view(r->journal)->facts.paused;
        answer.u.started =
            r->report->paused ? XLS_STARTED_PAUSED : XLS_STARTED_RUNNING;
    } else {
        /* destroyed first, said then: on BURNED the source runs its own */
        answer.type = XLS_BURNED;
        (void)snprintf(answer.u.text, sizeof(answer.u.text), "%.300s",
                       r->why->text);
        rc = XLS_HOST_XEN;
    }
    (void)!say(r, &answer);
    xls_crew_hang_up(&r->crew);
    return rc;
}

/* PREPARED, then COMMIT, then the guest runs, then the receipt. */
static enum xls_rc take_over(struct receive *r)
{
    struct xls_control prepared = {.type = XLS_PREPARED};
    enum xls_rc rc;

    tell(r, "loaded, paused");
    rc = xls_destination_step(&r->end, XLS_DESTINATION_LOADED, NULL, r->why);
    if (rc == XLS_OK) {
        r->prepared = true;
        rc = must_say(r, &prepared); /* wire puts the stream's sums */
    }
    if (rc == XLS_OK) {
        rc = await(r, XLS_COMMIT, XLS_COMMIT, -1);
    }
    return rc == XLS_OK ? obey(r) : rc;
}

/* What explains a refusal of the source's Evidence, for the log. */
static void tell_said(const struct receive *r)
{
    const char *at = r->crew.said;

    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, "\n");
        char line[600];

        (void)snprintf(line, sizeof(line), "%s: %.*s", r->crew.peer_name,
                       (int)len, at);
        r->setup->say(r->setup->say_ctx, line);
        at += len + (at[len] == '\n' ? 1 : 0);
    }
}

/* The source may have decided: the guest stays as it is, for as long as it
 * takes [P-93]. */
static void keep(struct receive *r)
{
    struct xls_why first = *r->why;

    r->why->text[0] = '\0';
    (void)xls_why_set(r->why, XLS_HOST_GONE,
                      "%.300s; the guest is kept here, paused, until %s says "
                      "what it has decided (xl secure-status)",
                      first.text, r->crew.peer_name);
}

/* Nothing of the guest stays: false when it does, for who finds the journal. */
static bool clear(struct receive *r)
{
    struct xls_why local = {""};
    enum xls_rc rc = XLS_OK;

    if (r->journal == NULL) {
        xls_baggage_undo(&r->baggage, &local);
    } else {
        bool ours = r->aborted ||
                    xls_destination_at(&r->end) == XLS_DESTINATION_PREPARED;

        rc = xls_destination_burn(
            &r->end, ours ? XLS_DESTINATION_ABORT : XLS_DESTINATION_LOST,
            r->why->text, &local);
    }
    if (local.text[0] != '\0') {
        tell(r, local.text);
    }
    /* a journal that cannot be written says, with the copy gone, the same */
    return rc != XLS_HOST_XEN;
}

/* The source hears why if it still listens. */
static void give_up(struct receive *r)
{
    struct xls_control last = {.type = XLS_FAILED};

    tell_said(r);
    if (r->admitted && r->crew.disproven) {
        (void)refuse(r, "attestation");
    } else if (r->admitted && !r->prepared && !r->aborted &&
               r->crew.wire.ctl >= 0) {
        (void)snprintf(last.u.text, sizeof(last.u.text), "%.300s",
                       r->why->text);
        (void)!say(r, &last);
    }
    xls_child_end(&r->crew.guard, 0); /* libxl reads end of file, and stops */
    (void)xls_worker_join(&r->restore);
    if (clear(r) && r->aborted) { /* [P-98] */
        last.type = XLS_BURNED;
        last.u.text[0] = '\0';
        (void)!say(r, &last);
    }
    xls_crew_hang_up(&r->crew);
}

/* It has failed at some point: what is left to do. */
static void fail(struct receive *r, enum xls_rc rc)
{
    enum xls_destination_state at =
        r->journal == NULL ? XLS_DESTINATION_NONE : xls_destination_at(&r->end);

    (void)xls_why_set(r->why, rc, "%s", xls_rc_text(rc));
    if (at == XLS_DESTINATION_PREPARED && r->prepared && !r->aborted) {
        keep(r);
    } else if (at == XLS_DESTINATION_NONE || at == XLS_DESTINATION_OPEN ||
               at == XLS_DESTINATION_PREPARED) {
        give_up(r);
    }
}

enum xls_rc xls_receive(const struct xls_receive_setup *setup,
                        struct xls_report *report, struct xls_why *why)
{
    struct receive r = {.setup = setup,
                        .report = report,
                        .why = why,
                        .pipe = -1,
                        .began = xls_now_ms()};
    enum xls_rc rc;

    *report = (struct xls_report){.guest = ""};
    r.crew.keys = r.crew.wire = r.crew.guard = r.crew.verify = XLS_CHILD_NONE;
    r.crew.ring = (struct xls_ring_fds){-1, {-1, -1}};
    r.end = (struct xls_destination_end){.ops = &setup->ops,
                                         .lease = {.conf = &r.crew.conf},
                                         .say = setup->say,
                                         .say_ctx = setup->say_ctx};
    rc = xls_crypto_start();
    if (rc == XLS_OK) {
        rc = meet(&r);
    }
    if (rc == XLS_OK) {
        rc = consider(&r);
    }
    if (rc == XLS_OK && r.settling) {
        rc = answer(&r);
    } else {
        if (rc == XLS_OK) {
            rc = load(&r);
        }
        if (rc == XLS_OK) {
            rc = await_proof(&r, 2); /* [P-59] */
        }
        if (rc == XLS_OK) {
            rc = take_over(&r);
        }
    }
    if (rc != XLS_OK) {
        fail(&r, rc);
    }
    memcpy(report->guest, r.facts.name, sizeof(report->guest));
    report->duration_ms = xls_now_ms() - r.began;
    report->records = r.crew.passed[0].records;
    report->stream_bytes = r.crew.passed[0].bytes;
    report->wire_octets = r.crew.wire_octets;
    report->stream_pages = r.crew.stream_pages;
    xls_crew_end(&r.crew);
    report->wire = r.crew.wire.used;
    report->guard = r.crew.guard.used;
    report->keys = r.crew.keys.used;
    report->verify = r.crew.verify.used;
    xls_fd_close(&r.pipe);
    xls_journal_leave(r.journal);
    xls_lease_close(&r.end.lease);
    xls_baggage_end(&r.baggage);
    free(r.config);
    free(r.offered);
    return rc;
}
