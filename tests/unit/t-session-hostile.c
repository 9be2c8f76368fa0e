/* SPDX-License-Identifier: LGPL-2.1-only */
/* Sessions that do not go as they should: strangers, liars, and the wire. */
#include "t-session-pair.h"

static struct t_wire wire;
static struct t_wire bent;
static struct xls_session kept;

/* One step of the straight way: who speaks, and what is on the wire. */
struct stage {
    const char *name;
    bool source; /* speaks */
    size_t head; /* octets at the front that are tried bit by bit */
};

#define STAGES 16

static const struct stage stages[STAGES] = {
    {"message 1", true, 1330}, {"message 2", false, 1378},
    {"message 3", true, 130},  {"EVIDENCE", true, 96},
    {"EVIDENCE", false, 96},   {"OFFER", true, 96},
    {"ADMIT", false, 544},     {"record", true, 64},
    {"final", true, 64},       {"companions", true, 64},
    {"their final", true, 64}, {"EVIDENCE", true, 96},
    {"EVIDENCE", false, 96},   {"PREPARED", false, 544},
    {"COMMIT", true, 544},     {"COMMITTED", false, 544},
};

/* Have the speaker of this stage say it; the octets go to wire. */
static void speak(struct t_pair *p, size_t stage)
{
    static const enum xls_control_type said[STAGES] = {
        [3] = XLS_EVIDENCE,  [4] = XLS_EVIDENCE,  [5] = XLS_OFFER,
        [6] = XLS_ADMIT,     [11] = XLS_EVIDENCE, [12] = XLS_EVIDENCE,
        [13] = XLS_PREPARED, [14] = XLS_COMMIT,   [15] = XLS_COMMITTED,
    };
    struct xls_session *from = stages[stage].source ? p->s : p->d;

    if (said[stage] != XLS_CONTROL_NONE) {
        t_say(from, said[stage]);
    }
    if (stage >= 7 && stage <= 10) {
        t_fill(50000, (unsigned)stage);
        T(xls_session_seal(p->s, t_slot, stage % 2 == 0) == XLS_OK);
    }
    t_take(from, &wire);
}

/* The same two hosts once more: a new session. */
static void pair_like(struct t_pair *p, const struct t_pair *like)
{
    t_pair_keys(p);
    p->so.key = like->so.key;
    p->dk.key = like->dk.key;
    memcpy(p->dk.only, p->so.key.pub, XLS_DH_LEN);
    p->s = t_session(XLS_ROLE_SOURCE, &p->so, p->dk.key.pub);
    p->d = t_session(XLS_ROLE_DESTINATION, &p->dk, NULL);
}

/* Let all stages before this one pass. */
static void stages_before(struct t_pair *p, size_t stage)
{
    struct xls_event event;

    for (size_t i = 0; i < stage; i++) {
        struct xls_session *to = stages[i].source ? p->d : p->s;

        speak(p, i);
        T(t_hear(to, &wire, &event) == XLS_OK);
        if (event.kind == XLS_EVENT_RECORD) {
            t_open(to, 50000, i % 2 == 0);
        }
    }
}

/* A pair for which they have. */
static void pair_before(struct t_pair *p, size_t stage)
{
    t_pair_new(p);
    stages_before(p, stage);
}

/* Feed it, and open a record that is taken for whole. */
static enum xls_rc judge(struct xls_session *to, const struct t_wire *w,
                         struct xls_event *event)
{
    enum xls_rc rc = t_hear(to, w, event);
    size_t used = 4711;
    bool final;

    if (rc == XLS_OK && event->kind == XLS_EVENT_RECORD) {
        memset(t_back, 0x99, sizeof(t_back));
        rc = xls_session_open(to, t_back, &used, &final);
        T(rc == XLS_OK || used == 4711);
        T(rc == XLS_OK || t_back[77] == 0 || t_back[77] == 0x99);
    }
    return rc;
}

/* [P-3] [P-18] [P-22] [P-23]: flips in the head bit by bit, then a walk */
static void flip_all(size_t stage)
{
    struct t_pair p;
    struct xls_session *to;
    struct xls_event event;

    pair_before(&p, stage);
    to = stages[stage].source ? p.d : p.s;
    speak(&p, stage);
    kept = *to;
    for (size_t at = 0; at < wire.len;
         at += at < stages[stage].head || at + 32 > wire.len ? 1 : 1009) {
        for (unsigned bit = 0; bit < 8; bit += at < 16 ? 1 : 5) {
            enum xls_rc rc;

            *to = kept;
            wire.at[at] ^= (uint8_t)(1U << bit);
            rc = judge(to, &wire, &event);
            T(xls_rc_is_peer(rc) && rc != XLS_PEER_POLICY);
            T(at < 2 || at >= 16 || stage < 3 || rc != XLS_PEER_SHORT);
            t_dead(to, rc);
            wire.at[at] ^= (uint8_t)(1U << bit);
        }
    }
    *to = kept;
    T(judge(to, &wire, &event) == XLS_OK); /* unbent it is accepted */
    t_pair_free(&p);
}

START_TEST(every_flip_is_noticed)
{
    flip_all((size_t)_i);
}
END_TEST

/* [P-4]: the connection ends after any octet of any message */
static void cut_all(size_t stage)
{
    struct t_pair p;
    struct xls_session *to;
    struct xls_event event;

    pair_before(&p, stage);
    to = stages[stage].source ? p.d : p.s;
    T(xls_session_eof(to) == XLS_PEER_SHORT); /* at the boundary */
    speak(&p, stage);
    kept = *to;
    bent = wire;
    for (size_t len = 1; len < wire.len; len += len < 600 ? 1 : 2003) {
        *to = kept;
        bent.len = len;
        T(t_hear(to, &bent, &event) == XLS_OK);
        T(event.kind == XLS_EVENT_NONE);
        T(xls_session_eof(to) == XLS_PEER_SHORT);
    }
    *to = kept;
    bent.len = wire.len - 1;
    T(t_hear(to, &bent, &event) == XLS_OK && event.kind == XLS_EVENT_NONE);
    T(xls_session_eof(to) == XLS_PEER_SHORT);
    t_pair_free(&p);
}

START_TEST(every_cut_is_an_error)
{
    cut_all((size_t)_i);
}
END_TEST

/* [P-22]: each message twice */
START_TEST(every_replay_is_refused)
{
    struct t_pair p;
    struct xls_session *to;
    struct xls_event event;
    enum xls_rc rc;
    size_t stage = (size_t)_i;

    pair_before(&p, stage);
    to = stages[stage].source ? p.d : p.s;
    speak(&p, stage);
    T(judge(to, &wire, &event) == XLS_OK);
    if (xls_session_phase(to) == XLS_PHASE_CLOSED) {
        T(judge(to, &wire, &event) == XLS_OK); /* dropped unread [P-43] */
        T(event.kind == XLS_EVENT_NONE);
    } else {
        rc = judge(to, &wire, &event);
        T(rc == XLS_PEER_ORDER || rc == XLS_PEER_RANGE);
        t_dead(to, rc);
    }
    t_pair_free(&p);
}
END_TEST

/* Each message to the one who said it. */
START_TEST(every_reflection_is_refused)
{
    struct t_pair p;
    struct xls_session *from;
    struct xls_event event;
    enum xls_rc rc;
    size_t stage = (size_t)_i;

    pair_before(&p, stage);
    from = stages[stage].source ? p.s : p.d;
    speak(&p, stage);
    rc = judge(from, &wire, &event);
    if (xls_session_phase(from) == XLS_PHASE_CLOSED) {
        T(rc == XLS_OK && event.kind == XLS_EVENT_NONE);
    } else {
        T(rc == XLS_PEER_ORDER || rc == XLS_PEER_RANGE || rc == XLS_PEER_AUTH);
        t_dead(from, rc);
    }
    t_pair_free(&p);
}
END_TEST

/* Each message of another session between the same two hosts. */
START_TEST(every_message_of_another_session_is_refused)
{
    struct t_pair p;
    struct t_pair other;
    struct xls_session *to;
    struct xls_event event;
    size_t stage = (size_t)_i;

    if (stage == 0) {
        return; /* message 1 can be replayed: PROTOCOL.md section 8 */
    }
    pair_before(&other, stage);
    pair_like(&p, &other);
    stages_before(&p, stage);
    to = stages[stage].source ? p.d : p.s;
    speak(&other, stage);
    T(judge(to, &wire, &event) == XLS_PEER_AUTH);
    t_dead(to, XLS_PEER_AUTH);
    t_pair_free(&p);
    t_pair_free(&other);
}
END_TEST

/* Are these the length of a control message, if not of this one?  They differ
 * in one octet. */
static bool is_other_size(size_t stage, const struct t_wire *w)
{
    return stage >= 3 && w->at[4] == 0 && w->at[5] == 0 && w->at[7] == 0x10 &&
           (w->at[6] == 0xf0 || w->at[6] == 0x02);
}

/* [P-20] [P-7]: a length that is not the one is refused before a body comes */
START_TEST(lengths_are_judged_first)
{
    struct t_pair p;
    struct xls_session *to;
    struct xls_event event;
    size_t stage = (size_t)_i;
    size_t at = stage < 3 ? 0 : 4;
    size_t width = stage < 3 ? 2 : 4;

    pair_before(&p, stage);
    to = stages[stage].source ? p.d : p.s;
    speak(&p, stage);
    kept = *to;
    for (size_t i = 0; i < width; i++) {
        for (unsigned v = 0; v < 256; v++) {
            bent = wire;
            bent.len = stage < 3 ? 2 : XLS_FRAME_HEAD;
            bent.at[at + i] = (uint8_t)v;
            *to = kept;
            if (v == wire.at[at + i]) {
                T(t_hear(to, &bent, &event) == XLS_OK);
            } else if (is_other_size(stage, &bent)) {
                (void)!t_hear(to, &bent, &event); /* may be the right one */
            } else {
                T(t_hear(to, &bent, &event) == XLS_PEER_RANGE);
                t_dead(to, XLS_PEER_RANGE);
            }
        }
    }
    t_pair_free(&p);
}
END_TEST

/* [P-10]: a stranger, and a member of another fleet */
START_TEST(strangers_get_no_answer)
{
    struct t_pair p;
    struct xls_event event;
    size_t len;

    t_pair_keys(&p);
    memset(p.so.psk[0], 8, XLS_PSK_LEN);
    p.s = t_session(XLS_ROLE_SOURCE, &p.so, p.dk.key.pub);
    p.d = t_session(XLS_ROLE_DESTINATION, &p.dk, NULL);
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_PEER_AUTH);
    (void)xls_session_out(p.d, &len);
    T(len == 0 && p.dk.dh_asked == 0 && p.dk.mix_asked[3] == 0);
    t_dead(p.d, XLS_PEER_AUTH);
    t_pair_free(&p);
    /* noise, of the right size */
    t_pair_new(&p);
    wire.at[0] = 1328 >> 8;
    wire.at[1] = 1328 & 255;
    xls_random(wire.at + 2, 1328);
    wire.len = 1330;
    T(t_hear(p.d, &wire, &event) == XLS_PEER_AUTH);
    t_dead(p.d, XLS_PEER_AUTH);
    t_pair_free(&p);
}
END_TEST

/* [P-11] */
START_TEST(pairwise_keys_have_to_agree)
{
    struct t_pair p;
    struct xls_event event;
    uint8_t pairwise[XLS_PSK_LEN] = {5};

    t_pair_keys(&p);
    xls_psk3_derive(pairwise, NULL, p.dk.psk[3]); /* at one end only */
    p.s = t_session(XLS_ROLE_SOURCE, &p.so, p.dk.key.pub);
    p.d = t_session(XLS_ROLE_DESTINATION, &p.dk, NULL);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_PEER_AUTH);
    t_dead(p.d, XLS_PEER_AUTH);
    T(xls_session_peer(p.d) == NULL);
    t_pair_free(&p);
    t_pair_keys(&p);
    xls_psk3_derive(pairwise, NULL, p.dk.psk[3]);
    xls_psk3_derive(pairwise, NULL, p.so.psk[3]);
    p.s = t_session(XLS_ROLE_SOURCE, &p.so, p.dk.key.pub);
    p.d = t_session(XLS_ROLE_DESTINATION, &p.dk, NULL);
    t_handshake(&p);
    t_pair_free(&p);
}
END_TEST

/* [P-15] */
START_TEST(unknown_hosts_are_refused_after_their_proof)
{
    struct t_pair p;
    struct xls_event event;
    size_t len;

    t_pair_new(&p);
    p.dk.only[0] ^= 1;
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    t_take(p.s, &wire);
    kept = *p.d;
    T(t_hear(p.d, &wire, &event) == XLS_PEER_POLICY);
    T(memcmp(xls_session_peer(p.d), p.so.key.pub, XLS_DH_LEN) == 0);
    (void)xls_session_out(p.d, &len);
    T(len == 0);
    t_dead(p.d, XLS_PEER_POLICY);
    /* a claim without the proof is another matter */
    *p.d = kept;
    wire.at[129] ^= 1;
    T(t_hear(p.d, &wire, &event) == XLS_PEER_AUTH);
    T(xls_session_peer(p.d) == NULL);
    t_pair_free(&p);
}
END_TEST

/* [P-14] */
START_TEST(the_host_that_answers_is_the_one_that_was_named)
{
    struct t_pair p;
    struct xls_event event;
    uint8_t expect[XLS_DH_LEN];
    size_t len;

    for (size_t i = 0; i < XLS_DH_LEN; i++) {
        t_pair_keys(&p);
        memcpy(expect, p.dk.key.pub, sizeof(expect));
        expect[i] ^= 0x40;
        p.s = t_session(XLS_ROLE_SOURCE, &p.so, expect);
        p.d = t_session(XLS_ROLE_DESTINATION, &p.dk, NULL);
        (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
        t_take(p.d, &wire);
        T(t_hear(p.s, &wire, &event) == XLS_PEER_POLICY);
        T(p.so.dh_asked == 0 && p.so.mix_asked[3] == 0);
        (void)xls_session_out(p.s, &len);
        T(len == 0);
        T(memcmp(xls_session_peer(p.s), p.dk.key.pub, XLS_DH_LEN) == 0);
        t_dead(p.s, XLS_PEER_POLICY);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-13] */
START_TEST(a_host_does_not_talk_to_itself)
{
    struct t_pair p;
    struct xls_event event;

    t_pair_keys(&p);
    p.dk.key = p.so.key;
    p.s = t_session(XLS_ROLE_SOURCE, &p.so, p.dk.key.pub);
    p.d = t_session(XLS_ROLE_DESTINATION, &p.dk, NULL);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    t_take(p.d, &wire);
    T(t_hear(p.s, &wire, &event) == XLS_PEER_POLICY);
    T(p.so.dh_asked == 0);
    t_dead(p.s, XLS_PEER_POLICY);
    t_pair_free(&p);
}
END_TEST

/* Two of a kind: [P-1] */
START_TEST(roles_do_not_swap)
{
    struct t_pair p;
    struct xls_event event;

    t_pair_new(&p);
    t_take(p.s, &wire);
    xls_session_free(p.d);
    p.d = t_session(XLS_ROLE_SOURCE, &p.dk, p.so.key.pub);
    T(t_hear(p.d, &wire, &event) == XLS_PEER_RANGE);
    t_dead(p.d, XLS_PEER_RANGE);
    t_pair_free(&p);
}
END_TEST

/* [P-6] [P-9]: a peer that speaks Noise, and not version 1 */
static enum xls_rc first_message(struct t_pair *p, const uint8_t prologue[16],
                                 const uint8_t payload[1280])
{
    struct xls_noise_setup setup = {.role = XLS_ROLE_SOURCE,
                                    .psks = XLS_NOISE_PSKS_OUR,
                                    .prologue = prologue,
                                    .prologue_len = 16,
                                    .oracle = &p->so.api};
    struct xls_noise st;
    struct xls_dh_key e;
    struct xls_event event;

    xls_session_free(p->d);
    p->d = t_session(XLS_ROLE_DESTINATION, &p->dk, NULL);
    memcpy(setup.own_static, p->so.key.pub, XLS_DH_LEN);
    xls_dh_key_random(&e);
    T(xls_noise_init(&st, &setup) == XLS_OK);
    wire.at[0] = 5;
    wire.at[1] = 0x30;
    wire.len = 1330;
    T(xls_noise_write(&st, &e, payload, 1280, wire.at + 2, 1328) == XLS_OK);
    return t_hear(p->d, &wire, &event);
}

START_TEST(prologue_and_payload_are_judged)
{
    static const uint8_t nonce[] = {0x80, 1, 0, 32}; /* and 32 zeros */
    struct t_pair p;
    uint8_t prologue[16] = {'x', 'l', 's', 'e', 'c', 0, 0, 1, 1, 2};
    uint8_t payload[1280] = {0};
    size_t len;

    t_pair_new(&p);
    memcpy(payload, nonce, sizeof(nonce));
    T(first_message(&p, prologue, payload) == XLS_OK);
    (void)xls_session_out(p.d, &len);
    T(len == 1378);
    for (size_t i = 0; i < sizeof(prologue); i++) {
        prologue[i] ^= 1;
        T(first_message(&p, prologue, payload) == XLS_PEER_AUTH);
        t_dead(p.d, XLS_PEER_AUTH);
        prologue[i] ^= 1;
    }
    payload[1279] = 1; /* [P-8] */
    T(first_message(&p, prologue, payload) == XLS_PEER_RANGE);
    t_dead(p.d, XLS_PEER_RANGE);
    T(p.dk.dh_asked == 1);               /* only the good one was answered */
    memset(payload, 0, sizeof(payload)); /* [P-44] no nonce */
    T(first_message(&p, prologue, payload) == XLS_PEER_RANGE);
    t_dead(p.d, XLS_PEER_RANGE);
    payload[1] = 9; /* [P-9] an unknown field that may be skipped */
    memcpy(payload + 4, nonce, sizeof(nonce));
    T(first_message(&p, prologue, payload) == XLS_OK);
    payload[0] = 0x80; /* one that may not */
    T(first_message(&p, prologue, payload) == XLS_PEER_RANGE);
    t_dead(p.d, XLS_PEER_RANGE);
    t_pair_free(&p);
}
END_TEST

/* [P-12]: a member that sends a point of low order */
START_TEST(a_low_order_ephemeral_is_refused)
{
    struct t_pair p;
    struct xls_event event;
    struct xls_noise_setup setup = {.role = XLS_ROLE_SOURCE,
                                    .psks = XLS_NOISE_PSKS_OUR,
                                    .prologue_len = 16};
    static const uint8_t prologue[16] = {'x', 'l', 's', 'e', 'c',
                                         0,   0,   1,   1,   2};
    static const uint8_t payload[1280] = {0x80, 1, 0, 32};
    struct xls_noise st;
    struct xls_dh_key e;
    size_t len;

    t_pair_new(&p);
    memset(&e, 0, sizeof(e));
    setup.prologue = prologue;
    setup.oracle = &p.so.api;
    T(xls_noise_init(&st, &setup) == XLS_OK);
    wire.at[0] = 5;
    wire.at[1] = 0x30;
    wire.len = 1330;
    T(xls_noise_write(&st, &e, payload, 1280, wire.at + 2, 1328) == XLS_OK);
    T(t_hear(p.d, &wire, &event) == XLS_PEER_AUTH);
    (void)xls_session_out(p.d, &len);
    T(len == 0 && p.dk.dh_asked == 0);
    t_dead(p.d, XLS_PEER_AUTH);
    t_pair_free(&p);
}
END_TEST

/* An oracle that goes away in the middle. */
START_TEST(an_oracle_that_fails_ends_the_session)
{
    struct t_pair p;
    struct xls_event event;

    t_pair_new(&p);
    p.dk.mix_rc[0] = XLS_HOST_GONE;
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_HOST_GONE);
    t_dead(p.d, XLS_HOST_GONE);
    t_pair_free(&p);
    t_pair_new(&p);
    p.dk.dh_rc = XLS_HOST_IO;
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_HOST_IO);
    t_dead(p.d, XLS_HOST_IO);
    t_pair_free(&p);
    t_pair_new(&p);
    p.so.mix_rc[3] = XLS_PEER_POLICY;
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    t_take(p.d, &wire);
    T(t_hear(p.s, &wire, &event) == XLS_PEER_POLICY);
    t_dead(p.s, XLS_PEER_POLICY);
    t_pair_free(&p);
    t_pair_new(&p);
    p.dk.mix_rc[3] = XLS_HOST_CONF;
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_HOST_CONF);
    t_dead(p.d, XLS_HOST_CONF);
    t_pair_free(&p);
}
END_TEST

/* [P-32]: a message of another migration, from the right peer */
START_TEST(another_migrations_id_is_refused)
{
    static const struct {
        enum xls_session_phase phase;
        bool source;
        enum xls_control_type type;
    } cases[] = {
        {XLS_PHASE_READY, true, XLS_PART},
        {XLS_PHASE_READY, true, XLS_EVIDENCE},
        {XLS_PHASE_READY, false, XLS_EVIDENCE},
        {XLS_PHASE_SHOWN, true, XLS_ABORT},
        {XLS_PHASE_OFFERED, false, XLS_ADMIT},
        {XLS_PHASE_OFFERED, false, XLS_REFUSE},
        {XLS_PHASE_OFFERED, true, XLS_ALIVE},
        {XLS_PHASE_STREAM, true, XLS_ABORT},
        {XLS_PHASE_STREAM, false, XLS_FAILED},
        {XLS_PHASE_ENDED, true, XLS_EVIDENCE},
        {XLS_PHASE_AGAIN, false, XLS_PREPARED},
        {XLS_PHASE_PREPARED, true, XLS_COMMIT},
        {XLS_PHASE_COMMITTED, false, XLS_COMMITTED},
        {XLS_PHASE_COMMITTED, false, XLS_BURNED},
        {XLS_PHASE_SHOWN, true, XLS_SETTLE},
        {XLS_PHASE_ASKED, false, XLS_COMMITTED},
        {XLS_PHASE_GIVEN_UP, false, XLS_BURNED},
    };

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        struct t_pair p;
        struct xls_event event;
        struct xls_session *from;
        struct xls_session *to;

        t_pair_at(&p, cases[i].phase);
        from = cases[i].source ? p.s : p.d;
        to = cases[i].source ? p.d : p.s;
        from->id[15] ^= 1;
        t_say(from, cases[i].type);
        t_take(from, &wire);
        T(t_hear(to, &wire, &event) == XLS_PEER_RANGE);
        t_dead(to, XLS_PEER_RANGE);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-55]: Evidence of the other epoch, sealed by the right peer */
START_TEST(evidence_of_another_epoch_is_refused)
{
    for (unsigned epoch = 0; epoch < 2; epoch++) {
        struct t_pair p;
        struct xls_event event;
        uint8_t *plain = wire.at + XLS_FRAME_HEAD;
        struct xls_frame head = {XLS_FRAME_CONTROL, 0,
                                 XLS_CONTROL_LARGE + XLS_TAG_LEN, 0};
        struct xls_aead_text text = {wire.at, XLS_FRAME_HEAD, plain,
                                     XLS_CONTROL_LARGE, plain};
        struct xls_control msg;

        t_pair_at(&p, epoch == 0 ? XLS_PHASE_ENDED : XLS_PHASE_READY);
        t_sample(XLS_EVIDENCE, &msg);
        memcpy(msg.id, p.s->id, XLS_ID_LEN);
        msg.u.shown.epoch = epoch;
        T(xls_control_put(&msg, plain, XLS_CONTROL_LARGE) == XLS_OK);
        head.counter = p.s->send.n;
        xls_frame_put(&head, wire.at);
        T(xls_cipher_seal(&p.s->send, &text) == XLS_OK);
        wire.len = XLS_FRAME_LARGE;
        T(t_hear(p.d, &wire, &event) == XLS_PEER_RANGE);
        t_dead(p.d, XLS_PEER_RANGE);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-37], [P-80]: a destination that counted something else, in either stream,
 * is not sent COMMIT */
START_TEST(prepared_has_to_agree)
{
    for (unsigned what = 0; what < 7; what++) {
        struct t_pair p;
        struct xls_event event;
        struct xls_record *record;

        t_pair_at(&p, XLS_PHASE_AGAIN);
        record = &p.d->record[what / 3 % 2];
        record->counter += what % 3 == 0 ? 1U : 0U;
        record->bytes -= what % 3 == 1 ? 1U : 0U;
        if (what % 3 == 2) {
            xls_hash_add(&record->tags, "x", 1);
        }
        record->counter -= what == 6 ? 1U : 0U; /* as it was */
        t_say(p.d, XLS_PREPARED);
        t_take(p.d, &wire);
        if (what == 6) {
            T(t_hear(p.s, &wire, &event) == XLS_OK);
        } else {
            T(t_hear(p.s, &wire, &event) == XLS_PEER_AUTH);
            t_dead(p.s, XLS_PEER_AUTH);
        }
        t_pair_free(&p);
    }
}
END_TEST

/* [P-40] */
START_TEST(alive_cannot_boast_or_go_back)
{
    struct t_pair p;
    struct xls_event event;

    t_pair_at(&p, XLS_PHASE_STREAM);
    t_record(&p, 1000, false);
    p.d->record[0].bytes = 1001; /* more than was sent */
    t_say(p.d, XLS_ALIVE);
    t_take(p.d, &wire);
    kept = *p.s;
    T(t_hear(p.s, &wire, &event) == XLS_PEER_RANGE);
    t_dead(p.s, XLS_PEER_RANGE);
    t_pair_free(&p);

    t_pair_at(&p, XLS_PHASE_STREAM);
    t_record(&p, 1000, false);
    t_tell(p.d, p.s, XLS_ALIVE);
    t_tell(p.d, p.s, XLS_ALIVE); /* the same again is fine */
    p.d->record[0].bytes = 999;
    t_say(p.d, XLS_ALIVE);
    t_take(p.d, &wire);
    T(t_hear(p.s, &wire, &event) == XLS_PEER_RANGE);
    t_pair_free(&p);

    t_pair_at(&p, XLS_PHASE_STREAM);
    t_record(&p, 1000, false);
    p.s->role = XLS_ROLE_DESTINATION; /* a source that claims to receive */
    t_say(p.s, XLS_ALIVE);
    p.s->role = XLS_ROLE_SOURCE;
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_PEER_RANGE);
    t_dead(p.d, XLS_PEER_RANGE);
    t_pair_free(&p);
}
END_TEST

/* [P-29]: the end can neither be invented nor suppressed on the wire */
START_TEST(the_end_is_a_message)
{
    struct t_pair p;
    struct xls_event event;

    t_pair_at(&p, XLS_PHASE_STREAM);
    t_fill(10, 1);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    t_take(p.s, &wire);
    kept = *p.d;
    wire.at[0] = XLS_FRAME_FINAL;
    T(judge(p.d, &wire, &event) == XLS_PEER_AUTH);
    t_dead(p.d, XLS_PEER_AUTH);
    *p.d = kept;
    wire.at[0] = XLS_FRAME_RECORD;
    T(judge(p.d, &wire, &event) == XLS_OK);
    T(xls_session_eof(p.d) == XLS_PEER_SHORT);
    T(xls_session_seal(p.s, t_slot, true) == XLS_OK);
    t_take(p.s, &wire);
    wire.at[0] = XLS_FRAME_RECORD;
    T(judge(p.d, &wire, &event) == XLS_PEER_AUTH);
    t_dead(p.d, XLS_PEER_AUTH);
    t_pair_free(&p);
}
END_TEST

/* [P-22]: two records change places */
START_TEST(records_keep_their_order)
{
    struct t_pair p;
    struct xls_event event;
    size_t used;
    bool final;

    t_pair_at(&p, XLS_PHASE_STREAM);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    t_take(p.s, &bent);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    t_take(p.s, &wire);
    kept = *p.d;
    T(t_hear(p.d, &wire, &event) == XLS_PEER_ORDER);
    t_dead(p.d, XLS_PEER_ORDER);
    /* nor with its counter rewritten */
    *p.d = kept;
    wire.at[15] = 0;
    T(t_hear(p.d, &wire, &event) == XLS_OK);
    T(xls_session_open(p.d, t_back, &used, &final) == XLS_PEER_AUTH);
    T(sodium_is_zero(t_back, sizeof(t_back)));
    t_dead(p.d, XLS_PEER_AUTH);
    t_pair_free(&p);
}
END_TEST

/* [P-21] */
START_TEST(there_is_one_stream)
{
    static const size_t at_stages[] = {3, 4, 5};

    for (size_t i = 0; i < T_COUNT(at_stages); i++) {
        struct t_pair p;
        struct xls_session *to;
        struct xls_event event;

        pair_before(&p, at_stages[i]);
        to = stages[at_stages[i]].source ? p.d : p.s;
        speak(&p, at_stages[i]);
        kept = *to;
        for (size_t at = 2; at < 4; at++) {
            *to = kept;
            wire.at[at] = 1;
            T(t_hear(to, &wire, &event) == XLS_PEER_RANGE);
            t_dead(to, XLS_PEER_RANGE);
            wire.at[at] = 0;
        }
        t_pair_free(&p);
    }
}
END_TEST

/* [P-31] [P-34]: a peer that seals a body which is none */
START_TEST(bodies_are_judged)
{
    struct t_pair p;
    struct xls_event event;
    uint8_t *plain = wire.at + XLS_FRAME_HEAD;
    struct xls_frame head = {XLS_FRAME_CONTROL, 0,
                             XLS_CONTROL_LARGE + XLS_TAG_LEN, 0};
    struct xls_aead_text text = {wire.at, XLS_FRAME_HEAD, plain,
                                 XLS_CONTROL_LARGE, plain};

    t_pair_at(&p, XLS_PHASE_SHOWN);
    head.counter = p.s->send.n;
    memset(plain, 0, XLS_CONTROL_LARGE);
    plain[0] = XLS_OFFER;
    plain[4] = 1;
    xls_frame_put(&head, wire.at);
    T(xls_cipher_seal(&p.s->send, &text) == XLS_OK);
    wire.len = XLS_FRAME_LARGE;
    T(t_hear(p.d, &wire, &event) == XLS_PEER_RANGE);
    t_dead(p.d, XLS_PEER_RANGE);
    t_pair_free(&p);
}
END_TEST

/* Noise in every phase, at both ends: refused, and no harm. */
START_TEST(noise_is_refused)
{
    for (unsigned phase = XLS_PHASE_HANDSHAKE; phase <= XLS_PHASE_GIVEN_UP;
         phase++) {
        for (unsigned round = 0; round < 20; round++) {
            struct t_pair p;
            struct xls_event event;

            t_pair_at(&p, (enum xls_session_phase)phase);
            wire.len = 4096;
            xls_random(wire.at, wire.len);
            T(xls_rc_is_peer(judge(p.d, &wire, &event)));
            T(xls_rc_is_peer(judge(p.s, &wire, &event)));
            t_dead(p.d, xls_session_eof(p.d));
            t_dead(p.s, xls_session_eof(p.s));
            t_pair_free(&p);
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        strangers_get_no_answer,
        pairwise_keys_have_to_agree,
        unknown_hosts_are_refused_after_their_proof,
        the_host_that_answers_is_the_one_that_was_named,
        a_host_does_not_talk_to_itself,
        roles_do_not_swap,
        prologue_and_payload_are_judged,
        a_low_order_ephemeral_is_refused,
        an_oracle_that_fails_ends_the_session,
        another_migrations_id_is_refused,
        evidence_of_another_epoch_is_refused,
        prepared_has_to_agree,
        alive_cannot_boast_or_go_back,
        the_end_is_a_message,
        records_keep_their_order,
        there_is_one_stream,
        bodies_are_judged,
        noise_is_refused,
    };
    const TTest *const by_stage[] = {
        every_flip_is_noticed,
        every_cut_is_an_error,
        every_replay_is_refused,
        every_reflection_is_refused,
        every_message_of_another_session_is_refused,
        lengths_are_judged_first,
    };
    Suite *suite = suite_create("session-hostile");
    TCase *tcase = tcase_create("session-hostile");
    SRunner *runner = srunner_create(suite);
    int failed;

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < T_COUNT(list); i++) {
        tcase_add_test(tcase, list[i]);
    }
    for (size_t i = 0; i < T_COUNT(by_stage); i++) {
        tcase_add_loop_test(tcase, by_stage[i], 0, STAGES);
    }
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
