/* SPDX-License-Identifier: LGPL-2.1-only */
/* Sessions that go as they should: every ending, every size, every chunk. */
#include "crypto/hkdf.h"
#include "t-session-pair.h"

/* The linker sends the session's allocation through here, so that it can be
 * refused. */
static bool no_memory;

void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return no_memory ? NULL : __real_aligned_alloc(align, size);
}

/* And every wipe through here, so that what is wiped can be looked at. */
static uint8_t needle[32];
static unsigned needle_wiped;

void __real_xls_wipe(void *p, size_t len);
void __wrap_xls_wipe(void *p, size_t len);

void __wrap_xls_wipe(void *p, size_t len)
{
    const uint8_t *at = p;

    for (size_t i = 0; i + sizeof(needle) <= len && i < 4096; i++) {
        needle_wiped += memcmp(at + i, needle, sizeof(needle)) == 0 ? 1U : 0U;
    }
    __real_xls_wipe(p, len);
}

/* Random of our choice, for one test. */
static bool fixed_random;

void __real_randombytes_buf(void *p, size_t len);
void __wrap_randombytes_buf(void *p, size_t len);

void __wrap_randombytes_buf(void *p, size_t len)
{
    if (fixed_random) {
        memset(p, 0x42, len);
    } else {
        __real_randombytes_buf(p, len);
    }
}

/* All octets one way in chunks; events go to the handler as they come. */
static void chunked(struct xls_session *from, struct xls_session *to,
                    size_t chunk, enum xls_event_kind want, size_t used,
                    bool final)
{
    static struct t_wire wire;
    struct xls_event event;
    size_t at = 0;
    enum xls_event_kind got = XLS_EVENT_NONE;

    t_take(from, &wire);
    while (at < wire.len || got == XLS_EVENT_NONE) {
        T(t_feed(to, wire.at, wire.len, chunk, &at, &event) == XLS_OK);
        if (event.kind == XLS_EVENT_NONE) {
            break;
        }
        got = event.kind;
        if (got == XLS_EVENT_RECORD) {
            t_open(to, used, final);
        }
    }
    T(got == want && at == wire.len);
}

static void migrate(size_t chunk)
{
    struct t_pair p;

    t_pair_new(&p);
    chunked(p.s, p.d, chunk, XLS_EVENT_NONE, 0, false);
    chunked(p.d, p.s, chunk, XLS_EVENT_ESTABLISHED, 0, false);
    T(xls_session_phase(p.s) == XLS_PHASE_READY);
    chunked(p.s, p.d, chunk, XLS_EVENT_ESTABLISHED, 0, false);
    t_say(p.d, XLS_EVIDENCE);
    chunked(p.d, p.s, chunk, XLS_EVENT_CONTROL, 0, false);
    t_say(p.s, XLS_EVIDENCE);
    chunked(p.s, p.d, chunk, XLS_EVENT_CONTROL, 0, false);
    t_say(p.s, XLS_OFFER);
    chunked(p.s, p.d, chunk, XLS_EVENT_CONTROL, 0, false);
    t_say(p.d, XLS_ADMIT);
    chunked(p.d, p.s, chunk, XLS_EVENT_CONTROL, 0, false);
    for (unsigned i = 0; i < 6; i++) {
        unsigned n = i % 3;

        t_fill(n * 60000, i);
        T(xls_session_seal(p.s, t_slot, n == 2) == XLS_OK);
        chunked(p.s, p.d, chunk, XLS_EVENT_RECORD, n * 60000, n == 2);
    }
    t_say(p.s, XLS_EVIDENCE);
    chunked(p.s, p.d, chunk, XLS_EVENT_CONTROL, 0, false);
    t_say(p.d, XLS_EVIDENCE);
    chunked(p.d, p.s, chunk, XLS_EVENT_CONTROL, 0, false);
    t_say(p.d, XLS_PREPARED);
    chunked(p.d, p.s, chunk, XLS_EVENT_CONTROL, 0, false);
    t_say(p.s, XLS_COMMIT);
    chunked(p.s, p.d, chunk, XLS_EVENT_CONTROL, 0, false);
    T(xls_session_eof(p.s) == XLS_PEER_SHORT);
    T(xls_session_eof(p.d) == XLS_PEER_SHORT);
    t_say(p.d, XLS_COMMITTED);
    chunked(p.d, p.s, chunk, XLS_EVENT_CONTROL, 0, false);
    T(xls_session_eof(p.s) == XLS_OK && xls_session_eof(p.d) == XLS_OK);
    t_pair_free(&p);
}

START_TEST(a_whole_migration_in_any_chunks)
{
    static const size_t chunks[] = {1,      2,      3,       15,    16,
                                    17,     1330,   4096,    65536, 131088,
                                    131104, 131105, SIZE_MAX};

    for (size_t i = 0; i < T_COUNT(chunks); i++) {
        migrate(chunks[i]);
    }
}
END_TEST

/* [P-17]: both ends have the same name for the session */
START_TEST(established_tells_who_and_what)
{
    struct t_pair p;
    struct xls_event s;
    struct xls_event d;

    t_pair_new(&p);
    T(xls_session_phase(p.s) == XLS_PHASE_HANDSHAKE);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    T(xls_session_peer(p.s) == NULL && xls_session_peer(p.d) == NULL);
    s = t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    T(xls_session_peer(p.d) == NULL);
    d = t_pass(p.s, p.d, XLS_EVENT_ESTABLISHED);
    T(memcmp(s.peer_static, p.dk.key.pub, XLS_DH_LEN) == 0);
    T(memcmp(d.peer_static, p.so.key.pub, XLS_DH_LEN) == 0);
    T(memcmp(s.h, d.h, XLS_HASH_LEN) == 0);
    T(!sodium_is_zero(s.h, XLS_HASH_LEN));
    /* [P-45] two nonces, which both know; [P-46] [P-50] */
    T(memcmp(s.own_nonce, d.peer_nonce, XLS_NONCE_LEN) == 0);
    T(memcmp(d.own_nonce, s.peer_nonce, XLS_NONCE_LEN) == 0);
    T(memcmp(s.own_nonce, d.own_nonce, XLS_NONCE_LEN) != 0);
    T(!sodium_is_zero(s.own_nonce, XLS_NONCE_LEN));
    T(!sodium_is_zero(d.own_nonce, XLS_NONCE_LEN));
    T(s.id[0] == 0x1d && memcmp(s.id, d.id, XLS_ID_LEN) == 0);
    T(s.suite == XLS_SUITE_X25519 && d.suite == XLS_SUITE_X25519);
    T(xls_session_peer(p.d) == d.peer_static);
    T(p.so.dh_asked == 1 && p.dk.dh_asked == 1);
    T(p.so.mix_asked[0] == 1 && p.so.mix_asked[3] == 1);
    T(p.dk.mix_asked[0] == 1 && p.dk.mix_asked[3] == 1);
    t_pair_free(&p);
}
END_TEST

/* [P-17] [P-25]: what the handshake made is not kept */
START_TEST(the_session_secret_is_gone_when_established)
{
    struct t_pair p;
    struct xls_noise st;
    struct xls_noise_keys keys;
    const uint8_t *at;

    t_pair_new(&p);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    st = p.d->noise; /* before message 3: so e is in it */
    (void)t_pass(p.s, p.d, XLS_EVENT_ESTABLISHED);
    at = (const uint8_t *)p.d;
    for (size_t i = 0; i + 16 <= offsetof(struct xls_session, in); i++) {
        T(memcmp(at + i, st.e.secret, 16) != 0); /* [P-16] */
        T(memcmp(at + i, st.ck, 16) != 0);
    }
    T(sodium_is_zero((uint8_t *)&p.d->noise, sizeof(p.d->noise)));
    T(xls_noise_split(&p.d->noise, &keys) == XLS_BUG_CONTRACT);
    T(memcmp(&p.d->receive, &p.s->send, sizeof(p.s->send)) == 0);
    for (unsigned i = 0; i < XLS_STREAMS; i++) {
        T(memcmp(p.d->record[i].key, p.s->record[i].key, XLS_KEY_LEN) == 0);
    }
    /* [P-24] */
    T(memcmp(p.d->record[0].key, p.s->record[1].key, XLS_KEY_LEN) != 0);
    t_pair_free(&p);
}
END_TEST

/* [P-7] [P-18] [P-20]: every size on the wire */
START_TEST(sizes_on_the_wire)
{
    struct t_pair p;
    static struct t_wire wire;
    struct xls_event event;
    static const size_t want[] = {1330, 1378, 130};

    t_pair_new(&p);
    for (size_t i = 0; i < 3; i++) {
        struct xls_session *from = i % 2 == 0 ? p.s : p.d;

        t_take(from, &wire);
        T(wire.len == want[i]);
        T(((size_t)wire.at[0] << 8 | wire.at[1]) == want[i] - 2);
        T(t_hear(i % 2 == 0 ? p.d : p.s, &wire, &event) == XLS_OK);
    }
    t_tell(p.d, p.s, XLS_EVIDENCE);
    t_say(p.s, XLS_EVIDENCE);
    t_take(p.s, &wire);
    T(wire.len == 16 + 61456 && wire.at[0] == 1 && wire.at[15] == 0);
    T(t_hear(p.d, &wire, &event) == XLS_OK);
    t_say(p.s, XLS_OFFER);
    t_take(p.s, &wire);
    T(wire.len == 16 + 61456 && wire.at[0] == 1 && wire.at[6] == 0xf0);
    T(t_hear(p.d, &wire, &event) == XLS_OK);
    t_say(p.d, XLS_ADMIT);
    t_take(p.d, &wire);
    T(wire.len == 16 + 528 && wire.at[15] == 1);
    T(t_hear(p.s, &wire, &event) == XLS_OK);
    t_fill(1, 1);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    t_take(p.s, &wire);
    T(wire.len == 16 + 131088 && wire.at[0] == 2 && wire.at[15] == 0);
    t_say(p.s, XLS_ABORT);
    t_take(p.s, &wire);
    T(wire.len == 16 + 528 && wire.at[0] == 1 && wire.at[15] == 2);
    t_pair_free(&p);
}
END_TEST

/* What the receiver of each message gets is what was said. */
START_TEST(messages_arrive_as_they_were_said)
{
    struct t_pair p;
    struct xls_event event;

    t_pair_at(&p, XLS_PHASE_READY);
    t_say(p.s, XLS_PART);
    event = t_pass(p.s, p.d, XLS_EVENT_CONTROL);
    T(event.control->type == XLS_PART && event.control->u.shown.epoch == 0);
    T(event.control->u.shown.len == sizeof(t_evidence));
    T(memcmp(event.control->u.shown.data, t_evidence, sizeof(t_evidence)) == 0);
    t_tell(p.s, p.d, XLS_EVIDENCE);
    t_tell(p.d, p.s, XLS_EVIDENCE);
    t_say(p.s, XLS_OFFER);
    event = t_pass(p.s, p.d, XLS_EVENT_CONTROL);
    T(event.control->id[0] == 0x1d);
    T(event.control->u.offer.guest == XLS_GUEST_PVH);
    T(event.control->u.offer.config_len == sizeof(t_config) - 1);
    T(memcmp(event.control->u.offer.config, t_config, sizeof(t_config) - 1) ==
      0);
    t_say(p.d, XLS_ADMIT);
    event = t_pass(p.d, p.s, XLS_EVENT_CONTROL);
    T(strcmp(event.control->u.admit.host, "xen2") == 0);
    t_record(&p, 10, true);
    t_record(&p, 11, false);
    t_record(&p, 2, true);
    t_tell(p.d, p.s, XLS_EVIDENCE);
    t_say(p.s, XLS_EVIDENCE);
    event = t_pass(p.s, p.d, XLS_EVENT_CONTROL);
    T(event.control->u.shown.epoch == 1 && event.control->u.shown.len == 700);
    t_say(p.d, XLS_PREPARED); /* [P-37]: with its own numbers */
    event = t_pass(p.d, p.s, XLS_EVENT_CONTROL);
    T(event.control->u.prepared.of[XLS_STREAM_GUEST].records == 1);
    T(event.control->u.prepared.of[XLS_STREAM_GUEST].bytes == 10);
    T(event.control->u.prepared.of[XLS_STREAM_COMPANIONS].records == 2);
    T(event.control->u.prepared.of[XLS_STREAM_COMPANIONS].bytes == 13);
    t_tell(p.s, p.d, XLS_COMMIT);
    t_say(p.d, XLS_COMMITTED);
    event = t_pass(p.d, p.s, XLS_EVENT_CONTROL);
    T(event.control->u.started == XLS_STARTED_RUNNING);
    t_pair_free(&p);
}
END_TEST

/* [P-32]: the id is message 3's, whatever the caller wrote later */
START_TEST(the_id_is_the_sessions)
{
    struct t_pair p;
    struct xls_control msg;
    struct xls_event event;

    t_pair_at(&p, XLS_PHASE_SHOWN);
    t_sample(XLS_OFFER, &msg);
    memset(msg.id, 0x77, sizeof(msg.id));
    T(xls_session_control(p.s, &msg) == XLS_OK);
    event = t_pass(p.s, p.d, XLS_EVENT_CONTROL);
    T(event.control->id[0] == 0x1d && event.control->id[15] == 0x1d);
    t_sample(XLS_REFUSE, &msg);
    memset(msg.id, 0, sizeof(msg.id));
    T(xls_session_control(p.d, &msg) == XLS_OK);
    event = t_pass(p.d, p.s, XLS_EVENT_CONTROL);
    T(event.control->id[0] == 0x1d && event.control->id[15] == 0x1d);
    T(strcmp(event.control->u.refuse.rule, "memory") == 0);
    t_pair_free(&p);
}
END_TEST

/* How many memories that held this were wiped while message 3 passed. */
static unsigned wiped(const uint8_t *secret, struct xls_session *d,
                      const struct xls_session *before,
                      const struct t_wire *message)
{
    struct xls_event event;

    memcpy(needle, secret, sizeof(needle));
    *d = *before;
    needle_wiped = 0;
    T(t_hear(d, message, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_ESTABLISHED);
    return needle_wiped;
}

/* [P-16] [P-17] [P-25]: each copy on the way is wiped where it stood */
START_TEST(secrets_are_wiped_where_they_stood)
{
    struct t_pair p;
    static struct t_wire wire;
    static struct xls_session before;
    struct xls_noise st;
    struct xls_noise_keys keys;
    uint8_t payload[64];
    uint8_t own[XLS_DH_LEN];
    struct xls_dh se;
    uint8_t okm[2 * XLS_HASH_LEN];

    t_pair_new(&p);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    memcpy(own, p.d->noise.e.secret, sizeof(own));
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    t_take(p.s, &wire);
    before = *p.d;
    st = p.d->noise; /* a second reading of message 3, to learn the secrets */
    T(xls_noise_read(&st, wire.at + 2, wire.len - 2, payload,
                     sizeof(payload)) == XLS_OK);
    /* in the mix, in the oracle's making of it, in the handshake */
    T(wiped(st.ck, p.d, &before, &wire) == 3);
    T(wiped(own, p.d, &before, &wire) == 1);
    /* the last DH, and the chaining key it led to */
    T(xls_dh_agree(own, p.so.key.pub, &se) == XLS_OK);
    T(wiped(se.bytes, p.d, &before, &wire) == 1);
    T(xls_hkdf_noise(before.noise.ck, se.bytes, 32, 2, okm) == XLS_OK);
    T(wiped(okm, p.d, &before, &wire) == 1);
    T(xls_noise_split(&st, &keys) == XLS_OK);
    /* by hkdf, which had it last; by split; by us */
    T(wiped(keys.secret, p.d, &before, &wire) == 3);
    T(wiped(keys.send.key, p.d, &before, &wire) == 2);
    for (unsigned i = 0; i < XLS_STREAMS; i++) {
        T(wiped(p.d->record[i].key, p.d, &before, &wire) == 2);
    }
    /* the session's own copies, when it is freed */
    memcpy(needle, p.d->record[1].key, sizeof(needle));
    needle_wiped = 0;
    t_pair_free(&p);
    T(needle_wiped == 2);
}
END_TEST

/* [P-16] nor does the ephemeral key stay where it was made */
START_TEST(the_ephemeral_is_wiped_where_it_was_made)
{
    struct t_pair p;
    static struct t_wire wire;
    struct xls_event event;

    t_pair_new(&p);
    t_take(p.s, &wire);
    fixed_random = true;
    memset(needle, 0x42, sizeof(needle));
    needle_wiped = 0;
    T(t_hear(p.d, &wire, &event) == XLS_OK);
    fixed_random = false;
    /* and the payload, whose nonce was the same random octets */
    T(needle_wiped == 2);
    T(memcmp(p.d->noise.e.secret, needle, sizeof(needle)) == 0);
    t_pair_free(&p);
    T(needle_wiped == 4);
}
END_TEST

struct ending {
    enum xls_session_phase phase;
    bool source; /* says it */
    enum xls_control_type type;
};

/* [P-41] [P-38]: every way to end in good order */
START_TEST(every_ending)
{
    static const struct ending endings[] = {
        {XLS_PHASE_SHOWN_S, false, XLS_REFUSE},
        {XLS_PHASE_SHOWN_D, true, XLS_ABORT},
        {XLS_PHASE_SHOWN, false, XLS_REFUSE},
        {XLS_PHASE_SHOWN, true, XLS_ABORT},
        {XLS_PHASE_OFFERED, false, XLS_REFUSE},
        {XLS_PHASE_STREAM, false, XLS_FAILED},
        {XLS_PHASE_STREAM, true, XLS_ABORT},
        {XLS_PHASE_ENDED, false, XLS_FAILED},
        {XLS_PHASE_AGAIN_S, false, XLS_REFUSE},
        {XLS_PHASE_AGAIN, false, XLS_REFUSE},
        {XLS_PHASE_AGAIN_S, false, XLS_FAILED},
        {XLS_PHASE_AGAIN_D, false, XLS_FAILED},
        {XLS_PHASE_AGAIN, false, XLS_FAILED},
        {XLS_PHASE_COMMITTED, false, XLS_BURNED},
        {XLS_PHASE_COMMITTED, false, XLS_COMMITTED},
        {XLS_PHASE_ASKED, false, XLS_COMMITTED},
        {XLS_PHASE_ASKED, false, XLS_BURNED},
        {XLS_PHASE_ASKED, false, XLS_REFUSE},
        {XLS_PHASE_GIVEN_UP, false, XLS_BURNED},
        {XLS_PHASE_GIVEN_UP, false, XLS_FAILED},
        {XLS_PHASE_GIVEN_UP, false, XLS_REFUSE},
    };

    for (size_t i = 0; i < T_COUNT(endings); i++) {
        struct t_pair p;
        struct xls_session *from;
        struct xls_session *to;
        struct xls_control msg;

        t_pair_at(&p, endings[i].phase);
        from = endings[i].source ? p.s : p.d;
        to = endings[i].source ? p.d : p.s;
        t_say(from, endings[i].type);
        T(xls_session_phase(from) == XLS_PHASE_CLOSED);
        (void)t_pass(from, to, XLS_EVENT_CONTROL);
        T(xls_session_phase(to) == XLS_PHASE_CLOSED);
        T(xls_session_eof(from) == XLS_OK && xls_session_eof(to) == XLS_OK);
        for (size_t k = 0; k < 2; k++) {
            struct xls_session *end = k == 0 ? from : to;

            T(sodium_is_zero((uint8_t *)&end->send, sizeof(end->send)));
            T(sodium_is_zero((uint8_t *)&end->receive, sizeof(end->send)));
            T(sodium_is_zero(end->record[0].key, XLS_KEY_LEN));
            T(sodium_is_zero(end->record[1].key, XLS_KEY_LEN));
        }
        /* and it is the end */
        for (unsigned type = XLS_OFFER; type <= XLS_ALIVE; type++) {
            t_sample((enum xls_control_type)type, &msg);
            T(xls_session_control(from, &msg) == XLS_BUG_CONTRACT);
            T(xls_session_control(to, &msg) == XLS_BUG_CONTRACT);
        }
        T(xls_session_seal(p.s, t_slot, false) == XLS_BUG_CONTRACT);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-43] */
START_TEST(after_the_end_nothing_is_read)
{
    struct t_pair p;
    size_t room;
    uint8_t *in;
    struct xls_event event;

    t_pair_at(&p, XLS_PHASE_CLOSED);
    for (int i = 0; i < 5; i++) {
        in = xls_session_in(p.s, &room);
        T(room >= 65536);
        xls_random(in, room);
        T(xls_session_took(p.s, room) == XLS_OK);
        T(xls_session_next(p.s, &event) == XLS_OK);
        T(event.kind == XLS_EVENT_NONE);
        T(xls_session_eof(p.s) == XLS_OK);
    }
    t_pair_free(&p);
}
END_TEST

/* [P-43]: last words that cross */
START_TEST(last_words_may_cross)
{
    struct t_pair p;
    static struct t_wire a;
    static struct t_wire b;
    struct xls_event event;

    /* FAILED while a record and an ABORT are on their way */
    t_pair_at(&p, XLS_PHASE_STREAM);
    t_fill(9, 9);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    t_say(p.s, XLS_ABORT);
    t_take(p.s, &a);
    t_say(p.d, XLS_FAILED);
    t_take(p.d, &b);
    T(t_hear(p.s, &b, &event) == XLS_OK && event.kind == XLS_EVENT_NONE);
    T(t_hear(p.d, &a, &event) == XLS_OK && event.kind == XLS_EVENT_NONE);
    T(xls_session_eof(p.s) == XLS_OK && xls_session_eof(p.d) == XLS_OK);
    t_pair_free(&p);

    /* FAILED at a source that has a record half sent: the rest is dropped */
    t_pair_at(&p, XLS_PHASE_STREAM);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    xls_session_sent(p.s, 100);
    t_tell(p.d, p.s, XLS_FAILED);
    (void)xls_session_out(p.s, &a.len);
    T(a.len == 0 && xls_session_eof(p.s) == XLS_OK);
    t_pair_free(&p);

    /* ABORT and PREPARED */
    t_pair_at(&p, XLS_PHASE_AGAIN);
    t_say(p.s, XLS_ABORT);
    t_say(p.d, XLS_PREPARED);
    t_take(p.s, &a);
    t_take(p.d, &b);
    T(t_hear(p.s, &b, &event) == XLS_OK && event.kind == XLS_EVENT_CONTROL);
    T(t_hear(p.d, &a, &event) == XLS_OK && event.kind == XLS_EVENT_CONTROL);
    T(event.control->type == XLS_ABORT);
    t_tell(p.d, p.s, XLS_BURNED); /* [P-98] and only that is the end */
    T(xls_session_eof(p.s) == XLS_OK && xls_session_eof(p.d) == XLS_OK);
    t_pair_free(&p);

    /* ABORT, and the destination's second Evidence */
    t_pair_at(&p, XLS_PHASE_AGAIN_S);
    t_say(p.s, XLS_ABORT);
    t_say(p.d, XLS_EVIDENCE);
    t_take(p.s, &a);
    t_take(p.d, &b);
    T(t_hear(p.s, &b, &event) == XLS_OK && event.kind == XLS_EVENT_CONTROL);
    T(t_hear(p.d, &a, &event) == XLS_OK && event.kind == XLS_EVENT_CONTROL);
    T(xls_session_phase(p.s) == XLS_PHASE_GIVEN_UP);
    T(xls_session_eof(p.s) == XLS_PEER_SHORT); /* it was not told */
    t_pair_free(&p);

    /* the destination gives up while the final record is on its way */
    t_pair_at(&p, XLS_PHASE_STREAM);
    T(xls_session_seal(p.s, t_slot, true) == XLS_OK);
    t_tell(p.d, p.s, XLS_FAILED);
    t_pair_free(&p);
}
END_TEST

/* [P-40] */
START_TEST(alive_in_every_phase)
{
    for (unsigned phase = XLS_PHASE_READY; phase <= XLS_PHASE_GIVEN_UP;
         phase++) {
        struct t_pair p;
        struct xls_control msg;
        struct xls_event event;
        uint64_t want = phase > XLS_PHASE_MORE     ? XLS_RECORD_DATA + 4070
                        : phase > XLS_PHASE_STREAM ? XLS_RECORD_DATA + 1000
                                                   : 0;

        t_pair_at(&p, (enum xls_session_phase)phase);
        t_sample(XLS_ALIVE, &msg);
        msg.u.received = 12345; /* the session knows better */
        for (int i = 0; i < 3; i++) {
            T(xls_session_control(p.s, &msg) == XLS_OK);
            event = t_pass(p.s, p.d, XLS_EVENT_CONTROL);
            T(event.control->type == XLS_ALIVE);
            T(event.control->u.received == 0);
            T(xls_session_control(p.d, &msg) == XLS_OK);
            event = t_pass(p.d, p.s, XLS_EVENT_CONTROL);
            T(event.control->u.received == want);
        }
        T((unsigned)xls_session_phase(p.s) == phase);
        t_pair_free(&p);
    }
}
END_TEST

START_TEST(alive_waits_behind_nothing)
{
    struct t_pair p;
    size_t before;
    size_t after;

    t_pair_at(&p, XLS_PHASE_STREAM);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    (void)xls_session_out(p.s, &before);
    t_say(p.s, XLS_ALIVE);
    (void)xls_session_out(p.s, &after);
    T(before == after);
    t_pair_free(&p);
}
END_TEST

/* One read takes a record and the head of the next, and no more. */
START_TEST(room_is_what_is_wanted)
{
    struct t_pair p;
    static struct t_wire wire;
    struct xls_event event;
    size_t room;
    uint8_t *in;

    t_pair_new(&p);
    (void)xls_session_in(p.d, &room);
    T(room == 2);
    (void)xls_session_in(p.s, &room);
    T(room == 2);
    t_take(p.s, &wire);
    in = xls_session_in(p.d, &room);
    memcpy(in, wire.at, 2);
    T(xls_session_took(p.d, 2) == XLS_OK);
    (void)xls_session_in(p.d, &room);
    T(room == 1328);
    t_pair_free(&p);

    t_pair_at(&p, XLS_PHASE_STREAM);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    t_take(p.s, &wire);
    in = xls_session_in(p.d, &room);
    T(room == XLS_FRAME_HEAD);
    memcpy(in, wire.at, room);
    T(xls_session_took(p.d, room) == XLS_OK);
    in = xls_session_in(p.d, &room);
    T(room == 131088 + XLS_FRAME_HEAD);
    memcpy(in, wire.at + XLS_FRAME_HEAD, 131088);
    T(xls_session_took(p.d, 131088) == XLS_OK);
    (void)xls_session_in(p.d, &room);
    T(room == 0); /* until it is opened */
    T(xls_session_next(p.d, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_RECORD);
    T(xls_session_next(p.d, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_RECORD); /* still */
    T(xls_session_open(p.d, t_back, &(size_t){0}, &(bool){false}) == XLS_OK);
    (void)xls_session_in(p.d, &room);
    T(room == XLS_FRAME_HEAD);
    t_pair_free(&p);
}
END_TEST

/* Many records in a row, as one read() each would bring them. */
START_TEST(records_in_a_row)
{
    struct t_pair p;
    static struct t_wire wire;
    static uint8_t line[6 * XLS_RECORD_FRAME];
    struct xls_event event;
    size_t at = 0;
    unsigned reads = 0;

    t_pair_at(&p, XLS_PHASE_STREAM);
    for (unsigned i = 0; i < 6; i++) {
        t_fill(XLS_RECORD_DATA, 3);
        T(xls_session_seal(p.s, t_slot, i == 5) == XLS_OK);
        t_take(p.s, &wire);
        memcpy(line + i * XLS_RECORD_FRAME, wire.at, XLS_RECORD_FRAME);
    }
    while (at < sizeof(line)) {
        size_t room;
        uint8_t *in = xls_session_in(p.d, &room);
        size_t n = sizeof(line) - at < room ? sizeof(line) - at : room;

        memcpy(in, line + at, n);
        at += n;
        reads++;
        T(xls_session_took(p.d, n) == XLS_OK);
        T(xls_session_next(p.d, &event) == XLS_OK);
        if (event.kind == XLS_EVENT_RECORD) {
            t_open(p.d, XLS_RECORD_DATA, at == sizeof(line));
        }
    }
    T(reads == 7); /* the first head, and one each */
    T(xls_session_phase(p.d) == XLS_PHASE_MORE);
    t_pair_free(&p);
}
END_TEST

/* [P-74] The companions' records follow in the same read, each stream counts
 * for itself, and the header says which it is. */
START_TEST(companions_follow_the_guest)
{
    struct t_pair p;
    static struct t_wire wire;
    static uint8_t line[4 * XLS_RECORD_FRAME];
    struct xls_record_stats stats;
    struct xls_event event;
    size_t at = 0;

    t_pair_at(&p, XLS_PHASE_STREAM);
    for (unsigned i = 0; i < 4; i++) {
        t_fill(i, 3);
        T(xls_session_seal(p.s, t_slot, i % 2 == 1) == XLS_OK);
        t_take(p.s, &wire);
        T(wire.at[3] == i / 2 && wire.at[15] == i % 2);
        memcpy(line + i * XLS_RECORD_FRAME, wire.at, XLS_RECORD_FRAME);
    }
    for (unsigned i = 0; i < 4; i++) {
        T(t_feed(p.d, line, sizeof(line), SIZE_MAX, &at, &event) == XLS_OK);
        T(event.kind == XLS_EVENT_RECORD);
        T(xls_session_phase(p.d) ==
          (i < 2 ? XLS_PHASE_STREAM : XLS_PHASE_MORE));
        t_fill(i, 3);
        t_open(p.d, i, i % 2 == 1);
    }
    T(xls_session_phase(p.d) == XLS_PHASE_ENDED);
    xls_session_stats(p.d, XLS_STREAM_GUEST, &stats);
    T(stats.records == 2 && stats.bytes == 1 && stats.ended);
    xls_session_stats(p.d, XLS_STREAM_COMPANIONS, &stats);
    T(stats.records == 2 && stats.bytes == 5 && stats.ended);
    t_pair_free(&p);
}
END_TEST

/* Messages behind a record that is being sent. */
START_TEST(messages_queue_behind_a_record)
{
    struct t_pair p;
    static struct t_wire wire;
    struct xls_event event;
    size_t at = 0;

    t_pair_at(&p, XLS_PHASE_STREAM);
    t_fill(77, 77);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    T(xls_session_seal(p.s, t_slot, false) == XLS_BUG_CONTRACT);
    xls_session_sent(p.s, 0);
    t_say(p.s, XLS_ABORT);
    t_take(p.s, &wire);
    T(wire.len == XLS_RECORD_FRAME + XLS_FRAME_SMALL);
    T(t_feed(p.d, wire.at, wire.len, SIZE_MAX, &at, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_RECORD);
    t_open(p.d, 77, false);
    T(t_feed(p.d, wire.at, wire.len, SIZE_MAX, &at, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_CONTROL && event.control->type == XLS_ABORT);
    t_pair_free(&p);
}
END_TEST

/* The source's Evidence in the same flight as message 3. */
START_TEST(evidence_may_follow_message_3_at_once)
{
    struct t_pair p;
    static struct t_wire wire;
    struct xls_event event;
    size_t at = 0;

    t_pair_new(&p);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    t_say(p.s, XLS_EVIDENCE);
    t_take(p.s, &wire);
    T(wire.len == 130 + XLS_FRAME_LARGE);
    T(t_feed(p.d, wire.at, wire.len, SIZE_MAX, &at, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_ESTABLISHED && at == 130);
    T(t_feed(p.d, wire.at, wire.len, SIZE_MAX, &at, &event) == XLS_OK);
    T(event.kind == XLS_EVENT_CONTROL && at == wire.len);
    t_pair_free(&p);
}
END_TEST

/* [P-41] [P-53] Both at once: the two ends go two ways to the same phase. */
START_TEST(evidence_crosses)
{
    static struct t_wire a;
    static struct t_wire b;
    static const enum xls_session_phase at[] = {XLS_PHASE_READY,
                                                XLS_PHASE_ENDED};

    for (size_t i = 0; i < T_COUNT(at); i++) {
        struct t_pair p;
        struct xls_event event;

        t_pair_at(&p, at[i]);
        t_say(p.s, XLS_PART);
        t_take(p.s, &a);
        T(t_hear(p.d, &a, &event) == XLS_OK);
        t_say(p.s, XLS_EVIDENCE);
        t_say(p.d, XLS_EVIDENCE);
        T((unsigned)xls_session_phase(p.s) == at[i] + 1U);
        T((unsigned)xls_session_phase(p.d) == at[i] + 2U);
        t_take(p.s, &a);
        t_take(p.d, &b);
        T(t_hear(p.d, &a, &event) == XLS_OK);
        T(t_hear(p.s, &b, &event) == XLS_OK);
        T((unsigned)xls_session_phase(p.s) == at[i] + 3U);
        T((unsigned)xls_session_phase(p.d) == at[i] + 3U);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-55] A peer's Evidence has an end, in each of the two epochs. */
START_TEST(evidence_is_bounded)
{
    static const enum xls_session_phase at[] = {XLS_PHASE_READY,
                                                XLS_PHASE_ENDED};
    static struct t_wire wire;
    size_t most = XLS_SHOWN_MAX / XLS_SHOWN_PART_MAX;

    for (size_t i = 0; i < T_COUNT(at); i++) {
        struct t_pair p;
        struct xls_event event;

        t_pair_at(&p, at[i]);
        for (size_t n = 0; n < most; n++) {
            t_tell(p.s, p.d, XLS_PART);
        }
        t_say(p.s, XLS_PART);
        t_take(p.s, &wire);
        T(t_hear(p.d, &wire, &event) == XLS_PEER_RANGE);
        t_dead(p.d, XLS_PEER_RANGE);
        t_pair_free(&p);
    }
}
END_TEST

/* Octets go out in any pieces. */
START_TEST(sending_in_pieces)
{
    struct t_pair p;
    static struct t_wire wire;
    struct xls_event event;
    const uint8_t *out;
    size_t len;

    t_pair_at(&p, XLS_PHASE_STREAM);
    t_fill(5, 5);
    T(xls_session_seal(p.s, t_slot, false) == XLS_OK);
    wire.len = 0;
    for (size_t step = 1;; step = step * 3 + 1) {
        out = xls_session_out(p.s, &len);
        if (len == 0) {
            break;
        }
        step = step < len ? step : len;
        memcpy(wire.at + wire.len, out, step);
        wire.len += step;
        xls_session_sent(p.s, step);
    }
    T(wire.len == XLS_RECORD_FRAME);
    T(t_hear(p.d, &wire, &event) == XLS_OK && event.kind == XLS_EVENT_RECORD);
    t_open(p.d, 5, false);
    xls_session_sent(p.s, 1);
    t_dead(p.s, XLS_BUG_CONTRACT);
    xls_session_sent(p.s, 1);
    t_dead(p.s, XLS_BUG_CONTRACT);
    t_pair_free(&p);
}
END_TEST

/* [P-30] */
START_TEST(both_ends_count_the_same)
{
    struct t_pair p;
    struct xls_record_stats a;
    struct xls_record_stats b;
    struct xls_sums sums[XLS_STREAMS];

    t_pair_at(&p, XLS_PHASE_PREPARED);
    for (unsigned i = 0; i < XLS_STREAMS; i++) {
        xls_session_stats(p.s, (enum xls_stream)i, &a);
        xls_session_stats(p.d, (enum xls_stream)i, &b);
        T(a.records == 2 && a.ended);
        T(a.bytes == (i == 0 ? XLS_RECORD_DATA + 1000 : 3070));
        T(b.records == 2 && b.bytes == a.bytes && b.ended);
        T(memcmp(a.digest, b.digest, sizeof(a.digest)) == 0);
        xls_session_sums(p.d, sums);
        T(sums[i].records == 2 && sums[i].bytes == a.bytes);
        T(memcmp(sums[i].digest, a.digest, sizeof(a.digest)) == 0);
    }
    t_tell(p.s, p.d, XLS_COMMIT);
    t_tell(p.d, p.s, XLS_COMMITTED);
    xls_session_stats(p.s, XLS_STREAM_GUEST, &a);
    T(a.records == 2); /* kept for the log */
    t_pair_free(&p);
}
END_TEST

START_TEST(calls_made_too_early_do_no_harm)
{
    struct t_pair p;
    struct xls_control msg;
    size_t used = 1;
    bool final = true;

    t_pair_at(&p, XLS_PHASE_OFFERED);
    T(xls_session_open(p.d, t_back, &used, &final) == XLS_BUG_CONTRACT);
    T(xls_session_open(p.s, t_back, &used, &final) == XLS_BUG_CONTRACT);
    T(xls_session_seal(p.s, t_slot, false) == XLS_BUG_CONTRACT);
    T(xls_session_seal(p.d, t_slot, false) == XLS_BUG_CONTRACT);
    t_sample(XLS_COMMIT, &msg);
    T(xls_session_control(p.s, &msg) == XLS_BUG_CONTRACT);
    t_sample(XLS_ADMIT, &msg);
    T(xls_session_control(p.s, &msg) == XLS_BUG_CONTRACT);
    msg.u.admit.host[0] = '\0';
    T(xls_session_control(p.d, &msg) == XLS_BUG_CONTRACT);
    t_tell(p.d, p.s, XLS_ADMIT); /* all is still well */
    t_record(&p, 5, true);
    t_pair_free(&p);
}
END_TEST

START_TEST(a_slot_that_says_too_much_kills)
{
    struct t_pair p;

    t_pair_at(&p, XLS_PHASE_STREAM);
    memset(t_slot, 0xff, sizeof(t_slot));
    T(xls_session_seal(p.s, t_slot, false) == XLS_BUG_CONTRACT);
    t_dead(p.s, XLS_BUG_CONTRACT);
    t_pair_free(&p);
}
END_TEST

START_TEST(the_queue_has_an_end)
{
    struct t_pair p;
    struct xls_control msg;
    size_t len;

    t_pair_at(&p, XLS_PHASE_STREAM);
    p.s->out_len = sizeof(p.s->out) - XLS_FRAME_SMALL + 1;
    t_sample(XLS_ABORT, &msg);
    T(xls_session_control(p.s, &msg) == XLS_BUG_CONTRACT);
    T(xls_session_phase(p.s) == XLS_PHASE_STREAM);
    p.s->out_len--;
    T(xls_session_control(p.s, &msg) == XLS_OK);
    (void)xls_session_out(p.s, &len);
    T(len == sizeof(p.s->out));
    t_pair_free(&p);
}
END_TEST

START_TEST(more_than_the_room_kills)
{
    struct t_pair p;

    t_pair_new(&p);
    T(xls_session_took(p.d, 3) == XLS_BUG_CONTRACT);
    t_dead(p.d, XLS_BUG_CONTRACT);
    t_pair_free(&p);
}
END_TEST

START_TEST(setups_that_are_none)
{
    struct t_oracle oracle;
    uint8_t expect[XLS_DH_LEN] = {9};
    struct xls_session *s = NULL;
    struct xls_session_setup good = {.role = XLS_ROLE_SOURCE,
                                     .oracle = &oracle.api,
                                     .id = {1},
                                     .pq = XLS_PQ_OFF,
                                     .expect_static = expect};
    struct xls_session_setup bad;

    t_oracle_init(&oracle);
    T(xls_session_new(&good, &s) == XLS_OK);
    xls_session_free(s);
    s = NULL;
    bad = good;
    bad.role = XLS_ROLE_NONE;
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad = good;
    bad.oracle = NULL;
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad = good;
    bad.expect_static = NULL; /* [P-14]: a source knows whom it wants */
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad.role = XLS_ROLE_DESTINATION; /* [P-46] which is told the id */
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad.id[0] = 0;
    bad.expect_static = expect;
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad.expect_static = NULL;
    T(xls_session_new(&bad, &s) == XLS_OK);
    xls_session_free(s);
    s = NULL;
    bad = good;
    bad.id[0] = 0;
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad = good;
    bad.pq = XLS_PQ_NONE;
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    bad.pq = (enum xls_pq)(XLS_PQ_REQUIRE + 1);
    T(xls_session_new(&bad, &s) == XLS_BUG_CONTRACT && s == NULL);
    oracle.api.mix = NULL;
    T(xls_session_new(&good, &s) == XLS_BUG_CONTRACT && s == NULL);
    xls_session_free(NULL);
}
END_TEST

START_TEST(no_memory_and_no_oracle)
{
    struct t_pair p;
    struct xls_session *s = NULL;
    struct xls_session_setup setup = {.role = XLS_ROLE_SOURCE,
                                      .oracle = &p.so.api,
                                      .id = {1},
                                      .pq = XLS_PQ_PREFER,
                                      .expect_static = p.dk.key.pub};

    t_pair_keys(&p);
    no_memory = true;
    T(xls_session_new(&setup, &s) == XLS_HOST_NOMEM && s == NULL);
    setup.role = XLS_ROLE_DESTINATION;
    setup.id[0] = 0;
    setup.expect_static = NULL;
    T(xls_session_new(&setup, &s) == XLS_HOST_NOMEM && s == NULL);
    no_memory = false;
    T(p.so.mix_asked[0] == 0);
    setup.role = XLS_ROLE_SOURCE;
    setup.id[0] = 1;
    setup.expect_static = p.dk.key.pub;
    p.so.mix_rc[0] = XLS_HOST_GONE;
    T(xls_session_new(&setup, &s) == XLS_HOST_GONE && s == NULL);
    setup.role = XLS_ROLE_DESTINATION;
    setup.id[0] = 0;
    setup.expect_static = NULL;
    T(xls_session_new(&setup, &s) == XLS_OK && s != NULL); /* asks later */
    xls_session_free(s);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        a_whole_migration_in_any_chunks,
        established_tells_who_and_what,
        the_session_secret_is_gone_when_established,
        sizes_on_the_wire,
        messages_arrive_as_they_were_said,
        secrets_are_wiped_where_they_stood,
        the_ephemeral_is_wiped_where_it_was_made,
        the_id_is_the_sessions,
        every_ending,
        after_the_end_nothing_is_read,
        last_words_may_cross,
        alive_in_every_phase,
        alive_waits_behind_nothing,
        room_is_what_is_wanted,
        records_in_a_row,
        messages_queue_behind_a_record,
        evidence_may_follow_message_3_at_once,
        companions_follow_the_guest,
        evidence_crosses,
        evidence_is_bounded,
        sending_in_pieces,
        both_ends_count_the_same,
        calls_made_too_early_do_no_harm,
        a_slot_that_says_too_much_kills,
        the_queue_has_an_end,
        more_than_the_room_kills,
        setups_that_are_none,
        no_memory_and_no_oracle,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("session", list, T_COUNT(list));
}
