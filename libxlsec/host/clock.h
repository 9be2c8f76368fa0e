/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * clock: monotonic time and deadlines.  Level 5.
 */
#ifndef XLS_HOST_CLOCK_H
#define XLS_HOST_CLOCK_H

#include <stdint.h>

/* Milliseconds since some fixed moment; never goes back. */
int64_t xls_now_ms(void);

/* Milliseconds until deadline as poll() takes them: 0 when it has passed, -1
 * (for ever) when deadline is negative, and never more than an hour. */
int xls_until_ms(int64_t deadline);

#endif
