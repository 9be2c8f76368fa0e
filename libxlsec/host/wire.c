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
#include "crypto/start.h"
#include "host/cage.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/msg.h"
#include "host/oracle.h"
#include "host/pieces.h"
#include "host/ring.h"
#include "host/role.h"
#include "host/spawn.h"
#include "host/wiresay.h"
#include "host/wireshow.h"
#include "proto/session.h"

enum {
    IN_FD = XLS_CTL_FD + 1,
    OUT_FD,
    MEMORY_FD,
    BELL_FD,
    KEYS_FD,
    COUNT_MS = 250,
    LINGER_MS = 2000,
    ALIVE_MS = 2000,   /* [P-40] */
    DECIDED_MS = 6000, /* silence after COMMIT */
    START_MS = 5000,
    BUSY_ROUNDS = 32,
};

struct wire {
    enum xls_role role;
    struct xls_session *session;
    struct xls_ring ring;
    struct xls_pieces pieces; /* of companions */
    struct xls_ipc_msg *msg;  /* from the toolstack */
    struct xls_oracle keys;
    struct xls_wireshow show; /* our Evidence */
    const struct xls_kem_ops *kem;
    struct xls_noise_oracle oracle; /* over keys; borrowed by the session */
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
    bool guard_gone;   /* nothing comes or goes through the ring any more */
};

/* --- what is told to the toolstack ---------------------------------------- */

static enum xls_rc count_now_and_then(struct wire *w, int64_t now)
{
    if (now - w->counted < COUNT_MS) {
        return XLS_OK;
    }
    w->counted = now;
    return xls_wiresay_count(w->octets);
}

static enum xls_rc tell_begun(struct wire *w)
{
    if (w->begun) {
        return XLS_OK;
    }
    w->begun = true;
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_BEGUN, NULL, 0);
}

/* --- the socket ---------------------------------------------------------- */

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
        w->handshake_until = -1;
        xls_wireshow_bind(&w->show, event);
        return xls_wiresay_up(event);
    case XLS_EVENT_CONTROL:
        return xls_wiresay_control(event->control);
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

/* --- the ring ------------------------------------------------------------ */

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
        rc = xls_wiresay_stream(w->session, XLS_STREAM_GUEST);
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
    return last ? xls_wiresay_stream(w->session, XLS_STREAM_GUEST) : XLS_OK;
}

/* --- companions ---------------------------------------------------------- */

/* Source: the guest's records first, then theirs. */
static enum xls_rc seal_next(struct wire *w, bool *moved)
{
    enum xls_rc rc = seal_one(w, moved);

    return rc == XLS_OK ? xls_pieces_seal(&w->pieces, w->session, moved) : rc;
}

/* Destination: the waiting record, whichever it is. */
static enum xls_rc open_next(struct wire *w, bool *moved)
{
    if (!w->record_waits || xls_session_phase(w->session) != XLS_PHASE_MORE) {
        return open_one(w, moved);
    }
    w->record_waits = false;
    *moved = true;
    return xls_pieces_open(&w->pieces, w->session);
}

/* --- the toolstack ------------------------------------------------------- */

/* The guest stands still until the answer has come: over a new connection it
 * comes sooner than over one that TCP has slowed down in an outage. */
static void hurry(struct wire *w)
{
    w->stall_ms = w->stall_ms < DECIDED_MS ? w->stall_ms : DECIDED_MS;
    w->heard = xls_now_ms();
}

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
    if (w->msg->type == XLS_MSG_ARCHIVE) {
        rc = xls_pieces_take(&w->pieces, w->msg);
        xls_wipe(w->msg->body, w->msg->len);
        return rc;
    }
    if (w->msg->type != XLS_MSG_CONTROL) {
        return XLS_BUG_CONTRACT;
    }
    if (xls_session_phase(w->session) == XLS_PHASE_CLOSED) {
        return XLS_OK; /* the peer's last word crossed it, and was told */
    }
    rc = xls_control_get(w->msg->body, w->msg->len, &control);
    if (rc == XLS_OK) {
        rc = xls_session_control(w->session, &control);
    }
    if (rc == XLS_OK && control.type == XLS_COMMIT) {
        hurry(w);
    }
    return rc;
}

/* --- the loop ------------------------------------------------------------ */

static enum xls_rc check_time(struct wire *w, int64_t now)
{
    if (w->handshake_until >= 0 && now >= w->handshake_until) {
        return xls_why_set(&w->why, XLS_PEER_TIME,
                           "the other host did not complete the handshake in "
                           "time (a wrong fleet key gets no answer at all)");
    }
    if (w->handshake_until < 0 && now - w->heard >= w->stall_ms) {
        return xls_why_set(&w->why, XLS_PEER_TIME,
                           "nothing was heard from the other host for %lld s",
                           (long long)w->stall_ms / 1000);
    }
    return XLS_OK;
}

/* How long we may have nothing to say. */
static int64_t alive_ms(const struct wire *w)
{
    return w->stall_ms / 5 < ALIVE_MS ? w->stall_ms / 5 : ALIVE_MS;
}

static void say_alive(struct wire *w, int64_t now)
{
    const struct xls_control alive = {.type = XLS_ALIVE};

    if (w->handshake_until < 0 && now - w->spoke >= alive_ms(w)) {
        /* refused before OFFER, after the end, and when bytes wait anyway */
        (void)!xls_session_control(w->session, &alive);
    }
}

static int next_timeout(const struct wire *w, int64_t now)
{
    int64_t until = now + alive_ms(w) + 1;

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
    struct pollfd p[5] = {{.fd = XLS_CTL_FD, .events = POLLIN},
                          {.fd = -1, .events = POLLIN},
                          {.fd = -1, .events = POLLOUT},
                          {.fd = -1, .events = POLLIN},
                          {.fd = -1, .events = POLLIN}};

    (void)xls_session_in(w->session, &room);
    (void)xls_session_out(w->session, &out);
    if (xls_wireshow_is_deaf(&w->show, w->session)) {
        p[0].fd = -1;
    }
    if (room > 0 && !w->ended) {
        p[1].fd = IN_FD;
    } else {
        w->heard = xls_now_ms(); /* we do not listen, so silence says nothing */
    }
    if (out > 0) {
        p[2].fd = OUT_FD;
    } else if (w->show.answering) {
        p[4].fd = KEYS_FD;
    }
    if (!w->guard_gone &&
        (source ? phase == XLS_PHASE_STREAM && out == 0 : w->record_waits)) {
        if (!xls_ring_sleep(&w->ring)) {
            return XLS_OK;
        }
        p[3].fd = w->ring.bell;
    }
    if (poll(p, 5, next_timeout(w, xls_now_ms())) < 0) {
        return errno == EINTR ? XLS_OK : XLS_HOST_IO;
    }
    *ctl = p[0].revents != 0;
    if (p[3].revents != 0 && !xls_ring_wake(&w->ring) &&
        xls_ring_sleep(&w->ring)) {
        /* the toolstack hears of that as well, and has the last word */
        w->guard_gone = true;
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
            rc = xls_wireshow_step(&w->show, w->session, &moved);
        }
        if (rc == XLS_OK) {
            rc = w->role == XLS_ROLE_SOURCE ? seal_next(w, &moved)
                                            : open_next(w, &moved);
        }
        if (rc == XLS_OK) {
            rc = pull(w, &moved);
        }
        (void)xls_session_out(w->session, &out);
        if (rc == XLS_OK && w->over && out == 0) {
            return XLS_OK;
        }
        if (rc == XLS_OK) {
            rc = count_now_and_then(w, now);
        }
        if (rc == XLS_OK) {
            rc = check_time(w, now);
        }
        if (rc == XLS_OK && !moved) {
            rc = rest(w, &ctl);
        } else if (rc == XLS_OK && round % BUSY_ROUNDS == 0 &&
                   !xls_wireshow_is_deaf(&w->show, w->session)) {
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
    (void)close(OUT_FD); /* for a link of two pipes */
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
    uint8_t peer[XLS_DH_LEN];
    struct xls_rd rd;
    uint32_t handshake_ms;
    enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, xls_now_ms() + START_MS, w->msg);

    if (rc != XLS_OK || w->msg->type != XLS_MSG_WIRE_START) {
        return XLS_BUG_CONTRACT;
    }
    rd = xls_ipc_body(w->msg);
    w->role = setup.role = (enum xls_role)xls_rd_u8(&rd);
    xls_rd_copy(&rd, setup.own_static, sizeof(setup.own_static));
    xls_rd_copy(&rd, peer, sizeof(peer));
    xls_rd_copy(&rd, setup.id, sizeof(setup.id));
    setup.pq = (enum xls_pq)xls_rd_u8(&rd);
    handshake_ms = xls_rd_u32be(&rd);
    w->stall_ms = xls_rd_u32be(&rd);
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        return rc;
    }
    w->oracle = xls_oracle_over(&w->keys);
    w->show.keys = &w->keys;
    setup.oracle = &w->oracle;
    setup.kem = w->kem;
    setup.expect_static = w->role == XLS_ROLE_SOURCE ? peer : NULL;
    w->heard = w->spoke = xls_now_ms();
    w->handshake_until = w->heard + handshake_ms;
    rc = xls_ring_map(&w->ring, MEMORY_FD, BELL_FD,
                      w->role == XLS_ROLE_DESTINATION);
    return rc == XLS_OK ? xls_session_new(&setup, &w->session) : rc;
}

int xls_wire_main(const struct xls_kem_ops *kem)
{
    struct wire *w = calloc(1, sizeof(*w));
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (w == NULL) {
        return 1;
    }
    w->kem = kem;
    w->msg = calloc(1, sizeof(*w->msg));
    w->keys = (struct xls_oracle){
        .fd = KEYS_FD, .answer = calloc(1, sizeof(*w->msg)), .why = &w->why};
    if (w->msg != NULL && w->keys.answer != NULL) {
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
    }
    if (rc == XLS_OK) {
        linger();
    } else if (rc != XLS_HOST_GONE || w->why.text[0] != '\0') {
        xls_wiresay_explain(&w->why, rc, w->session, w->role,
                            w->handshake_until >= 0);
        xls_msg_failed(XLS_CTL_FD, rc, &w->why);
    }
    /* now, and not when the last process that has it lets go of it */
    (void)shutdown(IN_FD, SHUT_RDWR);
    xls_session_free(w->session);
    xls_ring_unmap(&w->ring);
    free(w->msg);
    free(w->keys.answer);
    xls_wipe(&w->pieces, sizeof(w->pieces));
    free(w);
    return rc == XLS_OK ? 0 : 1;
}
