/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/receive-private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/start.h"
#include "host/clock.h"
#include "host/fd.h"

static enum xls_rc restore_act(void *ctx, struct xls_why *why)
{
    struct xls_receiving *r = ctx;

    return r->setup->ops.restore(r->setup->ops.ctx, &r->guest, r->pipe, why);
}

static enum xls_rc on_message(struct xls_receiving *r, enum xls_from from)
{
    uint16_t type = r->crew.msg->type;

    if (from == XLS_FROM_GUARD) {
        r->guard_done = type == XLS_MSG_GUARD_DONE;
    } else if (from == XLS_FROM_WIRE && type == XLS_MSG_ARCHIVE) {
        return xls_baggage_take(&r->baggage, &r->crew, r->why);
    } else if (from == XLS_FROM_WIRE && type == XLS_MSG_CONTROL) {
        enum xls_rc rc = xls_receiving_heard(r);

        return rc == XLS_OK ? XLS_PEER_ORDER : rc;
    }
    return XLS_OK;
}

/* [P-90] Something of the guest is about to be here.  [P-94] */
static enum xls_rc begin_journal(struct xls_receiving *r)
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
static enum xls_rc build(struct xls_receiving *r, int *done)
{
    enum xls_rc rc;

    r->built = true;
    rc = xls_worker_start(&r->restore, restore_act, r);
    *done = r->restore.done[0];
    return rc;
}

/* Wire's end, guard's verdict, libxl's success, and what moves along is on the
 * disk: all of it, or nothing. */
static enum xls_rc load(struct xls_receiving *r)
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
static enum xls_rc obey(struct xls_receiving *r)
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
    (void)!xls_receiving_say(r, &answer);
    xls_crew_hang_up(&r->crew);
    return rc;
}

/* PREPARED, then COMMIT, then the guest runs, then the receipt. */
static enum xls_rc take_over(struct xls_receiving *r)
{
    struct xls_control prepared = {.type = XLS_PREPARED};
    enum xls_rc rc;

    xls_receiving_tell(r, "loaded, paused");
    rc = xls_destination_step(&r->end, XLS_DESTINATION_LOADED, NULL, r->why);
    if (rc == XLS_OK) {
        r->prepared = true;
        rc = xls_receiving_must_say(
            r, &prepared); /* wire puts the stream's sums */
    }
    if (rc == XLS_OK) {
        rc = xls_receiving_await(r, XLS_COMMIT, XLS_COMMIT, -1);
    }
    return rc == XLS_OK ? obey(r) : rc;
}

/* What explains a refusal of the source's Evidence, for the log. */
static void tell_said(const struct xls_receiving *r)
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
static void keep(struct xls_receiving *r)
{
    struct xls_why first = *r->why;

    r->why->text[0] = '\0';
    (void)xls_why_set(r->why, XLS_HOST_GONE,
                      "%.300s; the guest is kept here, paused, until %s says "
                      "what it has decided (xl secure-status)",
                      first.text, r->crew.peer_name);
}

/* Nothing of the guest stays: false when it does, for who finds the journal. */
static bool clear(struct xls_receiving *r)
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
        xls_receiving_tell(r, local.text);
    }
    /* a journal that cannot be written says, with the copy gone, the same */
    return rc != XLS_HOST_XEN;
}

/* The source hears why if it still listens. */
static void give_up(struct xls_receiving *r)
{
    struct xls_control last = {.type = XLS_FAILED};

    tell_said(r);
    if (r->admitted && r->crew.disproven) {
        (void)xls_receiving_refuse(r, "attestation");
    } else if (r->admitted && !r->prepared && !r->aborted &&
               r->crew.wire.ctl >= 0) {
        (void)snprintf(last.u.text, sizeof(last.u.text), "%.300s",
                       r->why->text);
        (void)!xls_receiving_say(r, &last);
    }
    xls_child_end(&r->crew.guard, 0); /* libxl reads end of file, and stops */
    (void)xls_worker_join(&r->restore);
    if (clear(r) && r->aborted) { /* [P-98] */
        last.type = XLS_BURNED;
        last.u.text[0] = '\0';
        (void)!xls_receiving_say(r, &last);
    }
    xls_crew_hang_up(&r->crew);
}

/* It has failed at some point: what is left to do. */
static void fail(struct xls_receiving *r, enum xls_rc rc)
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
    struct xls_receiving r = {.setup = setup,
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
        rc = xls_receiving_meet(&r);
    }
    if (rc == XLS_OK) {
        rc = xls_receiving_consider(&r);
    }
    if (rc == XLS_OK && r.settling) {
        rc = xls_receiving_answer(&r);
    } else {
        if (rc == XLS_OK) {
            rc = load(&r);
        }
        if (rc == XLS_OK) {
            rc = xls_receiving_await_proof(&r, 2); /* [P-59] */
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
