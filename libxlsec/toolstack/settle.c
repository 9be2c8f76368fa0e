/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/settle.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "host/clock.h"
#include "host/fd.h"
#include "toolstack/send-private.h"

/* [P-95] Is it the host that the journal is about? */
static enum xls_rc same_host(const struct xls_sending *s,
                             const struct xls_journal_facts *facts)
{
    if (xls_same(s->crew.peer_key, facts->peer_key, XLS_KEY) == XLS_OK) {
        return XLS_OK;
    }
    return xls_why_set(s->why, XLS_PEER_POLICY,
                       "%s has another static key than when the migration "
                       "began: it cannot speak for that host; settle by hand "
                       "(xl secure-recover)",
                       facts->peer);
}

/* [P-96] */
static enum xls_rc put_question(struct xls_sending *s,
                                const struct xls_settle_setup *setup,
                                struct xls_settled *out)
{
    struct xls_control control = {.type = XLS_SETTLE};
    enum xls_rc rc;

    control.u.settle.word = setup->word;
    memcpy(control.u.settle.id, setup->facts->id, XLS_ID_LEN);
    rc = xls_sending_must_say(s, &control);
    if (rc == XLS_OK) {
        rc = xls_sending_await(s, XLS_COMMITTED, XLS_BURNED,
                               s->crew.conf.finish_seconds);
    }
    if (rc == XLS_PEER_REFUSED && s->control.type == XLS_REFUSE) {
        char text[XLS_TEXT_MAX + 1];

        out->answer = XLS_ANSWER_UNKNOWN;
        xls_why_peer(text, sizeof(text), s->control.u.refuse.text,
                     strlen(s->control.u.refuse.text));
        s->why->text[0] = '\0';
        (void)xls_why_set(s->why, XLS_PEER_REFUSED,
                          "%s cannot tell what became of the guest: %s",
                          setup->facts->peer, text);
        return XLS_OK;
    }
    if (rc == XLS_OK) {
        out->answer = s->control.type == XLS_COMMITTED ? XLS_ANSWER_COMMITTED
                                                       : XLS_ANSWER_BURNED;
        out->paused = s->control.type == XLS_COMMITTED &&
                      s->control.u.started == XLS_STARTED_PAUSED;
    }
    return rc;
}

enum xls_rc xls_settle_ask(const struct xls_settle_setup *setup,
                           struct xls_settled *out, struct xls_why *why)
{
    const struct xls_journal_facts *f = setup->facts;
    const struct xls_send_setup send = {
        .confdir = setup->confdir,
        .host = f->peer,
        .command = f->command[0] == '\0' ? NULL : f->command,
        .cancel_fd = -1,
        .measure = setup->measure};
    struct xls_report report = {.guest = ""};
    struct xls_sending s = {.setup = &send,
                            .report = &report,
                            .why = why,
                            .net = -1,
                            .pipe = -1,
                            .began = xls_now_ms(),
                            .phase = "asking"};
    enum xls_rc rc = xls_crypto_start();

    *out = (struct xls_settled){.answer = XLS_ANSWER_NONE};
    s.crew.keys = s.crew.wire = s.crew.guard = s.crew.verify = XLS_CHILD_NONE;
    s.crew.ring = (struct xls_ring_fds){-1, {-1, -1}};
    if (rc == XLS_OK) {
        xls_random(s.crew.id, sizeof(s.crew.id)); /* [P-46] its own */
        rc = xls_sending_meet(&s);
        out->met = rc == XLS_OK;
    }
    if (rc == XLS_OK) {
        rc = same_host(&s, f);
    }
    if (rc == XLS_OK) {
        rc = put_question(&s, setup, out);
    }
    if (rc != XLS_OK) {
        (void)xls_why_set(why, rc, "%s", xls_rc_text(rc));
    }
    xls_crew_hang_up(&s.crew);
    xls_crew_end(&s.crew);
    xls_fd_close(&s.net);
    xls_pid_end(s.command, 1000, &(struct xls_usage){0, 0});
    return rc;
}
