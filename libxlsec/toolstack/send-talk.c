/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/send-private.h"

#include <stdio.h>
#include <string.h>

#include "host/clock.h"

void xls_sending_show(const struct xls_sending *s)
{
    const struct xls_progress progress = {
        .phase = s->phase,
        .stream_bytes = s->crew.stream_bytes,
        .wire_octets = s->crew.wire_octets,
        .expected_bytes = s->facts.target_memkb * 1024,
        .elapsed_ms = xls_now_ms() - s->began};

    if (s->setup->progress != NULL) {
        s->setup->progress(s->setup->progress_ctx, &progress);
    }
}

void xls_sending_enter(struct xls_sending *s, const char *phase)
{
    s->phase = phase;
    xls_sending_show(s);
}

/* The peer's own words, made harmless, as our reason. */
enum xls_rc xls_sending_refused(struct xls_sending *s, enum xls_rc rc,
                                const char *what, const char *text)
{
    return xls_why_set(s->why, rc, "%s %s%s%s", s->setup->host, what,
                       text[0] == '\0' ? "" : ": ", text);
}

/* A control message that may come at any time in place of the one hoped for. */
enum xls_rc xls_sending_answer(struct xls_sending *s)
{
    char rule[XLS_RULE_MAX + 1];
    char text[XLS_TEXT_MAX + 1];
    enum xls_rc rc = xls_crew_heard(&s->crew, &s->control);

    if (rc != XLS_OK) {
        return rc;
    }
    if (s->control.type == XLS_REFUSE) {
        s->told = true;
        xls_why_peer(rule, sizeof(rule), s->control.u.refuse.rule,
                     strlen(s->control.u.refuse.rule));
        xls_why_peer(text, sizeof(text), s->control.u.refuse.text,
                     strlen(s->control.u.refuse.text));
        return xls_why_set(s->why, XLS_PEER_REFUSED,
                           "%s refuses the guest [%s]: %s", s->setup->host,
                           rule, text);
    }
    if (s->control.type == XLS_FAILED) {
        s->told = true;
        xls_why_peer(text, sizeof(text), s->control.u.text,
                     strlen(s->control.u.text));
        return xls_sending_refused(s, XLS_HOST_GONE, "could not load the guest",
                                   text);
    }
    return XLS_OK;
}

/* What a person or a signal wants, while it may still be had. */
enum xls_rc xls_sending_cancelled(struct xls_sending *s)
{
    return xls_why_set(s->why, XLS_HOST_GONE,
                       "stopped on request before the guest was handed over");
}

/*
 * Wait for one of the control messages of this type, or of other, until
 * seconds have passed; it is then in s->control.
 */
enum xls_rc xls_sending_await(struct xls_sending *s, enum xls_control_type type,
                              enum xls_control_type other, unsigned seconds)
{
    bool decided =
        s->journal != NULL && xls_source_at(&s->end) != XLS_SOURCE_OPEN;
    int cancel = decided ? -1 : s->setup->cancel_fd;
    int64_t until = xls_now_ms() + (int64_t)seconds * 1000;
    struct xls_watch watch = {.extra = &cancel, .count = 1};
    enum xls_from from;

    for (;;) {
        enum xls_rc rc;

        watch.deadline = xls_now_ms() + 250;
        rc = xls_crew_next(&s->crew, &watch, &from, s->why);
        if (rc != XLS_OK) {
            return rc;
        }
        xls_sending_show(s);
        if (from == XLS_FROM_EXTRA) {
            return xls_sending_cancelled(s);
        }
        rc = xls_sending_in_time(s);
        if (rc != XLS_OK) {
            return rc;
        }
        if (from == XLS_FROM_NOBODY && xls_until_ms(until) == 0) {
            return xls_why_set(s->why, XLS_PEER_TIME,
                               "%s did not say %s within %u s", s->setup->host,
                               xls_control_name(type), seconds);
        }
        if (from != XLS_FROM_WIRE || s->crew.msg->type != XLS_MSG_CONTROL) {
            continue;
        }
        rc = xls_sending_answer(s);
        if (rc != XLS_OK) {
            return rc;
        }
        if (s->control.type == type || s->control.type == other) {
            return XLS_OK;
        }
        return xls_why_set(s->why, XLS_PEER_ORDER,
                           "%s said %s where %s belongs", s->setup->host,
                           xls_control_name(s->control.type),
                           xls_control_name(type));
    }
}

/* It refuses us; who only asks what it is hears that to the end. */
static enum xls_rc note_refusal(struct xls_sending *s)
{
    (void)snprintf(s->report->refusal, sizeof(s->report->refusal), "%s",
                   s->why->text);
    s->why->text[0] = '\0';
    return XLS_OK;
}

enum xls_rc xls_sending_await_proof(struct xls_sending *s, unsigned epochs)
{
    int cancel = s->setup->cancel_fd;
    int64_t until =
        xls_now_ms() + (int64_t)s->crew.conf.evidence_seconds * 1000;
    struct xls_watch watch = {.extra = &cancel, .count = 1};
    enum xls_from from;
    enum xls_rc rc = XLS_OK;

    while (rc == XLS_OK && s->crew.proven < epochs) {
        watch.deadline = xls_now_ms() + 250;
        rc = xls_crew_next(&s->crew, &watch, &from, s->why);
        if (rc == XLS_OK && from == XLS_FROM_EXTRA) {
            rc = xls_sending_cancelled(s);
        } else if (rc == XLS_OK) {
            rc = xls_sending_in_time(s);
        }
        if (rc == XLS_OK && from == XLS_FROM_NOBODY &&
            xls_until_ms(until) == 0) {
            rc = xls_why_set(s->why, XLS_PEER_TIME,
                             "%s did not show its Evidence within %u s",
                             s->setup->host, s->crew.conf.evidence_seconds);
        } else if (rc == XLS_OK && from == XLS_FROM_WIRE &&
                   s->crew.msg->type == XLS_MSG_CONTROL) {
            rc = xls_sending_answer(s); /* REFUSE, or FAILED */
            rc = rc == XLS_OK ? XLS_PEER_ORDER : rc;
            if (rc == XLS_PEER_REFUSED && s->setup->attest_only) {
                rc = note_refusal(s);
            }
        }
    }
    if (rc == XLS_OK && s->report->refusal[0] != '\0' && !s->setup->learning) {
        rc = xls_why_set(s->why, XLS_PEER_REFUSED, "%s", s->report->refusal);
    }
    return rc;
}

enum xls_rc xls_sending_say(struct xls_sending *s, struct xls_control *control)
{
    memcpy(control->id, s->crew.id, sizeof(control->id));
    return xls_crew_say(&s->crew, control);
}

/* The same; when it cannot be said, that is the end, and why it is. */
enum xls_rc xls_sending_must_say(struct xls_sending *s,
                                 struct xls_control *control)
{
    enum xls_rc rc = xls_sending_say(s, control);

    return rc == XLS_OK ? rc : xls_crew_reason(&s->crew, rc, s->why);
}
