/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/worker.h"

#include <poll.h>

#include "host/fd.h"

static void *run(void *arg)
{
    struct xls_worker *w = arg;

    w->rc = w->act(w->ctx, &w->why);
    xls_fd_close(&w->done[1]); /* end of file is the sign */
    return NULL;
}

enum xls_rc xls_worker_start(struct xls_worker *w,
                             enum xls_rc (*act)(void *, struct xls_why *),
                             void *ctx)
{
    *w = (struct xls_worker){.act = act, .ctx = ctx, .done = {-1, -1}};
    if (xls_fd_pipe(w->done) != XLS_OK) {
        return XLS_HOST_IO;
    }
    if (pthread_create(&w->thread, NULL, run, w) != 0) {
        xls_fd_close(&w->done[0]);
        xls_fd_close(&w->done[1]);
        return XLS_HOST_IO;
    }
    w->running = true;
    return XLS_OK;
}

bool xls_worker_wait(const struct xls_worker *w, int ms)
{
    struct pollfd p = {.fd = w->done[0], .events = POLLIN};

    return !w->running || poll(&p, 1, ms) == 1;
}

enum xls_rc xls_worker_join(struct xls_worker *w)
{
    if (w->running) {
        (void)pthread_join(w->thread, NULL);
        w->running = false;
        xls_fd_close(&w->done[0]);
    }
    return w->rc;
}
