/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/wireshow.h"

#include <poll.h>

#include "base/wr.h"

void xls_wireshow_bind(struct xls_wireshow *show, const struct xls_event *event)
{
    struct xls_wr wr = xls_wr_over(show->question, sizeof(show->question));

    xls_wr_u32be(&wr, 0);
    xls_wr_u16be(&wr, event->suite);
    xls_wr_copy(&wr, event->h, XLS_HASH_LEN);
    xls_wr_copy(&wr, event->peer_nonce, XLS_NONCE_LEN);
    xls_wr_copy(&wr, event->id, XLS_ID_LEN);
    xls_wr_zero(&wr, XLS_SUMS_DIGEST);
}

/* Is there some to be asked for? */
static bool is_due(const struct xls_wireshow *show,
                   const struct xls_session *session)
{
    enum xls_session_phase phase = xls_session_phase(session);

    if (phase < XLS_PHASE_READY || phase >= XLS_PHASE_GIVEN_UP) {
        return false;
    }
    return show->asked < (phase < XLS_PHASE_ENDED ? 1U : 2U);
}

bool xls_wireshow_is_deaf(const struct xls_wireshow *show,
                          const struct xls_session *session)
{
    return show->answering || is_due(show, session);
}

static enum xls_rc ask(struct xls_wireshow *show,
                       const struct xls_session *session)
{
    struct xls_sums sums[XLS_STREAMS];

    if (show->answering || !is_due(show, session)) {
        return XLS_OK;
    }
    if (show->asked == 1) { /* both streams have ended: their sums are final */
        show->question[3] = 1;
        xls_session_sums(session, sums);
        xls_sums_digest(
            sums, &show->question[sizeof(show->question) - XLS_SUMS_DIGEST]);
    }
    show->asked++;
    show->answering = true;
    return xls_ipc_send(show->keys->fd, XLS_MSG_SHOW, show->question,
                        sizeof(show->question));
}

static enum xls_rc pass_on(struct xls_wireshow *show,
                           struct xls_session *session, bool *moved)
{
    struct pollfd p = {.fd = show->keys->fd, .events = POLLIN};
    struct xls_control control = {.type = XLS_PART};
    size_t waits;
    struct xls_rd rd;
    enum xls_rc rc;

    (void)xls_session_out(session, &waits);
    if (!show->answering || waits > 0 || poll(&p, 1, 0) != 1) {
        return XLS_OK;
    }
    rc = xls_ipc_recv(show->keys->fd, 0, show->keys->answer);
    if (rc != XLS_OK || show->keys->answer->type != XLS_MSG_SHOWN) {
        return XLS_HOST_GONE;
    }
    *moved = true;
    rd = xls_ipc_body(show->keys->answer);
    if (xls_rd_u8(&rd) == 1) {
        control.type = XLS_EVIDENCE;
        show->answering = false;
    }
    control.u.shown.data = rd.at;
    control.u.shown.len = rd.left;
    if (xls_session_phase(session) == XLS_PHASE_CLOSED) {
        return XLS_OK;
    }
    return xls_session_control(session, &control);
}

enum xls_rc xls_wireshow_step(struct xls_wireshow *show,
                              struct xls_session *session, bool *moved)
{
    enum xls_rc rc = ask(show, session);

    return rc == XLS_OK ? pass_on(show, session, moved) : rc;
}
