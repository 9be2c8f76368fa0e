/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The wire process: the session (proto/session) between a socket and the ring.
 *
 * Everything it waits for has a deadline: the handshake as a whole, and after
 * it any silence of the peer while we are ready to listen.  Both ends say ALIVE
 * when they have nothing else to say, so silence means a dead link or peer.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/wr.h"
#include "crypto/start.h"
#include "host/cage.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/keytext.h"
#include "host/msg.h"
#include "host/ring.h"
#include "host/role.h"
#include "host/spawn.h"
#include "proto/session.h"

enum {
    IN_FD = XLS_CTL_FD + 1,
    OUT_FD,
    MEMORY_FD,
    BELL_FD,
    KEYS_FD,
    COUNT_MS = 250,
    LINGER_MS = 2000,
    ORACLE_MS = 5000,
    BUSY_ROUNDS = 32,
};

struct wire {
    enum xls_role role;
    struct xls_session *session;
    struct xls_ring ring;
    struct xls_ipc_msg *msg;    /* from the toolstack */
    struct xls_ipc_msg *answer; /* from keys */
    struct xls_why why;
    int64_t handshake_until; /* -1 once it is complete */
    int64_t stall_ms;
    int64_t heard; /* when the peer last said something, or */
                   /* when we last would not have listened */
    int64_t spoke;
    int64_t counted; /* when WIRE_COUNT was last sent */
    uint64_t octets;
    bool record_waits; /* a whole record is to be opened */
    bool begun;        /* WIRE_BEGUN was said */
    bool over;         /* the toolstack has closed us */
    bool ended;        /* end of file from the peer */
};

/* --- what is asked of keys ----------------------------------------------- */

/* Ask, and take the answer: rc u32 and exactly len octets, which go to out. */
static enum xls_rc ask(struct wire *w, uint16_t type, const struct xls_wr *ask,
                       uint16_t expect, uint8_t *out, size_t len)
{
    struct xls_rd rd;
    enum xls_rc rc;
    enum xls_rc answer;
    size_t used;

    rc = xls_wr_end(ask, &used);
    if (rc == XLS_OK) {
        rc = xls_ipc_send(KEYS_FD, type, ask->buf, used);
    }
    if (rc == XLS_OK) {
        rc = xls_ipc_recv(KEYS_FD, xls_now_ms() + ORACLE_MS, w->answer);
    }
    if (rc != XLS_OK) {
        return xls_why_set(&w->why, XLS_HOST_GONE,
                           "the process that holds the keys does not answer");
    }
    rd = xls_ipc_body(w->answer);
    answer = (enum xls_rc)xls_rd_u32be(&rd);
    xls_rd_copy(&rd, out, len);
    rc = w->answer->type == expect ? xls_rd_end(&rd) : XLS_BUG_CONTRACT;
    xls_wipe(w->answer->body, w->answer->len);
    return rc == XLS_OK ? answer : XLS_BUG_CONTRACT;
}

static enum xls_rc oracle_dh(void *ctx, const uint8_t pub[XLS_DH_LEN],
                             struct xls_dh *out)
{
    uint8_t body[XLS_DH_LEN];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_copy(&wr, pub, XLS_DH_LEN);
    return ask(ctx, XLS_MSG_DH, &wr, XLS_MSG_DH_DONE, out->bytes,
               sizeof(out->bytes));
}

static enum xls_rc oracle_mix(void *ctx, unsigned slot,
                              const uint8_t ck[XLS_HASH_LEN],
                              const uint8_t *peer, struct xls_mix *out)
{
    uint8_t body[1 + XLS_HASH_LEN + XLS_DH_LEN];
    uint8_t all[3 * XLS_HASH_LEN];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_rd rd = xls_rd_over(all, sizeof(all));
    enum xls_rc rc;

    xls_wr_u8(&wr, (uint8_t)slot);
    xls_wr_copy(&wr, ck, XLS_HASH_LEN);
    if (peer != NULL) {
        xls_wr_copy(&wr, peer, XLS_DH_LEN);
    } else {
        xls_wr_zero(&wr, XLS_DH_LEN);
    }
    rc = ask(ctx, XLS_MSG_MIX, &wr, XLS_MSG_MIX_DONE, all, sizeof(all));
    xls_rd_copy(&rd, out->ck, sizeof(out->ck));
    xls_rd_copy(&rd, out->hash, sizeof(out->hash));
    xls_rd_copy(&rd, out->key, sizeof(out->key));
    xls_wipe(all, sizeof(all));
    xls_wipe(body, sizeof(body));
    return rc;
}

/* --- what is told to the toolstack ---------------------------------------- */

static enum xls_rc tell_stream(struct wire *w)
{
    uint8_t body[16 + XLS_HASH_LEN];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_record_stats stats;

    xls_session_stats(w->session, &stats);
    xls_wr_u64be(&wr, stats.records);
    xls_wr_u64be(&wr, stats.bytes);
    xls_wr_copy(&wr, stats.digest, sizeof(stats.digest));
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_STREAM, body, sizeof(body));
}

static enum xls_rc tell_count(struct wire *w, int64_t now)
{
    uint8_t body[8];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    if (now - w->counted < COUNT_MS) {
        return XLS_OK;
    }
    w->counted = now;
    xls_wr_u64be(&wr, w->octets);
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_COUNT, body, sizeof(body));
}

/* The peer's message, encoded again: the toolstack decodes it for itself. */
static enum xls_rc tell_control(const struct xls_control *control)
{
    size_t size = xls_control_size(control->type);
    uint8_t *body;
    enum xls_rc rc;

    if (control->type == XLS_ALIVE) {
        return XLS_OK; /* all that it says is that something was heard */
    }
    body = malloc(size);
    if (body == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = xls_control_put(control, body, size);
    if (rc == XLS_OK) {
        rc = xls_ipc_send(XLS_CTL_FD, XLS_MSG_CONTROL, body, size);
    }
    free(body);
    return rc;
}

static enum xls_rc tell_up(struct wire *w, const struct xls_event *event)
{
    w->handshake_until = -1;
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_UP, event->peer_static,
                        XLS_DH_LEN);
}

static enum xls_rc tell_begun(struct wire *w)
{
    if (w->begun) {
        return XLS_OK;
    }
    w->begun = true;
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_BEGUN, NULL, 0);
}

/* --- the socket ------------------------------------------------------------
 */

static enum xls_rc lost(struct wire *w, const char *how)
{
    return xls_why_set(&w->why, XLS_HOST_IO,
                       "the connection to the other host was lost: %s", how);
}

/* Send what there is; *moved when something went. */
static enum xls_rc push(struct wire *w, bool *moved)
{
    const uint8_t *p;
    size_t len;

    while (p = xls_session_out(w->session, &len), len > 0) {
        ssize_t n = write(OUT_FD, p, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            return XLS_OK;
        }
        if (n <= 0) {
            return lost(w, strerror(errno));
        }
        xls_session_sent(w->session, (size_t)n);
        w->octets += (size_t)n;
        w->spoke = xls_now_ms();
        *moved = true;
    }
    return XLS_OK;
}

static enum xls_rc on_event(struct wire *w, const struct xls_event *event)
{
    switch (event->kind) {
    case XLS_EVENT_NONE:
        return XLS_OK;
    case XLS_EVENT_ESTABLISHED:
        return tell_up(w, event);
    case XLS_EVENT_CONTROL:
        return tell_control(event->control);
    case XLS_EVENT_RECORD:
        w->record_waits = true;
        return tell_begun(w);
    }
    return XLS_BUG_CONTRACT;
}

/* What the session makes of the octets that it has. */
static enum xls_rc take_events(struct wire *w)
{
    struct xls_event event = {.kind = XLS_EVENT_NONE};
    enum xls_rc rc;

    do {
        rc = xls_session_next(w->session, &event);
        if (rc == XLS_OK) {
            rc = on_event(w, &event);
        }
    } while (rc == XLS_OK && event.kind != XLS_EVENT_NONE &&
             event.kind != XLS_EVENT_RECORD);
    return rc;
}

/* Take what has come; *moved when something did. */
static enum xls_rc pull(struct wire *w, bool *moved)
{
    size_t room;
    uint8_t *p = xls_session_in(w->session, &room);
    enum xls_rc rc;
    ssize_t n;

    if (w->ended) {
        return XLS_OK;
    }
    if (room == 0) {
        /* a record waits; or the head of the next frame, which came along with
         * one, is refused, and then nothing else will ever say so */
        return w->record_waits ? XLS_OK : take_events(w);
    }
    n = read(IN_FD, p, room);
    if (n < 0) {
        return errno == EAGAIN || errno == EINTR ? XLS_OK
                                                 : lost(w, strerror(errno));
    }
    *moved = true;
    if (n == 0) {
        w->ended = true;
        return xls_session_eof(w->session);
    }
    w->octets += (size_t)n;
    w->heard = xls_now_ms();
    rc = xls_session_took(w->session, (size_t)n);
    return rc == XLS_OK ? take_events(w) : rc;
}

/* --- the ring --------------------------------------------------------------
 */

/* Source: one slot from the ring, sealed; *moved when there was one. */
static enum xls_rc seal_one(struct wire *w, bool *moved)
{
    const uint8_t *slot;
    size_t used;
    size_t waits;
    bool last;
    enum xls_rc rc;

    (void)xls_session_out(w->session, &waits);
    if (waits > 0 || xls_session_phase(w->session) != XLS_PHASE_STREAM) {
        return XLS_OK;
    }
    rc = xls_ring_peek(&w->ring, &slot, &used, &last);
    if (rc != XLS_OK || slot == NULL) {
        return rc;
    }
    rc = xls_session_seal(w->session, slot, last);
    xls_ring_release(&w->ring);
    *moved = true;
    if (rc == XLS_OK && last) {
        rc = tell_stream(w);
    }
    return rc;
}

/* Destination: the waiting record, opened into the ring when there is room. */
static enum xls_rc open_one(struct wire *w, bool *moved)
{
    uint8_t *slot;
    size_t used = 0;
    bool last = false;
    enum xls_rc rc;

    if (!w->record_waits) {
        return XLS_OK;
    }
    rc = xls_ring_claim(&w->ring, &slot);
    if (rc != XLS_OK || slot == NULL) {
        return rc;
    }
    rc = xls_session_open(w->session, slot, &used, &last);
    if (rc != XLS_OK) {
        return rc;
    }
    xls_ring_publish(&w->ring, used, last);
    w->record_waits = false;
    *moved = true;
    return last ? tell_stream(w) : XLS_OK;
}

/* --- the toolstack
 * ----------------------------------------------------------*/

static enum xls_rc on_ctl(struct wire *w)
{
    struct xls_control control;
    enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, 0, w->msg);

    if (rc != XLS_OK) {
        return rc;
    }
    if (w->msg->type == XLS_MSG_WIRE_CLOSE) {
        w->over = true;
        return XLS_OK;
    }
    if (w->msg->type != XLS_MSG_CONTROL) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_control_get(w->msg->body, w->msg->len, &control);
    if (rc == XLS_OK) {
        rc = xls_session_control(w->session, &control);
    }
    return rc;
}

/* --- the loop
 * ----------------------------------------------------------------*/

static enum xls_rc check_time(struct wire *w, int64_t now)
{
    if (w->handshake_until >= 0 && now >= w->handshake_until) {
        return xls_why_set(&w->why, XLS_PEER_TIME,
                           "the other host did not complete the handshake in "
                           "time (a wrong fleet key gets no answer at all)");
    }
    if (w->handshake_until < 0 && now - w->heard >= w->stall_ms) {
        return xls_why_set(&w->why, XLS_PEER_TIME,
                           "nothing was heard from the other host for %lld ms",
                           (long long)w->stall_ms);
    }
    return XLS_OK;
}

static void say_alive(struct wire *w, int64_t now)
{
    const struct xls_control alive = {.type = XLS_ALIVE};

    if (w->handshake_until < 0 && now - w->spoke >= w->stall_ms / 5) {
        /* refused before OFFER, after the end, and when bytes wait anyway */
        (void)!xls_session_control(w->session, &alive);
    }
}

static int next_timeout(const struct wire *w, int64_t now)
{
    int64_t until = now + w->stall_ms / 5 + 1;

    if (w->handshake_until >= 0 && w->handshake_until < until) {
        until = w->handshake_until;
    }
    return xls_until_ms(until);
}

/* Has the toolstack spoken? */
static bool ctl_waits(void)
{
    struct pollfd p = {.fd = XLS_CTL_FD, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

/* Sleep until something can be done; *ctl when the toolstack has spoken. */
static enum xls_rc rest(struct wire *w, bool *ctl)
{
    bool source = w->role == XLS_ROLE_SOURCE;
    enum xls_session_phase phase = xls_session_phase(w->session);
    size_t room;
    size_t out;
    struct pollfd p[4] = {{.fd = XLS_CTL_FD, .events = POLLIN},
                          {.fd = -1, .events = POLLIN},
                          {.fd = -1, .events = POLLOUT},
                          {.fd = -1, .events = POLLIN}};

    (void)xls_session_in(w->session, &room);
    (void)xls_session_out(w->session, &out);
    if (room > 0 && !w->ended) {
        p[1].fd = IN_FD;
    } else {
        w->heard = xls_now_ms(); /* we do not listen, so silence says nothing */
    }
    if (out > 0) {
        p[2].fd = OUT_FD;
    }
    if (source ? phase == XLS_PHASE_STREAM && out == 0 : w->record_waits) {
        if (!xls_ring_sleep(&w->ring)) {
            return XLS_OK;
        }
        p[3].fd = w->ring.bell;
    }
    if (poll(p, 4, next_timeout(w, xls_now_ms())) < 0) {
        return errno == EINTR ? XLS_OK : XLS_HOST_IO;
    }
    /* the toolstack's last word comes before it ends guard: hear it first */
    *ctl = p[0].revents != 0 || (p[3].revents != 0 && ctl_waits());
    if (!*ctl && p[3].revents != 0 && !xls_ring_wake(&w->ring) &&
        xls_ring_sleep(&w->ring)) {
        return xls_why_set(&w->why, XLS_HOST_GONE,
                           "the process that judges the stream has ended");
    }
    return XLS_OK;
}

static enum xls_rc run(struct wire *w)
{
    enum xls_rc rc = XLS_OK;

    for (unsigned round = 1; rc == XLS_OK; round++) {
        int64_t now = xls_now_ms();
        bool moved = false;
        bool ctl = false;
        size_t out;

        say_alive(w, now);
        rc = push(w, &moved);
        if (rc == XLS_OK) {
            rc = w->role == XLS_ROLE_SOURCE ? seal_one(w, &moved)
                                            : open_one(w, &moved);
        }
        if (rc == XLS_OK) {
            rc = pull(w, &moved);
        }
        (void)xls_session_out(w->session, &out);
        if (rc == XLS_OK && w->over && out == 0) {
            return XLS_OK;
        }
        if (rc == XLS_OK) {
            rc = tell_count(w, now);
        }
        if (rc == XLS_OK) {
            rc = check_time(w, now);
        }
        if (rc == XLS_OK && !moved) {
            rc = rest(w, &ctl);
        } else if (rc == XLS_OK && round % BUSY_ROUNDS == 0) {
            ctl = ctl_waits();
        }
        if (rc == XLS_OK && ctl) {
            rc = on_ctl(w);
        }
    }
    return rc;
}

/* All is said: close so that the peer gets all of it (closing with unread
 * bytes in our buffer would throw away what is still on its way to the peer).
 */
static void linger(void)
{
    struct pollfd p = {.fd = IN_FD, .events = POLLIN};
    int64_t until = xls_now_ms() + LINGER_MS;
    uint8_t dropped[4096];

    (void)shutdown(OUT_FD, SHUT_WR);
    if (OUT_FD != IN_FD) {
        (void)close(OUT_FD);
    }
    while (poll(&p, 1, xls_until_ms(until)) == 1) {
        if (read(IN_FD, dropped, sizeof(dropped)) <= 0) {
            return;
        }
    }
}

/* Take WIRE_START and make the session. */
static enum xls_rc start(struct wire *w)
{
    struct xls_session_setup setup = {.role = XLS_ROLE_NONE};
    static struct xls_noise_oracle oracle; /* borrowed by the session */
    uint8_t peer[XLS_DH_LEN];
    struct xls_rd rd;
    uint32_t handshake_ms;
    enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, xls_now_ms() + ORACLE_MS, w->msg);

    if (rc != XLS_OK || w->msg->type != XLS_MSG_WIRE_START) {
        return XLS_BUG_CONTRACT;
    }
    rd = xls_ipc_body(w->msg);
    w->role = setup.role = (enum xls_role)xls_rd_u8(&rd);
    xls_rd_copy(&rd, setup.own_static, sizeof(setup.own_static));
    xls_rd_copy(&rd, peer, sizeof(peer));
    handshake_ms = xls_rd_u32be(&rd);
    w->stall_ms = xls_rd_u32be(&rd);
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        return rc;
    }
    oracle =
        (struct xls_noise_oracle){.ctx = w, .dh = oracle_dh, .mix = oracle_mix};
    setup.oracle = &oracle;
    setup.expect_static = w->role == XLS_ROLE_SOURCE ? peer : NULL;
    w->heard = w->spoke = xls_now_ms();
    w->handshake_until = w->heard + handshake_ms;
    rc = xls_ring_map(&w->ring, MEMORY_FD, BELL_FD,
                      w->role == XLS_ROLE_DESTINATION);
    return rc == XLS_OK ? xls_session_new(&setup, &w->session) : rc;
}

/* A key that was proven, and is not the right one. */
static void explain_peer(struct wire *w, enum xls_rc rc)
{
    const uint8_t *peer = xls_session_peer(w->session);
    char print[XLS_FINGERPRINT_TEXT] = "(none)";

    if (peer != NULL) {
        xls_key_fingerprint(peer, print);
    }
    (void)xls_why_set(&w->why, rc,
                      w->role == XLS_ROLE_SOURCE
                          ? "the host that answers has the key %s, and not the "
                            "one that is known of it here: it has new keys "
                            "(then run xlsec trust again), or the connection "
                            "leads to another host"
                          : "the host with the key %s may not bring guests "
                            "here",
                      print);
}

/* The sentence for a failure that has none yet. */
static void explain(struct wire *w, enum xls_rc rc,
                    enum xls_session_phase before)
{
    bool early = before == XLS_PHASE_HANDSHAKE;

    if (rc == XLS_PEER_SHORT) {
        (void)xls_why_set(&w->why, rc,
                          early ? "the other host closed the connection during "
                                  "the handshake (a wrong fleet key gets no "
                                  "answer at all; its log may say more)"
                                : "the connection ended before the migration "
                                  "was complete: the link was cut, or the "
                                  "other host gave up (its log says why)");
    } else if (rc == XLS_PEER_AUTH) {
        (void)xls_why_set(&w->why, rc,
                          early ? "the other host does not have the keys that "
                                  "it has to have (wrong fleet key, wrong "
                                  "host, or someone in between)"
                                : "what arrived is not what the other host "
                                  "sent: data was changed on the way");
    } else if (rc == XLS_PEER_POLICY && early) {
        explain_peer(w, rc);
    } else if (xls_rc_is_peer(rc)) {
        (void)xls_why_set(&w->why, rc, "the other host broke the protocol: %s",
                          xls_rc_text(rc));
    }
}

int xls_wire_main(void)
{
    struct wire *w = calloc(1, sizeof(*w));
    enum xls_session_phase phase = XLS_PHASE_HANDSHAKE;
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (w == NULL) {
        return 1;
    }
    w->msg = calloc(1, sizeof(*w->msg));
    w->answer = calloc(1, sizeof(*w->answer));
    if (w->msg != NULL && w->answer != NULL) {
        rc = xls_cage_common();
    }
    if (rc == XLS_OK) {
        rc = xls_crypto_start();
    }
    if (rc == XLS_OK) {
        rc = xls_cage_drop();
    }
    if (rc == XLS_OK && xls_fd_nonblock(IN_FD, true) == XLS_OK) {
        rc = xls_fd_nonblock(OUT_FD, true);
    }
    if (rc == XLS_OK) {
        rc = start(w);
    }
    if (rc == XLS_OK) {
        rc = run(w);
        phase = w->handshake_until >= 0 ? XLS_PHASE_HANDSHAKE : XLS_PHASE_READY;
    }
    if (rc == XLS_OK) {
        linger();
    } else if (rc != XLS_HOST_GONE || w->why.text[0] != '\0') {
        explain(w, rc, phase);
        xls_msg_failed(XLS_CTL_FD, rc, &w->why);
    }
    xls_session_free(w->session);
    xls_ring_unmap(&w->ring);
    free(w->msg);
    free(w->answer);
    free(w);
    return rc == XLS_OK ? 0 : 1;
}
