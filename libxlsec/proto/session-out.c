/* SPDX-License-Identifier: LGPL-2.1-only */
/* The session's sending half. */
#include <string.h>

#include "base/secret.h"
#include "proto/session-private.h"

const uint8_t *xls_session_out(const struct xls_session *s, size_t *len)
{
    *len = s->out_len - s->out_at;
    return s->out + s->out_at;
}

void xls_session_sent(struct xls_session *s, size_t n)
{
    if (n > s->out_len - s->out_at) {
        (void)xls_session_kill(s, s->rc != XLS_OK ? s->rc : XLS_BUG_CONTRACT);
        return;
    }
    s->out_at += n;
    if (s->out_at == s->out_len) {
        s->out_at = 0;
        s->out_len = 0;
    }
}

enum xls_rc xls_session_seal(struct xls_session *s, const uint8_t *slot,
                             bool final)
{
    unsigned step = final ? XLS_STEP_FINAL : XLS_STEP_RECORD;
    enum xls_session_phase next = xls_order(s->role, s->phase, step);
    enum xls_rc rc;

    if (s->rc != XLS_OK) {
        return s->rc;
    }
    if (next == XLS_PHASE_DEAD || s->out_len != 0) { /* [P-41] */
        return XLS_BUG_CONTRACT;
    }
    rc =
        xls_record_seal(&s->record[xls_session_stream(s)], slot, final, s->out);
    if (rc != XLS_OK) {
        return xls_session_kill(s, rc);
    }
    s->out_len = XLS_RECORD_FRAME;
    xls_session_passed(s, next);
    return XLS_OK;
}

/* What the session knows better than its caller. */
static void complete(const struct xls_session *s, struct xls_control *msg)
{
    memcpy(msg->id, s->id, XLS_ID_LEN); /* [P-32] */
    if (msg->type == XLS_PREPARED) {
        xls_session_sums(s, msg->u.prepared.of); /* [P-30], [P-37] */
    }
    if (msg->type == XLS_PART || msg->type == XLS_EVIDENCE) { /* [P-55] */
        msg->u.shown.epoch = xls_session_epoch(s);
    }
    if (msg->type == XLS_ALIVE) { /* [P-40] */
        msg->u.received = s->role == XLS_ROLE_SOURCE
                              ? 0
                              : s->record[0].bytes + s->record[1].bytes;
    }
}

/* Encode msg behind the bytes to send, and seal it where it stands. */
static enum xls_rc queue(struct xls_session *s, const struct xls_control *msg)
{
    uint8_t *frame = s->out + s->out_len;
    uint8_t *plain = frame + XLS_FRAME_HEAD;
    size_t size = xls_control_size(msg->type);
    size_t len = XLS_FRAME_HEAD + size + XLS_TAG_LEN;
    const struct xls_frame head = {
        .kind = XLS_FRAME_CONTROL,
        .stream = 0,
        .len = (uint32_t)(size + XLS_TAG_LEN),
        .counter = s->send.n,
    };
    struct xls_aead_text text = {frame, XLS_FRAME_HEAD, plain, size, plain};
    enum xls_rc rc;

    if (len > sizeof(s->out) - s->out_len) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_control_put(msg, plain, size);
    if (rc != XLS_OK) {
        return rc;
    }
    xls_frame_put(&head, frame);
    rc = xls_cipher_seal(&s->send, &text);
    if (rc != XLS_OK) {
        return xls_session_kill(s, rc);
    }
    s->out_len += len;
    return XLS_OK;
}

enum xls_rc xls_session_control(struct xls_session *s,
                                const struct xls_control *msg)
{
    enum xls_session_phase next = xls_order(s->role, s->phase, msg->type);
    struct xls_control own;
    enum xls_rc rc;

    if (s->rc != XLS_OK) {
        return s->rc;
    }
    if (next == XLS_PHASE_DEAD) { /* [P-41], [P-42] */
        return XLS_BUG_CONTRACT;
    }
    if (msg->type == XLS_ALIVE && s->out_len != 0) {
        return XLS_OK;
    }
    own = *msg;
    complete(s, &own);
    rc = queue(s, &own);
    if (rc != XLS_OK) {
        return rc;
    }
    s->phase = next;
    if (next == XLS_PHASE_CLOSED) {
        xls_session_close(s); /* [P-43]: the last word is already sealed */
    }
    return XLS_OK;
}
