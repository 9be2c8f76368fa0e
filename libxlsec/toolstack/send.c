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

/* COMMIT, and the answer to it.  *moved: COMMITTED; else BURNED. */
static enum xls_rc commit(struct xls_sending *s, bool *moved)
{
    struct xls_control control = {.type = XLS_COMMIT};
    enum xls_rc rc = s->setup->ops.rename(s->setup->ops.ctx, true, s->why);

    *moved = false;
    s->renamed = rc == XLS_OK;
    if (rc == XLS_OK) {
        rc = xls_pack_commit(s->pack, s->crew.id, s->setup->host, s->why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    xls_sending_enter(s, "handing over");
    s->committed = true; /* from here on the guest may run there */
    rc = xls_sending_must_say(s, &control);
    if (rc != XLS_OK) {
        s->committed = false; /* wire has ended without ever hearing of it */
        return rc;
    }
    rc = xls_sending_await(s, XLS_COMMITTED, XLS_BURNED,
                           s->crew.conf.finish_seconds);
    if (rc != XLS_OK) {
        return rc;
    }
    *moved = s->control.type == XLS_COMMITTED;
    s->report->paused = *moved && s->control.u.started == XLS_STARTED_PAUSED;
    if (!*moved) {
        char text[XLS_TEXT_MAX + 1];

        xls_why_peer(text, sizeof(text), s->control.u.text,
                     strlen(s->control.u.text));
        s->committed = false; /* authenticated: it cannot run there any more */
        return xls_sending_refused(
            s, XLS_HOST_GONE,
            "could not start the guest and destroyed its copy", text);
    }
    return XLS_OK;
}

/* --- the end
 * ------------------------------------------------------------------------*/

/* The guest runs here again; the other host hears why, if it still listens. */
static void take_back(struct xls_sending *s)
{
    struct xls_control control = {.type = XLS_ABORT};
    struct xls_why local = {""};

    if (s->crew.wire.ctl >= 0) {
        (void)snprintf(control.u.text, sizeof(control.u.text), "%.300s",
                       s->why->text);
        (void)!xls_sending_say(s, &control);
    }
    /* libxl writes into a pipe that nobody reads any more, and stops */
    xls_child_end(&s->crew.guard, 0);
    (void)xls_worker_join(&s->save);
    xls_fd_close(&s->pipe);
    if (s->renamed) {
        (void)s->setup->ops.rename(s->setup->ops.ctx, false, &local);
    }
    xls_sending_put_back(s); /* before the guest asks its vTPM */
    if (s->suspended &&
        s->setup->ops.resume(s->setup->ops.ctx, &local) != XLS_OK) {
        struct xls_why first = *s->why;

        s->why->text[0] = '\0';
        (void)xls_why_set(s->why, XLS_HOST_XEN, "%.300s; and %.300s",
                          first.text, local.text);
    }
    xls_crew_hang_up(&s->crew);
}

static void fill_report(struct xls_sending *s)
{
    struct xls_report *r = s->report;
    int64_t now = xls_now_ms();

    r->duration_ms = now - s->began;
    r->said = s->crew.said;
    s->crew.said = NULL; /* now the caller's */
    r->shown = s->crew.shown;
    r->shown_len = s->crew.shown_len;
    s->crew.shown = NULL; /* now the caller's */
    r->downtime_ms = s->down == 0 ? 0 : now - s->down;
    r->stream_bytes =
        s->crew.ended > 0 ? s->crew.passed[0].bytes : s->crew.stream_bytes;
    r->stream_pages = s->crew.stream_pages;
    r->wire_octets = s->crew.wire_octets;
    r->records = s->crew.passed[0].records;
}

static enum xls_outcome outcome_of(const struct xls_sending *s, enum xls_rc rc)
{
    if (rc == XLS_OK) {
        return XLS_MOVED;
    }
    if (s->committed) {
        return XLS_IN_DOUBT;
    }
    return rc == XLS_PEER_POLICY || rc == XLS_PEER_REFUSED ? XLS_DENIED
                                                           : XLS_STAYED;
}

/* Everything, in order. */
static enum xls_rc move(struct xls_sending *s)
{
    bool moved = false;
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
        rc = commit(s, &moved);
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
    rc = move(&s);
    if (rc != XLS_OK) {
        (void)xls_why_set(why, rc, "%s", xls_rc_text(rc));
    }
    outcome = outcome_of(&s, rc);
    fill_report(&s);
    if (outcome == XLS_MOVED && !setup->dry_run && !setup->attest_only) {
        xls_sending_enter(&s, "destroying the copy here");
        /* the guest runs there: a copy that stays is waste, not danger, and
         * why says so without changing the outcome */
        (void)setup->ops.destroy(setup->ops.ctx, why);
        xls_sending_delete_copies(&s);
    } else if (outcome != XLS_IN_DOUBT) {
        take_back(&s);
    }
    if (outcome == XLS_MOVED) {
        xls_crew_hang_up(&s.crew);
    }
    xls_crew_end(&s.crew);
    report->wire = s.crew.wire.used;
    report->guard = s.crew.guard.used;
    report->keys = s.crew.keys.used;
    report->verify = s.crew.verify.used;
    xls_fd_close(&s.net);
    xls_fd_close(&s.pipe);
    xls_pid_end(s.command, 1000, &(struct xls_usage){0, 0});
    xls_pack_free(s.pack);
    free(s.companions);
    free(s.config);
    return outcome;
}
