/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ML-KEM in a session: who offers, who answers, who refuses, and what is left
 * of the secrets.  Everything is tried with a toy in ML-KEM's place, so that a
 * build without it is tested as well, and once more with the real one where
 * there is one.
 */
#include "crypto/start.h"
#include "t-session-pair.h"

static struct t_wire wire;

/* --- the toy, and what can be made to go wrong
 * ------------------------------------------------------------------------ */

enum { KEM_NONE, KEM_TOY, KEM_REAL };

static int kem = KEM_TOY;
static bool bend_pub;       /* the source's key is none */
static size_t bend_text;    /* from 1: this bit of the ciphertext is another */
static enum xls_rc kem_rc;  /* not XLS_OK: the library fails */
static unsigned kem_calls;  /* of the three */
static uint8_t told[32];    /* the destination's secret */
static uint8_t seed[64];    /* the source's */
static unsigned wiped_told; /* how many memories that held it were wiped */
static unsigned wiped_seed;

void __real_xls_wipe(void *p, size_t len);
void __wrap_xls_wipe(void *p, size_t len);

static void toy_pub(const struct xls_kem_key *key, uint8_t *pub)
{
    memset(pub, 0, XLS_KEM_PUB_LEN);
    crypto_generichash(pub, 32, key->seed, sizeof(key->seed), NULL, 0);
}

/* A ciphertext is 32 random octets and their tag; gives its secret. */
static void toy_text(const uint8_t *pub, uint8_t *text, uint8_t *secret)
{
    uint8_t two[64];

    memcpy(two, pub, 32);
    memcpy(two + 32, text, 32);
    crypto_generichash(text + 32, 32, two, sizeof(two) - 1, NULL, 0);
    memset(text + 64, 0, XLS_KEM_TEXT_LEN - 64);
    crypto_generichash(secret, 32, two, sizeof(two), NULL, 0);
}

static enum xls_rc kem_pub(const struct xls_kem_key *key, uint8_t *pub)
{
    kem_calls++;
    memcpy(seed, key->seed, sizeof(seed));
    if (kem_rc != XLS_OK) {
        return kem_rc;
    }
    if (kem == KEM_TOY) {
        toy_pub(key, pub);
    } else {
        T(xls_kem()->pub(key, pub) == XLS_OK);
    }
    if (bend_pub) {
        memset(pub + 32, 0xff, 3); /* two coefficients of 4095 */
    }
    return XLS_OK;
}

static enum xls_rc kem_wrap(const uint8_t *pub, uint8_t *text,
                            struct xls_kem *out)
{
    enum xls_rc rc = kem_rc;

    kem_calls++;
    if (rc == XLS_OK && kem == KEM_TOY) {
        rc = pub[32] != 0 ? XLS_PEER_RANGE : XLS_OK;
        xls_random(text, 32);
        toy_text(pub, text, out->bytes);
    } else if (rc == XLS_OK) {
        rc = xls_kem()->wrap(pub, text, out);
    }
    memcpy(told, out->bytes, sizeof(told));
    wiped_told = 0;
    if (bend_text != 0) {
        text[(bend_text - 1) / 8] ^= (uint8_t)(1U << (bend_text - 1) % 8);
    }
    return rc;
}

static enum xls_rc kem_unwrap(const struct xls_kem_key *key,
                              const uint8_t *text, struct xls_kem *out)
{
    uint8_t pub[XLS_KEM_PUB_LEN];
    uint8_t again[XLS_KEM_TEXT_LEN];

    kem_calls++;
    if (kem_rc != XLS_OK || kem != KEM_TOY) {
        return kem_rc != XLS_OK ? kem_rc : xls_kem()->unwrap(key, text, out);
    }
    toy_pub(key, pub);
    memcpy(again, text, sizeof(again));
    toy_text(pub, again, out->bytes);
    if (memcmp(again, text, sizeof(again)) != 0) {
        memset(out->bytes, 0x4e, sizeof(out->bytes)); /* implicit rejection */
    }
    return XLS_OK;
}

/* Either, as kem says at each call. */
static const struct xls_kem_ops kem_ops = {kem_pub, kem_wrap, kem_unwrap};

/* How often the needle stands in what is wiped. */
static unsigned seen(const uint8_t *p, size_t len, const uint8_t *needle)
{
    unsigned n = 0;

    for (size_t i = 0; i + 32 <= len && i < 8192; i++) {
        n += memcmp(p + i, needle, 32) == 0 ? 1U : 0U;
    }
    return n;
}

void __wrap_xls_wipe(void *p, size_t len)
{
    wiped_told += seen(p, len, told);
    wiped_seed += seen(p, len, seed);
    __real_xls_wipe(p, len);
}

/* A pair whose ends want this of ML-KEM. */
static void pair_of(struct t_pair *p, enum xls_pq source, enum xls_pq dest)
{
    t_pair_keys(p);
    t_pq = source;
    p->s = t_session(XLS_ROLE_SOURCE, &p->so, p->dk.key.pub);
    t_pq = dest;
    p->d = t_session(XLS_ROLE_DESTINATION, &p->dk, NULL);
    kem_calls = 0;
}

static void start(int with)
{
    T(xls_crypto_start() == XLS_OK);
    kem = with;
    t_kem = with == KEM_NONE ? NULL : &kem_ops;
    bend_pub = false;
    bend_text = 0;
    kem_rc = XLS_OK;
}

/* The loop variable: 0 the toy, 1 the real one; false: there is none. */
static bool start_loop(int i)
{
    start(i == 0 ? KEM_TOY : KEM_REAL);
    return i == 0 || xls_kem() != NULL;
}

/* Nobody may hear more from this end. */
static void is_silent(const struct xls_session *s)
{
    size_t len;

    (void)xls_session_out(s, &len);
    T(len == 0);
}

/* --- the two ends
 * ---------------------------------------------------------------------------
 */

/* [P-48] [P-50]: every pair of settings */
START_TEST(off_prefer_require)
{
    static const struct {
        enum xls_pq source;
        enum xls_pq dest;
        uint16_t suite; /* 0: somebody refuses */
    } rows[] = {
        {XLS_PQ_OFF, XLS_PQ_OFF, 1},         {XLS_PQ_OFF, XLS_PQ_PREFER, 1},
        {XLS_PQ_OFF, XLS_PQ_REQUIRE, 0},     {XLS_PQ_PREFER, XLS_PQ_OFF, 1},
        {XLS_PQ_PREFER, XLS_PQ_PREFER, 2},   {XLS_PQ_PREFER, XLS_PQ_REQUIRE, 2},
        {XLS_PQ_REQUIRE, XLS_PQ_OFF, 0},     {XLS_PQ_REQUIRE, XLS_PQ_PREFER, 2},
        {XLS_PQ_REQUIRE, XLS_PQ_REQUIRE, 2},
    };

    for (size_t i = 0; start_loop(_i) && i < T_COUNT(rows); i++) {
        struct t_pair p;
        struct xls_event s;
        struct xls_event d;

        pair_of(&p, rows[i].source, rows[i].dest);
        t_take(p.s, &wire);
        if (rows[i].source == XLS_PQ_OFF && rows[i].suite == 0) {
            T(t_hear(p.d, &wire, &d) == XLS_PEER_POLICY);
            T(xls_session_lacks_kem(p.d) && kem_calls == 0);
            is_silent(p.d);
            T(p.dk.dh_asked == 0);
            t_dead(p.d, XLS_PEER_POLICY);
            t_pair_free(&p);
            continue;
        }
        T(t_hear(p.d, &wire, &d) == XLS_OK);
        t_take(p.d, &wire);
        if (rows[i].suite == 0) {
            T(t_hear(p.s, &wire, &s) == XLS_PEER_POLICY);
            T(xls_session_lacks_kem(p.s));
            T(memcmp(xls_session_peer(p.s), p.dk.key.pub, XLS_DH_LEN) == 0);
            is_silent(p.s);
            T(p.so.dh_asked == 0 && p.so.mix_asked[3] == 0);
            t_dead(p.s, XLS_PEER_POLICY);
            t_pair_free(&p);
            continue;
        }
        T(t_hear(p.s, &wire, &s) == XLS_OK && s.suite == rows[i].suite);
        d = t_pass(p.s, p.d, XLS_EVENT_ESTABLISHED);
        T(d.suite == rows[i].suite && memcmp(s.h, d.h, XLS_HASH_LEN) == 0);
        T(p.so.kem_asked == rows[i].suite - 1U);
        T(p.dk.kem_asked == rows[i].suite - 1U);
        T(!xls_session_lacks_kem(p.s) && !xls_session_lacks_kem(p.d));
        t_tell(p.s, p.d, XLS_EVIDENCE);
        t_tell(p.d, p.s, XLS_EVIDENCE);
        t_tell(p.s, p.d, XLS_OFFER);
        t_tell(p.d, p.s, XLS_ADMIT);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-48]: a build without it */
START_TEST(without_a_library)
{
    struct t_pair p;
    struct xls_session *s = NULL;
    struct xls_session_setup setup = {.role = XLS_ROLE_DESTINATION,
                                      .oracle = &p.so.api,
                                      .pq = XLS_PQ_REQUIRE};

    start(KEM_NONE);
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    t_handshake(&p);
    T(!p.s->kem_agreed && !p.d->kem_agreed && kem_calls == 0);
    T(xls_session_new(&setup, &s) == XLS_HOST_CONF && s == NULL);
    t_pair_free(&p);
    /* the other end has one */
    start(KEM_TOY);
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    p.d->kem = NULL;
    t_handshake(&p);
    T(!p.s->kem_agreed && !p.d->kem_agreed && p.s->kem_offered);
    T(sodium_is_zero((uint8_t *)&p.s->kem_key, sizeof(p.s->kem_key)));
    t_pair_free(&p);
}
END_TEST

/* [P-47] */
START_TEST(a_key_that_is_none_is_refused)
{
    struct t_pair p;
    struct xls_event event;

    if (!start_loop(_i)) {
        return;
    }
    bend_pub = true;
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_PEER_RANGE);
    is_silent(p.d);
    T(p.dk.dh_asked == 0);
    t_dead(p.d, XLS_PEER_RANGE);
    t_pair_free(&p);
    /* who does not take part does not look at it */
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_OFF);
    t_handshake(&p);
    t_pair_free(&p);
}
END_TEST

/* [P-49]: another ciphertext, another psk3: message 3 does not authenticate */
START_TEST(a_flipped_ciphertext_fails_in_message_3)
{
    for (size_t bit = 1; bit <= 8 * XLS_KEM_TEXT_LEN; bit += 97) {
        struct t_pair p;
        struct xls_event event;

        if (!start_loop(_i)) {
            return;
        }
        bend_text = bit;
        pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
        (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
        (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
        t_take(p.s, &wire);
        T(t_hear(p.d, &wire, &event) == XLS_PEER_AUTH);
        t_dead(p.d, XLS_PEER_AUTH);
        t_pair_free(&p);
    }
}
END_TEST

/* [P-47] */
START_TEST(an_answer_to_nothing_is_refused)
{
    struct t_pair p;
    struct xls_event event;

    start(KEM_TOY);
    pair_of(&p, XLS_PQ_OFF, XLS_PQ_PREFER);
    p.d->kem_agreed = true; /* so it puts a ciphertext there */
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    t_take(p.d, &wire);
    T(t_hear(p.s, &wire, &event) == XLS_PEER_RANGE);
    T(p.so.dh_asked == 0 && kem_calls == 0);
    is_silent(p.s);
    t_dead(p.s, XLS_PEER_RANGE);
    t_pair_free(&p);
}
END_TEST

/* [P-11]: with a pairwise key it is both */
START_TEST(pairwise_and_kem_go_together)
{
    for (unsigned who = 0; who < 4; who++) {
        struct t_pair p;
        struct xls_event event;

        start(KEM_TOY);
        pair_of(&p, XLS_PQ_PREFER, XLS_PQ_REQUIRE);
        p.so.has_pair = (who & 1U) != 0;
        p.dk.has_pair = (who & 2U) != 0;
        (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
        (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
        t_take(p.s, &wire);
        T(t_hear(p.d, &wire, &event) ==
          (who == 0 || who == 3 ? XLS_OK : XLS_PEER_AUTH));
        t_pair_free(&p);
    }
}
END_TEST

/* [P-49]: nothing of it stays, and each copy was wiped where it stood */
START_TEST(the_secrets_do_not_stay)
{
    struct t_pair p;

    if (!start_loop(_i)) {
        return;
    }
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    T(memcmp(p.s->kem_key.seed, seed, sizeof(seed)) == 0);
    T(seen((uint8_t *)p.s, sizeof(*p.s), seed) == 1);
    wiped_seed = 0;
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    T(memcmp(p.d->noise.kem, told, sizeof(told)) == 0);
    T(seen((uint8_t *)p.d, sizeof(*p.d), told) == 1);
    T(wiped_told == 1); /* where it was made */
    (void)t_pass(p.d, p.s, XLS_EVENT_ESTABLISHED);
    T(seen((uint8_t *)p.s, sizeof(*p.s), seed) == 0);
    T(seen((uint8_t *)p.s, sizeof(*p.s), told) == 0);
    T(_i == 0 ? wiped_seed == 1 : wiped_seed >= 1); /* and the library's */
    /* there where it was made, in the handshake, and where psk3 was made */
    T(wiped_told == 4);
    (void)t_pass(p.s, p.d, XLS_EVENT_ESTABLISHED);
    T(seen((uint8_t *)p.d, sizeof(*p.d), told) == 0);
    T(wiped_told == 6);
    t_pair_free(&p);
    /* a source that is given up before message 2 */
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    wiped_seed = 0;
    t_pair_free(&p);
    T(wiped_seed == 1);
}
END_TEST

/* A library that fails is the end of the session, and no error of the peer. */
START_TEST(a_library_that_fails)
{
    struct t_pair p;
    struct xls_session *s = NULL;
    struct xls_session_setup setup = {.role = XLS_ROLE_SOURCE,
                                      .oracle = &p.so.api,
                                      .id = {1},
                                      .pq = XLS_PQ_PREFER,
                                      .kem = &kem_ops};
    struct xls_event event;

    start(KEM_TOY);
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    kem_rc = XLS_HOST_NOMEM;
    setup.expect_static = p.dk.key.pub;
    T(xls_session_new(&setup, &s) == XLS_HOST_NOMEM && s == NULL);
    t_take(p.s, &wire);
    T(t_hear(p.d, &wire, &event) == XLS_HOST_NOMEM);
    t_dead(p.d, XLS_HOST_NOMEM);
    t_pair_free(&p);
    kem_rc = XLS_OK;
    pair_of(&p, XLS_PQ_PREFER, XLS_PQ_PREFER);
    (void)t_pass(p.s, p.d, XLS_EVENT_NONE);
    t_take(p.d, &wire);
    kem_rc = XLS_HOST_NOMEM;
    T(t_hear(p.s, &wire, &event) == XLS_HOST_NOMEM);
    t_dead(p.s, XLS_HOST_NOMEM);
    t_pair_free(&p);
}
END_TEST

/* [P-45]: no nonce comes twice, and none is the other's */
START_TEST(nonces_are_new)
{
    uint8_t before[2][XLS_NONCE_LEN] = {{0}, {0}};

    for (unsigned i = 0; i < 20; i++) {
        struct t_pair p;

        start(KEM_NONE);
        pair_of(&p, XLS_PQ_OFF, XLS_PQ_OFF);
        t_handshake(&p);
        T(memcmp(p.s->own_nonce, before[0], XLS_NONCE_LEN) != 0);
        T(memcmp(p.d->own_nonce, before[1], XLS_NONCE_LEN) != 0);
        memcpy(before[0], p.s->own_nonce, XLS_NONCE_LEN);
        memcpy(before[1], p.d->own_nonce, XLS_NONCE_LEN);
        t_pair_free(&p);
    }
}
END_TEST

/* --- a member that writes payloads of its own
 * -------------------------------------------------------------------------- */

struct member {
    struct xls_noise st;
    struct xls_dh_key e;
    uint8_t payload[XLS_PAYLOAD_LONG];
};

static void member_begin(struct member *m, enum xls_role role,
                         struct t_oracle *oracle)
{
    static const uint8_t prologue[16] = {'x', 'l', 's', 'e', 'c',
                                         0,   0,   1,   1,   2};
    struct xls_noise_setup setup = {.role = role,
                                    .psks = XLS_NOISE_PSKS_OUR,
                                    .prologue = prologue,
                                    .prologue_len = sizeof(prologue),
                                    .oracle = &oracle->api};

    memset(m, 0, sizeof(*m));
    memcpy(setup.own_static, oracle->key.pub, XLS_DH_LEN);
    xls_dh_key_random(&m->e);
    T(xls_noise_init(&m->st, &setup) == XLS_OK);
}

/* Its next message, with the payload as it is, goes to wire. */
static void member_say(struct member *m)
{
    size_t size = xls_payload_size(m->st.next);
    size_t len = size + xls_noise_overhead(&m->st);

    wire.len = len + 2;
    wire.at[0] = (uint8_t)(len >> 8);
    wire.at[1] = (uint8_t)len;
    T(xls_noise_write(&m->st, m->st.next < 2 ? &m->e : NULL, m->payload, size,
                      wire.at + 2, len) == XLS_OK);
}

static void member_hear(struct member *m, struct xls_session *from)
{
    uint8_t payload[XLS_PAYLOAD_LONG];

    t_take(from, &wire);
    T(xls_noise_read(&m->st, wire.at + 2, wire.len - 2, payload,
                     sizeof(payload)) == XLS_OK);
}

struct lie {
    const char *octets;
    size_t len;
    enum xls_rc want;
};

/* [P-44] [P-46] */
START_TEST(message_3_is_judged)
{
    static const struct lie lies[] = {
        {"\x80\2\0\20................", 20, XLS_OK},
        {"\0\3\0\0\x80\2\0\20................", 24, XLS_PEER_RANGE},
        {"\0\11\0\0\x80\2\0\20................", 24, XLS_OK},
        {"\x80\2\0\17...............", 19, XLS_PEER_RANGE},
        {"\x80\2\0\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, XLS_PEER_RANGE},
        {"\x80\1\0\40................................", 36, XLS_PEER_RANGE},
        {"\x80\2\0\20................\x80\3", 22, XLS_PEER_RANGE},
        {"", 0, XLS_PEER_RANGE},
    };

    start(KEM_NONE);
    for (size_t i = 0; i < T_COUNT(lies); i++) {
        struct t_pair p;
        struct member m;
        struct xls_event event;

        pair_of(&p, XLS_PQ_OFF, XLS_PQ_OFF);
        member_begin(&m, XLS_ROLE_SOURCE, &p.so);
        memcpy(m.payload, "\x80\1\0\40", 4);
        member_say(&m);
        T(t_hear(p.d, &wire, &event) == XLS_OK);
        member_hear(&m, p.d);
        memset(m.payload, 0, sizeof(m.payload));
        memcpy(m.payload, lies[i].octets, lies[i].len);
        member_say(&m);
        T(t_hear(p.d, &wire, &event) == lies[i].want);
        if (lies[i].want == XLS_OK) {
            T(event.kind == XLS_EVENT_ESTABLISHED && event.id[0] == '.');
        } else {
            t_dead(p.d, lies[i].want);
        }
        t_pair_free(&p);
    }
}
END_TEST

/* [P-44]: and message 2, before the source says more */
START_TEST(message_2_is_judged)
{
    static const struct lie lies[] = {
        {"\x80\1\0\40", 4, XLS_OK},
        {"", 0, XLS_PEER_RANGE},
        {"\x80\1\0\37", 4, XLS_PEER_RANGE},
        {"\0\4\0\0\x80\1\0\40", 8, XLS_PEER_RANGE},
        {"\0\5\0\0\x80\1\0\40", 8, XLS_OK},
        {"\x80\0\0\0\x80\1\0\40", 8, XLS_PEER_RANGE},
    };

    start(KEM_NONE);
    for (size_t i = 0; i < T_COUNT(lies); i++) {
        struct t_pair p;
        struct member m;
        struct xls_event event;

        pair_of(&p, XLS_PQ_OFF, XLS_PQ_OFF);
        member_begin(&m, XLS_ROLE_DESTINATION, &p.dk);
        member_hear(&m, p.s);
        memcpy(m.payload, lies[i].octets, lies[i].len);
        member_say(&m);
        T(t_hear(p.s, &wire, &event) == lies[i].want);
        if (lies[i].want != XLS_OK) {
            T(p.so.dh_asked == 0 && p.so.mix_asked[3] == 0);
            is_silent(p.s);
            t_dead(p.s, lies[i].want);
        }
        t_pair_free(&p);
    }
}
END_TEST

START_TEST(suites_have_names)
{
    ck_assert_str_eq(xls_suite_text(1), "X25519");
    ck_assert_str_eq(xls_suite_text(2), "X25519 + ML-KEM-768");
    ck_assert_str_eq(xls_suite_text(0), "none");
    ck_assert_str_eq(xls_suite_text(3), "none");
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        without_a_library,
        an_answer_to_nothing_is_refused,
        pairwise_and_kem_go_together,
        a_library_that_fails,
        nonces_are_new,
        message_3_is_judged,
        message_2_is_judged,
        suites_have_names,
    };
    const TTest *const twice[] = {
        off_prefer_require,
        a_key_that_is_none_is_refused,
        a_flipped_ciphertext_fails_in_message_3,
        the_secrets_do_not_stay,
    };
    Suite *suite = suite_create("session-kem");
    TCase *tcase = tcase_create("session-kem");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 120);
    for (size_t i = 0; i < T_COUNT(list); i++) {
        tcase_add_test(tcase, list[i]);
    }
    for (size_t i = 0; i < T_COUNT(twice); i++) {
        tcase_add_loop_test(tcase, twice[i], 0, 2);
    }
    suite_add_tcase(suite, tcase);
    printf("ML-KEM-768 of this build: %s\n",
           xls_kem_by() == NULL ? "none" : xls_kem_by());
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
