/* SPDX-License-Identifier: LGPL-2.1-only */
/* Control messages: rulers, limits, and every single octet of each. */
#include <sodium.h>
#include <string.h>

#include "proto/companion.h"
#include "proto/control.h"
#include "proto/text.h"
#include "t-proto-sample.h"
#include "t.h"

static uint8_t wire[XLS_CONTROL_LARGE];
static uint8_t again[XLS_CONTROL_LARGE];

static size_t put(const struct xls_control *msg)
{
    size_t size = xls_control_size(msg->type);

    T(xls_control_put(msg, wire, sizeof(wire)) == XLS_OK);
    return size;
}

static bool zero(const uint8_t *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p[i] != 0) {
            return false;
        }
    }
    return true;
}

/* [P-31] [P-42] */
START_TEST(types_sizes_and_senders)
{
    static const struct {
        enum xls_control_type type;
        const char *name;
        bool source;
        bool destination;
    } want[] = {
        {XLS_OFFER, "OFFER", true, false},
        {XLS_ADMIT, "ADMIT", false, true},
        {XLS_REFUSE, "REFUSE", false, true},
        {XLS_PREPARED, "PREPARED", false, true},
        {XLS_FAILED, "FAILED", false, true},
        {XLS_COMMIT, "COMMIT", true, false},
        {XLS_ABORT, "ABORT", true, false},
        {XLS_COMMITTED, "COMMITTED", false, true},
        {XLS_BURNED, "BURNED", false, true},
        {XLS_ALIVE, "ALIVE", true, true},
        {XLS_PART, "PART", true, true},
        {XLS_EVIDENCE, "EVIDENCE", true, true},
        {XLS_SETTLE, "SETTLE", true, false},
    };

    T(T_COUNT(want) == XLS_CONTROL_TYPES - 1);
    for (size_t i = 0; i < T_COUNT(want); i++) {
        T((size_t)want[i].type == i + 1);
        T(strcmp(xls_control_name(want[i].type), want[i].name) == 0);
        T(xls_control_size(want[i].type) ==
          (i == 0 || i == 10 || i == 11 ? 61440 : 512));
        T(xls_control_sends(XLS_ROLE_SOURCE, want[i].type) == want[i].source);
        T(xls_control_sends(XLS_ROLE_DESTINATION, want[i].type) ==
          want[i].destination);
        T(!xls_control_sends(XLS_ROLE_NONE, want[i].type));
    }
    for (unsigned type = 0; type < 300;
         type += type == 0 ? XLS_CONTROL_TYPES : 1) {
        T(xls_control_size((enum xls_control_type)type) == 0);
        T(strcmp(xls_control_name((enum xls_control_type)type), "unknown") ==
          0);
        T(!xls_control_sends(XLS_ROLE_SOURCE, (enum xls_control_type)type));
    }
}
END_TEST

/* Field by field, as memory that was padded differently may differ. */
static void same_offer(const struct xls_offer *a, const struct xls_offer *b)
{
    T(a->guest == b->guest && a->flags == b->flags);
    T(a->max_kib == b->max_kib && a->target_kib == b->target_kib);
    T(a->vcpus == b->vcpus && a->xen_major == b->xen_major);
    T(a->xen_minor == b->xen_minor && memcmp(a->uuid, b->uuid, 16) == 0);
    T(strcmp(a->name, b->name) == 0 && strcmp(a->xen, b->xen) == 0);
    T(a->config_len == b->config_len &&
      memcmp(a->config, b->config, a->config_len) == 0);
    T(a->companions_len == b->companions_len &&
      memcmp(a->companions, b->companions, a->companions_len) == 0);
}

static void same(const struct xls_control *a, const struct xls_control *b)
{
    T(a->type == b->type && memcmp(a->id, b->id, XLS_ID_LEN) == 0);
    switch (a->type) {
    case XLS_OFFER:
        same_offer(&a->u.offer, &b->u.offer);
        break;
    case XLS_ADMIT:
        T(a->u.admit.free_kib == b->u.admit.free_kib);
        T(a->u.admit.xen_major == b->u.admit.xen_major);
        T(a->u.admit.xen_minor == b->u.admit.xen_minor);
        T(strcmp(a->u.admit.host, b->u.admit.host) == 0);
        break;
    case XLS_REFUSE:
        T(strcmp(a->u.refuse.rule, b->u.refuse.rule) == 0);
        T(strcmp(a->u.refuse.text, b->u.refuse.text) == 0);
        break;
    case XLS_PREPARED:
        for (unsigned i = 0; i < XLS_STREAMS; i++) {
            const struct xls_sums *x = &a->u.prepared.of[i];
            const struct xls_sums *y = &b->u.prepared.of[i];

            T(x->records == y->records && x->bytes == y->bytes);
            T(memcmp(x->digest, y->digest, 64) == 0);
        }
        break;
    case XLS_FAILED:
    case XLS_ABORT:
    case XLS_BURNED:
        T(strcmp(a->u.text, b->u.text) == 0);
        break;
    case XLS_COMMITTED:
        T(a->u.started == b->u.started);
        break;
    case XLS_ALIVE:
        T(a->u.received == b->u.received);
        break;
    case XLS_PART:
    case XLS_EVIDENCE:
        T(a->u.shown.epoch == b->u.shown.epoch);
        T(a->u.shown.len == b->u.shown.len);
        T(memcmp(a->u.shown.data, b->u.shown.data, a->u.shown.len) == 0);
        break;
    case XLS_SETTLE:
        T(a->u.settle.word == b->u.settle.word);
        T(memcmp(a->u.settle.id, b->u.settle.id, XLS_ID_LEN) == 0);
        break;
    case XLS_COMMIT:
    case XLS_CONTROL_NONE:
        break;
    }
}

START_TEST(every_type_makes_the_round)
{
    struct xls_control msg;
    struct xls_control back;

    for (unsigned type = XLS_OFFER; type <= XLS_SETTLE; type++) {
        size_t size;

        t_sample((enum xls_control_type)type, &msg);
        size = put(&msg);
        T(xls_control_get(wire, size, &back) == XLS_OK);
        same(&msg, &back);
        T(xls_control_put(&back, again, sizeof(again)) == XLS_OK);
        T(memcmp(wire, again, size) == 0);
    }
}
END_TEST

/* What get() accepts is what put() writes: octet by octet, every value.  So
 * there is one encoding of each message and no octet without a judge. */
static void judge_octet(size_t size, size_t at)
{
    struct xls_control back;
    uint8_t old = wire[at];

    for (unsigned v = 0; v < 256; v++) {
        enum xls_rc rc;

        wire[at] = (uint8_t)v;
        back.type = XLS_CONTROL_NONE;
        rc = xls_control_get(wire, size, &back);
        if (rc == XLS_OK) {
            T(xls_control_put(&back, again, sizeof(again)) == XLS_OK);
            T(memcmp(wire, again, size) == 0);
        } else {
            T(xls_rc_is_peer(rc) && back.type == XLS_CONTROL_NONE);
        }
    }
    wire[at] = old;
}

START_TEST(every_octet_of_small_messages_is_judged)
{
    struct xls_control msg;

    for (unsigned type = XLS_ADMIT; type <= XLS_ALIVE; type++) {
        t_sample((enum xls_control_type)type, &msg);
        for (size_t at = 0, size = put(&msg); at < size; at += t_stride(61)) {
            judge_octet(size, at);
        }
    }
}
END_TEST

/* [P-54] */
START_TEST(every_octet_of_large_messages_is_judged)
{
    static const enum xls_control_type large[] = {XLS_OFFER, XLS_PART,
                                                  XLS_EVIDENCE};
    struct xls_control msg;

    for (size_t i = 0; i < T_COUNT(large); i++) {
        t_sample(large[i], &msg);
        put(&msg);
        /* the fields, and a part of the padding that is judged in full below */
        for (size_t at = 0; at < 160; at += t_stride(29)) {
            judge_octet(XLS_CONTROL_LARGE, at);
        }
    }
}
END_TEST

/* [P-31] [P-2] */
START_TEST(padding_is_zero)
{
    struct xls_control msg;
    struct xls_control back;

    for (unsigned type = XLS_OFFER; type <= XLS_SETTLE; type++) {
        size_t used = type == XLS_PART       ? XLS_CONTROL_LARGE
                      : type == XLS_EVIDENCE ? 728
                                             : 400;
        size_t size;

        t_sample((enum xls_control_type)type, &msg);
        size = put(&msg);
        T(zero(wire + used, size - used));
        for (size_t at = used; at < size; at += t_stride(97)) {
            wire[at] = 0x80;
            T(xls_control_get(wire, size, &back) == XLS_PEER_RANGE);
            wire[at] = 0;
        }
        for (size_t at = 1; at < 4; at++) {
            wire[at] = 1;
            T(xls_control_get(wire, size, &back) == XLS_PEER_RANGE);
            wire[at] = 0;
        }
        T(xls_control_get(wire, size, &back) == XLS_OK);
    }
}
END_TEST

/* [P-31] type and size agree */
START_TEST(sizes_are_exact)
{
    struct xls_control msg;
    struct xls_control back;

    for (unsigned type = XLS_OFFER; type <= XLS_SETTLE; type++) {
        size_t size;

        t_sample((enum xls_control_type)type, &msg);
        size = put(&msg);
        for (size_t len = 0; len < 600; len++) {
            T(len == size || xls_rc_is_peer(xls_control_get(wire, len, &back)));
        }
        T(xls_rc_is_peer(xls_control_get(wire, size - 1, &back)));
        T(size == XLS_CONTROL_LARGE ||
          xls_rc_is_peer(xls_control_get(wire, XLS_CONTROL_LARGE, &back)));
        T(xls_control_put(&msg, wire, size - 1) == XLS_BUG_CONTRACT);
    }
    T(xls_control_get(wire, 0, &back) == XLS_PEER_SHORT);
}
END_TEST

/* [P-32] */
START_TEST(an_id_is_not_zero)
{
    struct xls_control msg;
    struct xls_control back;

    for (unsigned type = XLS_OFFER; type <= XLS_SETTLE; type++) {
        size_t size;

        t_sample((enum xls_control_type)type, &msg);
        size = put(&msg);
        memset(wire + 4, 0, XLS_ID_LEN);
        T(xls_control_get(wire, size, &back) == XLS_PEER_RANGE);
        wire[19] = 1;
        T(xls_control_get(wire, size, &back) == XLS_OK && back.id[15] == 1);
        memset(msg.id, 0, XLS_ID_LEN);
        T(xls_control_put(&msg, wire, sizeof(wire)) == XLS_BUG_CONTRACT);
        T(zero(wire, size));
    }
}
END_TEST

/* The octets of one message against the rulers of section 6. */
START_TEST(rulers)
{
    struct xls_control msg;
    static const uint8_t offer[] = {
        1,    0,    0,    0,    0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0x1d,
        0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0x1d, 0,    2,    3,    3,
        0,    0,    0,    4,    0,    0,    0,    0,    0,    0x40, 0,    0,
        0,    0,    0,    0,    0,    0x3f, 0xff, 0xff, 0,    4,    0,    17,
        0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77,
        0x77, 0x77, 0x77, 0x77, 5,    'g',  'r',  0xc3, 0xbc, 'n',  10,   '4',
        '.',  '1',  '7',  '.',  '3',  '-',  'p',  'r',  'e',  0,    0,    0};
    static const uint8_t admit[] = {0, 0, 0,  0, 0,   0x80, 0,   0,   0,
                                    4, 0, 18, 4, 'x', 'e',  'n', '2', 0};
    uint8_t hash[32];
    uint8_t digest[XLS_SUMS_DIGEST];

    t_sample(XLS_OFFER, &msg); /* [P-34] */
    put(&msg);
    T(memcmp(wire, offer, sizeof(offer)) == 0);
    T(wire[sizeof(offer)] == sizeof(t_config) - 1);
    T(memcmp(wire + sizeof(offer) + 1, t_config, sizeof(t_config) - 1) == 0);
    T(memcmp(wire + sizeof(offer) + sizeof(t_config), t_companions,
             sizeof(t_companions)) == 0); /* and the first zero */
    msg.u.offer.companions = NULL;
    put(&msg);
    T(zero(wire + sizeof(offer) + sizeof(t_config), 1000));
    t_sample(XLS_ADMIT, &msg); /* [P-35] */
    put(&msg);
    T(wire[0] == 2 && memcmp(wire + 20, admit, sizeof(admit)) == 0);
    t_sample(XLS_REFUSE, &msg); /* [P-36] */
    put(&msg);
    T(wire[0] == 3 && memcmp(wire + 20,
                             "\6memory\0\x22"
                             "1 GiB",
                             14) == 0);
    t_sample(XLS_PREPARED, &msg); /* [P-37] */
    put(&msg);
    T(wire[0] == 4 && wire[27] == 3 && wire[34] == 0xff && wire[35] == 0xf9);
    T(wire[36] == 0x5a && wire[99] == 0x5a && wire[100] == 0);
    T(wire[107] == 4 && wire[114] == 0xff && wire[115] == 0xf8); /* [P-80] */
    T(wire[116] == 0x5b && wire[179] == 0x5b && wire[180] == 0);
    (void)crypto_hash_sha256(hash, wire + 20, 160); /* [P-57] */
    xls_sums_digest(msg.u.prepared.of, digest);
    T(memcmp(digest, hash, sizeof(hash)) == 0);
    t_sample(XLS_FAILED, &msg); /* [P-38] */
    put(&msg);
    T(wire[0] == 5 && memcmp(wire + 20, "\0\17it did", 8) == 0);
    t_sample(XLS_COMMIT, &msg);
    put(&msg);
    T(wire[0] == 6 && zero(wire + 20, 492));
    t_sample(XLS_COMMITTED, &msg); /* [P-39] */
    put(&msg);
    T(wire[0] == 8 && wire[20] == 1 && zero(wire + 21, 491));
    t_sample(XLS_ALIVE, &msg); /* [P-40] */
    msg.u.received = 0x0102030405060708U;
    put(&msg);
    T(wire[0] == 10 && memcmp(wire + 20, "\1\2\3\4\5\6\7\10", 8) == 0);
    t_sample(XLS_SETTLE, &msg); /* [P-96] */
    msg.u.settle.word = XLS_SETTLE_ABORT;
    memcpy(msg.u.settle.id, "0123456789abcdef", XLS_ID_LEN);
    put(&msg);
    T(wire[0] == 13 && wire[20] == 2 && zero(wire + 37, 475));
    T(memcmp(wire + 21, "0123456789abcdef", XLS_ID_LEN) == 0);
}
END_TEST

static bool offer_ok(const struct xls_control *msg)
{
    enum xls_rc rc;

    memset(wire, 0, sizeof(wire));
    rc = xls_control_put(msg, wire, sizeof(wire));
    T(rc == XLS_OK || rc == XLS_BUG_CONTRACT);
    T(rc == XLS_OK || zero(wire, sizeof(wire)));
    return rc == XLS_OK;
}

/* [P-34] */
START_TEST(numbers_of_an_offer_have_limits)
{
    struct xls_control good;
    struct xls_control m;

    t_sample(XLS_OFFER, &good);
    for (unsigned guest = 0; guest < 300; guest++) {
        m = good;
        m.u.offer.guest = (enum xls_guest_type)guest;
        T(offer_ok(&m) == (guest >= 1 && guest <= 3));
    }
    for (uint32_t flags = 0; flags < 600; flags++) {
        m = good;
        m.u.offer.flags = flags;
        T(offer_ok(&m) == (flags <= 7));
    }
    m = good;
    m.u.offer.vcpus = 0;
    T(!offer_ok(&m));
    m.u.offer.vcpus = XLS_OFFER_VCPUS_MAX;
    T(offer_ok(&m));
    m.u.offer.vcpus++;
    T(!offer_ok(&m));
    m = good;
    m.u.offer.max_kib = 0;
    T(!offer_ok(&m));
    m.u.offer.max_kib = XLS_OFFER_KIB_MAX;
    m.u.offer.target_kib = XLS_OFFER_KIB_MAX;
    T(offer_ok(&m));
    m.u.offer.max_kib++;
    T(!offer_ok(&m));
    m = good;
    m.u.offer.target_kib = m.u.offer.max_kib + 1;
    T(!offer_ok(&m));
    m.u.offer.target_kib = 0;
    T(!offer_ok(&m));
    m.u.offer.target_kib = 1;
    T(offer_ok(&m));
}
END_TEST

/* [P-96] */
START_TEST(a_settle_has_two_words_and_an_id)
{
    struct xls_control m;
    struct xls_control back;

    for (unsigned word = 0; word < 300; word++) {
        bool good = word == 1 || word == 2;

        t_sample(XLS_SETTLE, &m);
        m.u.settle.word = (enum xls_settle_word)word;
        T(offer_ok(&m) == good);
    }
    t_sample(XLS_SETTLE, &m);
    put(&m);
    wire[20] = 3;
    T(xls_control_get(wire, XLS_CONTROL_SMALL, &back) == XLS_PEER_RANGE);
    wire[20] = 0;
    T(xls_control_get(wire, XLS_CONTROL_SMALL, &back) == XLS_PEER_RANGE);
    memset(m.u.settle.id, 0, XLS_ID_LEN);
    T(!offer_ok(&m));
}
END_TEST

/* [P-34] */
START_TEST(config_has_limits)
{
    static char config[XLS_OFFER_CONFIG_MAX + 1];
    struct xls_control m;
    struct xls_control back;

    memset(config, 'x', sizeof(config));
    t_sample(XLS_OFFER, &m);
    memset(m.u.offer.name, 'n', XLS_NAME_MAX);
    memset(m.u.offer.xen, 'x', XLS_XEN_MAX);
    m.u.offer.config = config;
    m.u.offer.config_len = XLS_OFFER_CONFIG_MAX; /* all at their largest */
    T(offer_ok(&m));
    T(xls_control_get(wire, sizeof(wire), &back) == XLS_OK);
    same(&m, &back);
    T((const uint8_t *)back.u.offer.config > wire &&
      (const uint8_t *)back.u.offer.config < wire + sizeof(wire));
    m.u.offer.config_len++;
    T(!offer_ok(&m));
    m.u.offer.config_len = 0;
    T(!offer_ok(&m));
    m.u.offer.config_len = 1;
    T(offer_ok(&m));
    m.u.offer.config = NULL;
    T(!offer_ok(&m));
    m.u.offer.config = config;
    config[0] = '\0';
    T(!offer_ok(&m));
    config[0] = '\n';
    T(offer_ok(&m));
}
END_TEST

/* [P-70] to [P-72] The list of an offer is judged as one by itself is. */
START_TEST(companions_of_an_offer)
{
    static uint8_t list[XLS_COMPANIONS_WIRE];
    static struct xls_companions all;
    struct xls_wr wr = xls_wr_over(list, sizeof(list));
    struct xls_companion one = {XLS_COMPANION_FILE, 0, 1, ""};
    struct xls_control m;
    struct xls_control back;

    t_sample(XLS_OFFER, &m);
    m.u.offer.companions = list;
    for (unsigned i = 0; i < XLS_COMPANIONS_MAX; i++) {
        memset(one.path, 'p', XLS_COMPANION_PATH);
        one.path[0] = '/';
        one.path[1] = (char)('a' + (char)i);
        T(xls_companions_add(&all, &one));
    }
    xls_companions_put(&wr, &all);
    T(xls_wr_end(&wr, &m.u.offer.companions_len) == XLS_OK);
    T(m.u.offer.companions_len == sizeof(list));
    T(offer_ok(&m));
    T(xls_control_get(wire, sizeof(wire), &back) == XLS_OK);
    same(&m, &back);
    list[0]++; /* what the reader refuses is not sent */
    T(!offer_ok(&m));
    list[0] -= 2; /* nor is what is left over */
    T(!offer_ok(&m));
    list[0]++;
    m.u.offer.companions_len--;
    T(!offer_ok(&m));
}
END_TEST

/* A string field: its room, and whether it may be empty. */
struct string_case {
    enum xls_control_type type;
    size_t offset; /* in struct xls_control */
    size_t room;
    bool empty;
};

#define FIELD(member)                                                          \
    offsetof(struct xls_control, member),                                      \
        sizeof(((struct xls_control *)NULL)->member)

static const struct string_case string_cases[] = {
    {XLS_OFFER, FIELD(u.offer.name), false},
    {XLS_OFFER, FIELD(u.offer.xen), true},
    {XLS_ADMIT, FIELD(u.admit.host), false},
    {XLS_REFUSE, FIELD(u.refuse.rule), false},
    {XLS_REFUSE, FIELD(u.refuse.text), true},
    {XLS_FAILED, FIELD(u.text), true},
    {XLS_ABORT, FIELD(u.text), true},
    {XLS_BURNED, FIELD(u.text), true},
};

/* [P-33] [P-36] [P-38] */
START_TEST(strings_have_limits)
{
    for (size_t i = 0; i < T_COUNT(string_cases); i++) {
        const struct string_case *c = &string_cases[i];
        struct xls_control m;
        struct xls_control back;
        char *s = (char *)&m + c->offset;

        t_sample(c->type, &m);
        for (size_t len = 0; len < c->room; len++) {
            memset(s, 'a', len);
            s[len] = '\0';
            T((xls_control_put(&m, wire, sizeof(wire)) == XLS_OK) ==
              (len != 0 || c->empty));
            T((len == 0 && !c->empty) ||
              xls_control_get(wire, xls_control_size(c->type), &back) ==
                  XLS_OK);
        }
        same(&m, &back);      /* the longest */
        s[c->room - 1] = 'a'; /* no end */
        T(xls_control_put(&m, wire, sizeof(wire)) == XLS_BUG_CONTRACT);
        strcpy(s, "a\x1b[2J");
        T(xls_control_put(&m, wire, sizeof(wire)) == XLS_BUG_CONTRACT);
        strcpy(s, "a\nb");
        T(xls_control_put(&m, wire, sizeof(wire)) == XLS_BUG_CONTRACT);
    }
}
END_TEST

struct text_case {
    const char *s;
    bool plain;
    bool lines;
};

/* [P-33] */
static const struct text_case text_cases[] = {
    {"", true, true},
    {"a", true, true},
    {" ~", true, true},
    {"\x1f", false, false},
    {"\x7f", false, false},
    {"\t", false, true},
    {"\n", false, true},
    {"\r", false, true},
    {"\v", false, false},
    {"\x1b[31m", false, false},
    {"\xc2\x80", false, false},         /* U+0080, a control */
    {"\xc2\x9f", false, false},         /* U+009F */
    {"\xc2\xa0", true, true},           /* U+00A0 */
    {"\xc0\x80", false, false},         /* over-long NUL */
    {"\xc1\xbf", false, false},         /* over-long */
    {"\xe0\x9f\xbf", false, false},     /* over-long */
    {"\xe0\xa0\x80", true, true},       /* U+0800 */
    {"\xf0\x8f\xbf\xbf", false, false}, /* over-long */
    {"\xf0\x90\x80\x80", true, true},   /* U+10000 */
    {"\xf4\x8f\xbf\xbd", true, true},   /* U+10FFFD */
    {"\xf4\x90\x80\x80", false, false}, /* U+110000 */
    {"\xf5\x80\x80\x80", false, false},
    {"\xff", false, false},
    {"\xed\x9f\xbf", true, true},   /* U+D7FF */
    {"\xed\xa0\x80", false, false}, /* a surrogate */
    {"\xed\xbf\xbf", false, false},
    {"\xee\x80\x80", true, true},   /* U+E000 */
    {"\xef\xbb\xbf", false, false}, /* byte-order mark */
    {"\xef\xbf\xbd", true, true},   /* U+FFFD */
    {"\xef\xbf\xbe", false, false}, /* U+FFFE */
    {"\xe2\x80\xa7", true, true},   /* U+2027 */
    {"\xe2\x80\xa8", false, false}, /* line separator */
    {"\xe2\x80\xae", false, false}, /* right-to-left override */
    {"\xe2\x80\xaf", true, true},   /* U+202F */
    {"\xe2\x81\xa6", false, false}, /* an isolate */
    {"\xe2\x81\xa9", false, false},
    {"\xe2\x81\xaa", true, true},
    {"\x80", false, false},  /* a continuation alone */
    {"a\xc3", false, false}, /* cut */
    {"a\xe2\x82", false, false},
    {"a\xf0\x9f\x98", false, false},
    {"\xc3\x28", false, false}, /* no continuation */
    {"\xe2\x28\xa1", false, false},
    {"\xe2\x82\x28", false, false},
    {"\xf0\x9f\x98\x80", true, true},
};

START_TEST(text_is_judged)
{
    for (size_t i = 0; i < T_COUNT(text_cases); i++) {
        const struct text_case *c = &text_cases[i];
        const uint8_t *p = (const uint8_t *)c->s;
        size_t len = strlen(c->s);

        T(xls_text_ok(p, len, false) == c->plain);
        T(xls_text_ok(p, len, true) == c->lines);
    }
    T(!xls_text_ok((const uint8_t *)"a\0b", 3, true));
    T(xls_text_ok(NULL, 0, false));
}
END_TEST

/* Every code point, by an encoder of our own. */
START_TEST(every_code_point_is_judged)
{
    for (uint32_t c = 0; c < 0x110000; c += t_stride(61)) {
        uint8_t s[4];
        size_t n;
        bool bad = c < 0x20 || (c >= 0x7f && c < 0xa0) ||
                   (c >= 0x2028 && c <= 0x202e) ||
                   (c >= 0x2066 && c <= 0x2069) ||
                   (c >= 0xd800 && c <= 0xdfff) || c == 0xfeff || c == 0xfffe ||
                   c == 0xffff;

        if (c < 0x80) {
            s[0] = (uint8_t)c;
            n = 1;
        } else if (c < 0x800) {
            s[0] = (uint8_t)(0xc0 | c >> 6);
            s[1] = (uint8_t)(0x80 | (c & 0x3f));
            n = 2;
        } else if (c < 0x10000) {
            s[0] = (uint8_t)(0xe0 | c >> 12);
            s[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
            s[2] = (uint8_t)(0x80 | (c & 0x3f));
            n = 3;
        } else {
            s[0] = (uint8_t)(0xf0 | c >> 18);
            s[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
            s[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
            s[3] = (uint8_t)(0x80 | (c & 0x3f));
            n = 4;
        }
        T(xls_text_ok(s, n, false) == !bad);
        T(xls_text_ok(s, n, true) ==
          (!bad || c == '\t' || c == '\n' || c == '\r'));
    }
}
END_TEST

/* [P-39] */
START_TEST(committed_says_running_or_paused)
{
    struct xls_control m;

    t_sample(XLS_COMMITTED, &m);
    for (unsigned v = 0; v < 600; v++) {
        m.u.started = (enum xls_started)v;
        T((xls_control_put(&m, wire, sizeof(wire)) == XLS_OK) ==
          (v == 1 || v == 2));
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        types_sizes_and_senders,
        every_type_makes_the_round,
        every_octet_of_small_messages_is_judged,
        every_octet_of_large_messages_is_judged,
        padding_is_zero,
        sizes_are_exact,
        an_id_is_not_zero,
        rulers,
        numbers_of_an_offer_have_limits,
        a_settle_has_two_words_and_an_id,
        config_has_limits,
        companions_of_an_offer,
        strings_have_limits,
        text_is_judged,
        every_code_point_is_judged,
        committed_says_running_or_paused,
    };

    return t_run("proto-control", list, T_COUNT(list));
}
