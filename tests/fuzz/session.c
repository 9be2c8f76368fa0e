/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * A session against a peer.  The input is a script: the phase to begin in, and
 * then acts of the peer, who has the keys and may lie, of the network, which
 * has not, and of the session's own side.  Whatever happens: a message counts
 * only where the table of order has it, what nobody sealed counts never, and
 * an error is the end.
 */
#include <stddef.h>
#include <string.h>

#include "base/rd.h"
#include "crypto/aead.h"
#include "fuzz.h"
#include "t-session-pair.h"

#define PHASES 7U /* HANDSHAKE to COMMITTED */

/* One end as it was when its phase began. */
struct kept {
    uint8_t head[offsetof(struct xls_session, in)];
    uint8_t in[XLS_FRAME_LARGE];
    uint8_t out[XLS_FRAME_LARGE];
};

struct play {
    struct xls_session *own; /* under test */
    struct xls_session *peer;
    enum xls_role peer_role;
    bool strange; /* octets that nobody sealed were fed and not refused yet */
    size_t chunk;
};

static struct t_pair pairs[PHASES];
static struct kept kept[PHASES][2];
static struct t_wire wire;

static void keep(struct kept *k, struct xls_session *s)
{
    size_t out = s->out_at < s->out_len ? s->out_len : 0;
    size_t room;

    (void)xls_session_in(s, &room); /* drops what is done with */
    FZ(s->in_len <= sizeof(k->in) && out <= sizeof(k->out));
    memcpy(k->head, s, sizeof(k->head));
    memcpy(k->in, s->in, s->in_len);
    memcpy(k->out, s->out, out);
}

static void restore(struct xls_session *s, const struct kept *k)
{
    memcpy(s, k->head, sizeof(k->head));
    memcpy(s->in, k->in, s->in_len);
    memcpy(s->out, k->out, s->out_at < s->out_len ? s->out_len : 0);
}

static void pairs_make(void)
{
    static bool made;

    for (unsigned i = 0; !made && i < PHASES; i++) {
        t_pair_at(&pairs[i], (enum xls_session_phase)(XLS_PHASE_HANDSHAKE + i));
        keep(&kept[i][0], pairs[i].s);
        keep(&kept[i][1], pairs[i].d);
    }
    made = true;
}

/* An error is the end: the same again, nothing in, nothing out. */
static void dead(struct xls_session *s, enum xls_rc rc)
{
    struct xls_event event;
    size_t n = 1;

    FZ(xls_rc_is_peer(rc));
    FZ(xls_session_phase(s) == XLS_PHASE_DEAD);
    (void)xls_session_out(s, &n);
    FZ(n == 0);
    (void)xls_session_in(s, &n);
    FZ(n == 0);
    FZ(xls_session_next(s, &event) == rc && event.kind == XLS_EVENT_NONE);
    FZ(xls_session_eof(s) == rc);
}

/* An event, and what it did to the phase. */
static enum xls_rc event_judge(struct play *p, const struct xls_event *event,
                               enum xls_session_phase before)
{
    static uint8_t slot[XLS_RECORD_PLAIN];
    size_t used = 0;
    bool final = false;
    unsigned step = XLS_STEP_RECORD;
    enum xls_rc rc;

    if (event->kind == XLS_EVENT_NONE) {
        return XLS_OK;
    }
    if (event->kind == XLS_EVENT_ESTABLISHED) {
        FZ(!p->strange && before == XLS_PHASE_HANDSHAKE);
        FZ(memcmp(event->h, p->own->h, XLS_HASH_LEN) == 0);
        return XLS_OK;
    }
    if (event->kind == XLS_EVENT_CONTROL) {
        step = event->control->type;
    } else {
        rc = xls_session_open(p->own, slot, &used, &final);
        if (rc != XLS_OK) {
            return rc;
        }
        FZ(used <= XLS_RECORD_DATA);
        step = final ? XLS_STEP_FINAL : XLS_STEP_RECORD;
    }
    FZ(!p->strange);
    FZ(xls_order(p->peer_role, before, step) == xls_session_phase(p->own));
    FZ(xls_session_phase(p->own) != XLS_PHASE_DEAD);
    return XLS_OK;
}

/* Feed what is on the wire; the session's verdict. */
static enum xls_rc deliver(struct play *p)
{
    struct xls_event event;
    size_t at = 0;
    enum xls_rc rc = XLS_OK;

    do {
        enum xls_session_phase before = xls_session_phase(p->own);

        rc = t_feed(p->own, wire.at, wire.len, p->chunk, &at, &event);
        if (rc == XLS_OK) {
            rc = event_judge(p, &event, before);
        }
    } while (rc == XLS_OK && event.kind != XLS_EVENT_NONE);
    return rc;
}

/* --- what the peer does
 * ------------------------------------------------------- */

/* A frame around a plaintext, sealed with the peer's key. */
static void seal_control(struct play *p, const uint8_t *plain, size_t len,
                         uint8_t bend)
{
    struct xls_frame head = {XLS_FRAME_CONTROL, 0,
                             (uint32_t)(len + XLS_TAG_LEN), p->peer->send.n};
    struct xls_aead_text text = {wire.at, XLS_FRAME_HEAD, plain, len,
                                 wire.at + XLS_FRAME_HEAD};

    head.stream = bend == 1;
    head.counter += bend == 2;
    head.len += bend == 3;
    head.kind = bend == 4 ? XLS_FRAME_RECORD : head.kind;
    xls_frame_put(&head, wire.at);
    wire.at[1] = bend == 5;
    wire.len = 0;
    if (xls_cipher_seal(&p->peer->send, &text) == XLS_OK) {
        wire.len = XLS_FRAME_HEAD + len + XLS_TAG_LEN;
    }
}

/* A message with octets of the input in it, sealed as it should be. */
static void lie(struct play *p, struct xls_rd *rd)
{
    static uint8_t plain[XLS_CONTROL_LARGE];
    uint8_t type = xls_rd_u8(rd);
    uint8_t bend = xls_rd_u8(rd);
    size_t at = xls_rd_u8(rd);
    size_t n = xls_rd_u8(rd) % 64U;
    struct xls_control msg;
    size_t size;

    n = n < rd->left ? n : rd->left;
    t_sample((enum xls_control_type)(type % XLS_CONTROL_TYPES), &msg);
    memcpy(msg.id, p->own->id, XLS_ID_LEN);
    size = xls_control_size(msg.type);
    if (size == 0) {
        size = XLS_CONTROL_SMALL;
        memset(plain, 0, size);
    } else {
        FZ(xls_control_put(&msg, plain, sizeof(plain)) == XLS_OK);
    }
    xls_rd_copy(rd, plain + at, n);
    seal_control(p, plain, size, bend % 16U);
    wire.at[XLS_FRAME_HEAD] ^= bend == 6;
    p->strange = p->strange || bend == 6;
}

/* A message as a peer of good will says it; nothing when it may not. */
static void say(struct play *p, struct xls_rd *rd)
{
    uint8_t type = xls_rd_u8(rd) % XLS_CONTROL_TYPES;
    struct xls_control msg;

    t_sample((enum xls_control_type)type, &msg);
    wire.len = 0;
    if (xls_session_control(p->peer, &msg) == XLS_OK) {
        t_take(p->peer, &wire);
    }
}

/* A record; with bad padding when the input wants it. */
static void record(struct play *p, struct xls_rd *rd)
{
    uint8_t act = xls_rd_u8(rd);
    size_t used = (size_t)xls_rd_u16le(rd) * 2;

    used = used < XLS_RECORD_DATA ? used : XLS_RECORD_DATA;
    wire.len = 0;
    if (xls_record_fill(t_slot, used) == XLS_OK &&
        xls_session_seal(p->peer, t_slot, (act & 1U) != 0) == XLS_OK) {
        t_take(p->peer, &wire);
    }
}

/* --- what the network does
 * ------------------------------------------------------ */

static void inject(struct play *p, struct xls_rd *rd)
{
    size_t n = xls_rd_u8(rd);

    n = n < rd->left ? n : rd->left;
    xls_rd_copy(rd, wire.at, n);
    wire.len = n;
    p->strange = p->strange || n > 0;
}

static void damage(struct play *p, struct xls_rd *rd)
{
    size_t at = xls_rd_u16le(rd);
    uint8_t value = xls_rd_u8(rd);

    if (wire.len > 0) {
        at = (at & 0x8000U) != 0 ? at * 4 : at;
        wire.at[at % wire.len] ^= (uint8_t)(value | 1U);
        p->strange = true;
    }
}

/* --- the session's own side
 * ----------------------------------------------------- */

/* It says something, which its peer hears; neither may fail by that. */
static void answer(struct play *p, struct xls_rd *rd)
{
    uint8_t type = xls_rd_u8(rd) % XLS_CONTROL_TYPES;
    struct xls_control msg;
    struct xls_event event;
    enum xls_rc rc;

    t_sample((enum xls_control_type)type, &msg);
    rc = xls_session_control(p->own, &msg);
    FZ(rc == XLS_OK || rc == XLS_BUG_CONTRACT);
    t_take(p->own, &wire);
    (void)t_hear(p->peer, &wire, &event);
    wire.len = 0;
}

static enum xls_rc act(struct play *p, struct xls_rd *rd)
{
    uint8_t what = xls_rd_u8(rd);
    enum xls_rc rc;

    switch (what & 7U) {
    case 0:
        say(p, rd);
        break;
    case 1:
        say(p, rd);
        damage(p, rd);
        break;
    case 2:
        lie(p, rd);
        break;
    case 3:
        inject(p, rd);
        break;
    case 4:
        record(p, rd);
        break;
    case 5:
        record(p, rd);
        damage(p, rd);
        break;
    case 6: /* what came last comes again */
        p->strange = p->strange || wire.len > 0;
        break;
    default:
        answer(p, rd);
        break;
    }
    p->chunk = what >> 3 == 0 ? SIZE_MAX : what >> 3;
    p->chunk = wire.len > 4096 ? SIZE_MAX : p->chunk;
    rc = deliver(p);
    if (rc == XLS_OK && xls_session_phase(p->own) != XLS_PHASE_HANDSHAKE) {
        /* the peer may have said more than its session knows */
        p->peer->phase = p->own->phase;
    }
    return rc;
}

/* The handshake's messages, one of them touched or none. */
static enum xls_rc greet(struct play *p, struct xls_rd *rd)
{
    enum xls_rc rc = XLS_OK;

    for (unsigned n = 0; rc == XLS_OK && n < 4; n++) {
        uint8_t what = xls_rd_u8(rd);
        struct xls_event event;

        if (n % 2 == (p->peer_role == XLS_ROLE_SOURCE ? 1U : 0U)) {
            t_take(p->own, &wire);
            if (t_hear(p->peer, &wire, &event) != XLS_OK) {
                return XLS_OK;
            }
            continue;
        }
        t_take(p->peer, &wire);
        if ((what & 3U) == 1) {
            damage(p, rd);
        }
        p->chunk = what >= 0x80 ? what - 0x7fU : SIZE_MAX;
        rc = deliver(p);
    }
    return rc;
}

void fz_session(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_rd rd = xls_rd_over(data, len);
    unsigned phase = xls_rd_u8(&rd) % PHASES;
    bool source = t->arg == XLS_ROLE_SOURCE;
    struct play p = {.chunk = SIZE_MAX};
    enum xls_rc rc = XLS_OK;

    pairs_make();
    restore(pairs[phase].s, &kept[phase][0]);
    restore(pairs[phase].d, &kept[phase][1]);
    p.own = source ? pairs[phase].s : pairs[phase].d;
    p.peer = source ? pairs[phase].d : pairs[phase].s;
    p.peer_role = source ? XLS_ROLE_DESTINATION : XLS_ROLE_SOURCE;
    wire.len = 0;
    if (phase == 0) {
        rc = greet(&p, &rd);
    }
    while (rc == XLS_OK && rd.rc == XLS_OK && rd.left > 0) {
        rc = act(&p, &rd);
    }
    if (rc != XLS_OK) {
        dead(p.own, rc);
        return;
    }
    FZ((xls_session_eof(p.own) == XLS_OK) ==
       (xls_session_phase(p.own) == XLS_PHASE_CLOSED));
}
