/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/receive-private.h"

#include <stdio.h>
#include <string.h>

#include "host/clock.h"

void xls_receiving_tell(const struct xls_receiving *r, const char *what)
{
    char line[1024];

    (void)snprintf(line, sizeof(line), "%s: guest '%s': %s",
                   r->crew.peer_name[0] == '\0' ? "?" : r->crew.peer_name,
                   r->facts.name, what);
    r->setup->say(r->setup->say_ctx, line);
}

enum xls_rc xls_receiving_heard(struct xls_receiving *r)
{
    char text[XLS_TEXT_MAX + 1];
    enum xls_rc rc = xls_crew_heard(&r->crew, &r->control);

    if (rc == XLS_OK && r->control.type == XLS_ABORT) {
        r->aborted = true;
        xls_why_peer(text, sizeof(text), r->control.u.text,
                     strlen(r->control.u.text));
        return xls_why_set(r->why, XLS_PEER_REFUSED,
                           "%s stopped the migration%s%s", r->crew.peer_name,
                           text[0] == '\0' ? "" : ": ", text);
    }
    return rc;
}

enum xls_rc xls_receiving_await(struct xls_receiving *r,
                                enum xls_control_type type,
                                enum xls_control_type other, int64_t deadline)
{
    struct xls_watch watch = {.deadline = deadline};
    enum xls_from from;

    for (;;) {
        enum xls_rc rc = xls_crew_next(&r->crew, &watch, &from, r->why);

        if (rc != XLS_OK) {
            return rc;
        }
        if (from == XLS_FROM_NOBODY) {
            return xls_why_set(r->why, XLS_PEER_TIME,
                               "%s did not say %s in time", r->crew.peer_name,
                               xls_control_name(type));
        }
        if (from != XLS_FROM_WIRE || r->crew.msg->type != XLS_MSG_CONTROL) {
            continue;
        }
        rc = xls_receiving_heard(r);
        if (rc == XLS_OK && r->control.type != type &&
            r->control.type != other) {
            rc = XLS_PEER_ORDER;
        }
        return rc;
    }
}

enum xls_rc xls_receiving_say(struct xls_receiving *r,
                              struct xls_control *control)
{
    memcpy(control->id, r->crew.id, sizeof(control->id));
    return xls_crew_say(&r->crew, control);
}

enum xls_rc xls_receiving_must_say(struct xls_receiving *r,
                                   struct xls_control *control)
{
    enum xls_rc rc = xls_receiving_say(r, control);

    return rc == XLS_OK ? rc : xls_crew_reason(&r->crew, rc, r->why);
}

enum xls_rc xls_receiving_refuse(struct xls_receiving *r, const char *rule)
{
    struct xls_control no = {.type = XLS_REFUSE};

    (void)snprintf(no.u.refuse.rule, sizeof(no.u.refuse.rule), "%s", rule);
    (void)snprintf(no.u.refuse.text, sizeof(no.u.refuse.text), "%.300s",
                   r->why->text);
    (void)!xls_receiving_say(r, &no);
    return XLS_PEER_POLICY;
}

enum xls_rc xls_receiving_await_proof(struct xls_receiving *r, unsigned epochs)
{
    struct xls_watch watch = {
        .deadline =
            xls_now_ms() + (int64_t)r->crew.conf.evidence_seconds * 1000};
    enum xls_from from;
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && r->crew.proven < epochs) {
        rc = xls_crew_next(&r->crew, &watch, &from, r->why);
        if (rc == XLS_OK && from == XLS_FROM_NOBODY) {
            rc = xls_why_set(r->why, XLS_PEER_TIME,
                             "%s did not show its Evidence within %u s",
                             r->crew.peer_name, r->crew.conf.evidence_seconds);
        } else if (rc == XLS_OK && from == XLS_FROM_WIRE &&
                   r->crew.msg->type == XLS_MSG_CONTROL) {
            rc = xls_receiving_heard(r); /* ABORT */
            rc = rc == XLS_OK ? XLS_PEER_ORDER : rc;
        }
    }
    return rc;
}
