/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The toolstack's side of its helpers, which are this test itself: what they
 * say in which order, wrongly, or not at all.
 */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wr.h"
#include "host/clock.h"
#include "host/fd.h"
#include "t.h"
#include "toolstack/crew.h"

enum helper { KEYS, WIRE, GUARD, HELPERS };

struct stage {
    struct xls_crew crew;
    int helper[HELPERS]; /* the helpers' ends */
    struct xls_why why;
    enum xls_from from;
    struct xls_watch watch;
};

static void begin(struct stage *s, enum xls_role role)
{
    struct xls_child *children[HELPERS] = {&s->crew.keys, &s->crew.wire,
                                           &s->crew.guard};

    memset(s, 0, sizeof(*s));
    s->crew.role = role;
    s->crew.conf.handshake_seconds = 1;
    s->crew.ring = (struct xls_ring_fds){-1, {-1, -1}};
    s->crew.msg = calloc(1, sizeof(*s->crew.msg));
    T(s->crew.msg != NULL);
    for (int i = 0; i < HELPERS; i++) {
        int pair[2];

        T(xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
        *children[i] = XLS_CHILD_NONE;
        children[i]->ctl = pair[0];
        s->helper[i] = pair[1];
    }
    s->crew.verify = XLS_CHILD_NONE;
    s->watch.deadline = xls_now_ms() + 10000;
}

static void end(struct stage *s)
{
    for (int i = 0; i < HELPERS; i++) {
        xls_fd_close(&s->helper[i]);
    }
    xls_crew_end(&s->crew);
}

static void tell(const struct stage *s, enum helper who, uint16_t type,
                 const void *body, size_t len)
{
    T(xls_ipc_send(s->helper[who], type, body, len) == XLS_OK);
}

static void tell_failed(const struct stage *s, enum helper who, enum xls_rc rc,
                        const char *text)
{
    struct xls_why why = {""};

    (void)xls_why_set(&why, rc, "%s", text);
    xls_msg_failed(s->helper[who], rc, &why);
}

static enum xls_rc next(struct stage *s)
{
    return xls_crew_next(&s->crew, &s->watch, &s->from, &s->why);
}

/* keys' verdict on a peer of that key, or what who says in its place; name may
 * be empty. */
static void tell_peer(const struct stage *s, enum helper who, uint8_t key,
                      const char *name)
{
    uint8_t body[XLS_KEY + 80];
    size_t len = strlen(name);

    memset(body, key, XLS_KEY);
    memcpy(body + XLS_KEY, name, len);
    tell(s, who, XLS_MSG_KEYS_PEER, body, XLS_KEY + len);
}

/* The peer's key, h, two nonces, the migration id, and the suite. */
#define UP_LEN (XLS_KEY + 64 + 32 + 32 + 16 + 2)

static void put_up(uint8_t body[UP_LEN], uint8_t key, uint8_t id, uint8_t suite)
{
    memset(body, key, XLS_KEY);
    memset(body + XLS_KEY, 1, 64);
    memset(body + XLS_KEY + 64, 2, 32);
    memset(body + XLS_KEY + 96, 3, 32);
    memset(body + XLS_KEY + 128, id, 16);
    body[UP_LEN - 2] = 0;
    body[UP_LEN - 1] = suite;
}

static void tell_up(const struct stage *s, uint8_t key)
{
    uint8_t body[UP_LEN];

    put_up(body, key, 0x1d, XLS_SUITE_X25519);
    tell(s, WIRE, XLS_MSG_WIRE_UP, body, sizeof(body));
}

/* --- who is heard first
 * --------------------------------------------------------- */

START_TEST(counts_are_taken_in)
{
    const uint8_t wire[8] = {0, 0, 0, 0, 0, 0, 1, 0};
    const uint8_t guard[20] = {0, 0, 0, 0, 0, 0, 0, 2, 0, 0,
                               0, 0, 0, 0, 0, 3, 0, 0, 0, 4};
    struct stage s;

    begin(&s, XLS_ROLE_SOURCE);
    tell(&s, WIRE, XLS_MSG_WIRE_COUNT, wire, sizeof(wire));
    T(next(&s) == XLS_OK && s.from == XLS_FROM_COUNT);
    T(s.crew.wire_octets == 256);
    tell(&s, GUARD, XLS_MSG_GUARD_COUNT, guard, sizeof(guard));
    T(next(&s) == XLS_OK && s.from == XLS_FROM_COUNT);
    tell(&s, GUARD, XLS_MSG_GUARD_DONE, guard, sizeof(guard));
    T(next(&s) == XLS_OK && s.from == XLS_FROM_GUARD);
    T(s.crew.stream_bytes == 2 && s.crew.stream_pages == 3);
    T(s.crew.stream_passes == 4);
    /* one octet more, or less */
    tell(&s, WIRE, XLS_MSG_WIRE_COUNT, wire, 7);
    T(next(&s) == XLS_BUG_CONTRACT);
    tell(&s, GUARD, XLS_MSG_GUARD_DONE, guard, 19);
    T(next(&s) == XLS_BUG_CONTRACT);
    end(&s);
}
END_TEST

#define STREAM_LEN (1 + 16 + XLS_HASH_LEN)

/* A stream has ended, with these records, bytes and digest. */
static void tell_stream(const struct stage *s, enum helper who, uint8_t n,
                        size_t len)
{
    uint8_t body[STREAM_LEN + 1] = {n, 0, 0, 0, 0, 0, 0, 0, 7};

    memset(body + 9, 0x10 + n, sizeof(body) - 9);
    tell(s, who, XLS_MSG_WIRE_STREAM, body, len);
}

/* [P-57] verify hears the sums when both streams have ended, and once. */
START_TEST(verify_hears_the_sums)
{
    struct stage s;
    struct xls_ipc_msg *msg = calloc(1, sizeof(*msg));
    uint8_t digest[XLS_SUMS_DIGEST];
    int pair[2];

    begin(&s, XLS_ROLE_DESTINATION);
    T(msg != NULL && xls_fd_pair(SOCK_SEQPACKET, pair) == XLS_OK);
    s.crew.verify.ctl = pair[0];
    tell_stream(&s, WIRE, 0, STREAM_LEN);
    T(next(&s) == XLS_OK && s.from == XLS_FROM_COUNT && s.crew.ended == 1);
    T(s.crew.passed[0].records == 7 && s.crew.passed[0].digest[63] == 0x10);
    T(xls_ipc_recv(pair[1], 0, msg) != XLS_OK);
    tell_stream(&s, WIRE, 1, STREAM_LEN);
    T(next(&s) == XLS_OK && s.from == XLS_FROM_COUNT && s.crew.ended == 2);
    xls_sums_digest(s.crew.passed, digest);
    T(xls_ipc_recv(pair[1], 0, msg) == XLS_OK);
    T(msg->type == XLS_MSG_VERIFY_SUMS && msg->len == sizeof(digest));
    T(memcmp(msg->body, digest, sizeof(digest)) == 0);
    tell_stream(&s, WIRE, 1, STREAM_LEN);
    T(next(&s) == XLS_BUG_CONTRACT);
    xls_fd_close(&pair[1]);
    free(msg);
    end(&s);
}
END_TEST

START_TEST(streams_end_in_order)
{
    static const size_t wrong[] = {STREAM_LEN - 1, STREAM_LEN + 1};
    struct stage s;

    for (size_t i = 0; i < T_COUNT(wrong); i++) {
        begin(&s, XLS_ROLE_SOURCE);
        tell_stream(&s, WIRE, 0, wrong[i]);
        T(next(&s) == XLS_BUG_CONTRACT && s.crew.ended == 0);
        end(&s);
    }
    begin(&s, XLS_ROLE_SOURCE);
    tell_stream(&s, WIRE, 1, STREAM_LEN);
    T(next(&s) == XLS_BUG_CONTRACT && s.crew.ended == 0);
    tell_stream(&s, GUARD, 0, STREAM_LEN); /* it is wire's to say */
    T(next(&s) == XLS_OK && s.crew.ended == 0);
    tell_stream(&s, WIRE, 0, STREAM_LEN);
    T(next(&s) == XLS_OK && s.crew.ended == 1);
    tell_stream(&s, WIRE, 0, STREAM_LEN);
    T(next(&s) == XLS_BUG_CONTRACT);
    end(&s);
}
END_TEST

START_TEST(deadlines_and_extras)
{
    struct stage s;
    int pipe[2];
    int extra[2];

    begin(&s, XLS_ROLE_SOURCE);
    s.watch.deadline = 0;
    T(next(&s) == XLS_OK && s.from == XLS_FROM_NOBODY);
    T(xls_fd_pipe(pipe) == XLS_OK && write(pipe[1], "", 1) == 1);
    extra[0] = -1;
    extra[1] = pipe[0];
    s.watch.extra = extra;
    s.watch.count = 2;
    T(next(&s) == XLS_OK && s.from == XLS_FROM_EXTRA && s.watch.which == 1);
    tell(&s, WIRE, XLS_MSG_CONTROL, "", 0); /* helpers come first */
    T(next(&s) == XLS_OK && s.from == XLS_FROM_WIRE);
    s.watch.count = 5;
    T(next(&s) == XLS_BUG_CONTRACT);
    xls_fd_close(&pipe[0]);
    xls_fd_close(&pipe[1]);
    end(&s);
}
END_TEST

/* --- the peer
 * --------------------------------------------------------------------- */

START_TEST(a_peer_is_whom_keys_named)
{
    struct stage s;

    begin(&s, XLS_ROLE_DESTINATION);
    tell_peer(&s, KEYS, 7, "xen1");
    tell_up(&s, 7);
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_OK);
    T(strcmp(s.crew.peer_name, "xen1") == 0 && s.crew.peer_key[31] == 7);
    T(s.crew.h[0] == 1 && s.crew.h[63] == 1);
    T(s.crew.own_nonce[0] == 2 && s.crew.own_nonce[31] == 2);
    T(s.crew.peer_nonce[0] == 3 && s.crew.peer_nonce[31] == 3);
    T(s.crew.id[0] == 0x1d && s.crew.id[15] == 0x1d);
    T(s.crew.suite == XLS_SUITE_X25519);
    end(&s);
    /* the order in which both are read does not matter */
    begin(&s, XLS_ROLE_DESTINATION);
    tell_up(&s, 7);
    tell_peer(&s, KEYS, 7, "xen1");
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_OK);
    end(&s);
}
END_TEST

START_TEST(a_peer_that_wire_alone_speaks_of)
{
    struct stage s;

    begin(&s, XLS_ROLE_DESTINATION);
    tell_up(&s, 7); /* keys was never asked */
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_PEER_POLICY);
    ck_assert_str_eq(s.why.text, "the other host's identity is not settled");
    end(&s);
    begin(&s, XLS_ROLE_DESTINATION);
    tell_peer(&s, WIRE, 7, "xen1"); /* in keys' place */
    tell_up(&s, 7);
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_BUG_CONTRACT);
    T(s.crew.peer_name[0] == '\0');
    end(&s);
    begin(&s, XLS_ROLE_DESTINATION);
    tell_peer(&s, KEYS, 7, "xen1");
    tell_up(&s, 8); /* another one */
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_PEER_POLICY);
    end(&s);
    begin(&s, XLS_ROLE_DESTINATION);
    tell_peer(&s, KEYS, 7, ""); /* refused, and up all the same */
    tell_up(&s, 7);
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_PEER_POLICY);
    T(strstr(s.why.text, "is unknown here, or may not send guests here") !=
      NULL);
    end(&s);
    begin(&s, XLS_ROLE_DESTINATION);
    tell_peer(&s, KEYS, 7, "xen1");
    tell(&s, WIRE, XLS_MSG_WIRE_UP, "short", 5);
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_PEER_POLICY);
    end(&s);
}
END_TEST

/* [P-46] [P-48] [P-50]: what wire may not say of a session */
START_TEST(a_session_that_is_not_ours)
{
    static const struct {
        enum xls_role role;
        enum xls_pq pq;
        size_t len;
        uint8_t id;
        uint8_t suite;
        enum xls_rc want;
    } rows[] = {
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN, 0x1d, 1, XLS_OK},
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN, 0x1e, 1, XLS_PEER_POLICY},
        {XLS_ROLE_DESTINATION, XLS_PQ_PREFER, UP_LEN, 0x1e, 1, XLS_OK},
        {XLS_ROLE_DESTINATION, XLS_PQ_PREFER, UP_LEN, 0, 1, XLS_PEER_POLICY},
        {XLS_ROLE_SOURCE, XLS_PQ_OFF, UP_LEN, 0x1d, 1, XLS_OK},
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN, 0x1d, 0, XLS_PEER_POLICY},
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN, 0x1d, 2, XLS_OK},
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN, 0x1d, 3, XLS_PEER_POLICY},
        {XLS_ROLE_SOURCE, XLS_PQ_REQUIRE, UP_LEN, 0x1d, 1, XLS_PEER_POLICY},
        {XLS_ROLE_SOURCE, XLS_PQ_REQUIRE, UP_LEN, 0x1d, 2, XLS_OK},
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN - 1, 0x1d, 1, XLS_PEER_POLICY},
        {XLS_ROLE_SOURCE, XLS_PQ_PREFER, UP_LEN + 1, 0x1d, 1, XLS_PEER_POLICY},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct stage s;
        uint8_t body[UP_LEN + 1] = {0};

        begin(&s, rows[i].role);
        s.crew.conf.post_quantum = rows[i].pq;
        memset(s.crew.id, rows[i].role == XLS_ROLE_SOURCE ? 0x1d : 0,
               XLS_ID_LEN);
        put_up(body, 7, rows[i].id, rows[i].suite);
        tell_peer(&s, KEYS, 7, "xen1");
        tell(&s, WIRE, XLS_MSG_WIRE_UP, body, rows[i].len);
        T(xls_crew_await_peer(&s.crew, &s.why) == rows[i].want);
        end(&s);
    }
}
END_TEST

START_TEST(a_refused_peer_is_told_with_its_key)
{
    struct stage s;

    begin(&s, XLS_ROLE_DESTINATION);
    tell_peer(&s, KEYS, 7, "");
    tell_failed(&s, WIRE, XLS_PEER_POLICY, "what wire makes of it");
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_PEER_POLICY);
    T(strncmp(s.why.text, "the host with the key SHA256:", 29) == 0);
    end(&s);
}
END_TEST

START_TEST(a_peer_whose_name_is_no_name)
{
    struct stage s;
    uint8_t body[XLS_KEY + XLS_NAME];

    begin(&s, XLS_ROLE_DESTINATION);
    memset(body, 'x', sizeof(body));
    tell(&s, KEYS, XLS_MSG_KEYS_PEER, body, sizeof(body));
    T(next(&s) == XLS_BUG_CONTRACT);
    tell(&s, KEYS, XLS_MSG_KEYS_PEER, body, XLS_KEY - 1);
    T(next(&s) == XLS_BUG_CONTRACT);
    tell_peer(&s, KEYS, 7, "a\n\x1b");
    T(next(&s) == XLS_OK);
    ck_assert_str_eq(s.crew.peer_name, "a??");
    end(&s);
}
END_TEST

START_TEST(nobody_comes)
{
    struct stage s;
    int64_t began = xls_now_ms();

    begin(&s, XLS_ROLE_DESTINATION);
    xls_fd_close(&s.helper[WIRE]);
    T(xls_crew_await_peer(&s.crew, &s.why) == XLS_HOST_GONE);
    ck_assert_str_eq(s.why.text, "xlsec-wire ended without a word; the "
                                 "system's log may say why");
    T(xls_now_ms() - began < 5000);
    end(&s);
}
END_TEST

/* --- ends, and whose reason it is
 * ------------------------------------------------------ */

START_TEST(the_first_reason_is_not_the_one_that_counts)
{
    struct stage s;

    /* guard ends because wire did: what wire said is the reason */
    begin(&s, XLS_ROLE_SOURCE);
    tell_failed(&s, WIRE, XLS_PEER_AUTH, "data was changed");
    xls_fd_close(&s.helper[GUARD]);
    s.watch.deadline = xls_now_ms() + 1000;
    T(next(&s) == XLS_PEER_AUTH);
    ck_assert_str_eq(s.why.text, "data was changed");
    end(&s);
    /* wire ends because guard did, with a reason of its own */
    begin(&s, XLS_ROLE_SOURCE);
    tell_failed(&s, GUARD, XLS_PEER_RANGE, "the stream is refused");
    tell_failed(&s, WIRE, XLS_HOST_GONE, "guard has ended");
    T(next(&s) == XLS_PEER_RANGE);
    ck_assert_str_eq(s.why.text, "the stream is refused");
    end(&s);
    /* nobody has a reason */
    begin(&s, XLS_ROLE_SOURCE);
    xls_fd_close(&s.helper[KEYS]);
    T(next(&s) == XLS_HOST_GONE);
    ck_assert_str_eq(s.why.text, "xlsec-keys ended without a word; the "
                                 "system's log may say why");
    end(&s);
}
END_TEST

START_TEST(what_cannot_be_said_ends_with_their_reason)
{
    const struct xls_control abort = {.type = XLS_ABORT, .id = {1}};
    struct stage s;

    begin(&s, XLS_ROLE_SOURCE);
    T(xls_crew_say(&s.crew, &abort) == XLS_OK);
    tell_failed(&s, WIRE, XLS_PEER_SHORT, "the connection ended");
    xls_fd_close(&s.helper[WIRE]);
    T(xls_crew_say(&s.crew, &abort) == XLS_HOST_GONE);
    T(xls_crew_reason(&s.crew, XLS_HOST_GONE, &s.why) == XLS_PEER_SHORT);
    ck_assert_str_eq(s.why.text, "the connection ended");
    s.why.text[0] = '\0';
    T(xls_crew_reason(&s.crew, XLS_HOST_IO, &s.why) == XLS_HOST_IO);
    T(s.why.text[0] == '\0');
    end(&s);
}
END_TEST

START_TEST(a_last_word_that_is_none)
{
    struct stage s;

    begin(&s, XLS_ROLE_SOURCE);
    tell(&s, WIRE, XLS_MSG_FAILED, "", 0);
    T(next(&s) == XLS_PEER_RANGE);
    T(send(s.helper[GUARD], "x", 1, 0) == 1); /* no message at all */
    T(next(&s) == XLS_HOST_GONE);
    end(&s);
}
END_TEST

/* --- the config
 * ---------------------------------------------------------------------------
 */

static size_t put_facts(uint8_t *body, size_t size, uint8_t name_fill,
                        const char *text)
{
    struct xls_wr wr = xls_wr_over(body, size);
    uint8_t name[256] = "guest";
    size_t used = 0;

    if (name_fill != 0) {
        memset(name, name_fill, sizeof(name));
    }
    xls_wr_u8(&wr, XLS_GUEST_PVH);
    xls_wr_u64be(&wr, 4096);
    xls_wr_u64be(&wr, 2048);
    xls_wr_u32be(&wr, 3);
    xls_wr_zero(&wr, 16);
    xls_wr_copy(&wr, name, sizeof(name));
    xls_wr_copy(&wr, text, strlen(text));
    T(xls_wr_end(&wr, &used) == XLS_OK);
    return used;
}

START_TEST(guard_gives_a_config_back)
{
    struct xls_config_facts facts = {.name = "old"};
    uint8_t body[1024];
    char *text = NULL;
    struct stage s;
    size_t len = put_facts(body, sizeof(body), 0, "{}");

    begin(&s, XLS_ROLE_SOURCE);
    tell(&s, GUARD, XLS_MSG_GUARD_CONFIG, body, len);
    T(xls_crew_config(&s.crew, "{ }", 3, &facts, &text, &s.why) == XLS_OK);
    T(facts.type == XLS_GUEST_PVH && facts.max_memkb == 4096 &&
      facts.target_memkb == 2048 && facts.max_vcpus == 3);
    ck_assert_str_eq(facts.name, "guest");
    ck_assert_str_eq(text, "{}");
    free(text);
    /* a name without its end; a message that is cut */
    len = put_facts(body, sizeof(body), 'x', "{}");
    tell(&s, GUARD, XLS_MSG_GUARD_CONFIG, body, len);
    T(xls_crew_config(&s.crew, "{}", 2, &facts, &text, &s.why) ==
      XLS_BUG_CONTRACT);
    T(text == NULL);
    tell(&s, GUARD, XLS_MSG_GUARD_CONFIG, body, 100);
    T(xls_crew_config(&s.crew, "{}", 2, &facts, &text, &s.why) ==
      XLS_BUG_CONTRACT);
    ck_assert_str_eq(facts.name, "guest"); /* untouched */
    tell_failed(&s, GUARD, XLS_PEER_POLICY, "[S-30] no");
    T(xls_crew_config(&s.crew, "{}", 2, &facts, &text, &s.why) ==
      XLS_PEER_POLICY);
    ck_assert_str_eq(s.why.text, "[S-30] no");
    T(xls_crew_config(&s.crew, "{}", XLS_IPC_BODY + 1, &facts, &text, &s.why) ==
      XLS_PEER_RANGE);
    end(&s);
}
END_TEST

START_TEST(what_is_told_to_helpers)
{
    const struct xls_config_facts facts = {
        .type = XLS_GUEST_PV, .max_memkb = 4097, .max_vcpus = 2};
    static struct xls_ipc_msg msg;
    struct xls_rd rd;
    struct stage s;

    begin(&s, XLS_ROLE_DESTINATION);
    T(xls_crew_stream(&s.crew, &facts, &s.why) == XLS_OK);
    T(xls_ipc_recv(s.helper[GUARD], 0, &msg) == XLS_OK);
    T(msg.type == XLS_MSG_GUARD_START);
    rd = xls_ipc_body(&msg);
    T(xls_rd_u8(&rd) == 1); /* inward */
    (void)xls_rd_u8(&rd);
    T(xls_rd_u8(&rd) == XLS_GUEST_PV);
    T(xls_rd_u64be(&rd) == 1025); /* whole pages, rounded up */
    T(xls_rd_u32be(&rd) == 2 && xls_rd_end(&rd) == XLS_OK);
    xls_fd_close(&s.helper[WIRE]);
    xls_crew_hang_up(&s.crew); /* nobody is there: it does not wait */
    end(&s);
    s.crew.wire.ctl = -1;
    xls_crew_hang_up(&s.crew);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        counts_are_taken_in,
        verify_hears_the_sums,
        streams_end_in_order,
        deadlines_and_extras,
        a_peer_is_whom_keys_named,
        a_peer_that_wire_alone_speaks_of,
        a_session_that_is_not_ours,
        a_refused_peer_is_told_with_its_key,
        a_peer_whose_name_is_no_name,
        nobody_comes,
        the_first_reason_is_not_the_one_that_counts,
        what_cannot_be_said_ends_with_their_reason,
        a_last_word_that_is_none,
        guard_gives_a_config_back,
        what_is_told_to_helpers,
    };

    return t_run("toolstack-crew", list, T_COUNT(list));
}
