/* SPDX-License-Identifier: LGPL-2.1-only */
/* How long it may take, what is done so that it does not take longer, and how
 * libxl's save is ended when it is not to go on. */
#include "toolstack/send-private.h"

#include <stdio.h>

#include "host/clock.h"

enum {
    LOOK_MS = 50,
    STOPPED_MS = 500, /* until libxl is asked to end, for a guest that stands */
    RUNS_MS = 5000,   /* and for one that runs: it may be about to suspend */
    ASKED_MS = 2000,  /* and until its helper is killed */
};

/* The phase "memory", by what the guest has of its CPUs. */
static const struct {
    unsigned percent;
    const char *phase;
} held[] = {
    {50, "memory (guest busy: its CPU is held to 50 %)"},
    {25, "memory (guest busy: its CPU is held to 25 %)"},
    {10, "memory (guest busy: its CPU is held to 10 %)"},
};

/* --- slower
 * -----------------------------------------------------------------*/

static void hold(struct xls_sending *s, unsigned percent)
{
    struct xls_why why = {""};

    if (s->setup->ops.slow == NULL ||
        s->setup->ops.slow(s->setup->ops.ctx, percent, &why) != XLS_OK) {
        s->pace.may_slow = false;
        (void)snprintf(s->report->not_held, sizeof(s->report->not_held), "%s",
                       why.text[0] != '\0' ? why.text
                                           : "this toolstack cannot do that");
        xls_sending_enter(s, s->held == 100 ? "memory (guest busy, and its "
                                              "CPU cannot be held)"
                                            : s->phase);
        return;
    }
    s->held = percent;
    s->report->held_percent = percent;
    for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
        if (held[i].percent == percent) {
            xls_sending_enter(s, held[i].phase);
        }
    }
}

void xls_sending_pace_begin(struct xls_sending *s)
{
    const struct xls_conf *conf = &s->crew.conf;

    s->stream_began = xls_now_ms();
    s->held = 100;
    s->pace =
        (struct xls_pace){.downtime_ms = (int64_t)conf->downtime_seconds * 1000,
                          .may_slow = conf->slow};
    if (conf->whole_seconds > 0) {
        s->pace.whole_ms =
            (int64_t)conf->whole_seconds * 1000 - (s->stream_began - s->began);
        s->pace.whole_ms = s->pace.whole_ms > 1 ? s->pace.whole_ms : 1;
    }
}

void xls_sending_pace(struct xls_sending *s)
{
    const struct xls_pace_seen seen = {.ms = xls_now_ms() - s->stream_began,
                                       .octets = s->crew.stream_bytes,
                                       .passes = s->crew.stream_passes,
                                       .stopped = s->down != 0};
    unsigned percent = xls_pace_look(&s->pace, &seen);

    if (percent != s->held && s->pace.may_slow) {
        hold(s, percent);
    }
}

/* --- too late
 * ---------------------------------------------------------------*/

/* How far it has got, and what is in the way. */
static void how_far(const struct xls_sending *s, char *out, size_t size)
{
    int used = snprintf(
        out, size, "%llu MiB of a guest of %llu MiB had passed, in %u pass%s",
        (unsigned long long)(s->crew.stream_bytes >> 20),
        (unsigned long long)(s->facts.target_memkb >> 10),
        s->crew.stream_passes, s->crew.stream_passes == 1 ? "" : "es");

    if (s->report->held_percent > 0 && used > 0 && (size_t)used < size) {
        (void)snprintf(out + used, size - (size_t)used,
                       ", with its CPU held to %u %%", s->held);
    }
}

/* What a person can do when the memory was the reason. */
static const char *advice(const struct xls_sending *s)
{
    if (s->crew.stream_passes < 2) {
        return "give it more time";
    }
    return s->crew.conf.slow
               ? "it writes faster than the link carries: give it more time, "
                 "or move it when it has less to do"
               : "it writes faster than the link carries: give it more time, "
                 "say '[guest] slow = yes', or move it when it has less to do";
}

enum xls_rc xls_sending_in_time(struct xls_sending *s)
{
    const struct xls_conf *conf = &s->crew.conf;
    int64_t now = xls_now_ms();
    char far[160];

    if (s->journal == NULL || xls_source_at(&s->end) != XLS_SOURCE_OPEN) {
        return XLS_OK; /* it is not ours to say any more, or not yet */
    }
    how_far(s, far, sizeof(far));
    if (conf->downtime_seconds > 0 && s->down > 0 &&
        now - s->down > (int64_t)conf->downtime_seconds * 1000) {
        return xls_why_set(
            s->why, XLS_PEER_TIME,
            "the guest was stopped for more than %u s ([time] downtime in "
            "xlsec.conf), and goes on here; %s; %s",
            conf->downtime_seconds, far,
            s->crew.ended == 0
                ? advice(s)
                : "all had left, and the other host was not ready yet: give it "
                  "more time, or look at what keeps that host busy");
    }
    if (conf->whole_seconds > 0 &&
        now - s->began > (int64_t)conf->whole_seconds * 1000) {
        return xls_why_set(
            s->why, XLS_PEER_TIME,
            "the migration has taken more than %u s ([time] whole in "
            "xlsec.conf); the guest stays here; %s; %s",
            conf->whole_seconds, far,
            s->crew.ended == 0 ? advice(s) : "give it more time");
    }
    return XLS_OK;
}

/* --- no further
 * -------------------------------------------------------------*/

/*
 * Nobody reads what libxl writes any more, and it ends by that, once the guest
 * has suspended if it is about to: to be abandoned in the middle of that would
 * leave it to stand still with nobody to resume it.  What hangs is asked, and
 * then killed.
 */
void xls_sending_end_save(struct xls_sending *s)
{
    const struct xls_source_ops *ops = &s->setup->ops;
    int64_t since = xls_now_ms();
    bool asked = false;

    while (!xls_worker_wait(&s->save, LOOK_MS)) {
        int64_t waited = xls_now_ms() - since;
        struct xls_why local = {""};
        bool down = false;
        enum xls_rc rc = ops->is_down(ops->ctx, &down, &local);
        int64_t patience = asked                  ? ASKED_MS
                           : rc == XLS_OK && down ? STOPPED_MS
                                                  : RUNS_MS;

        if (ops->stop != NULL && waited >= patience) {
            ops->stop(ops->ctx, asked);
            asked = true;
            since = xls_now_ms();
        }
    }
    (void)xls_worker_join(&s->save);
}
