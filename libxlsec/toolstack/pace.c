/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/pace.h"

#include <stddef.h>

static const unsigned steps[] = {100, 50, 25, 10};

enum {
    LAST_STEP = sizeof(steps) / sizeof(steps[0]) - 1,
    PASSES = 6, /* of libxl's, with that of the stopped guest */
};

int64_t xls_pace_stop_ms(const struct xls_pace *pace,
                         const struct xls_pace_seen *seen)
{
    uint64_t rate = seen->ms > 0 ? seen->octets / (uint64_t)seen->ms : 0;

    if (seen->passes < 2 || seen->passes != pace->pass) {
        return 0;
    }
    return (int64_t)((seen->octets - pace->pass_from) / (rate > 0 ? rate : 1));
}

/* Will all of it be too late, were no later pass shorter than this one so far?
 */
static bool too_late(const struct xls_pace *pace,
                     const struct xls_pace_seen *seen)
{
    int64_t left =
        seen->passes < PASSES ? PASSES + 1 - (int64_t)seen->passes : 1;

    return pace->whole_ms > 0 && pace->in_pass == 0 && seen->passes >= 2 &&
           (seen->ms - pace->pass_ms) > (pace->whole_ms - pace->pass_ms) / left;
}

/*
 * Half of the downtime is left for what comes after the last page: loading it
 * there, companions, Evidence, the handover.  A step takes effect in the next
 * pass; one more is due in this one only when it has become twice as long.
 */
static bool too_fast(const struct xls_pace *pace,
                     const struct xls_pace_seen *seen)
{
    int64_t stop = xls_pace_stop_ms(pace, seen);

    return too_late(pace, seen) ||
           (pace->downtime_ms > 0 &&
            stop >> pace->in_pass > pace->downtime_ms / 2);
}

unsigned xls_pace_look(struct xls_pace *pace, const struct xls_pace_seen *seen)
{
    if (seen->passes != pace->pass) {
        pace->pass = seen->passes;
        pace->pass_from = seen->octets;
        pace->pass_ms = seen->ms;
        pace->in_pass = 0;
    }
    if (pace->may_slow && !seen->stopped && pace->step < LAST_STEP &&
        too_fast(pace, seen)) {
        pace->step++;
        pace->in_pass++;
    }
    return steps[pace->step];
}
