/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-session-pair: two sessions in memory, and the wire between them.  A
 * session is flat memory, so a test can keep a copy and try many futures.
 */
#ifndef XLS_TEST_SESSION_PAIR_H
#define XLS_TEST_SESSION_PAIR_H

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/start.h"
#include "proto/order.h"
#include "proto/session-private.h"
#include "proto/session.h"
#include "t-noise-oracle.h"
#include "t-proto-sample.h"
#include "t.h"

struct t_pair {
    struct t_oracle so; /* the source's keys */
    struct t_oracle dk; /* the destination's */
    struct xls_session *s;
    struct xls_session *d;
};

/* Octets on the wire, taken from a session. */
struct t_wire {
    uint8_t at[XLS_SESSION_OUT];
    size_t len;
};

static uint8_t t_slot[XLS_RECORD_PLAIN];
static uint8_t t_back[XLS_RECORD_PLAIN];

/* What the next session wants of ML-KEM, and has. */
static enum xls_pq t_pq = XLS_PQ_OFF;
static const struct xls_kem_ops *t_kem;

static inline struct xls_session *
t_session(enum xls_role role, struct t_oracle *oracle, const uint8_t *expect)
{
    struct xls_session *s = NULL;
    struct xls_session_setup setup = {.role = role,
                                      .oracle = &oracle->api,
                                      .expect_static = expect,
                                      .pq = t_pq,
                                      .kem = t_kem};

    memcpy(setup.own_static, oracle->key.pub, XLS_DH_LEN);
    memset(setup.id, role == XLS_ROLE_SOURCE ? 0x1d : 0, XLS_ID_LEN);
    T(xls_session_new(&setup, &s) == XLS_OK);
    return s;
}

static inline void t_pair_free(struct t_pair *p)
{
    xls_session_free(p->s);
    xls_session_free(p->d);
    p->s = NULL;
    p->d = NULL;
}

static inline void t_pair_keys(struct t_pair *p)
{
    memset(p, 0, sizeof(*p));
    t_oracle_init(&p->so);
    t_oracle_init(&p->dk);
    p->dk.has_only = true;
    memcpy(p->dk.only, p->so.key.pub, XLS_DH_LEN);
}

static inline void t_pair_new(struct t_pair *p)
{
    t_pair_keys(p);
    p->s = t_session(XLS_ROLE_SOURCE, &p->so, p->dk.key.pub);
    p->d = t_session(XLS_ROLE_DESTINATION, &p->dk, NULL);
}

/* All that a session has to send; it was then sent. */
static inline void t_take(struct xls_session *from, struct t_wire *wire)
{
    const uint8_t *p = xls_session_out(from, &wire->len);

    memcpy(wire->at, p, wire->len);
    xls_session_sent(from, wire->len);
}

/*
 * Feed octets, at most chunk at a time, until an event, an error or the end of
 * them; *at is how far it got.
 */
static inline enum xls_rc t_feed(struct xls_session *to, const uint8_t *p,
                                 size_t len, size_t chunk, size_t *at,
                                 struct xls_event *event)
{
    for (;;) {
        enum xls_rc rc = xls_session_next(to, event);
        size_t room;
        uint8_t *q;
        size_t n;

        if (rc != XLS_OK || event->kind != XLS_EVENT_NONE || *at == len) {
            return rc;
        }
        q = xls_session_in(to, &room);
        n = len - *at < room ? len - *at : room;
        n = n < chunk ? n : chunk;
        if (n == 0) {
            rc = xls_session_next(to, event);
            return rc == XLS_OK ? XLS_BUG_CONTRACT : rc;
        }
        memcpy(q, p + *at, n);
        *at += n;
        rc = xls_session_took(to, n);
        if (rc != XLS_OK) {
            return rc;
        }
    }
}

/* Whole octets, one event at most. */
static inline enum xls_rc t_hear(struct xls_session *to,
                                 const struct t_wire *wire,
                                 struct xls_event *event)
{
    size_t at = 0;

    return t_feed(to, wire->at, wire->len, SIZE_MAX, &at, event);
}

/* Everything from one to the other, which gives this event. */
static inline struct xls_event t_pass(struct xls_session *from,
                                      struct xls_session *to,
                                      enum xls_event_kind want)
{
    static struct t_wire wire;
    struct xls_event event;
    size_t at = 0;

    t_take(from, &wire);
    T(t_feed(to, wire.at, wire.len, SIZE_MAX, &at, &event) == XLS_OK);
    T(event.kind == want && at == wire.len);
    return event;
}

/* not inline: a message is large, and a test says many */
__attribute__((noinline, unused)) static void t_say(struct xls_session *s,
                                                    enum xls_control_type type)
{
    struct xls_control msg;

    t_sample(type, &msg);
    T(xls_session_control(s, &msg) == XLS_OK);
}

/* A message from one, accepted by the other. */
static inline void t_tell(struct xls_session *from, struct xls_session *to,
                          enum xls_control_type type)
{
    struct xls_event event;

    t_say(from, type);
    event = t_pass(from, to, XLS_EVENT_CONTROL);
    T(event.control->type == type);
}

static inline void t_fill(size_t used, unsigned n)
{
    for (size_t i = 0; i < used; i++) {
        t_slot[XLS_RECORD_HEAD + i] = (uint8_t)(i * 13 + n);
    }
    T(xls_record_fill(t_slot, used) == XLS_OK);
}

static inline void t_open(struct xls_session *d, size_t want, bool last)
{
    size_t used = 0;
    bool final = !last;

    memset(t_back, 0x99, sizeof(t_back));
    T(xls_session_open(d, t_back, &used, &final) == XLS_OK);
    T(used == want && final == last);
    T(memcmp(t_back, t_slot, sizeof(t_back)) == 0);
}

static inline void t_record(struct t_pair *p, size_t used, bool final)
{
    t_fill(used, (unsigned)used);
    T(xls_session_seal(p->s, t_slot, final) == XLS_OK);
    (void)t_pass(p->s, p->d, XLS_EVENT_RECORD);
    t_open(p->d, used, final);
}

static inline void t_handshake(struct t_pair *p)
{
    (void)t_pass(p->s, p->d, XLS_EVENT_NONE);
    (void)t_pass(p->d, p->s, XLS_EVENT_ESTABLISHED);
    (void)t_pass(p->s, p->d, XLS_EVENT_ESTABLISHED);
}

/* Evidence of both, of one alone where the phase wants that; only_d is the
 * phase in which it is the destination's. */
static inline void t_shown(struct t_pair *p, enum xls_session_phase phase,
                           enum xls_session_phase only_d)
{
    if (phase != only_d) {
        t_tell(p->s, p->d, XLS_EVIDENCE);
    }
    if (phase >= only_d) {
        t_tell(p->d, p->s, XLS_EVIDENCE);
    }
}

/* A new pair, brought to this phase on the straight way. */
static inline void t_pair_straight(struct t_pair *p,
                                   enum xls_session_phase phase)
{
    t_pair_new(p);
    if (phase > XLS_PHASE_HANDSHAKE) {
        t_handshake(p);
    }
    if (phase > XLS_PHASE_READY) {
        t_shown(p, phase, XLS_PHASE_SHOWN_D);
    }
    if (phase > XLS_PHASE_SHOWN) {
        t_tell(p->s, p->d, XLS_OFFER);
    }
    if (phase > XLS_PHASE_OFFERED) {
        t_tell(p->d, p->s, XLS_ADMIT);
    }
    if (phase > XLS_PHASE_STREAM) {
        t_record(p, XLS_RECORD_DATA, false);
        t_record(p, 1000, true);
    }
    if (phase > XLS_PHASE_MORE) {
        t_record(p, 3000, false);
        t_record(p, 70, true);
    }
    if (phase > XLS_PHASE_ENDED) {
        t_shown(p, phase, XLS_PHASE_AGAIN_D);
    }
    if (phase > XLS_PHASE_AGAIN) {
        t_tell(p->d, p->s, XLS_PREPARED);
    }
    if (phase > XLS_PHASE_PREPARED) {
        t_tell(p->s, p->d, XLS_COMMIT);
    }
    if (phase > XLS_PHASE_COMMITTED) {
        t_tell(p->d, p->s, XLS_COMMITTED);
    }
}

/* A new pair, brought to this phase. */
static inline void t_pair_at(struct t_pair *p, enum xls_session_phase phase)
{
    if (phase == XLS_PHASE_ASKED) {
        t_pair_straight(p, XLS_PHASE_SHOWN);
        t_tell(p->s, p->d, XLS_SETTLE);
    } else if (phase == XLS_PHASE_GIVEN_UP) {
        t_pair_straight(p, XLS_PHASE_PREPARED);
        t_tell(p->s, p->d, XLS_ABORT);
    } else {
        t_pair_straight(p, phase);
    }
    T(xls_session_phase(p->s) == phase && xls_session_phase(p->d) == phase);
}

/* [P-3] dead: the error sticks, nothing comes out, nothing goes in, and
 * nothing that was secret is left. */
static inline void t_dead(struct xls_session *s, enum xls_rc want)
{
    struct xls_event event;
    struct xls_control msg;
    struct xls_record_stats stats;
    size_t n = 1;
    size_t used = 4711;
    bool final = true;

    T(xls_session_phase(s) == XLS_PHASE_DEAD);
    (void)xls_session_out(s, &n);
    T(n == 0);
    (void)xls_session_in(s, &n);
    T(n == 0);
    memset(&event, 0x55, sizeof(event));
    T(xls_session_next(s, &event) == want && event.kind == XLS_EVENT_NONE);
    T(event.control == NULL);
    T(xls_session_took(s, 0) == want && xls_session_eof(s) == want);
    T(xls_session_open(s, t_back, &used, &final) == want && used == 4711);
    T(xls_session_seal(s, t_slot, false) == want);
    t_sample(XLS_ALIVE, &msg);
    T(xls_session_control(s, &msg) == want);
    for (int i = 0; i < XLS_STREAMS; i++) {
        xls_session_stats(s, (enum xls_stream)i, &stats);
        T(sodium_is_zero((uint8_t *)&stats, sizeof(stats)));
    }
    T(sodium_is_zero((uint8_t *)&s->send, sizeof(s->send)));
    T(sodium_is_zero((uint8_t *)&s->receive, sizeof(s->receive)));
    T(sodium_is_zero((uint8_t *)&s->record, sizeof(s->record)));
    T(sodium_is_zero((uint8_t *)&s->noise, sizeof(s->noise)));
    T(sodium_is_zero(s->in, 4096) && sodium_is_zero(s->out, 4096));
}

#endif
