/* SPDX-License-Identifier: LGPL-2.1-only */
/* The handshake engine: every set of modifiers, every field, every cost. */
#include <string.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "proto/noise.h"
#include "t-crypto-hex.h"
#include "t-noise-oracle.h"
#include "t.h"

#define PAYLOAD 40
#define SETS    16U

/* The linker sends our code's X25519 and random through here, to be counted. */
static unsigned x25519_done;
static unsigned random_asked;

int __real_crypto_scalarmult(unsigned char *q, const unsigned char *n,
                             const unsigned char *p);
int __wrap_crypto_scalarmult(unsigned char *q, const unsigned char *n,
                             const unsigned char *p);
int __real_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);
int __wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n);
void __real_randombytes_buf(void *p, size_t len);
void __wrap_randombytes_buf(void *p, size_t len);

int __wrap_crypto_scalarmult(unsigned char *q, const unsigned char *n,
                             const unsigned char *p)
{
    x25519_done++;
    return __real_crypto_scalarmult(q, n, p);
}

int __wrap_crypto_scalarmult_base(unsigned char *q, const unsigned char *n)
{
    x25519_done++;
    return __real_crypto_scalarmult_base(q, n);
}

void __wrap_randombytes_buf(void *p, size_t len)
{
    random_asked++;
    __real_randombytes_buf(p, len);
}

struct pair {
    struct t_oracle oracle[2];
    struct xls_noise st[2]; /* source, destination */
    struct xls_dh_key e[2];
    uint8_t msg[512];
    size_t len;
    uint8_t payload[512];
};

static void init(struct pair *p, unsigned psks)
{
    for (size_t i = 0; i < 2; i++) {
        struct xls_noise_setup setup = {
            .role = i == 0 ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION,
            .psks = psks,
            .prologue = (const uint8_t *)"prologue",
            .prologue_len = 8,
            .oracle = &p->oracle[i].api,
        };

        t_oracle_init(&p->oracle[i]);
        memset(p->oracle[i].psk[1], 1, XLS_PSK_LEN);
        memset(p->oracle[i].psk[2], 2, XLS_PSK_LEN);
        memcpy(setup.own_static, p->oracle[i].key.pub, XLS_DH_LEN);
        xls_dh_key_random(&p->e[i]);
        T(xls_noise_init(&p->st[i], &setup) == XLS_OK);
    }
}

static void fill(uint8_t *payload, unsigned n)
{
    for (size_t i = 0; i < PAYLOAD; i++) {
        payload[i] = (uint8_t)(n * 64 + i);
    }
}

/* Write message n, whose payload is known, into p->msg. */
static enum xls_rc say(struct pair *p, unsigned n)
{
    uint8_t payload[PAYLOAD];

    fill(payload, n);
    p->len = PAYLOAD + xls_noise_overhead(&p->st[n % 2]);
    return xls_noise_write(&p->st[n % 2], n < 2 ? &p->e[n] : NULL, payload,
                           PAYLOAD, p->msg, sizeof(p->msg));
}

static enum xls_rc hear(struct pair *p, unsigned n)
{
    return xls_noise_read(&p->st[1 - n % 2], p->msg, p->len, p->payload,
                          sizeof(p->payload));
}

/* The messages before n pass. */
static void until(struct pair *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint8_t want[PAYLOAD];

        T(say(p, i) == XLS_OK && hear(p, i) == XLS_OK);
        fill(want, i);
        T(memcmp(p->payload, want, PAYLOAD) == 0);
    }
}

static bool is_dead(struct xls_noise *st)
{
    struct xls_noise_keys keys;
    uint8_t buf[256] = {0};
    struct xls_dh_key e;

    memset(&e, 1, sizeof(e));
    return st->role == XLS_ROLE_NONE &&
           sodium_is_zero(st->ck, sizeof(st->ck)) &&
           sodium_is_zero(st->cipher.key, XLS_KEY_LEN) &&
           sodium_is_zero(st->e.secret, XLS_DH_LEN) &&
           xls_noise_write(st, &e, buf, 1, buf, sizeof(buf)) ==
               XLS_BUG_CONTRACT &&
           xls_noise_read(st, buf, 200, buf, sizeof(buf)) == XLS_BUG_CONTRACT &&
           xls_noise_split(st, &keys) == XLS_BUG_CONTRACT;
}

static void check_keys(struct xls_noise_keys *a, struct xls_noise_keys *b)
{
    T(memcmp(a->h, b->h, XLS_HASH_LEN) == 0);
    T(memcmp(a->secret, b->secret, XLS_HASH_LEN) == 0);
    T(memcmp(&a->send, &b->receive, sizeof(a->send)) == 0);
    T(memcmp(&a->receive, &b->send, sizeof(a->send)) == 0);
    T(memcmp(a->send.key, a->receive.key, XLS_KEY_LEN) != 0);
    T(memcmp(a->send.key, a->secret, XLS_KEY_LEN) != 0);
    T(a->send.keyed && a->send.n == 0 && a->receive.n == 0);
}

/* [P-5] [P-17] */
START_TEST(every_set_of_modifiers_completes)
{
    static struct pair p;
    struct xls_noise_keys keys[2];

    for (unsigned psks = 0; psks < SETS; psks++) {
        init(&p, psks);
        T(xls_noise_peer(&p.st[0]) == NULL);
        until(&p, 2);
        T(memcmp(xls_noise_peer(&p.st[0]), p.oracle[1].key.pub, 32) == 0);
        T(xls_noise_peer(&p.st[1]) == NULL);
        T(say(&p, 2) == XLS_OK && hear(&p, 2) == XLS_OK);
        T(memcmp(xls_noise_peer(&p.st[1]), p.oracle[0].key.pub, 32) == 0);
        for (size_t i = 0; i < 2; i++) {
            T(xls_noise_overhead(&p.st[i]) == 0);
            T(xls_noise_split(&p.st[i], &keys[i]) == XLS_OK);
            T(sodium_is_zero((uint8_t *)&p.st[i],
                             sizeof(p.st[i]))); /* [P-16] */
            T(memcmp(keys[i].peer_static, p.oracle[1 - i].key.pub, 32) == 0);
            T(p.oracle[i].dh_asked == 1);
            for (unsigned slot = 0; slot < 4; slot++) {
                T(p.oracle[i].mix_asked[slot] ==
                  ((psks & XLS_NOISE_PSK(slot)) != 0 ? 1U : 0U));
            }
        }
        check_keys(&keys[0], &keys[1]);
        T((psks & XLS_NOISE_PSK(3)) == 0 ||
          (memcmp(p.oracle[0].peer, p.oracle[1].key.pub, 32) == 0 &&
           memcmp(p.oracle[1].peer, p.oracle[0].key.pub, 32) == 0));
        xls_noise_keys_wipe(&keys[0]);
        T(sodium_is_zero((uint8_t *)&keys[0], sizeof(keys[0])));
    }
}
END_TEST

START_TEST(two_handshakes_share_nothing)
{
    static struct pair p;
    struct xls_noise_keys a;
    struct xls_noise_keys b;
    uint8_t first[512];

    init(&p, XLS_NOISE_PSKS_OUR);
    T(say(&p, 0) == XLS_OK);
    memcpy(first, p.msg, sizeof(first));
    T(hear(&p, 0) == XLS_OK && say(&p, 1) == XLS_OK && hear(&p, 1) == XLS_OK);
    T(say(&p, 2) == XLS_OK && hear(&p, 2) == XLS_OK);
    T(xls_noise_split(&p.st[0], &a) == XLS_OK);
    init(&p, XLS_NOISE_PSKS_OUR);
    T(say(&p, 0) == XLS_OK && memcmp(first, p.msg, p.len) != 0);
    T(hear(&p, 0) == XLS_OK && say(&p, 1) == XLS_OK && hear(&p, 1) == XLS_OK);
    T(say(&p, 2) == XLS_OK && hear(&p, 2) == XLS_OK);
    T(xls_noise_split(&p.st[0], &b) == XLS_OK);
    T(memcmp(a.h, b.h, XLS_HASH_LEN) != 0);
    T(memcmp(a.secret, b.secret, XLS_HASH_LEN) != 0);
    T(memcmp(a.send.key, b.send.key, XLS_KEY_LEN) != 0);
}
END_TEST

/* What goes over the wire in clear: of message 1 and 2 the ephemerals only,
 * where there is a psk0; never a static key. */
START_TEST(identities_are_hidden)
{
    static struct pair p;

    init(&p, XLS_NOISE_PSKS_OUR);
    for (unsigned n = 0; n < 3; n++) {
        T(say(&p, n) == XLS_OK);
        for (size_t at = 0; at + 32 <= p.len; at++) {
            T(memcmp(p.msg + at, p.oracle[0].key.pub, 32) != 0);
            T(memcmp(p.msg + at, p.oracle[1].key.pub, 32) != 0);
        }
        T(n == 2 || memcmp(p.msg, p.e[n].pub, 32) == 0);
        T(hear(&p, n) == XLS_OK);
    }
}
END_TEST

/* A flip of any bit of any message ends the handshake, in the message itself
 * or, for an XX message 1 that nothing authenticates, in the next. */
START_TEST(every_bit_of_every_message_counts)
{
    static struct pair p;
    static struct pair saved;

    for (unsigned n = 0; n < 3; n++) {
        init(&p, XLS_NOISE_PSKS_OUR);
        until(&p, n);
        T(say(&p, n) == XLS_OK);
        saved = p;
        saved.oracle[0].api.ctx = &p.oracle[0];
        for (size_t bit = 0; bit < p.len * 8; bit++) {
            struct xls_noise *to = &p.st[1 - n % 2];

            memcpy(p.st, saved.st, sizeof(p.st));
            memcpy(p.msg, saved.msg, sizeof(p.msg));
            p.msg[bit / 8] ^= (uint8_t)(1U << bit % 8);
            memset(p.payload, 0, sizeof(p.payload));
            /* X25519 ignores the top bit of a point; the transcript does not */
            T(hear(&p, n) == XLS_PEER_AUTH);
            T(sodium_is_zero(p.payload, sizeof(p.payload)));
            T(is_dead(to));
        }
    }
}
END_TEST

START_TEST(every_truncation_and_extension_is_refused)
{
    static struct pair p;
    static struct xls_noise saved[2];

    for (unsigned n = 0; n < 3; n++) {
        size_t whole;
        size_t overhead;

        init(&p, XLS_NOISE_PSKS_OUR);
        until(&p, n);
        overhead = xls_noise_overhead(&p.st[n % 2]);
        T(say(&p, n) == XLS_OK);
        memcpy(saved, p.st, sizeof(saved));
        whole = p.len;
        for (p.len = 0; p.len < sizeof(p.msg); p.len++) {
            memcpy(p.st, saved, sizeof(saved));
            T(hear(&p, n) == (p.len == whole     ? XLS_OK
                              : p.len < overhead ? XLS_PEER_SHORT
                                                 : XLS_PEER_AUTH));
        }
        memcpy(p.st, saved, sizeof(saved));
        T(xls_noise_read(&p.st[1 - n % 2], p.msg, XLS_NOISE_MAX + 1, p.payload,
                         sizeof(p.payload)) == XLS_PEER_RANGE);
    }
}
END_TEST

/* [P-10]: a stranger costs two HMAC chains and a tag */
START_TEST(a_strangers_first_message_costs_no_x25519)
{
    static struct pair p;

    init(&p, XLS_NOISE_PSKS_OUR);
    T(say(&p, 0) == XLS_OK);
    p.oracle[1].psk[0][31] ^= 1;
    x25519_done = 0;
    random_asked = 0;
    T(hear(&p, 0) == XLS_PEER_AUTH);
    T(x25519_done == 0 && random_asked == 0);
    T(p.oracle[1].dh_asked == 0 && p.oracle[1].mix_asked[3] == 0);
    T(is_dead(&p.st[1]));
    /* nor does a member's: that is paid when the answer is written */
    init(&p, XLS_NOISE_PSKS_OUR);
    T(say(&p, 0) == XLS_OK);
    x25519_done = 0;
    random_asked = 0;
    T(hear(&p, 0) == XLS_OK);
    T(x25519_done == 0 && random_asked == 0);
}
END_TEST

START_TEST(wrong_psks_are_noticed_in_their_message)
{
    static struct pair p;

    for (unsigned slot = 0; slot < 4; slot++) {
        unsigned n = slot == 0 ? 0 : slot - 1;

        init(&p, XLS_NOISE_PSK(slot));
        p.oracle[1].psk[slot][0] ^= 0x80;
        until(&p, n);
        T(say(&p, n) == XLS_OK && hear(&p, n) == XLS_PEER_AUTH);
    }
}
END_TEST

START_TEST(other_prologue_role_or_modifiers_do_not_meet)
{
    static struct pair p;
    struct xls_noise_setup setup = {
        .role = XLS_ROLE_DESTINATION,
        .psks = XLS_NOISE_PSKS_OUR,
        .prologue = (const uint8_t *)"prologuf",
        .prologue_len = 8,
    };

    init(&p, XLS_NOISE_PSKS_OUR);
    setup.oracle = &p.oracle[1].api;
    T(say(&p, 0) == XLS_OK);
    T(xls_noise_init(&p.st[1], &setup) == XLS_OK);
    T(hear(&p, 0) == XLS_PEER_AUTH);
    setup.prologue_len = 7;
    T(xls_noise_init(&p.st[1], &setup) == XLS_OK);
    T(hear(&p, 0) == XLS_PEER_AUTH);
    setup.prologue = (const uint8_t *)"prologue";
    setup.prologue_len = 8;
    setup.psks = XLS_NOISE_PSK(0);
    T(xls_noise_init(&p.st[1], &setup) == XLS_OK);
    T(hear(&p, 0) == XLS_PEER_AUTH);
}
END_TEST

/* [P-12] */
START_TEST(low_order_points_are_refused)
{
    static struct pair p;

    /* a member whose ephemeral is zero: the tag of message 1 is right */
    init(&p, XLS_NOISE_PSKS_OUR);
    memset(p.e[0].pub, 0, XLS_DH_LEN);
    T(say(&p, 0) == XLS_OK && hear(&p, 0) == XLS_OK);
    T(say(&p, 1) == XLS_PEER_AUTH);
    T(sodium_is_zero(p.msg, sizeof(p.msg)) && is_dead(&p.st[1]));
    /* a destination whose ephemeral is */
    init(&p, 0);
    until(&p, 1);
    T(say(&p, 1) == XLS_OK);
    memset(p.msg, 0, XLS_DH_LEN);
    T(hear(&p, 1) == XLS_PEER_AUTH && is_dead(&p.st[0]));
}
END_TEST

/* [P-13] */
START_TEST(our_own_key_is_refused)
{
    static struct pair p;

    for (unsigned n = 1; n < 3; n++) {
        struct xls_noise *to = &p.st[1 - n % 2];

        init(&p, XLS_NOISE_PSKS_OUR);
        until(&p, n);
        memcpy(p.st[n % 2].own_static, p.oracle[1 - n % 2].key.pub, 32);
        p.oracle[n % 2].key = p.oracle[1 - n % 2].key;
        T(say(&p, n) == XLS_OK);
        T(hear(&p, n) == XLS_PEER_POLICY);
        T(xls_noise_peer(to) == NULL && is_dead(to));
    }
}
END_TEST

/* [P-15] the verdict on an unknown key comes after the proof */
START_TEST(an_unknown_key_is_refused_after_its_proof)
{
    static struct pair p;
    struct xls_noise saved;

    init(&p, XLS_NOISE_PSKS_OUR);
    p.oracle[1].has_only = true;
    until(&p, 2);
    T(say(&p, 2) == XLS_OK);
    saved = p.st[1];
    memset(p.payload, 0, sizeof(p.payload));
    T(hear(&p, 2) == XLS_PEER_POLICY);
    T(sodium_is_zero(p.payload, sizeof(p.payload)));
    T(xls_noise_peer(&p.st[1]) != NULL);
    T(memcmp(xls_noise_peer(&p.st[1]), p.oracle[0].key.pub, 32) == 0);
    T(is_dead(&p.st[1]));
    /* who only claims a key hears what a liar about a known key hears */
    p.st[1] = saved;
    p.msg[p.len - 1] ^= 1;
    T(hear(&p, 2) == XLS_PEER_AUTH);
    T(xls_noise_peer(&p.st[1]) == NULL && is_dead(&p.st[1]));
    /* an oracle that leaves its answer empty is as safe */
    p.st[1] = saved;
    p.msg[p.len - 1] ^= 1;
    p.oracle[1].mix_empty = true;
    T(hear(&p, 2) == XLS_PEER_AUTH && is_dead(&p.st[1]));
}
END_TEST

START_TEST(the_initiator_takes_policy_at_its_word)
{
    static struct pair p;

    init(&p, XLS_NOISE_PSKS_OUR);
    p.oracle[0].mix_rc[3] = XLS_PEER_POLICY;
    until(&p, 2);
    T(say(&p, 2) == XLS_PEER_POLICY);
    T(sodium_is_zero(p.msg, sizeof(p.msg)) && is_dead(&p.st[0]));
    /* for slot 0 there is no such thing, for a reader neither */
    init(&p, XLS_NOISE_PSKS_OUR);
    p.oracle[1].mix_rc[0] = XLS_PEER_POLICY;
    T(say(&p, 0) == XLS_OK && hear(&p, 0) == XLS_PEER_POLICY);
    T(is_dead(&p.st[1]));
}
END_TEST

START_TEST(an_oracle_that_fails_ends_it)
{
    static struct pair p;
    const struct {
        unsigned n;
        size_t side;
        unsigned slot; /* 4: dh */
    } cases[] = {{0, 0, 0}, {0, 1, 0}, {1, 1, 4},
                 {2, 0, 4}, {2, 0, 3}, {2, 1, 3}};

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        enum xls_rc rc;

        init(&p, XLS_NOISE_PSKS_OUR);
        if (cases[i].slot == 4) {
            p.oracle[cases[i].side].dh_rc = XLS_HOST_GONE;
        } else {
            p.oracle[cases[i].side].mix_rc[cases[i].slot] = XLS_HOST_IO;
        }
        until(&p, cases[i].n);
        rc = say(&p, cases[i].n);
        if (cases[i].n % 2 != cases[i].side) {
            T(rc == XLS_OK);
            rc = hear(&p, cases[i].n);
        } else {
            T(sodium_is_zero(p.msg, sizeof(p.msg)));
        }
        T(rc == (cases[i].slot == 4 ? XLS_HOST_GONE : XLS_HOST_IO));
        T(is_dead(&p.st[cases[i].side]));
    }
}
END_TEST

START_TEST(messages_have_their_turn)
{
    static struct pair p;
    struct xls_noise_keys keys;

    for (unsigned n = 0; n < 3; n++) {
        init(&p, XLS_NOISE_PSKS_OUR);
        until(&p, n);
        T(xls_noise_split(&p.st[0], &keys) == XLS_BUG_CONTRACT);
        T(sodium_is_zero((uint8_t *)&keys, sizeof(keys)));
        init(&p, XLS_NOISE_PSKS_OUR);
        until(&p, n);
        /* the reader writes, the writer reads */
        T(xls_noise_write(&p.st[1 - n % 2], n < 2 ? &p.e[0] : NULL, p.payload,
                          1, p.msg, sizeof(p.msg)) == XLS_BUG_CONTRACT);
        T(is_dead(&p.st[1 - n % 2]));
        T(xls_noise_read(&p.st[n % 2], p.msg, 200, p.payload,
                         sizeof(p.payload)) == XLS_BUG_CONTRACT);
        T(is_dead(&p.st[n % 2]));
    }
    init(&p, 0);
    until(&p, 3);
    T(say(&p, 2) == XLS_BUG_CONTRACT);
}
END_TEST

START_TEST(room_and_ephemeral_are_checked)
{
    static struct pair p;
    uint8_t payload[PAYLOAD] = {0};

    init(&p, XLS_NOISE_PSKS_OUR);
    T(xls_noise_write(&p.st[0], NULL, payload, 1, p.msg, sizeof(p.msg)) ==
      XLS_BUG_CONTRACT);
    init(&p, XLS_NOISE_PSKS_OUR);
    T(xls_noise_write(&p.st[0], &p.e[0], payload, 1, p.msg, 48) ==
      XLS_BUG_CONTRACT);
    init(&p, XLS_NOISE_PSKS_OUR);
    T(xls_noise_write(&p.st[0], &p.e[0], payload, 1, p.msg, 49) == XLS_OK);
    T(xls_noise_read(&p.st[1], p.msg, 49, p.payload, 0) == XLS_BUG_CONTRACT);
    init(&p, XLS_NOISE_PSKS_OUR);
    T(xls_noise_write(&p.st[0], &p.e[0], payload, XLS_NOISE_MAX, p.msg, 9) ==
      XLS_BUG_CONTRACT);
    init(&p, XLS_NOISE_PSKS_OUR);
    until(&p, 2);
    T(xls_noise_write(&p.st[0], &p.e[0], payload, 1, p.msg, sizeof(p.msg)) ==
      XLS_BUG_CONTRACT);
    init(&p, XLS_NOISE_PSKS_OUR);
    T(xls_noise_write(&p.st[0], &p.e[0], NULL, 0, p.msg, 48) == XLS_OK);
    T(xls_noise_read(&p.st[1], p.msg, 48, NULL, 0) == XLS_OK);
}
END_TEST

START_TEST(setups_that_are_none)
{
    struct t_oracle oracle;
    struct xls_noise st;
    struct xls_noise_setup good = {.role = XLS_ROLE_SOURCE};
    struct xls_noise_setup bad;

    t_oracle_init(&oracle);
    good.oracle = &oracle.api;
    T(xls_noise_init(&st, &good) == XLS_OK);
    bad = good;
    bad.role = XLS_ROLE_NONE;
    T(xls_noise_init(&st, &bad) == XLS_BUG_CONTRACT && is_dead(&st));
    bad = good;
    bad.psks = 16;
    T(xls_noise_init(&st, &bad) == XLS_BUG_CONTRACT && is_dead(&st));
    bad = good;
    bad.oracle = NULL;
    T(xls_noise_init(&st, &bad) == XLS_BUG_CONTRACT && is_dead(&st));
    bad = good;
    bad.prologue_len = 1;
    T(xls_noise_init(&st, &bad) == XLS_BUG_CONTRACT && is_dead(&st));
    xls_noise_wipe(NULL);
    xls_noise_keys_wipe(NULL);
    xls_cipher_wipe(NULL);
}
END_TEST

/* [P-22] */
START_TEST(transport_counts_and_never_reuses)
{
    uint8_t buf[32];
    struct xls_aead_text seal = {NULL, 0, buf, 16, buf};
    struct xls_aead_text open = {NULL, 0, buf, 32, buf};
    struct xls_cipher a = {{1}, 0, true};
    struct xls_cipher b = a;

    for (uint64_t i = 0; i < 5; i++) {
        T(a.n == i && xls_cipher_seal(&a, &seal) == XLS_OK && a.n == i + 1);
        buf[3] ^= 1;
        T(xls_cipher_open(&b, &open) == XLS_PEER_AUTH && b.n == i);
        memset(buf, 0, sizeof(buf));
        b.n = a.n;
    }
    T(xls_cipher_seal(&a, &seal) == XLS_OK);
    T(xls_cipher_open(&b, &open) == XLS_OK && b.n == 6);
    T(xls_cipher_open(&b, &open) == XLS_PEER_AUTH && b.n == 6);
    a.n = UINT64_MAX - 1;
    T(xls_cipher_seal(&a, &seal) == XLS_OK);
    T(xls_cipher_seal(&a, &seal) == XLS_BUG_CONTRACT);
    T(xls_cipher_open(&a, &open) == XLS_BUG_CONTRACT);
    xls_cipher_wipe(&a);
    T(sodium_is_zero((uint8_t *)&a, sizeof(a)));
    T(xls_cipher_seal(&a, &seal) == XLS_BUG_CONTRACT);
}
END_TEST

/* [P-11]: answers computed with another language's HMAC */
START_TEST(psk3_known_answers)
{
    static const char *const want[4] = {
        "cb405d4ddb62e58cdf9932930e663e0b2e5e6c2ad2d32a8cf282309c758329a6",
        "3b30bbae3a53927adff1a6d44f81a3a7f6ea53a6121b4f396a899b355c43de0d",
        "0271024112027df80fc46d8da449dfa0c830c8012b2ba2da2014e68a63530ce6",
        "2dd654bf71757d11345fe70391eaf63f2432f781696b0e5c584b551a3c049854",
    };
    uint8_t pairwise[XLS_PSK_LEN];
    uint8_t kem[XLS_PSK_LEN];
    uint8_t out[XLS_PSK_LEN];
    uint8_t other[XLS_PSK_LEN];

    memset(pairwise, 7, sizeof(pairwise));
    memset(kem, 9, sizeof(kem));
    for (size_t i = 0; i < 4; i++) {
        xls_psk3_derive((i & 1) != 0 ? pairwise : NULL,
                        (i & 2) != 0 ? kem : NULL, out);
        T(t_is(out, 32, want[i]));
    }
    for (size_t i = 0; i < sizeof(pairwise); i++) {
        pairwise[i] ^= 1;
        xls_psk3_derive(pairwise, kem, other);
        T(memcmp(out, other, sizeof(out)) != 0);
        pairwise[i] ^= 1;
        kem[i] ^= 1;
        xls_psk3_derive(pairwise, kem, other);
        T(memcmp(out, other, sizeof(out)) != 0);
        kem[i] ^= 1;
    }
    /* zeros are not nothing */
    memset(kem, 0, sizeof(kem));
    xls_psk3_derive(pairwise, kem, out);
    xls_psk3_derive(pairwise, NULL, other);
    T(memcmp(out, other, sizeof(out)) != 0);
}
END_TEST

START_TEST(mix_is_hkdf_of_three)
{
    uint8_t ck[XLS_HASH_LEN] = {1};
    uint8_t psk[XLS_PSK_LEN] = {2};
    struct xls_mix a;
    struct xls_mix b;

    xls_noise_mix_psk(ck, psk, &a);
    xls_noise_mix_psk(ck, psk, &b);
    T(memcmp(&a, &b, sizeof(a)) == 0);
    T(memcmp(a.ck, a.hash, XLS_HASH_LEN) != 0);
    T(memcmp(a.hash, a.key, XLS_HASH_LEN) != 0);
    psk[0] = 3;
    xls_noise_mix_psk(ck, psk, &b);
    T(memcmp(a.ck, b.ck, XLS_HASH_LEN) != 0);
    ck[0] = 3;
    xls_noise_mix_psk(ck, psk, &a);
    T(memcmp(a.key, b.key, XLS_HASH_LEN) != 0);
    xls_mix_wipe(&a);
    T(sodium_is_zero((uint8_t *)&a, sizeof(a)));
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        every_set_of_modifiers_completes,
        two_handshakes_share_nothing,
        identities_are_hidden,
        every_bit_of_every_message_counts,
        every_truncation_and_extension_is_refused,
        a_strangers_first_message_costs_no_x25519,
        wrong_psks_are_noticed_in_their_message,
        other_prologue_role_or_modifiers_do_not_meet,
        low_order_points_are_refused,
        our_own_key_is_refused,
        an_unknown_key_is_refused_after_its_proof,
        the_initiator_takes_policy_at_its_word,
        an_oracle_that_fails_ends_it,
        messages_have_their_turn,
        room_and_ephemeral_are_checked,
        setups_that_are_none,
        transport_counts_and_never_reuses,
        psk3_known_answers,
        mix_is_hkdf_of_three,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("noise", list, T_COUNT(list));
}
