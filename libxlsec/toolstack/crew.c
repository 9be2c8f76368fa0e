/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/crew.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/wr.h"
#include "host/clock.h"
#include "host/role.h"
#include "toolstack/crew-private.h"
#include "toolstack/prove.h"
#include "xenfmt/guard.h"

enum {
    ANSWER_MS = 10000,
    GRACE_MS = 300,
    HANG_UP_MS = 3000,
    CHILDREN = 4,
    EXTRA_MAX = 4,
};

#define GONE "%s ended without a word; the system's log may say why"

/* --- what they say
 * ------------------------------------------------------------ */

static struct xls_child *child_of(struct xls_crew *crew, enum xls_from who)
{
    return who == XLS_FROM_KEYS    ? &crew->keys
           : who == XLS_FROM_WIRE  ? &crew->wire
           : who == XLS_FROM_GUARD ? &crew->guard
                                   : &crew->verify;
}

static const char *name_of(enum xls_from who)
{
    return who == XLS_FROM_KEYS    ? XLS_KEYS_PROGRAM
           : who == XLS_FROM_WIRE  ? XLS_WIRE_PROGRAM
           : who == XLS_FROM_GUARD ? XLS_GUARD_PROGRAM
                                   : XLS_VERIFY_PROGRAM;
}

static enum xls_rc note_peer(struct xls_crew *crew, struct xls_why *why)
{
    struct xls_rd rd = xls_ipc_body(crew->msg);
    char print[XLS_FINGERPRINT_TEXT];

    xls_rd_copy(&rd, crew->peer_key, XLS_KEY);
    if (rd.rc != XLS_OK || rd.left >= XLS_NAME) {
        return XLS_BUG_CONTRACT;
    }
    xls_why_peer(crew->peer_name, sizeof(crew->peer_name), (const char *)rd.at,
                 rd.left);
    if (crew->peer_name[0] != '\0') {
        return XLS_OK;
    }
    /* not an end yet: wire refuses once the key is proven, and then this is
     * the reason to tell */
    xls_key_fingerprint(crew->peer_key, print);
    (void)xls_why_set(
        why, XLS_PEER_POLICY,
        "the host with the key %s is %s; if it should be allowed, "
        "see xlsec trust and %s/peers.d",
        print,
        crew->role == XLS_ROLE_SOURCE
            ? "not the one that was named"
            : "unknown here, or may not send guests here",
        crew->conf.dir);
    return XLS_OK;
}

static enum xls_rc note_count(struct xls_crew *crew, enum xls_from *from)
{
    struct xls_rd rd = xls_ipc_body(crew->msg);

    if (crew->msg->type == XLS_MSG_WIRE_COUNT) {
        crew->wire_octets = xls_rd_u64be(&rd);
    } else {
        crew->stream_bytes = xls_rd_u64be(&rd);
        crew->stream_pages = xls_rd_u64be(&rd);
        crew->stream_passes = xls_rd_u32be(&rd);
    }
    if (crew->msg->type != XLS_MSG_GUARD_DONE) {
        *from = XLS_FROM_COUNT;
    }
    return xls_rd_end(&rd) == XLS_OK ? XLS_OK : XLS_BUG_CONTRACT;
}

/* WIRE_STREAM.  Once all have ended verify has to know it, for the Evidence
 * that comes next. */
static enum xls_rc note_stream(struct xls_crew *crew)
{
    struct xls_rd rd = xls_ipc_body(crew->msg);
    size_t stream = xls_rd_u8(&rd);
    struct xls_sums sums;

    sums.records = xls_rd_u64be(&rd);
    sums.bytes = xls_rd_u64be(&rd);
    xls_rd_copy(&rd, sums.digest, sizeof(sums.digest));
    if (xls_rd_end(&rd) != XLS_OK || stream != crew->ended ||
        stream >= XLS_STREAMS) {
        return XLS_BUG_CONTRACT;
    }
    crew->passed[crew->ended++] = sums;
    return crew->ended == XLS_STREAMS ? xls_prove_sums(crew) : XLS_OK;
}

/* Is crew->msg, which wire has sent, a piece of the peer's Evidence?  Those go
 * to verify, whatever else is going on. */
static bool is_evidence(const struct xls_crew *crew)
{
    return crew->msg->type == XLS_MSG_CONTROL && crew->msg->len > 0 &&
           (crew->msg->body[0] == XLS_PART ||
            crew->msg->body[0] == XLS_EVIDENCE);
}

/* FAILED: a refusal of verify's is of what the peer has shown. */
static enum xls_rc failed(struct xls_crew *crew, enum xls_from who,
                          struct xls_why *why)
{
    struct xls_why theirs = {""};
    enum xls_rc rc = xls_msg_read_failed(crew->msg, &theirs);

    if (who != XLS_FROM_VERIFY || !xls_rc_is_peer(rc)) {
        return xls_why_set(why, rc, "%s", theirs.text);
    }
    crew->disproven = true;
    return xls_why_set(why, XLS_PEER_POLICY, "%s fails attestation: %s",
                       crew->peer_name, theirs.text);
}

/* Take one message of a child's; FAILED becomes our error. */
static enum xls_rc take(struct xls_crew *crew, enum xls_from *from,
                        struct xls_why *why)
{
    enum xls_from who = *from;
    enum xls_rc rc = xls_ipc_recv(child_of(crew, who)->ctl, 0, crew->msg);

    if (rc != XLS_OK) {
        return xls_why_set(why, XLS_HOST_GONE, GONE, name_of(who));
    }
    if (who == XLS_FROM_VERIFY && crew->msg->type != XLS_MSG_FAILED) {
        *from = XLS_FROM_COUNT;
        return xls_prove_heard(crew, why);
    }
    if (who == XLS_FROM_WIRE && is_evidence(crew)) {
        *from = XLS_FROM_COUNT;
        return xls_prove_pass(crew);
    }
    if (who == XLS_FROM_WIRE && crew->msg->type == XLS_MSG_WIRE_STREAM) {
        *from = XLS_FROM_COUNT;
        return note_stream(crew);
    }
    switch (crew->msg->type) {
    case XLS_MSG_FAILED:
        return failed(crew, who, why);
    case XLS_MSG_KEYS_PEER:
        return who == XLS_FROM_KEYS ? note_peer(crew, why) : XLS_BUG_CONTRACT;
    case XLS_MSG_WIRE_COUNT:
    case XLS_MSG_GUARD_COUNT:
    case XLS_MSG_GUARD_DONE:
        return note_count(crew, from);
    default:
        return XLS_OK;
    }
}

/* One process's end makes the others fail; the reason is what wire says, when
 * it has said something. */
enum xls_rc xls_crew_reason(struct xls_crew *crew, enum xls_rc rc,
                            struct xls_why *why)
{
    enum xls_from order[] = {XLS_FROM_WIRE, XLS_FROM_GUARD, XLS_FROM_KEYS};

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        struct xls_child *child = child_of(crew, order[i]);
        int64_t until = xls_now_ms() + GRACE_MS;

        while (child->ctl >= 0 &&
               xls_ipc_recv(child->ctl, until, crew->msg) == XLS_OK) {
            struct xls_why theirs = {""};
            enum xls_rc said;

            if (crew->msg->type != XLS_MSG_FAILED) {
                continue;
            }
            said = xls_msg_read_failed(crew->msg, &theirs);
            if (said != XLS_HOST_GONE) {
                return xls_why_set(why, said, "%s", theirs.text);
            }
        }
    }
    return rc;
}

/* Has keys something to say at this very moment? */
static bool keys_waits(const struct xls_crew *crew)
{
    struct pollfd p = {.fd = crew->keys.ctl, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

static enum xls_rc next(struct xls_crew *crew, struct xls_watch *watch,
                        enum xls_from *from, struct xls_why *why)
{
    static const enum xls_from who[] = {XLS_FROM_KEYS, XLS_FROM_VERIFY,
                                        XLS_FROM_WIRE, XLS_FROM_GUARD};
    struct pollfd p[CHILDREN + EXTRA_MAX];
    struct xls_why first = {""};
    enum xls_rc rc = XLS_OK;
    int n;

    if (watch->count > EXTRA_MAX) {
        return XLS_BUG_CONTRACT;
    }
    for (size_t i = 0; i < CHILDREN + watch->count; i++) {
        p[i] = (struct pollfd){.fd = i < CHILDREN ? child_of(crew, who[i])->ctl
                                                  : watch->extra[i - CHILDREN],
                               .events = POLLIN};
    }
    do {
        n = poll(p, CHILDREN + watch->count, xls_until_ms(watch->deadline));
    } while (n < 0 && errno == EINTR);
    *from = XLS_FROM_NOBODY;
    for (size_t i = 0; n > 0 && i < CHILDREN + watch->count; i++) {
        if (p[i].revents == 0) {
            continue;
        }
        *from = i < CHILDREN ? who[i] : XLS_FROM_EXTRA;
        watch->which = i - CHILDREN;
        /* what keys said of the peer comes before what wire made of it, and
         * may have come since poll() looked at keys */
        if (*from == XLS_FROM_WIRE && keys_waits(crew)) {
            *from = XLS_FROM_KEYS;
        }
        if (i < CHILDREN) {
            rc = take(crew, from, &first);
            if (rc == XLS_HOST_GONE) {
                rc = xls_crew_reason(crew, rc, why);
            }
            (void)xls_why_set(why, rc, "%s", first.text);
        }
        return rc;
    }
    return n < 0 ? XLS_HOST_IO : XLS_OK;
}

static void swap_held(struct xls_crew *crew)
{
    struct xls_ipc_msg *msg = crew->msg;

    crew->msg = crew->held;
    crew->held = msg;
    crew->is_held = !crew->is_held;
}

enum xls_rc xls_crew_next(struct xls_crew *crew, struct xls_watch *watch,
                          enum xls_from *from, struct xls_why *why)
{
    if (crew->is_held) {
        swap_held(crew);
        *from = XLS_FROM_WIRE;
        return XLS_OK;
    }
    return next(crew, watch, from, why);
}

/* The peer may speak while one of our own is waited for: REFUSE, ABORT.  It has
 * one such word. */
static enum xls_rc hold(struct xls_crew *crew)
{
    if (crew->is_held) {
        return XLS_PEER_ORDER;
    }
    if (crew->held == NULL) {
        crew->held = calloc(1, sizeof(*crew->held));
    }
    if (crew->held == NULL) {
        return XLS_HOST_NOMEM;
    }
    swap_held(crew);
    return XLS_OK;
}

enum xls_rc xls_crew_await(struct xls_crew *crew, enum xls_from who,
                           uint16_t type, struct xls_why *why)
{
    struct xls_watch watch = {.deadline = xls_now_ms() + ANSWER_MS};
    enum xls_from from;
    enum xls_rc rc;

    do {
        rc = next(crew, &watch, &from, why);
        if (rc == XLS_OK && from == XLS_FROM_NOBODY) {
            rc = xls_why_set(why, XLS_HOST_GONE, "%s does not answer",
                             name_of(who));
        } else if (rc == XLS_OK && from == XLS_FROM_WIRE &&
                   crew->msg->type == XLS_MSG_CONTROL) {
            rc = hold(crew);
        }
    } while (rc == XLS_OK && !(from == who && crew->msg->type == type));
    return rc;
}

/* --- talking with them
 * ------------------------------------------------------------*/

/* WIRE_UP.  keys named the peer, and we the migration: wire may speak of no
 * other. */
static enum xls_rc note_up(struct xls_crew *crew)
{
    struct xls_rd rd = xls_ipc_body(crew->msg);
    uint8_t key[XLS_KEY];
    uint8_t id[XLS_ID_LEN];

    xls_rd_copy(&rd, key, sizeof(key));
    xls_rd_copy(&rd, crew->h, sizeof(crew->h));
    xls_rd_copy(&rd, crew->own_nonce, sizeof(crew->own_nonce));
    xls_rd_copy(&rd, crew->peer_nonce, sizeof(crew->peer_nonce));
    xls_rd_copy(&rd, id, sizeof(id));
    crew->suite = xls_rd_u16be(&rd);
    if (xls_rd_end(&rd) != XLS_OK || crew->peer_name[0] == '\0' ||
        xls_same(key, crew->peer_key, XLS_KEY) != XLS_OK ||
        !xls_id_is_set(id) ||
        (crew->role == XLS_ROLE_SOURCE &&
         xls_same(id, crew->id, XLS_ID_LEN) != XLS_OK)) {
        return XLS_PEER_POLICY;
    }
    if (crew->suite != XLS_SUITE_HYBRID &&
        (crew->suite != XLS_SUITE_X25519 ||
         crew->conf.post_quantum == XLS_PQ_REQUIRE)) {
        return XLS_PEER_POLICY; /* [P-48] */
    }
    memcpy(crew->id, id, XLS_ID_LEN);
    return XLS_OK;
}

enum xls_rc xls_crew_await_peer(struct xls_crew *crew, struct xls_why *why)
{
    struct xls_watch watch = {
        .deadline = xls_now_ms() +
                    (int64_t)crew->conf.handshake_seconds * 1000 + ANSWER_MS};
    enum xls_from from;
    enum xls_rc rc;

    do {
        rc = xls_crew_next(crew, &watch, &from, why);
        if (rc == XLS_OK && from == XLS_FROM_NOBODY) {
            rc = xls_why_set(why, XLS_HOST_GONE, "%s does not answer",
                             XLS_WIRE_PROGRAM);
        }
    } while (rc == XLS_OK &&
             !(from == XLS_FROM_WIRE && crew->msg->type == XLS_MSG_WIRE_UP));
    if (rc != XLS_OK) {
        return rc;
    }
    rc = note_up(crew);
    return rc == XLS_OK
               ? rc
               : xls_why_set(why, rc,
                             "the other host's identity is not settled");
}

enum xls_rc xls_crew_config(struct xls_crew *crew, const char *json, size_t len,
                            struct xls_config_facts *facts, char **text,
                            struct xls_why *why)
{
    struct xls_config_facts f = {.name = ""};
    struct xls_rd rd;
    enum xls_rc rc = XLS_PEER_RANGE;

    *text = NULL;
    if (len > XLS_IPC_BODY) {
        return xls_why_set(why, rc, "the guest's configuration is too long");
    }
    rc = xls_ipc_send(crew->guard.ctl, XLS_MSG_GUARD_CONFIG, json, len);
    if (rc == XLS_OK) {
        rc = xls_crew_await(crew, XLS_FROM_GUARD, XLS_MSG_GUARD_CONFIG, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    rd = xls_ipc_body(crew->msg);
    f.type = (enum xls_guest_type)xls_rd_u8(&rd);
    f.max_memkb = xls_rd_u64be(&rd);
    f.target_memkb = xls_rd_u64be(&rd);
    f.max_vcpus = xls_rd_u32be(&rd);
    xls_rd_copy(&rd, f.uuid, sizeof(f.uuid));
    xls_rd_copy(&rd, f.name, sizeof(f.name));
    if (rd.rc != XLS_OK || memchr(f.name, '\0', sizeof(f.name)) == NULL) {
        return XLS_BUG_CONTRACT;
    }
    *text = strndup((const char *)rd.at, rd.left);
    if (*text == NULL) {
        return XLS_HOST_NOMEM;
    }
    *facts = f;
    return XLS_OK;
}

enum xls_rc xls_crew_stream(struct xls_crew *crew,
                            const struct xls_config_facts *facts,
                            struct xls_why *why)
{
    uint8_t body[3 + 8 + 4];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    enum xls_rc rc;

    xls_wr_u8(&wr, crew->role == XLS_ROLE_DESTINATION ? 1 : 0);
    xls_wr_u8(&wr, XLS_FMT_LIBXL);
    xls_wr_u8(&wr, (uint8_t)facts->type);
    xls_wr_u64be(&wr, (facts->max_memkb + 3) / 4);
    xls_wr_u32be(&wr, facts->max_vcpus);
    rc = xls_ipc_send(crew->guard.ctl, XLS_MSG_GUARD_START, body, sizeof(body));
    if (rc == XLS_OK) {
        return rc;
    }
    rc = xls_crew_reason(crew, rc, why);
    return xls_why_set(why, rc, GONE, XLS_GUARD_PROGRAM);
}

enum xls_rc xls_crew_say(struct xls_crew *crew,
                         const struct xls_control *control)
{
    size_t size = xls_control_size(control->type);
    uint8_t *body = malloc(size);
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (body != NULL) {
        rc = xls_control_put(control, body, size);
    }
    if (rc == XLS_OK) {
        rc = xls_ipc_send(crew->wire.ctl, XLS_MSG_CONTROL, body, size);
    }
    free(body);
    return rc;
}

enum xls_rc xls_crew_heard(const struct xls_crew *crew, struct xls_control *out)
{
    return xls_control_get(crew->msg->body, crew->msg->len, out);
}

void xls_crew_hang_up(struct xls_crew *crew)
{
    int64_t until = xls_now_ms() + HANG_UP_MS;

    if (crew->wire.ctl < 0 ||
        xls_ipc_send(crew->wire.ctl, XLS_MSG_WIRE_CLOSE, NULL, 0) != XLS_OK) {
        return;
    }
    /* its end is what is waited for; what it still says does not matter now */
    while (xls_ipc_recv(crew->wire.ctl, until, crew->msg) == XLS_OK) {
    }
}

void xls_crew_end(struct xls_crew *crew)
{
    xls_child_end(&crew->guard, GRACE_MS);
    xls_child_end(&crew->verify, GRACE_MS);
    xls_child_end(&crew->wire, GRACE_MS);
    xls_child_end(&crew->keys, GRACE_MS);
    xls_ring_fds_close(&crew->ring);
    free(crew->shown);
    crew->shown = NULL;
    xls_seen_free(crew->seen);
    crew->seen = NULL;
    free(crew->said);
    crew->said = NULL;
    free(crew->held);
    crew->held = NULL;
    free(crew->msg);
    crew->msg = NULL;
}
