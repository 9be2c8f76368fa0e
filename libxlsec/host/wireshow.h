/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * wireshow: our Evidence on its way from the keys process to the peer.
 * Level 5.
 *
 * keys is asked once for each epoch: when the handshake is complete, and when
 * all streams have ended, whose sums the second answer binds.  It answers in
 * pieces, each of which becomes a message of the session.
 */
#ifndef XLS_HOST_WIRESHOW_H
#define XLS_HOST_WIRESHOW_H

#include <stdbool.h>
#include <stdint.h>

#include "host/msg.h"
#include "host/oracle.h"
#include "proto/session.h"

struct xls_wireshow {
    struct xls_oracle *keys;         /* borrowed */
    uint8_t question[XLS_SHOW_BODY]; /* as it is for epoch 0 */
    unsigned asked;                  /* epochs that keys was asked for */
    bool answering;                  /* its answer is not complete yet */
};

/* The handshake is complete: what our Evidence has to bind. */
void xls_wireshow_bind(struct xls_wireshow *show,
                       const struct xls_event *event);

/* [P-53] True until ours has left: nothing that the toolstack says may pass it,
 * so that it is not heard.  When it ends meanwhile, keys ends as well, and then
 * so does the wire. */
bool xls_wireshow_is_deaf(const struct xls_wireshow *show,
                          const struct xls_session *session);

/* Ask when it is due; make a message of a piece that has come, when nothing
 * else waits to be sent.  *moved when there was one.  Errors: XLS_HOST_GONE
 * when keys has failed, which tells the toolstack why; as xls_ipc_send() and
 * xls_session_control(). */
XLS_MUST_USE enum xls_rc xls_wireshow_step(struct xls_wireshow *show,
                                           struct xls_session *session,
                                           bool *moved);

#endif
