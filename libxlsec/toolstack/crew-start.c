/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/wr.h"
#include "host/fd.h"
#include "host/net.h"
#include "host/role.h"
#include "toolstack/crew-private.h"

/* keys has no TPM to ask: what this host is, for it to sign. */
static enum xls_rc measure(struct xls_crew *crew, struct xls_why *why)
{
    char *lines = NULL;
    size_t len = 0;
    enum xls_rc rc = crew->measure.measure(
        crew->measure.ctx, crew->conf.libexec, &lines, &len, why);

    if (rc == XLS_OK) {
        rc = len <= XLS_IPC_BODY
                 ? xls_ipc_send(crew->keys.ctl, XLS_MSG_KEYS_MEASURED, lines,
                                len)
                 : xls_why_set(why, XLS_HOST_IO,
                               "the list of this host's measurements has more "
                               "than %d octets",
                               XLS_IPC_BODY);
    }
    free(lines);
    return rc;
}

static enum xls_rc start_keys(struct xls_crew *crew, const char *peer,
                              int wire_end, struct xls_why *why)
{
    uint8_t body[1 + XLS_NAME + XLS_PATH];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_rd rd;
    size_t used;
    enum xls_rc rc;

    xls_wr_u8(&wr, (uint8_t)crew->role);
    xls_wr_copy(&wr, peer, strlen(peer) + 1);
    xls_wr_copy(&wr, crew->conf.dir, strlen(crew->conf.dir));
    rc = xls_wr_end(&wr, &used);
    if (rc == XLS_OK) {
        rc = xls_spawn(crew->conf.libexec, XLS_KEYS_PROGRAM, &wire_end, 1,
                       &crew->keys, why);
    }
    if (rc == XLS_OK) {
        rc = xls_ipc_send(crew->keys.ctl, XLS_MSG_KEYS_START, body, used);
    }
    if (rc == XLS_OK) {
        rc = xls_crew_await(crew, XLS_FROM_KEYS, XLS_MSG_KEYS_READY, why);
    }
    if (rc == XLS_OK) {
        rd = xls_ipc_body(crew->msg);
        xls_rd_copy(&rd, crew->own_key, XLS_KEY);
        xls_rd_copy(&rd, crew->peer_key, XLS_KEY);
        crew->own_kind = (enum xls_evidence_kind)xls_rd_u8(&rd);
        rc = xls_rd_end(&rd);
    }
    if (rc == XLS_OK && crew->own_kind == XLS_EVIDENCE_SOFTWARE) {
        rc = measure(crew, why);
    }
    return rc;
}

static enum xls_rc start_wire(struct xls_crew *crew, const int net[2],
                              int keys_end, struct xls_why *why)
{
    bool source = crew->role == XLS_ROLE_SOURCE;
    const int fds[] = {net[0], net[1], crew->ring.memory,
                       crew->ring.bell[source ? 1 : 0], keys_end};
    uint8_t body[1 + 2 * XLS_KEY + XLS_ID_LEN + 1 + 8];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    size_t used;
    enum xls_rc rc;

    xls_wr_u8(&wr, (uint8_t)crew->role);
    xls_wr_copy(&wr, crew->own_key, XLS_KEY);
    xls_wr_copy(&wr, crew->peer_key, XLS_KEY);
    xls_wr_copy(&wr, crew->id, XLS_ID_LEN);
    xls_wr_u8(&wr, (uint8_t)crew->conf.post_quantum);
    xls_wr_u32be(&wr, crew->conf.handshake_seconds * 1000);
    xls_wr_u32be(&wr, crew->conf.stall_seconds * 1000);
    rc = xls_wr_end(&wr, &used);
    xls_net_prompt(net[1]);
    if (rc == XLS_OK) {
        rc = xls_spawn(crew->conf.libexec, XLS_WIRE_PROGRAM, fds,
                       sizeof(fds) / sizeof(fds[0]), &crew->wire, why);
    }
    if (rc == XLS_OK) {
        rc = xls_ipc_send(crew->wire.ctl, XLS_MSG_WIRE_START, body, used);
    }
    return rc;
}

enum xls_rc xls_crew_start(struct xls_crew *crew, enum xls_role role,
                           const char *peer, const int net[2],
                           struct xls_why *why)
{
    int pair[2] = {-1, -1};
    enum xls_rc rc = XLS_HOST_NOMEM;

    crew->role = role;
    crew->keys = crew->wire = crew->guard = crew->verify = XLS_CHILD_NONE;
    crew->ring = (struct xls_ring_fds){-1, {-1, -1}};
    crew->msg = calloc(1, sizeof(*crew->msg));
    if (crew->msg != NULL) {
        rc = xls_ring_create(&crew->ring);
    }
    if (rc == XLS_OK) {
        rc = xls_fd_pair(SOCK_SEQPACKET, pair);
    }
    if (rc == XLS_OK) {
        rc = start_keys(crew, peer == NULL ? "" : peer, pair[0], why);
    }
    if (rc == XLS_OK) { /* [E-133] before there is a nonce */
        rc = xls_seen_look(crew->conf.state, &crew->seen, why);
    }
    if (rc == XLS_OK) {
        rc = start_wire(crew, net, pair[1], why);
    }
    xls_fd_close(&pair[0]);
    xls_fd_close(&pair[1]);
    return rc;
}

enum xls_rc xls_crew_guard(struct xls_crew *crew, int *pipe_fd,
                           struct xls_why *why)
{
    bool source = crew->role == XLS_ROLE_SOURCE;
    int pair[2] = {-1, -1};
    int fds[3];
    enum xls_rc rc = xls_fd_pipe(pair);

    *pipe_fd = -1;
    if (rc != XLS_OK) {
        return rc;
    }
    fds[0] = pair[source ? 0 : 1];
    fds[1] = crew->ring.memory;
    fds[2] = crew->ring.bell[source ? 0 : 1];
    rc = xls_spawn(crew->conf.libexec, XLS_GUARD_PROGRAM, fds, 3, &crew->guard,
                   why);
    xls_ring_fds_close(&crew->ring); /* both sides have theirs now */
    xls_fd_close(&pair[source ? 0 : 1]);
    if (rc == XLS_OK) {
        *pipe_fd = pair[source ? 1 : 0];
    } else {
        xls_fd_close(&pair[source ? 1 : 0]);
    }
    return rc;
}
