/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/clock.h"

#include <time.h>

int64_t xls_now_ms(void)
{
    struct timespec ts = {0};

    /* CLOCK_MONOTONIC cannot fail on Linux with a valid pointer */
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int xls_until_ms(int64_t deadline)
{
    const int64_t hour = INT64_C(3600) * 1000;
    int64_t left;

    if (deadline < 0) {
        return -1;
    }
    left = deadline - xls_now_ms();
    if (left < 0) {
        return 0;
    }
    return (int)(left < hour ? left : hour);
}
