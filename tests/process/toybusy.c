/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toybusy.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/wr.h"
#include "host/clock.h"
#include "host/fd.h"
#include "madestream.h"

enum { LINK = 7, BUSY = 7 }; /* pages in 10 ms */

static atomic_uint cpu = 100; /* per cent */
static atomic_bool asked;     /* to end save() */
static atomic_bool killed;    /* what it hangs in */

static void nap(long ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000};

    (void)nanosleep(&time, NULL);
}

/* A guest that writes while it is sent.  The pieces of its stream are: what
 * comes before memory, the list, the pages, what comes after. */
struct busy {
    int fd;
    void (*stop)(const void *ctx);
    const void *ctx;
    int piece;
    int64_t at;   /* when dirty was last right, ms */
    int64_t free; /* when the link is */
    double dirty; /* pages */
};

static void age(struct busy *b)
{
    int64_t now = xls_now_ms();

    b->dirty += (double)(now - b->at) * BUSY / 10 * cpu / 100;
    b->dirty = b->dirty < TOY_PAGES - 1 ? b->dirty : TOY_PAGES - 1;
    b->at = now;
}

/* So many pages, in their time. */
static enum xls_rc put_pages(struct busy *b, const uint8_t *pages, size_t count)
{
    static const uint8_t page[4096];
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; rc == XLS_OK && i < count; i++) {
        rc =
            xls_fd_write(b->fd, pages != NULL ? pages + i * sizeof(page) : page,
                         sizeof(page));
        if (i % LINK == LINK - 1) {
            b->free += 10; /* however late we were woken the last time */
            if (xls_until_ms(b->free) > 0) {
                nap(xls_until_ms(b->free));
            }
            age(b);
        }
    }
    return rc;
}

/* What is dirty, once more: a record of it. */
static enum xls_rc pass(struct busy *b)
{
    static uint8_t head[16 + 8 * TOY_PAGES];
    uint32_t count = (uint32_t)b->dirty;
    struct xls_wr wr = xls_wr_over(head, sizeof(head));
    size_t used = 0;
    enum xls_rc rc;

    if (count == 0) {
        return XLS_OK;
    }
    b->dirty = 0;
    xls_wr_u32le(&wr, 1); /* PAGE_DATA */
    xls_wr_u32le(&wr, 8 + 8 * count + 4096 * count);
    xls_wr_u32le(&wr, count);
    xls_wr_u32le(&wr, 0);
    for (uint32_t i = 0; i < count; i++) {
        xls_wr_u64le(&wr, i + 1);
    }
    rc = xls_wr_end(&wr, &used);
    rc = rc == XLS_OK ? xls_fd_write(b->fd, head, used) : rc;
    return rc == XLS_OK ? put_pages(b, NULL, count) : rc;
}

/* As libxl: four more passes at most, then it is stopped for the rest. */
static enum xls_rc put_busy(void *ctx, const void *p, size_t len)
{
    struct busy *b = ctx;
    enum xls_rc rc = XLS_OK;

    b->piece++;
    if (b->piece == 3) {
        b->at = b->free = xls_now_ms();
        return put_pages(b, p, len / 4096);
    }
    for (int i = 0; b->piece == 4 && rc == XLS_OK && i < 4 && b->dirty >= 50;
         i++) {
        rc = pass(b);
    }
    if (b->piece == 4 && rc == XLS_OK) {
        b->stop(b->ctx);
        rc = pass(b);
    }
    return rc == XLS_OK ? xls_fd_write(b->fd, p, len) : rc;
}

bool toy_hangs(const char *when)
{
    const char *hang = getenv("TOY_HANG");
    bool deaf = hang != NULL && strstr(hang, "deaf") != NULL;
    bool is = hang != NULL && strstr(hang, when) != NULL;

    while (is && !killed && (deaf || !asked)) {
        nap(10);
    }
    return is;
}

void toy_hang_end(bool force)
{
    asked = true;
    killed = killed || force;
}

enum xls_rc toy_busy_save(int fd, void (*stop)(const void *ctx),
                          const void *ctx)
{
    struct busy b = {.fd = fd, .stop = stop, .ctx = ctx};

    return xls_made_stream(TOY_PAGES, put_busy, &b);
}

void toy_busy_hold(unsigned percent)
{
    cpu = percent;
}
