/* SPDX-License-Identifier: LGPL-2.1-only */
#include "madestream.h"

#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/wr.h"

enum {
    BATCH = 1024,
    PAGE = 4096,
    LIST = 8 + 8 + 8 * BATCH, /* record header, PAGE_DATA header, frames */
    SMALL = 4096,
    REC_END = 0,
    REC_LIBXC_CONTEXT = 1,
    REC_PAGE_DATA = 1,
    REC_TSC_INFO = 8,
    REC_HVM_CONTEXT = 9,
    REC_HVM_PARAMS = 10,
    REC_STATIC_DATA_END = 16,
    REC_CPUID_POLICY = 17,
    REC_MSR_POLICY = 18,
    SAVE_HEADER = 24,
    SAVE_CPU = 1032,
    CR0_AT = 656,
    CR0_ET = 1 << 4,
};

static void record(struct xls_wr *wr, uint32_t type, uint32_t len)
{
    xls_wr_u32le(wr, type);
    xls_wr_u32le(wr, len);
}

/* Everything before memory. */
static void put_front(struct xls_wr *wr)
{
    xls_wr_copy(wr, "LibxlFmt", 8);
    xls_wr_u32be(wr, 2);
    xls_wr_u32be(wr, 0);
    record(wr, REC_LIBXC_CONTEXT, 0);
    xls_wr_u64be(wr, UINT64_MAX);
    xls_wr_copy(wr, "XENF", 4);
    xls_wr_u32be(wr, 3);
    xls_wr_zero(wr, 8);
    xls_wr_u32le(wr, 2); /* HVM or PVH */
    xls_wr_u32le(wr, 12);
    xls_wr_u32le(wr, 4);
    xls_wr_u32le(wr, 17);
    record(wr, REC_CPUID_POLICY, 24);
    xls_wr_u32le(wr, 0);
    xls_wr_u32le(wr, UINT32_MAX); /* no subleaf */
    xls_wr_zero(wr, 16);
    record(wr, REC_MSR_POLICY, 16);
    xls_wr_u32le(wr, 0xce);
    xls_wr_zero(wr, 12);
    record(wr, REC_STATIC_DATA_END, 0);
}

/* Everything after memory; last_frame is one that the guest has. */
static void put_back(struct xls_wr *wr, uint64_t last_frame)
{
    record(wr, REC_TSC_INFO, 24);
    xls_wr_zero(wr, 24);
    record(wr, REC_HVM_CONTEXT, 8 + SAVE_HEADER + 8 + SAVE_CPU + 8);
    xls_wr_u16le(wr, 1);
    xls_wr_u16le(wr, 0);
    xls_wr_u32le(wr, SAVE_HEADER);
    xls_wr_u32le(wr, 0x54381286);
    xls_wr_u32le(wr, 1);
    xls_wr_zero(wr, SAVE_HEADER - 8);
    xls_wr_u16le(wr, 2);
    xls_wr_u16le(wr, 0);
    xls_wr_u32le(wr, SAVE_CPU);
    xls_wr_zero(wr, CR0_AT);
    xls_wr_u64le(wr, CR0_ET);
    xls_wr_zero(wr, SAVE_CPU - CR0_AT - 8);
    xls_wr_zero(wr, 8); /* end */
    record(wr, REC_HVM_PARAMS, 8 + 16);
    xls_wr_u32le(wr, 1);
    xls_wr_u32le(wr, 0);
    xls_wr_u64le(wr, 1); /* STORE_PFN */
    xls_wr_u64le(wr, last_frame);
    record(wr, REC_END, 0);
    record(wr, REC_END, 0);
}

/* One PAGE_DATA record of count frames from first, without the pages. */
static void put_list(struct xls_wr *wr, uint64_t first, uint32_t count)
{
    record(wr, REC_PAGE_DATA, 8 + 8 * count + PAGE * count);
    xls_wr_u32le(wr, count);
    xls_wr_u32le(wr, 0);
    for (uint32_t i = 0; i < count; i++) {
        xls_wr_u64le(wr, first + i);
    }
}

static enum xls_rc flush(struct xls_wr *wr,
                         enum xls_rc (*put)(void *, const void *, size_t),
                         void *ctx)
{
    size_t used = 0;
    enum xls_rc rc = xls_wr_end(wr, &used);

    wr->used = 0;
    return rc == XLS_OK ? put(ctx, wr->buf, used) : rc;
}

enum xls_rc xls_made_stream(uint64_t pages,
                            enum xls_rc (*put)(void *ctx, const void *p,
                                               size_t len),
                            void *ctx)
{
    static const uint8_t seed[randombytes_SEEDBYTES] = {1};
    uint8_t *small = malloc(LIST + SMALL);
    uint8_t *data = calloc(BATCH, PAGE);
    struct xls_wr wr = xls_wr_over(small, LIST + SMALL);
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (small != NULL && data != NULL) {
        randombytes_buf_deterministic(data, (size_t)BATCH * PAGE, seed);
        put_front(&wr);
        rc = flush(&wr, put, ctx);
    }
    for (uint64_t first = 0; rc == XLS_OK && first < pages; first += BATCH) {
        uint64_t left = pages - first;
        uint32_t count = left < BATCH ? (uint32_t)left : BATCH;

        put_list(&wr, first, count);
        rc = flush(&wr, put, ctx);
        if (rc == XLS_OK) {
            rc = put(ctx, data, (size_t)count * PAGE);
        }
    }
    if (rc == XLS_OK) {
        put_back(&wr, pages - 1);
        rc = flush(&wr, put, ctx);
    }
    free(small);
    free(data);
    return rc;
}
