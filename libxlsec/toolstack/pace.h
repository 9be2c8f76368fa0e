/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * pace: does a guest that moves while it runs dirty memory faster than the link
 * moves it, and how much of its CPUs may it have then?  Pure.  Level 6.
 *
 * libxl goes over memory once, then up to four times over what has been written
 * meanwhile, and stops the guest for what is left after that.  How long that
 * takes is guessed from the pass under way: as long as that has taken.
 */
#ifndef XLS_TOOLSTACK_PACE_H
#define XLS_TOOLSTACK_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Zeroed but for what is wanted. */
struct xls_pace {
    int64_t
        downtime_ms;  /* the longest that the guest may stand still; 0: any */
    int64_t whole_ms; /* the longest that the stream may take; 0: any */
    bool may_slow;
    /* its own */
    unsigned step;      /* how often the guest was slowed */
    unsigned in_pass;   /* and in this pass */
    uint32_t pass;      /* the last one seen */
    uint64_t pass_from; /* octets before it */
    int64_t pass_ms;    /* when it began */
};

struct xls_pace_seen {
    int64_t ms;      /* since the stream began */
    uint64_t octets; /* of it that have passed */
    uint32_t passes; /* over memory, the one under way included */
    bool stopped;    /* the guest is */
};

/*
 * Look again, several times a second: how much of its CPUs the guest may have
 * from now on, in per cent of what it had.  100, and then less and less.
 */
unsigned xls_pace_look(struct xls_pace *pace, const struct xls_pace_seen *seen);

/* How long the guest would stand still, in ms, for as much as this pass has
 * brought so far; 0 during the first one. */
int64_t xls_pace_stop_ms(const struct xls_pace *pace,
                         const struct xls_pace_seen *seen);

#endif
