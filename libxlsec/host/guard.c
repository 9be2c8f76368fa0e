/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The guard process: the judge (xenfmt/guard) between libxl's pipe and the
 * ring.  At the source it judges what libxl wrote before it is sealed; at the
 * destination, what was opened before libxl reads it.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wr.h"
#include "host/cage.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/msg.h"
#include "host/ring.h"
#include "host/role.h"
#include "host/spawn.h"
#include "proto/record.h"
#include "xenfmt/config.h"
#include "xenfmt/guard.h"

enum {
    PIPE_FD = XLS_CTL_FD + 1,
    MEMORY_FD,
    BELL_FD,
    FLUSH_MS = 100, /* a slot that is not full goes when libxl pauses so long */
    COUNT_MS = 250,
    INPUT = 262144,
};

struct guard_role {
    struct xls_guard *guard;
    struct xls_ring ring;
    struct xls_ipc_msg *msg;
    struct xls_why why;
    uint8_t *input; /* INPUT octets, ours alone */
    uint8_t *slot;  /* source: claimed, being filled; or NULL */
    size_t filled;  /* data octets in it */
    int64_t counted;
    bool inward; /* destination */
    bool begun;  /* GUARD_BEGUN was said */
};

/* --- words with the toolstack ------------------------------------------------
 */

static enum xls_rc tell_count(struct guard_role *g, uint16_t type)
{
    const struct xls_guard_facts *facts = xls_guard_facts(g->guard);
    uint8_t body[20];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_u64be(&wr, facts->bytes);
    xls_wr_u64be(&wr, facts->pages);
    xls_wr_u32be(&wr, facts->passes);
    return xls_ipc_send(XLS_CTL_FD, type, body, sizeof(body));
}

static enum xls_rc count_now_and_then(struct guard_role *g)
{
    int64_t now = xls_now_ms();

    if (now - g->counted < COUNT_MS) {
        return XLS_OK;
    }
    g->counted = now;
    return tell_count(g, XLS_MSG_GUARD_COUNT);
}

/* The sentence for a refused stream. */
static enum xls_rc refused(struct guard_role *g, enum xls_rc rc)
{
    const struct xls_finding *f = xls_guard_finding(g->guard);

    return xls_why_set(&g->why, rc,
                       "the migration stream is refused: [%s] %s at offset "
                       "%llu: %s",
                       f->rule, f->record, (unsigned long long)f->offset,
                       f->text);
}

/* Judge a config and give it back in our own words. */
static enum xls_rc on_config(struct guard_role *g)
{
    struct xls_config_facts facts;
    struct xls_finding why = {0};
    struct xls_wr wr;
    char *text = NULL;
    uint8_t *body = NULL;
    size_t used = 0;
    enum xls_rc rc;

    if (g->msg->len > XLS_CONFIG_MAX_WIRE) {
        return xls_why_set(&g->why, XLS_PEER_RANGE,
                           "the guest's configuration is refused: it has %zu "
                           "octets, and %zu are the most that may travel",
                           g->msg->len, (size_t)XLS_CONFIG_MAX_WIRE);
    }
    rc = xls_config_judge((const char *)g->msg->body, g->msg->len, &facts,
                          &text, &why);
    if (rc != XLS_OK) {
        return xls_why_set(&g->why, rc,
                           "the guest's configuration is refused: [%s] %s",
                           why.rule, why.text);
    }
    body = malloc(XLS_IPC_BODY);
    if (body == NULL) {
        rc = XLS_HOST_NOMEM;
        goto out;
    }
    wr = xls_wr_over(body, XLS_IPC_BODY);
    xls_wr_u8(&wr, (uint8_t)facts.type);
    xls_wr_u64be(&wr, facts.max_memkb);
    xls_wr_u64be(&wr, facts.target_memkb);
    xls_wr_u32be(&wr, facts.max_vcpus);
    xls_wr_copy(&wr, facts.uuid, sizeof(facts.uuid));
    xls_wr_copy(&wr, facts.name, sizeof(facts.name));
    xls_wr_copy(&wr, text, strlen(text));
    rc = xls_wr_end(&wr, &used);
    if (rc == XLS_OK) {
        rc = xls_ipc_send(XLS_CTL_FD, XLS_MSG_GUARD_CONFIG, body, used);
    } else {
        rc = xls_why_set(&g->why, XLS_PEER_RANGE,
                         "the guest's configuration is too long to travel");
    }
out:
    free(body);
    free(text);
    return rc;
}

static enum xls_rc on_start(struct guard_role *g)
{
    struct xls_rd rd = xls_ipc_body(g->msg);
    struct xls_guard_limits limits;
    enum xls_fmt fmt;
    enum xls_rc rc;

    g->inward = xls_rd_u8(&rd) == 1;
    fmt = (enum xls_fmt)xls_rd_u8(&rd);
    limits.type = (enum xls_guest_type)xls_rd_u8(&rd);
    limits.max_pages = xls_rd_u64be(&rd);
    limits.max_vcpus = xls_rd_u32be(&rd);
    rc = xls_rd_end(&rd);
    if (rc == XLS_OK) {
        rc = xls_guard_new(fmt, &limits, &g->guard);
    }
    if (rc == XLS_OK) {
        rc = xls_ring_map(&g->ring, MEMORY_FD, BELL_FD, !g->inward);
    }
    if (rc == XLS_OK) {
        rc = xls_fd_nonblock(PIPE_FD, true);
    }
    return rc;
}

/* --- waiting
 * ------------------------------------------------------------------ */

/*
 * Wait until fd has events, or the toolstack closes (XLS_HOST_GONE), or
 * timeout_ms (-1: for ever) has passed (XLS_PEER_TIME).
 */
static enum xls_rc wait_for(int fd, short events, int timeout_ms)
{
    struct pollfd p[2] = {{.fd = XLS_CTL_FD, .events = POLLIN},
                          {.fd = fd, .events = events}};
    int n;

    do {
        n = poll(p, 2, timeout_ms);
    } while (n < 0 && errno == EINTR);
    if (n < 0) {
        return XLS_HOST_IO;
    }
    if (p[0].revents != 0) {
        return XLS_HOST_GONE; /* nothing is said to a running guard but this */
    }
    return n == 0 ? XLS_PEER_TIME : XLS_OK;
}

/* Sleep until wire has made room or brought data. */
static enum xls_rc wait_for_wire(struct guard_role *g)
{
    enum xls_rc rc;

    if (!xls_ring_sleep(&g->ring)) {
        return XLS_OK;
    }
    rc = wait_for(g->ring.bell, POLLIN, -1);
    if (rc == XLS_OK && !xls_ring_wake(&g->ring) && xls_ring_sleep(&g->ring)) {
        /* wire has gone: the toolstack hears of that as well, and ends us */
        rc = wait_for(-1, 0, -1);
    }
    return rc;
}

/* --- source: pipe to ring
 * -------------------------------------------------------*/

static void publish(struct guard_role *g, bool last)
{
    xls_ring_publish(&g->ring, g->filled, last);
    g->slot = NULL;
    g->filled = 0;
}

static enum xls_rc need_slot(struct guard_role *g)
{
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && g->slot == NULL) {
        rc = xls_ring_claim(&g->ring, &g->slot);
        if (rc == XLS_OK && g->slot == NULL) {
            rc = wait_for_wire(g);
        }
    }
    return rc;
}

static enum xls_rc to_ring(struct guard_role *g, const uint8_t *p, size_t len)
{
    while (len > 0) {
        size_t room = XLS_RECORD_DATA - g->filled;
        size_t n = len < room ? len : room;
        enum xls_rc rc = need_slot(g);

        if (rc != XLS_OK) {
            return rc;
        }
        memcpy(g->slot + XLS_RECORD_HEAD + g->filled, p, n);
        g->filled += n;
        p += n;
        len -= n;
        if (g->filled == XLS_RECORD_DATA) {
            publish(g, false);
        }
    }
    return XLS_OK;
}

/* --- destination: ring to pipe
 * --------------------------------------------------*/

static enum xls_rc tell_begun(struct guard_role *g)
{
    if (g->begun) {
        return XLS_OK;
    }
    g->begun = true;
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_GUARD_BEGUN, NULL, 0);
}

static enum xls_rc to_pipe(struct guard_role *g, const uint8_t *p, size_t len)
{
    while (len > 0) {
        ssize_t n = write(PIPE_FD, p, len);

        if (n > 0) {
            enum xls_rc rc = tell_begun(g);

            if (rc != XLS_OK) {
                return rc;
            }
            p += n;
            len -= (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            enum xls_rc rc = wait_for(PIPE_FD, POLLOUT, -1);

            if (rc != XLS_OK) {
                return rc;
            }
        } else if (n < 0 && errno != EINTR) {
            return xls_why_set(&g->why, XLS_HOST_GONE,
                               "libxl stopped reading the stream: %s",
                               strerror(errno));
        }
    }
    return XLS_OK;
}

/* --- both
 * ------------------------------------------------------------------------*/

static enum xls_rc judge(struct guard_role *g, const uint8_t *in, size_t len)
{
    while (len > 0) {
        const uint8_t *out;
        size_t out_len;
        enum xls_rc rc = xls_guard_step(g->guard, &in, &len, &out, &out_len);

        if (rc != XLS_OK) {
            return refused(g, rc);
        }
        rc = g->inward ? to_pipe(g, out, out_len) : to_ring(g, out, out_len);
        if (rc != XLS_OK) {
            return rc;
        }
    }
    return count_now_and_then(g);
}

/* The stream is whole, or it is refused. */
static enum xls_rc finish(struct guard_role *g)
{
    enum xls_rc rc = xls_guard_end(g->guard);

    if (rc != XLS_OK) {
        return refused(g, rc);
    }
    if (!g->inward) {
        rc = need_slot(g);
        if (rc == XLS_OK) {
            publish(g, true);
        }
    } else {
        rc = close(PIPE_FD) == 0 ? XLS_OK : XLS_HOST_IO;
    }
    return rc == XLS_OK ? tell_count(g, XLS_MSG_GUARD_DONE) : rc;
}

static enum xls_rc run_outward(struct guard_role *g)
{
    for (;;) {
        ssize_t n = read(PIPE_FD, g->input, INPUT);
        enum xls_rc rc;

        if (n == 0) {
            return finish(g);
        }
        if (n > 0) {
            rc = judge(g, g->input, (size_t)n);
        } else if (errno == EAGAIN) {
            rc = wait_for(PIPE_FD, POLLIN, g->filled > 0 ? FLUSH_MS : -1);
            if (rc == XLS_PEER_TIME) {
                publish(g, false);
                rc = XLS_OK;
            }
        } else {
            rc = errno == EINTR ? XLS_OK : XLS_HOST_IO;
        }
        if (rc != XLS_OK) {
            return rc;
        }
    }
}

static enum xls_rc run_inward(struct guard_role *g)
{
    bool last = false;

    while (!last) {
        const uint8_t *slot;
        size_t used;
        enum xls_rc rc = xls_ring_peek(&g->ring, &slot, &used, &last);

        if (rc == XLS_OK && slot == NULL) {
            last = false;
            rc = wait_for_wire(g);
        } else if (rc == XLS_OK) {
            /* wire can still write to the slot: judge what it cannot change */
            memcpy(g->input, slot + XLS_RECORD_HEAD, used);
            xls_ring_release(&g->ring);
            rc = judge(g, g->input, used);
        }
        if (rc != XLS_OK) {
            return rc;
        }
    }
    return finish(g);
}

/* Configs first, as many as are asked; then one stream. */
static enum xls_rc serve(struct guard_role *g)
{
    for (;;) {
        enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, -1, g->msg);

        if (rc == XLS_OK && g->msg->type == XLS_MSG_GUARD_CONFIG) {
            rc = on_config(g);
        } else if (rc == XLS_OK && g->msg->type == XLS_MSG_GUARD_START) {
            rc = on_start(g);
            if (rc == XLS_OK) {
                rc = g->inward ? run_inward(g) : run_outward(g);
            }
            return rc;
        } else if (rc == XLS_OK) {
            rc = XLS_BUG_CONTRACT;
        }
        if (rc != XLS_OK) {
            return rc;
        }
    }
}

int xls_guard_main(void)
{
    struct guard_role *g = calloc(1, sizeof(*g));
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (g == NULL) {
        return 1;
    }
    g->ring.bell = -1;
    g->msg = calloc(1, sizeof(*g->msg));
    g->input = malloc(INPUT);
    if (g->msg != NULL && g->input != NULL) {
        rc = xls_cage_common();
    }
    if (rc == XLS_OK) {
        rc = xls_cage_drop();
    }
    if (rc == XLS_OK) {
        rc = serve(g);
    }
    if (rc == XLS_OK) {
        /* the ring has to stay ours until wire has taken all of it */
        (void)wait_for(-1, 0, -1);
    } else if (rc != XLS_HOST_GONE || g->why.text[0] != '\0') {
        xls_msg_failed(XLS_CTL_FD, rc, &g->why);
    }
    xls_guard_free(g->guard);
    xls_ring_unmap(&g->ring);
    free(g->input);
    free(g->msg);
    free(g);
    return rc == XLS_OK ? 0 : 1;
}
