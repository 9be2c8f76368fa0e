/* SPDX-License-Identifier: LGPL-2.1-only */
/* The session's receiving half: cut, judge, open, and move on. */
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "proto/session-private.h"

static enum xls_role peer_role(const struct xls_session *s)
{
    return s->role == XLS_ROLE_SOURCE ? XLS_ROLE_DESTINATION : XLS_ROLE_SOURCE;
}

static bool in_handshake(const struct xls_session *s)
{
    return s->phase == XLS_PHASE_HANDSHAKE;
}

/* Octets before the body of what comes next. */
static size_t head_size(const struct xls_session *s)
{
    return in_handshake(s) ? 2 : XLS_FRAME_HEAD;
}

/* [P-7] the one length that the next handshake message has */
static size_t hello_size(const struct xls_session *s)
{
    return xls_payload_size(s->noise.next) + xls_noise_overhead(&s->noise);
}

/* Octets of what comes next, once its head has been judged. */
static size_t whole_size(const struct xls_session *s)
{
    return head_size(s) + (in_handshake(s) ? hello_size(s) : s->head.len);
}

static bool is_whole(const struct xls_session *s)
{
    return s->judged && s->in_len >= whole_size(s);
}

/* May a control message of this size come now? */
static bool may_come(const struct xls_session *s, size_t size)
{
    for (unsigned step = XLS_OFFER; step < XLS_CONTROL_TYPES; step++) {
        if (xls_control_size((enum xls_control_type)step) == size &&
            xls_order(peer_role(s), s->phase, step) != XLS_PHASE_DEAD) {
            return true;
        }
    }
    return false;
}

/* May any control message come now?  [P-20] and [P-41] before the key. */
static enum xls_rc judge_control(const struct xls_session *s)
{
    bool large = may_come(s, XLS_CONTROL_LARGE);
    bool small = may_come(s, XLS_CONTROL_SMALL);

    if (!large && !small) {
        return XLS_PEER_ORDER;
    }
    if (s->head.stream != 0 || /* [P-20], [P-21] */
        !((large && s->head.len == XLS_CONTROL_LARGE + XLS_TAG_LEN) ||
          (small && s->head.len == XLS_CONTROL_SMALL + XLS_TAG_LEN))) {
        return XLS_PEER_RANGE;
    }
    return s->head.counter == s->receive.n ? XLS_OK : XLS_PEER_ORDER;
}

static enum xls_rc judge_record(const struct xls_session *s)
{
    enum xls_stream stream = xls_session_stream(s);
    unsigned step =
        s->head.kind == XLS_FRAME_FINAL ? XLS_STEP_FINAL : XLS_STEP_RECORD;

    if (xls_order(peer_role(s), s->phase, step) == XLS_PHASE_DEAD) {
        return XLS_PEER_ORDER;
    }
    if (s->head.len != XLS_RECORD_PLAIN + XLS_TAG_LEN ||
        s->head.stream != (uint16_t)stream) {
        return XLS_PEER_RANGE; /* [P-20], [P-21], [P-74] */
    }
    return s->head.counter == s->record[stream].counter ? XLS_OK
                                                        : XLS_PEER_ORDER;
}

static enum xls_rc judge_head(struct xls_session *s)
{
    struct xls_rd rd = xls_rd_over(s->in, head_size(s));
    enum xls_rc rc;

    if (in_handshake(s)) {
        xls_rd_range(&rd, xls_rd_u16be(&rd), hello_size(s), hello_size(s));
        return xls_rd_end(&rd); /* [P-7] */
    }
    rc = xls_frame_get(s->in, &s->head);
    if (rc != XLS_OK) {
        return rc;
    }
    switch (s->head.kind) {
    case XLS_FRAME_CONTROL:
        return judge_control(s);
    case XLS_FRAME_RECORD:
    case XLS_FRAME_FINAL:
        return judge_record(s);
    case XLS_FRAME_NONE:
        break;
    }
    return XLS_BUG_CONTRACT;
}

/* Drop what is done with, and judge the head of what is next. */
static enum xls_rc advance(struct xls_session *s)
{
    enum xls_rc rc = s->rc;

    if (s->phase == XLS_PHASE_CLOSED) {
        s->spent = s->in_len; /* [P-43] */
    }
    if (s->spent != 0) {
        memmove(s->in, s->in + s->spent, s->in_len - s->spent);
        s->in_len -= s->spent;
        s->spent = 0;
        s->judged = false;
    }
    if (rc == XLS_OK && !s->judged && s->in_len >= head_size(s)) {
        rc = judge_head(s);
        if (rc != XLS_OK) {
            return xls_session_kill(s, rc);
        }
        s->judged = true;
    }
    return rc;
}

uint8_t *xls_session_in(struct xls_session *s, size_t *room)
{
    *room = 0;
    if (advance(s) != XLS_OK || is_whole(s)) {
        return s->in;
    }
    if (s->phase == XLS_PHASE_CLOSED) {
        *room = sizeof(s->in);
    } else if (!s->judged) {
        *room = head_size(s) - s->in_len;
    } else {
        /* the rest, and the head of the next */
        *room = whole_size(s) - s->in_len;
        *room += in_handshake(s) ? 0 : XLS_FRAME_HEAD;
    }
    return s->in + s->in_len;
}

enum xls_rc xls_session_took(struct xls_session *s, size_t n)
{
    size_t room;

    (void)xls_session_in(s, &room);
    if (s->rc != XLS_OK) {
        return s->rc;
    }
    if (n > room) {
        return xls_session_kill(s, XLS_BUG_CONTRACT);
    }
    s->in_len += n;
    return XLS_OK;
}

/* A whole handshake message stands at the front. */
static enum xls_rc hear_hello(struct xls_session *s, struct xls_event *event)
{
    uint8_t payload[XLS_PAYLOAD_LONG];
    unsigned n = s->noise.next;
    size_t size = xls_payload_size(n);
    size_t len = hello_size(s);
    bool last = s->role == XLS_ROLE_DESTINATION && n == 2;
    const uint8_t *peer;
    enum xls_rc rc = xls_noise_read(&s->noise, s->in + 2, len, payload, size);

    peer = xls_noise_peer(&s->noise);
    if (peer != NULL) {
        memcpy(s->peer, peer, XLS_DH_LEN);
        s->has_peer = true;
    }
    /* [P-14] before our static key or psk3 is used */
    if (rc == XLS_OK && s->role == XLS_ROLE_SOURCE &&
        xls_same(s->peer, s->expect, XLS_DH_LEN) != XLS_OK) {
        rc = XLS_PEER_POLICY;
    }
    if (rc == XLS_OK) {
        rc = xls_session_take_hello(s, n, payload);
    }
    xls_wipe(payload, sizeof(payload));
    if (rc != XLS_OK) {
        return xls_session_kill(s, rc); /* [P-10] and [P-15]: no answer */
    }
    s->spent = 2 + len;
    rc = last ? XLS_OK : xls_session_say_hello(s);
    if (rc == XLS_OK && (last || s->role == XLS_ROLE_SOURCE)) {
        rc = xls_session_establish(s);
        event->kind = XLS_EVENT_ESTABLISHED;
        event->peer_static = s->peer;
        event->h = s->h;
        event->own_nonce = s->own_nonce;
        event->peer_nonce = s->peer_nonce;
        event->id = s->id;
        event->suite = s->kem_agreed ? XLS_SUITE_HYBRID : XLS_SUITE_X25519;
    }
    return rc;
}

/* [P-37], [P-80] */
static enum xls_rc compare(const struct xls_session *s,
                           const struct xls_prepared *theirs)
{
    struct xls_sums own[XLS_STREAMS];
    enum xls_rc rc = XLS_OK;

    xls_session_sums(s, own);
    for (size_t i = 0; rc == XLS_OK && i < XLS_STREAMS; i++) {
        const struct xls_sums *sums = &theirs->of[i];

        rc = sums->records != own[i].records || sums->bytes != own[i].bytes
                 ? XLS_PEER_AUTH
                 : xls_same(sums->digest, own[i].digest, XLS_HASH_LEN);
    }
    return rc;
}

/* [P-40] */
static enum xls_rc judge_alive(struct xls_session *s, uint64_t received)
{
    uint64_t most = s->role == XLS_ROLE_SOURCE
                        ? s->record[0].bytes + s->record[1].bytes
                        : 0;

    if (received < s->peer_received || received > most) {
        return XLS_PEER_RANGE;
    }
    s->peer_received = received;
    return XLS_OK;
}

/* [P-55] the epoch that the phase has, and not more than a bounded volume */
static enum xls_rc judge_shown(struct xls_session *s,
                               const struct xls_shown *shown)
{
    if (shown->epoch != xls_session_epoch(s) ||
        shown->len > XLS_SHOWN_MAX - s->heard_shown) {
        return XLS_PEER_RANGE;
    }
    s->heard_shown += shown->len;
    return XLS_OK;
}

/* Is this message, good in itself, good here?  *next is the phase after it. */
static enum xls_rc judge_message(struct xls_session *s,
                                 const struct xls_control *msg,
                                 enum xls_session_phase *next)
{
    *next = xls_order(peer_role(s), s->phase, msg->type);
    if (*next == XLS_PHASE_DEAD) { /* [P-41], [P-42] */
        return XLS_PEER_ORDER;
    }
    if (xls_same(msg->id, s->id, XLS_ID_LEN) != XLS_OK) {
        return XLS_PEER_RANGE; /* [P-32] */
    }
    if (msg->type == XLS_PREPARED) {
        return compare(s, &msg->u.prepared);
    }
    if (msg->type == XLS_ALIVE) {
        return judge_alive(s, msg->u.received);
    }
    if (msg->type == XLS_PART || msg->type == XLS_EVIDENCE) {
        return judge_shown(s, &msg->u.shown);
    }
    return XLS_OK;
}

/* A whole control frame stands at the front; it is opened where it is. */
static enum xls_rc hear_control(struct xls_session *s, struct xls_event *event)
{
    uint8_t *body = s->in + XLS_FRAME_HEAD;
    size_t len = s->head.len - XLS_TAG_LEN;
    struct xls_aead_text text = {s->in, XLS_FRAME_HEAD, body, s->head.len,
                                 body};
    enum xls_session_phase next = XLS_PHASE_DEAD;
    enum xls_rc rc = xls_cipher_open(&s->receive, &text); /* [P-23] */

    if (rc == XLS_OK) {
        rc = xls_control_get(body, len, &s->control);
    }
    if (rc == XLS_OK) {
        rc = judge_message(s, &s->control, &next);
    }
    if (rc != XLS_OK) {
        return xls_session_kill(s, rc);
    }
    s->spent = XLS_FRAME_HEAD + s->head.len;
    s->phase = next;
    if (next == XLS_PHASE_CLOSED) {
        xls_session_close(s);
        s->out_at = 0; /* the peer has ended it: nobody waits for the rest */
        s->out_len = 0;
    }
    event->kind = XLS_EVENT_CONTROL;
    event->control = &s->control;
    return XLS_OK;
}

enum xls_rc xls_session_next(struct xls_session *s, struct xls_event *out)
{
    struct xls_event event = {.kind = XLS_EVENT_NONE};
    enum xls_rc rc = advance(s);

    memset(out, 0, sizeof(*out));
    if (rc != XLS_OK || !is_whole(s)) {
        return rc;
    }
    if (in_handshake(s)) {
        rc = hear_hello(s, &event);
    } else if (s->head.kind == XLS_FRAME_CONTROL) {
        rc = hear_control(s, &event);
    } else {
        event.kind = XLS_EVENT_RECORD;
    }
    if (rc == XLS_OK) {
        *out = event;
    }
    return rc;
}

enum xls_rc xls_session_open(struct xls_session *s, uint8_t *slot, size_t *used,
                             bool *final)
{
    enum xls_rc rc = advance(s);
    unsigned step;

    if (rc != XLS_OK) {
        return rc;
    }
    if (in_handshake(s) || !is_whole(s) || s->head.kind == XLS_FRAME_CONTROL) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_record_open(&s->record[xls_session_stream(s)], s->in, slot, used,
                         final);
    if (rc != XLS_OK) {
        return xls_session_kill(s, rc);
    }
    step = *final ? XLS_STEP_FINAL : XLS_STEP_RECORD;
    s->spent = whole_size(s);
    xls_session_passed(s, xls_order(peer_role(s), s->phase, step)); /* [P-29] */
    return XLS_OK;
}
