/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * toybusy: a toy's save that takes its time.
 *
 * Of the environment: TOY_BUSY: the guest writes its memory as fast as the link
 * carries it, and slower when it is slowed.  TOY_HANG: saving it hangs, before
 * it is stopped (up) or after (down); with 'deaf' it has to be killed.
 */
#ifndef XLS_TEST_TOYBUSY_H
#define XLS_TEST_TOYBUSY_H

#include <stdbool.h>

#include "base/rc.h"

enum { TOY_PAGES = 1024 }; /* of memory */

/* Is it to hang at this moment ("up", "down")?  Then it has, until it was
 * ended.
 */
bool toy_hangs(const char *when);

/* End that; force: also what is deaf.  From another thread. */
void toy_hang_end(bool force);

/* The stream of a busy guest to fd, as libxl would write it: four more passes
 * at most, then it is stopped for the rest. */
enum xls_rc toy_busy_save(int fd, void (*stop)(const void *ctx),
                          const void *ctx);

/* So much of its CPU, in per cent, from now on.  From another thread. */
void toy_busy_hold(unsigned percent);

#endif
