/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * worker: one long call of libxl's in a thread of its own, so that the main
 * thread can watch the other processes meanwhile.  Level 6.
 */
#ifndef XLS_TOOLSTACK_WORKER_H
#define XLS_TOOLSTACK_WORKER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/rc.h"
#include "base/why.h"

struct xls_worker {
    enum xls_rc (*act)(void *ctx, struct xls_why *why);
    void *ctx;
    pthread_t thread;
    int done[2]; /* [0] becomes readable when act has returned */
    bool running;
    enum xls_rc rc;     /* of act; read after xls_worker_join() */
    struct xls_why why; /* likewise */
};

/* Run act(ctx, ...) in a thread.  *w stays where it is until joined.
 * Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc
xls_worker_start(struct xls_worker *w,
                 enum xls_rc (*act)(void *, struct xls_why *), void *ctx);

/* Wait ms for it at the most; has it returned, or was it never started? */
bool xls_worker_wait(const struct xls_worker *w, int ms);

/* Wait for it; act's verdict.  XLS_OK when it was never started. */
enum xls_rc xls_worker_join(struct xls_worker *w);

#endif
