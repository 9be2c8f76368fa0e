/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * guard-speed [GIB [MIN_GBPS]]: how fast page data goes through the guard, and
 * what memory that takes.  One full PAGE_DATA record is fed again and again,
 * with its frames counted up, in pieces of 1 MiB as a reader of a pipe would.
 * Fails below MIN_GBPS, or when the process grew by more than 2.5 MiB.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/wr.h"
#include "xenfmt/guard.h"
#include "xenfmt/rec.h"

#define COUNT  1024U
#define BODY   (8U + COUNT * 8U + COUNT * 4096U)
#define RECORD (8U + BODY)
#define PIECE  ((size_t)1 << 20)

static uint8_t record[RECORD];
static uint64_t given;

static void feed(struct xls_guard *g, const uint8_t *in, size_t len)
{
    const uint8_t *out;
    size_t out_len;

    while (len > 0) {
        size_t step = len < PIECE ? len : PIECE;

        len -= step;
        while (step > 0) {
            if (xls_guard_step(g, &in, &step, &out, &out_len) != XLS_OK) {
                (void)fprintf(stderr, "refused: %s\n",
                              xls_guard_finding(g)->text);
                exit(1);
            }
            given += out_len;
        }
    }
}

static void start(struct xls_guard *g)
{
    static uint8_t head[24 + 16 + 8 + 24 + 8 + 16 + 8];
    struct xls_wr wr = xls_wr_over(head, sizeof(head));

    xls_wr_u64be(&wr, UINT64_MAX);
    xls_wr_u32be(&wr, 0x58454e46);
    xls_wr_u32be(&wr, 3);
    xls_wr_zero(&wr, 8);
    xls_wr_u32le(&wr, 2);
    xls_wr_u32le(&wr, 12);
    xls_wr_u32le(&wr, 4);
    xls_wr_u32le(&wr, 17);
    xls_wr_u32le(&wr, XLS_REC_CPUID_POLICY);
    xls_wr_u32le(&wr, 24);
    xls_wr_u32le(&wr, 0);
    xls_wr_u32le(&wr, UINT32_MAX);
    xls_wr_zero(&wr, 16);
    xls_wr_u32le(&wr, XLS_REC_MSR_POLICY);
    xls_wr_u32le(&wr, 16);
    xls_wr_u32le(&wr, 0x10a);
    xls_wr_zero(&wr, 12);
    xls_wr_u32le(&wr, XLS_REC_STATIC_END);
    xls_wr_u32le(&wr, 0);
    feed(g, head, sizeof(head));
}

static void number(uint64_t first)
{
    struct xls_wr wr = xls_wr_over(record, sizeof(record));

    xls_wr_u32le(&wr, XLS_REC_PAGE_DATA);
    xls_wr_u32le(&wr, BODY);
    xls_wr_u32le(&wr, COUNT);
    xls_wr_u32le(&wr, 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        xls_wr_u64le(&wr, first + i);
    }
}

static long peak_kib(void)
{
    struct rusage use;

    return getrusage(RUSAGE_SELF, &use) == 0 ? use.ru_maxrss : 0;
}

int main(int argc, char **argv)
{
    double gib = argc > 1 ? strtod(argv[1], NULL) : 2;
    double least = argc > 2 ? strtod(argv[2], NULL) : 0;
    uint64_t records = (uint64_t)(gib * (1 << 30) / BODY) + 1;
    struct xls_guard_limits limits = {XLS_GUARD_PAGES_CEILING, 1,
                                      XLS_GUEST_PVH};
    struct xls_guard *g = NULL;
    struct timespec from;
    struct timespec to;
    double seconds;
    double speed;
    long before;
    long grown;

    memset(record, 0xa5, sizeof(record));
    before = peak_kib();
    if (xls_guard_new(XLS_FMT_LIBXC, &limits, &g) != XLS_OK) {
        return 1;
    }
    start(g);
    (void)clock_gettime(CLOCK_MONOTONIC, &from);
    for (uint64_t i = 0; i < records; i++) {
        number(i * COUNT);
        feed(g, record, sizeof(record));
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &to);
    grown = peak_kib() - before;
    seconds = (double)(to.tv_sec - from.tv_sec) +
              (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    speed = (double)given / seconds / 1e9;
    (void)printf("%.2f GB of page data at %.1f GB/s, memory grew by %ld KiB "
                 "to %ld KiB\n",
                 (double)given / 1e9, speed, grown, peak_kib());
    xls_guard_free(g);
    return speed < least || grown > 2560 ? 1 : 0;
}
