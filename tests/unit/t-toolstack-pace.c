/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-toolstack-pace: when a guest that writes faster than the link carries gets
 * less of its CPUs, and how much.
 */
#include "t.h"
#include "toolstack/pace.h"

/* 1000 octets in a millisecond, always; passes as told. */
static unsigned look(struct xls_pace *p, int64_t ms, uint32_t passes)
{
    const struct xls_pace_seen seen = {
        .ms = ms, .octets = (uint64_t)ms * 1000, .passes = passes};

    return xls_pace_look(p, &seen);
}

static struct xls_pace pace(int64_t downtime_ms, int64_t whole_ms)
{
    return (struct xls_pace){
        .downtime_ms = downtime_ms, .whole_ms = whole_ms, .may_slow = true};
}

/* The first pass says nothing, however long it takes. */
START_TEST(first_pass)
{
    struct xls_pace p = pace(1000, 0);

    for (int64_t ms = 0; ms < 100000; ms += 100) {
        T(look(&p, ms, ms == 0 ? 0 : 1) == 100);
    }
    T(look(&p, 100000, 2) == 100); /* it has just ended */
}
END_TEST

/* Half of the downtime is for what comes after the last page. */
START_TEST(a_step_at_half_of_it)
{
    struct xls_pace p = pace(4000, 0);
    const struct xls_pace_seen seen = {
        .ms = 12000, .octets = 12000000, .passes = 2};

    T(look(&p, 9900, 1) == 100);
    T(look(&p, 10000, 2) == 100);
    T(look(&p, 12000, 2) == 100); /* exactly half */
    T(xls_pace_stop_ms(&p, &seen) == 2000);
    T(look(&p, 12001, 2) == 50);
    T(look(&p, 13900, 2) == 50); /* once, unless it goes on and on */
    T(look(&p, 14002, 2) == 25);
    T(look(&p, 18004, 2) == 10);
    T(look(&p, 90000, 2) == 10); /* that is the least */
}
END_TEST

/* Each pass that is too long is a step; one that is short is none. */
START_TEST(a_step_a_pass)
{
    struct xls_pace p = pace(4000, 0);

    T(look(&p, 10000, 2) == 100);
    T(look(&p, 12500, 2) == 50);
    T(look(&p, 13000, 3) == 50);
    T(look(&p, 14900, 3) == 50);
    T(look(&p, 15100, 3) == 25);
    T(look(&p, 16000, 4) == 25);
    T(look(&p, 17000, 5) == 25);
    T(look(&p, 19100, 5) == 10);
}
END_TEST

START_TEST(it_converges)
{
    struct xls_pace p = pace(120000, 0);

    T(look(&p, 20000, 2) == 100);
    T(look(&p, 40000, 3) == 100);
    T(look(&p, 70000, 4) == 100);
    T(look(&p, 71000, 5) == 100);
}
END_TEST

/* The passes that are left would end too late: five of them, then four. */
START_TEST(whole)
{
    struct xls_pace p = pace(0, 20000);

    T(look(&p, 9900, 1) == 100);
    T(look(&p, 10000, 2) == 100);
    T(look(&p, 12000, 2) == 100); /* 10000 + 5 * 2000: in time */
    T(look(&p, 12001, 2) == 50);
    T(look(&p, 13900, 2) == 50); /* a step a pass */
    T(look(&p, 14000, 3) == 50);
    T(look(&p, 15500, 3) == 50); /* 14000 + 4 * 1500 */
    T(look(&p, 15501, 3) == 25);
    T(look(&p, 16000, 6) == 25);
    T(look(&p, 20000, 6) == 25);
    T(look(&p, 20001, 6) == 10);
    p = pace(0, 20000);
    T(look(&p, 21000, 1) == 100);
    T(look(&p, 22000, 2) == 50); /* nothing can help now */
    p = pace(0, 20000);
    T(look(&p, 19000, 9) == 100); /* more than libxl has ever made */
    T(look(&p, 20001, 9) == 50);
}
END_TEST

/* No limit, not allowed, or stopped: nothing to be done. */
START_TEST(never)
{
    struct xls_pace p = pace(0, 0);
    struct xls_pace_seen seen = {
        .ms = 90000, .octets = 90000000, .passes = 2, .stopped = true};

    T(look(&p, 10000, 2) == 100);
    T(look(&p, 90000, 2) == 100);
    p = pace(1000, 5000);
    p.may_slow = false;
    T(look(&p, 10000, 2) == 100);
    T(look(&p, 90000, 2) == 100);
    p.may_slow = true;
    T(xls_pace_look(&p, &seen) == 100);
    seen.stopped = false;
    T(xls_pace_look(&p, &seen) == 50);
}
END_TEST

/* Nothing passes, or more than there is: no division by zero, no overflow. */
START_TEST(odd_figures)
{
    struct xls_pace p = pace(1000, 1000);
    struct xls_pace_seen seen = {.ms = 0, .octets = 0, .passes = 2};

    T(xls_pace_look(&p, &seen) == 100);
    seen.octets = 10; /* in no time */
    T(xls_pace_stop_ms(&p, &seen) == 10);
    seen.ms = INT64_MAX / 4;
    seen.octets = UINT64_MAX / 4;
    T(xls_pace_stop_ms(&p, &seen) > 0);
    T(xls_pace_look(&p, &seen) < 100);
    seen.passes = 3; /* of which nothing was looked at yet */
    T(xls_pace_stop_ms(&p, &seen) == 0);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        first_pass, a_step_at_half_of_it, a_step_a_pass, it_converges, whole,
        never,      odd_figures};

    return t_run("toolstack/pace", list, T_COUNT(list));
}
