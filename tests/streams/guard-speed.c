/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * guard-speed [GIB [MIN_GBPS]]: how fast page data goes through the guard, on
 * one core by its own time, and what memory that takes: of a PVH guest, whose
 * pages pass unread, and of a PV guest whose every page is a full page table,
 * which is the worst there is. One full PAGE_DATA record is fed again and
 * again, with its frames counted up, in pieces of 1 MiB as a reader of a pipe
 * would.  Fails below MIN_GBPS, or when the process grew by more than 2.5 MiB.
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

/* Headers and whatever comes before memory. */
static void start(struct xls_guard *g, bool pv, uint64_t frames)
{
    static uint8_t head[1 << 21];
    size_t len = 0;
    struct xls_wr wr = xls_wr_over(head, sizeof(head));

    xls_wr_u64be(&wr, UINT64_MAX);
    xls_wr_u32be(&wr, 0x58454e46);
    xls_wr_u32be(&wr, 3);
    xls_wr_zero(&wr, 8);
    xls_wr_u32le(&wr, pv ? 1 : 2);
    xls_wr_u32le(&wr, 12);
    xls_wr_u32le(&wr, 4);
    xls_wr_u32le(&wr, 17);
    if (pv) {
        xls_wr_u32le(&wr, XLS_REC_PV_INFO);
        xls_wr_u32le(&wr, 8);
        xls_wr_u32le(&wr, 0x408);
        xls_wr_zero(&wr, 4);
    }
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
    if (pv) {
        xls_wr_u32le(&wr, XLS_REC_P2M_FRAMES);
        xls_wr_u32le(&wr, (uint32_t)(8 + (frames + 511) / 512 * 8));
        xls_wr_u32le(&wr, 0);
        xls_wr_u32le(&wr, (uint32_t)frames - 1);
        xls_wr_zero(&wr, (frames + 511) / 512 * 8);
    }
    if (xls_wr_end(&wr, &len) != XLS_OK) {
        exit(1);
    }
    feed(g, head, len);
}

/* The record's list, and, for a PV guest, its pages as tables that point to
 * their own frames. */
static void fill(uint64_t first, bool pv)
{
    struct xls_wr wr = xls_wr_over(record, sizeof(record));

    xls_wr_u32le(&wr, XLS_REC_PAGE_DATA);
    xls_wr_u32le(&wr, BODY);
    xls_wr_u32le(&wr, COUNT);
    xls_wr_u32le(&wr, 0);
    for (uint32_t i = 0; i < COUNT; i++) {
        xls_wr_u64le(&wr, (first + i) | (pv ? UINT64_C(1) << 60 : 0));
    }
    for (uint32_t i = 0; pv && first == 0 && i < COUNT * 512; i++) {
        xls_wr_u64le(&wr, (uint64_t)(i / 512) << 12 | 0x67);
    }
}

static long peak_kib(void)
{
    struct rusage use;

    return getrusage(RUSAGE_SELF, &use) == 0 ? use.ru_maxrss : 0;
}

/* GB/s of page data; 0 when memory grew. */
static double run(bool pv, uint64_t records)
{
    struct xls_guard_limits limits = {XLS_GUARD_PAGES_CEILING, 1,
                                      pv ? XLS_GUEST_PV : XLS_GUEST_PVH};
    struct xls_guard *g = NULL;
    struct timespec from;
    struct timespec to;
    double seconds;
    long before = peak_kib();

    given = 0;
    if (xls_guard_new(XLS_FMT_LIBXC, &limits, &g) != XLS_OK) {
        return 0;
    }
    start(g, pv, records * COUNT);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
    for (uint64_t i = 0; i < records; i++) {
        fill(i * COUNT, pv);
        feed(g, record, sizeof(record));
    }
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
    seconds = (double)(to.tv_sec - from.tv_sec) +
              (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    (void)printf("%s: %.2f GB of page data at %.1f GB/s, memory grew by %ld "
                 "KiB to %ld KiB\n",
                 pv ? "PV, page tables only" : "PVH", (double)given / 1e9,
                 (double)given / seconds / 1e9, peak_kib() - before,
                 peak_kib());
    xls_guard_free(g);
    return peak_kib() - before > 2560 ? 0 : (double)given / seconds / 1e9;
}

int main(int argc, char **argv)
{
    double gib = argc > 1 ? strtod(argv[1], NULL) : 2;
    double least = argc > 2 ? strtod(argv[2], NULL) : 0;
    uint64_t records = (uint64_t)(gib * (1 << 30) / BODY) + 1;
    double plain;
    double tables;

    memset(record, 0xa5, sizeof(record));
    plain = run(false, records);
    tables = run(true, records);
    return plain < least || tables < least / 2 || plain == 0 || tables == 0;
}
