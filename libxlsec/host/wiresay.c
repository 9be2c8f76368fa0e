/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/wiresay.h"

#include <stdlib.h>

#include "base/wr.h"
#include "host/keytext.h"
#include "host/msg.h"
#include "host/spawn.h"

enum xls_rc xls_wiresay_up(const struct xls_event *event)
{
    uint8_t
        body[XLS_DH_LEN + XLS_HASH_LEN + 2 * XLS_NONCE_LEN + XLS_ID_LEN + 2];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_copy(&wr, event->peer_static, XLS_DH_LEN);
    xls_wr_copy(&wr, event->h, XLS_HASH_LEN);
    xls_wr_copy(&wr, event->own_nonce, XLS_NONCE_LEN);
    xls_wr_copy(&wr, event->peer_nonce, XLS_NONCE_LEN);
    xls_wr_copy(&wr, event->id, XLS_ID_LEN);
    xls_wr_u16be(&wr, event->suite);
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_UP, body, sizeof(body));
}

enum xls_rc xls_wiresay_stream(const struct xls_session *session,
                               enum xls_stream stream)
{
    uint8_t body[1 + 16 + XLS_HASH_LEN];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_record_stats stats;

    xls_session_stats(session, stream, &stats);
    xls_wr_u8(&wr, (uint8_t)stream);
    xls_wr_u64be(&wr, stats.records);
    xls_wr_u64be(&wr, stats.bytes);
    xls_wr_copy(&wr, stats.digest, sizeof(stats.digest));
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_STREAM, body, sizeof(body));
}

enum xls_rc xls_wiresay_count(uint64_t octets)
{
    uint8_t body[8];
    struct xls_wr wr = xls_wr_over(body, sizeof(body));

    xls_wr_u64be(&wr, octets);
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_COUNT, body, sizeof(body));
}

enum xls_rc xls_wiresay_control(const struct xls_control *control)
{
    size_t size = xls_control_size(control->type);
    uint8_t *body;
    enum xls_rc rc;

    if (control->type == XLS_ALIVE) {
        return XLS_OK; /* all that it says is that something was heard */
    }
    body = malloc(size);
    if (body == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = xls_control_put(control, body, size);
    if (rc == XLS_OK) {
        rc = xls_ipc_send(XLS_CTL_FD, XLS_MSG_CONTROL, body, size);
    }
    free(body);
    return rc;
}

/* A key that was proven, and is not the right one. */
static void explain_peer(struct xls_why *why, enum xls_rc rc,
                         const struct xls_session *session, enum xls_role role)
{
    const uint8_t *peer = session == NULL ? NULL : xls_session_peer(session);
    char print[XLS_FINGERPRINT_TEXT] = "(none)";

    if (peer != NULL) {
        xls_key_fingerprint(peer, print);
    }
    (void)xls_why_set(why, rc,
                      role == XLS_ROLE_SOURCE
                          ? "the host that answers has the key %s, and not the "
                            "one that is known of it here: it has new keys "
                            "(then run xlsec trust again), or the connection "
                            "leads to another host"
                          : "the host with the key %s may not bring guests "
                            "here",
                      print);
}

void xls_wiresay_explain(struct xls_why *why, enum xls_rc rc,
                         const struct xls_session *session, enum xls_role role,
                         bool early)
{
    if (rc == XLS_PEER_SHORT) {
        (void)xls_why_set(why, rc,
                          early ? "the other host closed the connection during "
                                  "the handshake (a wrong fleet key gets no "
                                  "answer at all; its log may say more)"
                                : "the connection ended before the migration "
                                  "was complete: the link was cut, or the "
                                  "other host gave up (its log says why)");
    } else if (rc == XLS_PEER_AUTH) {
        (void)xls_why_set(why, rc,
                          early ? "the other host does not have the keys that "
                                  "it has to have (wrong fleet key, wrong "
                                  "host, or someone in between)"
                                : "what arrived is not what the other host "
                                  "sent: data was changed on the way");
    } else if (rc == XLS_PEER_POLICY && session != NULL &&
               xls_session_lacks_kem(session)) {
        (void)xls_why_set(why, rc,
                          "the other host agrees on no post-quantum key "
                          "(ML-KEM-768), and xlsec.conf here says "
                          "'post-quantum = require'");
    } else if (rc == XLS_PEER_POLICY && early) {
        explain_peer(why, rc, session, role);
    } else if (xls_rc_is_peer(rc)) {
        (void)xls_why_set(why, rc, "the other host broke the protocol: %s",
                          xls_rc_text(rc));
    }
}
