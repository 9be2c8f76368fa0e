/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "host/clock.h"
#include "host/fd.h"
#include "toolstack/send-private.h"

enum { TOLD_MS = 5000 }; /* for a last word that nothing hangs on */

/* --- the handover
 * --------------------------------------------------------------- */

/* The other host has loaded exactly what we sent. */
static enum xls_rc await_prepared(struct xls_sending *s)
{
    enum xls_rc rc = XLS_OK;

    if (!s->prepared) {
        rc = xls_sending_await(s, XLS_PREPARED, XLS_PREPARED,
                               s->crew.conf.finish_seconds);
    }
    for (size_t i = 0; rc == XLS_OK && i < XLS_STREAMS; i++) {
        const struct xls_sums *theirs = &s->control.u.prepared.of[i];
        const struct xls_sums *own = &s->crew.passed[i];

        if (theirs->records != own->records || theirs->bytes != own->bytes ||
            xls_same(theirs->digest, own->digest, sizeof(own->digest)) !=
                XLS_OK) {
            rc = xls_sending_refused(
                s, XLS_PEER_AUTH,
                "has not loaded what was sent (records differ)", "");
        }
    }
    return rc;
}

/* [P-90] The guest gets another name, and so does what belongs to it; then the
 * decision is written down, and only then said. */
static enum xls_rc decide(struct xls_sending *s)
{
    struct xls_control control = {.type = XLS_COMMIT};
    enum xls_rc rc = s->setup->ops.rename(s->setup->ops.ctx, true, s->why);

    if (rc == XLS_OK) {
        rc = xls_pack_commit(s->pack, s->crew.id, s->setup->host, s->why);
    }
    if (rc == XLS_OK) {
        rc = xls_source_step(&s->end, XLS_SOURCE_AGREED, NULL, s->why);
    }
    if (rc == XLS_OK && s->leased) {
        rc = xls_source_offer(&s->end, s->why);
    } else if (rc == XLS_HOST_DOUBT && !s->leased) {
        s->end.take_back = true; /* only BURNED leads back now */
        control.type = XLS_ABORT;
        rc = XLS_OK;
    }
    if (rc == XLS_OK) {
        xls_sending_enter(s, "handing over");
        rc = xls_sending_must_say(s, &control);
    }
    return rc;
}

/* COMMIT, and the answer to it. */
static enum xls_rc commit(struct xls_sending *s)
{
    char text[XLS_TEXT_MAX + 1];
    enum xls_rc rc = decide(s);

    if (rc == XLS_OK) {
        rc = xls_sending_await(s, XLS_COMMITTED, XLS_BURNED,
                               s->crew.conf.finish_seconds);
    }
    s->up = rc == XLS_OK ? xls_now_ms() : 0;
    if (rc == XLS_OK && s->control.type == XLS_COMMITTED) {
        s->report->paused = s->control.u.started == XLS_STARTED_PAUSED;
        return xls_source_step(&s->end, XLS_SOURCE_COMMITTED, NULL, s->why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    xls_why_peer(text, sizeof(text), s->control.u.text,
                 strlen(s->control.u.text));
    rc = xls_sending_refused(s, XLS_HOST_GONE,
                             "could not start the guest and destroyed its copy",
                             text);
    s->told = true; /* authenticated, and final */
    (void)!xls_source_step(&s->end, XLS_SOURCE_BURNED, text, s->why);
    return rc;
}

/* --- the end
 * ------------------------------------------------------------------------*/

/* Both reasons, in one sentence. */
static void add_reason(struct xls_sending *s, const struct xls_why *more)
{
    struct xls_why first = *s->why;

    if (more->text[0] != '\0') {
        s->why->text[0] = '\0';
        (void)xls_why_set(s->why, XLS_HOST_XEN, "%.300s; and %.300s",
                          first.text, more->text);
    }
}

/* Nothing of ours has to do with the guest any more. */
static void let_go_of_guest(struct xls_sending *s)
{
    /* libxl writes into a pipe that nobody reads any more, and stops */
    xls_child_end(&s->crew.guard, 0);
    xls_sending_end_save(s);
    xls_fd_close(&s->pipe);
}

static void say_abort(struct xls_sending *s)
{
    struct xls_control control = {.type = XLS_ABORT};

    if (s->crew.wire.ctl >= 0) {
        (void)snprintf(control.u.text, sizeof(control.u.text), "%.300s",
                       s->why->text);
        (void)!xls_sending_say(s, &control);
    }
}

/* [P-98] Does the destination say that it has nothing?  The guest runs already.
 */
static void await_burned(struct xls_sending *s)
{
    struct xls_watch watch = {.deadline = xls_now_ms() + TOLD_MS};
    struct xls_why local = {""};
    enum xls_from from = XLS_FROM_KEYS;

    while (!s->told && from != XLS_FROM_NOBODY &&
           xls_crew_next(&s->crew, &watch, &from, &local) == XLS_OK) {
        if (from == XLS_FROM_WIRE && s->crew.msg->type == XLS_MSG_CONTROL &&
            xls_crew_heard(&s->crew, &s->control) == XLS_OK) {
            s->told = s->control.type == XLS_BURNED ||
                      s->control.type == XLS_FAILED ||
                      s->control.type == XLS_REFUSE;
        }
    }
}

/* It has no copy, or will have none: it says so, or it cannot have got all. */
static bool has_nothing(const struct xls_sending *s)
{
    return s->told || !s->gave_last;
}

/* It stayed: the guest runs again first, and the other host is told then. */
static void stay(struct xls_sending *s)
{
    struct xls_why local = {""};

    /* where that cannot be written the journal says OPEN, which is as good */
    (void)!xls_source_step(&s->end, XLS_SOURCE_LOST, s->why->text, &local);
    local.text[0] = '\0';
    say_abort(s);
    let_go_of_guest(s);
    if (xls_source_at(&s->end) == XLS_SOURCE_BACK) {
        (void)!xls_source_act(&s->end, &local);
    } else {
        (void)!xls_source_take_back(&s->end, &local);
    }
    add_reason(s, &local);
    if (!has_nothing(s)) {
        await_burned(s);
    }
    xls_crew_hang_up(&s->crew);
    if (has_nothing(s) && xls_source_at(&s->end) == XLS_SOURCE_HERE) {
        (void)!xls_source_step(&s->end, XLS_SOURCE_BURNED, NULL, &local);
    }
}

static void tell_try(void *ctx, const char *line)
{
    struct xls_sending *s = ctx;

    (void)line;
    xls_sending_enter(s, "asking what became of it");
}

/* What is not settled yet is asked for over new connections, for a while. */
static void settle(struct xls_sending *s)
{
    int64_t seconds = s->crew.conf.settle_seconds;
    struct xls_why last = {""};

    xls_crew_end(&s->crew); /* what is asked anew has its own */
    s->end.tell = tell_try;
    s->end.tell_ctx = s;
    if (xls_source_at(&s->end) == XLS_SOURCE_COMMIT) {
        let_go_of_guest(s);
    } else if (seconds > TOLD_MS / 1000) {
        seconds = TOLD_MS / 1000; /* the guest runs: nobody has to wait */
    }
    if (seconds > 0) {
        xls_source_settle(&s->end, xls_now_ms() + seconds * 1000,
                          s->setup->cancel_fd, &last);
        if (!xls_journal_settled(xls_journal_view(s->journal))) {
            add_reason(s, &last);
        }
    }
}

static void conclude(struct xls_sending *s)
{
    enum xls_source_state at = xls_source_at(&s->end);

    if (at == XLS_SOURCE_OPEN || at == XLS_SOURCE_BACK) {
        stay(s);
    } else if (at == XLS_SOURCE_MOVED) {
        xls_sending_enter(s, "destroying the copy here");
        xls_crew_hang_up(&s->crew);
        /* a copy that stays is waste, not danger: why says so */
        (void)!xls_source_act(&s->end, s->why);
    }
    at = xls_source_at(&s->end);
    if (at == XLS_SOURCE_COMMIT || at == XLS_SOURCE_HERE) {
        settle(s);
    }
}

/* What was said, and now is the caller's. */
static void keep_words(struct xls_sending *s)
{
    s->report->said = s->crew.said;
    s->crew.said = NULL;
    s->report->shown = s->crew.shown;
    s->report->shown_len = s->crew.shown_len;
    s->crew.shown = NULL;
}

static void fill_report(struct xls_sending *s)
{
    struct xls_report *r = s->report;
    int64_t now = xls_now_ms();

    r->duration_ms = now - s->began;
    r->downtime_ms = s->down == 0 ? 0 : (s->up > 0 ? s->up : now) - s->down;
    r->stream_bytes =
        s->crew.ended > 0 ? s->crew.passed[0].bytes : s->crew.stream_bytes;
    r->stream_pages = s->crew.stream_pages;
    r->wire_octets = s->crew.wire_octets;
    r->records = s->crew.passed[0].records;
}

static enum xls_outcome outcome_of(const struct xls_sending *s, enum xls_rc rc)
{
    if (s->journal != NULL) {
        enum xls_source_state at = xls_source_at(&s->end);

        if (at == XLS_SOURCE_COMMIT) {
            return XLS_IN_DOUBT;
        }
        if (at == XLS_SOURCE_MOVED ||
            (at == XLS_SOURCE_CLOSED && s->end.moved)) {
            return XLS_MOVED;
        }
    } else if (rc == XLS_OK) {
        return XLS_MOVED;
    }
    return rc == XLS_PEER_POLICY || rc == XLS_PEER_REFUSED ? XLS_DENIED
                                                           : XLS_STAYED;
}

/* Everything, in order. */
static enum xls_rc move(struct xls_sending *s)
{
    enum xls_rc rc = xls_crypto_start();

    if (rc == XLS_OK) {
        xls_random(s->crew.id, sizeof(s->crew.id)); /* [P-46] */
        rc = xls_sending_arrange(s);
    }
    if (rc == XLS_OK && (s->setup->dry_run || s->setup->attest_only)) {
        return XLS_OK;
    }
    if (rc == XLS_OK) {
        rc = xls_sending_stream(s);
    }
    if (rc == XLS_OK) {
        rc = await_prepared(s);
    }
    if (rc == XLS_OK) {
        rc = xls_sending_await_proof(s, 2); /* [P-59] */
    }
    if (rc == XLS_OK) {
        rc = commit(s);
    }
    return rc;
}

enum xls_outcome xls_send(const struct xls_send_setup *setup,
                          struct xls_report *report, struct xls_why *why)
{
    struct xls_sending s = {.setup = setup,
                            .report = report,
                            .why = why,
                            .net = -1,
                            .pipe = -1,
                            .began = xls_now_ms(),
                            .phase = "starting"};
    enum xls_outcome outcome;
    enum xls_rc rc;

    *report = (struct xls_report){.guest = ""};
    s.crew.keys = s.crew.wire = s.crew.guard = s.crew.verify = XLS_CHILD_NONE;
    s.crew.ring = (struct xls_ring_fds){-1, {-1, -1}};
    s.end = (struct xls_source_end){.ops = &setup->ops,
                                    .lease = {.conf = &s.crew.conf},
                                    .confdir = setup->confdir,
                                    .measure = setup->measure};
    rc = move(&s);
    if (rc != XLS_OK) {
        (void)xls_why_set(why, rc, "%s", xls_rc_text(rc));
    }
    keep_words(&s);
    if (s.journal != NULL) {
        conclude(&s);
    } else { /* it failed early, or was only to be asked */
        say_abort(&s);
        let_go_of_guest(&s);
        xls_crew_hang_up(&s.crew);
    }
    outcome = outcome_of(&s, rc);
    fill_report(&s);
    xls_crew_end(&s.crew);
    report->wire = s.crew.wire.used;
    report->guard = s.crew.guard.used;
    report->keys = s.crew.keys.used;
    report->verify = s.crew.verify.used;
    xls_fd_close(&s.net);
    xls_fd_close(&s.pipe);
    xls_pid_end(s.command, 1000, &(struct xls_usage){0, 0});
    xls_journal_leave(s.journal);
    xls_lease_close(&s.end.lease);
    xls_pack_free(s.pack);
    free(s.companions);
    free(s.config);
    return outcome;
}
