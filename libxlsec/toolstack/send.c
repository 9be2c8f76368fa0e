/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/net.h"
#include "proto/record.h"
#include "toolstack/crew.h"
#include "toolstack/worker.h"

enum { TICK_MS = 20, CONNECT_MS = 10000 };

struct send {
    const struct xls_send_setup *setup;
    struct xls_report *report;
    struct xls_why *why;
    struct xls_crew crew;
    struct xls_worker save;
    struct xls_config_facts facts;
    struct xls_control control; /* the last one heard or said */
    uint8_t id[XLS_ID_LEN];
    char *config; /* our own text of it */
    int net;
    pid_t command;
    int pipe; /* libxl's end of the pipe to guard */
    int64_t began;
    int64_t down; /* when the guest was seen stopped; 0: not yet */
    struct xls_record_stats sent;
    const char *phase;
    bool suspended; /* save() was begun: resume() is due on failure */
    bool renamed;
    bool committed; /* COMMIT may have left */
};

static void show(const struct send *s)
{
    const struct xls_progress progress = {
        .phase = s->phase,
        .stream_bytes = s->crew.stream_bytes,
        .wire_octets = s->crew.wire_octets,
        .expected_bytes = s->facts.target_memkb * 1024,
        .elapsed_ms = xls_now_ms() - s->began};

    if (s->setup->progress != NULL) {
        s->setup->progress(s->setup->progress_ctx, &progress);
    }
}

static void enter(struct send *s, const char *phase)
{
    s->phase = phase;
    show(s);
}

/* The peer's own words, made harmless, as our reason. */
static enum xls_rc refused(struct send *s, enum xls_rc rc, const char *what,
                           const char *text)
{
    return xls_why_set(s->why, rc, "%s %s%s%s", s->setup->host, what,
                       text[0] == '\0' ? "" : ": ", text);
}

/* A control message that may come at any time in place of the one hoped for. */
static enum xls_rc judge_answer(struct send *s)
{
    char rule[XLS_RULE_MAX + 1];
    char text[XLS_TEXT_MAX + 1];
    enum xls_rc rc = xls_crew_heard(&s->crew, &s->control);

    if (rc != XLS_OK) {
        return rc;
    }
    if (s->control.type == XLS_REFUSE) {
        xls_why_peer(rule, sizeof(rule), s->control.u.refuse.rule,
                     strlen(s->control.u.refuse.rule));
        xls_why_peer(text, sizeof(text), s->control.u.refuse.text,
                     strlen(s->control.u.refuse.text));
        return xls_why_set(s->why, XLS_PEER_REFUSED,
                           "%s refuses the guest [%s]: %s", s->setup->host,
                           rule, text);
    }
    if (s->control.type == XLS_FAILED) {
        xls_why_peer(text, sizeof(text), s->control.u.text,
                     strlen(s->control.u.text));
        return refused(s, XLS_HOST_GONE, "could not load the guest", text);
    }
    return XLS_OK;
}

/* What a person or a signal wants, while it may still be had. */
static enum xls_rc cancelled(struct send *s)
{
    return xls_why_set(s->why, XLS_HOST_GONE,
                       "stopped on request before the guest was handed over");
}

/*
 * Wait for one of the control messages of this type, or of other, until
 * seconds have passed; it is then in s->control.
 */
static enum xls_rc await(struct send *s, enum xls_control_type type,
                         enum xls_control_type other, unsigned seconds)
{
    int cancel = s->committed ? -1 : s->setup->cancel_fd;
    int64_t until = xls_now_ms() + (int64_t)seconds * 1000;
    struct xls_watch watch = {.extra = &cancel, .count = 1};
    enum xls_from from;

    for (;;) {
        enum xls_rc rc;

        watch.deadline = xls_now_ms() + 250;
        rc = xls_crew_next(&s->crew, &watch, &from, s->why);
        if (rc != XLS_OK) {
            return rc;
        }
        show(s);
        if (from == XLS_FROM_EXTRA) {
            return cancelled(s);
        }
        if (from == XLS_FROM_NOBODY && xls_until_ms(until) == 0) {
            return xls_why_set(s->why, XLS_PEER_TIME,
                               "%s did not say %s within %u s", s->setup->host,
                               xls_control_name(type), seconds);
        }
        if (from != XLS_FROM_WIRE || s->crew.msg->type != XLS_MSG_CONTROL) {
            continue;
        }
        rc = judge_answer(s);
        if (rc != XLS_OK) {
            return rc;
        }
        if (s->control.type == type || s->control.type == other) {
            return XLS_OK;
        }
        return xls_why_set(s->why, XLS_PEER_ORDER,
                           "%s said %s where %s belongs", s->setup->host,
                           xls_control_name(s->control.type),
                           xls_control_name(type));
    }
}

static enum xls_rc say(struct send *s, struct xls_control *control)
{
    memcpy(control->id, s->id, sizeof(control->id));
    return xls_crew_say(&s->crew, control);
}

/* The same; when it cannot be said, that is the end, and why it is. */
static enum xls_rc must_say(struct send *s, struct xls_control *control)
{
    enum xls_rc rc = say(s, control);

    return rc == XLS_OK ? rc : xls_crew_reason(&s->crew, rc, s->why);
}

/* --- before the guest is touched
 * ---------------------------------------------- */

static enum xls_rc reach(struct send *s, const struct xls_peer *peer)
{
    int pair[2];
    enum xls_rc rc;

    if (s->setup->command == NULL) {
        return xls_net_connect(peer->address, peer->port, CONNECT_MS, &s->net,
                               s->why);
    }
    rc = xls_fd_pair(SOCK_STREAM, pair);
    if (rc != XLS_OK) {
        return rc;
    }
    s->net = pair[0];
    rc = xls_spawn_shell(s->setup->command, pair[1], &s->command);
    xls_fd_close(&pair[1]);
    return rc;
}

static enum xls_rc find_and_reach(struct send *s)
{
    struct xls_peers peers;
    const struct xls_peer *peer = NULL;
    enum xls_rc rc = xls_conf_load(s->setup->confdir, &s->crew.conf, s->why);

    if (rc != XLS_OK) {
        return rc;
    }
    rc = xls_peers_load(s->setup->confdir, &peers, s->why);
    if (rc == XLS_OK) {
        peer = xls_peers_by_name(&peers, s->setup->host);
        rc = peer != NULL
                 ? reach(s, peer)
                 : xls_why_set(s->why, XLS_HOST_CONF,
                               "no host '%s' is known here: no file in "
                               "%s/peers.d names it; run xlsec id there and "
                               "xlsec trust here",
                               s->setup->host, s->setup->confdir);
    }
    xls_peers_free(&peers);
    return rc;
}

/* The guest, in the guard's own words; the offer is in s->control. */
static enum xls_rc describe(struct send *s)
{
    struct xls_offer *offer = &s->control.u.offer;
    char *json = NULL;
    enum xls_rc rc;

    s->control = (struct xls_control){.type = XLS_OFFER};
    rc = s->setup->ops.describe(s->setup->ops.ctx, &json, offer, s->why);
    if (rc == XLS_OK) {
        rc = xls_crew_config(&s->crew, json, strlen(json), &s->facts,
                             &s->config, s->why);
    }
    free(json);
    if (rc != XLS_OK) {
        return rc;
    }
    offer->guest = s->facts.type;
    offer->flags = (s->setup->paused ? XLS_OFFER_PAUSED : 0) |
                   (s->setup->keep_domid ? XLS_OFFER_DOMID : 0);
    offer->max_kib = s->facts.max_memkb;
    offer->target_kib = s->facts.target_memkb;
    offer->vcpus = s->facts.max_vcpus;
    memcpy(offer->uuid, s->facts.uuid, sizeof(offer->uuid));
    memcpy(offer->name, s->facts.name, sizeof(offer->name));
    offer->config = s->config;
    offer->config_len = strlen(s->config);
    (void)snprintf(s->report->guest, sizeof(s->report->guest), "%s",
                   s->facts.name);
    return XLS_OK;
}

/* Connect, prove who we are, offer the guest, and be admitted. */
static enum xls_rc arrange(struct send *s)
{
    int net[2];
    enum xls_rc rc;

    enter(s, "connecting");
    rc = find_and_reach(s);
    if (rc != XLS_OK) {
        return rc;
    }
    net[0] = net[1] = s->net;
    rc = xls_crew_start(&s->crew, XLS_ROLE_SOURCE, s->setup->host, net, s->why);
    if (rc == XLS_OK) {
        rc = xls_crew_guard(&s->crew, &s->pipe, s->why);
    }
    xls_fd_close(&s->net); /* wire has it */
    if (rc == XLS_OK) {
        rc = xls_crew_await_peer(&s->crew, s->why);
    }
    memcpy(s->report->peer_key, s->crew.peer_key, XLS_KEY);
    memcpy(s->report->peer, s->crew.peer_name, XLS_NAME);
    if (rc != XLS_OK) {
        return rc;
    }
    enter(s, "offering");
    rc = describe(s);
    if (rc == XLS_OK) {
        rc = must_say(s, &s->control);
    }
    if (rc == XLS_OK) {
        rc = await(s, XLS_ADMIT, XLS_ADMIT, s->crew.conf.stall_seconds);
    }
    if (rc == XLS_OK) {
        xls_why_peer(s->report->peer_says, sizeof(s->report->peer_says),
                     s->control.u.admit.host, strlen(s->control.u.admit.host));
    }
    return rc;
}

/* --- the stream
 * ------------------------------------------------------------------*/

static enum xls_rc save_act(void *ctx, struct xls_why *why)
{
    struct send *s = ctx;

    return s->setup->ops.save(s->setup->ops.ctx, s->pipe, why);
}

static enum xls_rc note_stream(struct send *s)
{
    struct xls_rd rd = xls_ipc_body(s->crew.msg);

    s->sent.records = xls_rd_u64be(&rd);
    s->sent.bytes = xls_rd_u64be(&rd);
    xls_rd_copy(&rd, s->sent.digest, sizeof(s->sent.digest));
    s->sent.ended = xls_rd_end(&rd) == XLS_OK;
    return s->sent.ended ? XLS_OK : XLS_BUG_CONTRACT;
}

/* libxl has returned. */
static enum xls_rc saved(struct send *s)
{
    enum xls_rc rc = xls_worker_join(&s->save);

    xls_fd_close(&s->pipe); /* the stream's end, as guard sees it */
    if (rc != XLS_OK) {
        return xls_why_set(s->why, rc, "%s", s->save.why.text);
    }
    if (s->down == 0) {
        s->down = xls_now_ms();
    }
    enter(s, "finishing");
    return XLS_OK;
}

static void look_for_downtime(struct send *s)
{
    if (s->down == 0 && s->setup->ops.is_down(s->setup->ops.ctx)) {
        s->down = xls_now_ms();
        enter(s, "last pages (guest stopped)");
    }
}

/* From the first octet of memory to the last record. */
static enum xls_rc stream(struct send *s)
{
    int extra[2] = {-1, s->setup->cancel_fd};
    struct xls_watch watch = {.extra = extra, .count = 2};
    bool guard_done = false;
    enum xls_from from;
    enum xls_rc rc;

    enter(s, "memory");
    rc = xls_crew_stream(&s->crew, &s->facts);
    if (rc == XLS_OK) {
        s->suspended = true;
        rc = xls_worker_start(&s->save, save_act, s);
        extra[0] = s->save.done[0];
    }
    while (rc == XLS_OK && !(guard_done && s->sent.ended && extra[0] < 0)) {
        watch.deadline = xls_now_ms() + TICK_MS;
        rc = xls_crew_next(&s->crew, &watch, &from, s->why);
        if (rc != XLS_OK) {
            break;
        }
        if (extra[0] >= 0) {
            look_for_downtime(s);
        }
        if (from == XLS_FROM_EXTRA && watch.which == 0) {
            extra[0] = -1;
            rc = saved(s);
        } else if (from == XLS_FROM_EXTRA) {
            rc = cancelled(s);
        } else if (from == XLS_FROM_COUNT) {
            show(s);
        } else if (from == XLS_FROM_GUARD) {
            guard_done = s->crew.msg->type == XLS_MSG_GUARD_DONE;
        } else if (from == XLS_FROM_WIRE &&
                   s->crew.msg->type == XLS_MSG_WIRE_STREAM) {
            rc = note_stream(s);
        } else if (from == XLS_FROM_WIRE) {
            rc = judge_answer(s); /* FAILED is the one that may come here */
        }
    }
    return rc;
}

/* --- the handover
 * --------------------------------------------------------------- */

/* The other host has loaded exactly what we sent. */
static enum xls_rc await_prepared(struct send *s)
{
    const struct xls_prepared *p = &s->control.u.prepared;
    enum xls_rc rc =
        await(s, XLS_PREPARED, XLS_PREPARED, s->crew.conf.finish_seconds);

    if (rc == XLS_OK &&
        (p->records != s->sent.records || p->bytes != s->sent.bytes ||
         xls_same(p->digest, s->sent.digest, sizeof(p->digest)) != XLS_OK)) {
        rc = refused(s, XLS_PEER_AUTH,
                     "has not loaded what was sent (records differ)", "");
    }
    return rc;
}

/* COMMIT, and the answer to it.  *moved: COMMITTED; else BURNED. */
static enum xls_rc commit(struct send *s, bool *moved)
{
    struct xls_control control = {.type = XLS_COMMIT};
    enum xls_rc rc = s->setup->ops.rename(s->setup->ops.ctx, true, s->why);

    *moved = false;
    if (rc != XLS_OK) {
        return rc;
    }
    s->renamed = true;
    enter(s, "handing over");
    s->committed = true; /* from here on the guest may run there */
    rc = must_say(s, &control);
    if (rc != XLS_OK) {
        s->committed = false; /* wire has ended without ever hearing of it */
        return rc;
    }
    rc = await(s, XLS_COMMITTED, XLS_BURNED, s->crew.conf.finish_seconds);
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
        return refused(s, XLS_HOST_GONE,
                       "could not start the guest and destroyed its copy",
                       text);
    }
    return XLS_OK;
}

/* --- the end
 * ------------------------------------------------------------------------*/

/* The guest runs here again; the other host hears why, if it still listens. */
static void take_back(struct send *s)
{
    struct xls_control control = {.type = XLS_ABORT};
    struct xls_why local = {""};

    if (s->crew.wire.ctl >= 0) {
        (void)snprintf(control.u.text, sizeof(control.u.text), "%.300s",
                       s->why->text);
        (void)!say(s, &control);
    }
    /* libxl writes into a pipe that nobody reads any more, and stops */
    xls_child_end(&s->crew.guard, 0);
    (void)xls_worker_join(&s->save);
    xls_fd_close(&s->pipe);
    if (s->renamed) {
        (void)s->setup->ops.rename(s->setup->ops.ctx, false, &local);
    }
    if (s->suspended &&
        s->setup->ops.resume(s->setup->ops.ctx, &local) != XLS_OK) {
        struct xls_why first = *s->why;

        s->why->text[0] = '\0';
        (void)xls_why_set(s->why, XLS_HOST_XEN, "%.300s; and %.300s",
                          first.text, local.text);
    }
    xls_crew_hang_up(&s->crew);
}

static void fill_report(struct send *s)
{
    struct xls_report *r = s->report;
    int64_t now = xls_now_ms();

    r->duration_ms = now - s->began;
    r->downtime_ms = s->down == 0 ? 0 : now - s->down;
    r->stream_bytes = s->sent.ended ? s->sent.bytes : s->crew.stream_bytes;
    r->stream_pages = s->crew.stream_pages;
    r->wire_octets = s->crew.wire_octets;
    r->records = s->sent.records;
}

static enum xls_outcome outcome_of(const struct send *s, enum xls_rc rc)
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
static enum xls_rc move(struct send *s)
{
    bool moved = false;
    enum xls_rc rc = xls_crypto_start();

    if (rc == XLS_OK) {
        xls_random(s->id, sizeof(s->id));
        rc = arrange(s);
    }
    if (rc == XLS_OK && s->setup->dry_run) {
        return XLS_OK;
    }
    if (rc == XLS_OK) {
        rc = stream(s);
    }
    if (rc == XLS_OK) {
        rc = await_prepared(s);
    }
    if (rc == XLS_OK) {
        rc = commit(s, &moved);
    }
    return rc;
}

enum xls_outcome xls_send(const struct xls_send_setup *setup,
                          struct xls_report *report, struct xls_why *why)
{
    struct send s = {.setup = setup,
                     .report = report,
                     .why = why,
                     .net = -1,
                     .pipe = -1,
                     .began = xls_now_ms(),
                     .phase = "starting"};
    enum xls_outcome outcome;
    enum xls_rc rc;

    *report = (struct xls_report){.guest = ""};
    s.crew.keys = s.crew.wire = s.crew.guard = XLS_CHILD_NONE;
    s.crew.ring = (struct xls_ring_fds){-1, {-1, -1}};
    rc = move(&s);
    if (rc != XLS_OK) {
        (void)xls_why_set(why, rc, "%s", xls_rc_text(rc));
    }
    outcome = outcome_of(&s, rc);
    fill_report(&s);
    if (outcome == XLS_MOVED && !setup->dry_run) {
        enter(&s, "destroying the copy here");
        /* the guest runs there: a copy that stays is waste, not danger, and
         * why says so without changing the outcome */
        (void)setup->ops.destroy(setup->ops.ctx, why);
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
    xls_fd_close(&s.net);
    xls_fd_close(&s.pipe);
    xls_pid_end(s.command, 1000, &(struct xls_usage){0, 0});
    free(s.config);
    return outcome;
}
