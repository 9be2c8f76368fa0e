/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/send-private.h"

#include "host/clock.h"
#include "host/fd.h"

enum { TICK_MS = 20 };

static enum xls_rc save_act(void *ctx, struct xls_why *why)
{
    struct xls_sending *s = ctx;

    return s->setup->ops.save(s->setup->ops.ctx, s->pipe, why);
}

/* libxl has returned. */
static enum xls_rc saved(struct xls_sending *s)
{
    enum xls_rc rc = xls_worker_join(&s->save);

    xls_fd_close(&s->pipe); /* the stream's end, as guard sees it */
    if (rc != XLS_OK) {
        return xls_why_set(s->why, rc, "%s", s->save.why.text);
    }
    if (s->down == 0) {
        s->down = xls_now_ms();
    }
    xls_sending_enter(s, "finishing");
    return xls_sending_pack(s);
}

static void look_for_downtime(struct xls_sending *s)
{
    struct xls_why local = {""};
    bool down = false;

    if (s->down == 0 &&
        s->setup->ops.is_down(s->setup->ops.ctx, &down, &local) == XLS_OK &&
        down) {
        s->down = xls_now_ms();
        xls_sending_enter(s, "last pages (guest stopped)");
    }
}

/* FAILED may come at any time; PREPARED as soon as the last record has left,
 * which may be before our own processes have said that they are done. */
static enum xls_rc hear_early(struct xls_sending *s)
{
    enum xls_rc rc = xls_sending_answer(s);

    if (rc == XLS_OK && (s->control.type != XLS_PREPARED || s->prepared)) {
        rc = xls_why_set(s->why, XLS_PEER_ORDER,
                         "%s said %s in the middle of the stream",
                         s->setup->host, xls_control_name(s->control.type));
    }
    s->prepared = rc == XLS_OK;
    return rc;
}

static enum xls_rc on_wire(struct xls_sending *s)
{
    if (s->crew.msg->type == XLS_MSG_WIRE_NEXT) {
        s->asked = true;
        return XLS_OK;
    }
    return hear_early(s);
}

/* From the first octet of memory to the last record. */
enum xls_rc xls_sending_stream(struct xls_sending *s)
{
    int extra[2] = {-1, s->setup->cancel_fd};
    struct xls_watch watch = {.extra = extra, .count = 2};
    bool guard_done = false;
    enum xls_from from;
    enum xls_rc rc;

    xls_sending_enter(s, "memory");
    xls_sending_pace_begin(s);
    rc = xls_crew_stream(&s->crew, &s->facts, s->why);
    if (rc == XLS_OK) {
        s->suspended = true;
        rc = xls_worker_start(&s->save, save_act, s);
        extra[0] = s->save.done[0];
    }
    while (rc == XLS_OK &&
           !(guard_done && s->crew.ended == XLS_STREAMS && extra[0] < 0)) {
        watch.deadline = xls_now_ms() + TICK_MS;
        rc = xls_crew_next(&s->crew, &watch, &from, s->why);
        if (rc != XLS_OK) {
            break;
        }
        if (extra[0] >= 0) {
            look_for_downtime(s);
            xls_sending_pace(s);
        }
        if (from == XLS_FROM_EXTRA && watch.which == 0) {
            extra[0] = -1;
            rc = saved(s);
        } else if (from == XLS_FROM_EXTRA) {
            rc = xls_sending_cancelled(s);
        } else if (from == XLS_FROM_COUNT) {
            xls_sending_show(s);
        } else if (from == XLS_FROM_GUARD) {
            guard_done = s->crew.msg->type == XLS_MSG_GUARD_DONE;
        } else if (from == XLS_FROM_WIRE) {
            rc = on_wire(s);
        }
        if (rc == XLS_OK) {
            rc = xls_sending_piece(s);
        }
        if (rc == XLS_OK) {
            rc = xls_sending_in_time(s);
        }
    }
    return rc;
}
