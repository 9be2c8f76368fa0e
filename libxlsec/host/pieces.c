/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "host/msg.h"
#include "host/spawn.h"
#include "host/wiresay.h"

enum xls_rc xls_pieces_seal(struct xls_pieces *p, struct xls_session *session,
                            bool *moved)
{
    size_t out;
    enum xls_rc rc;

    (void)xls_session_out(session, &out);
    if (xls_session_phase(session) != XLS_PHASE_MORE || out > 0) {
        return XLS_OK;
    }
    if (!p->waits && !p->asked) {
        p->asked = true;
        return xls_ipc_send(XLS_CTL_FD, XLS_MSG_WIRE_NEXT, NULL, 0);
    }
    if (!p->waits) {
        return XLS_OK;
    }
    p->waits = false;
    rc = xls_session_seal(session, p->slot, p->last);
    xls_wipe(p->slot, sizeof(p->slot));
    *moved = true;
    return rc == XLS_OK && p->last
               ? xls_wiresay_stream(session, XLS_STREAM_COMPANIONS)
               : rc;
}

enum xls_rc xls_pieces_take(struct xls_pieces *p, const struct xls_ipc_msg *msg)
{
    struct xls_rd rd = xls_ipc_body(msg);
    uint8_t last = xls_rd_u8(&rd);

    if (!p->asked || rd.rc != XLS_OK || last > 1 || rd.left > XLS_PIECE_MAX) {
        return XLS_BUG_CONTRACT;
    }
    p->asked = false;
    p->waits = true;
    p->last = last == 1;
    memcpy(p->slot + XLS_RECORD_HEAD, rd.at, rd.left);
    return xls_record_fill(p->slot, rd.left);
}

enum xls_rc xls_pieces_open(struct xls_pieces *p, struct xls_session *session)
{
    size_t used = 0;
    size_t at = 0;
    bool final = false;
    enum xls_rc rc = xls_session_open(session, p->slot, &used, &final);

    do { /* at least one, so that the last is told */
        size_t n = used - at < XLS_PIECE_MAX ? used - at : XLS_PIECE_MAX;

        if (rc == XLS_OK) {
            rc = xls_pieces_send(XLS_CTL_FD, p->slot + XLS_RECORD_HEAD + at, n,
                                 final && at + n == used);
        }
        at += n;
    } while (rc == XLS_OK && at < used);
    xls_wipe(p->slot, sizeof(p->slot));
    return rc == XLS_OK && final
               ? xls_wiresay_stream(session, XLS_STREAM_COMPANIONS)
               : rc;
}

enum xls_rc xls_pieces_send(int fd, const uint8_t *octets, size_t len,
                            bool last)
{
    uint8_t *body;
    enum xls_rc rc;

    if (len > XLS_PIECE_MAX) {
        return XLS_BUG_CONTRACT;
    }
    body = malloc(1 + len);
    if (body == NULL) {
        return XLS_HOST_NOMEM;
    }
    body[0] = last ? 1 : 0;
    memcpy(body + 1, octets, len);
    rc = xls_ipc_send(fd, XLS_MSG_ARCHIVE, body, 1 + len);
    xls_wipe(body, 1 + len);
    free(body);
    return rc;
}
