/* SPDX-License-Identifier: LGPL-2.1-only */
#include "base/wr.h"

#include <string.h>

static uint8_t *room(struct xls_wr *wr, size_t len)
{
    uint8_t *at;

    if (wr->rc != XLS_OK) {
        return NULL;
    }
    if (len > wr->size - wr->used) {
        wr->rc = XLS_BUG_CONTRACT;
        return NULL;
    }
    at = wr->buf + wr->used;
    wr->used += len;
    return at;
}

static void put_be(struct xls_wr *wr, uint64_t v, size_t width)
{
    uint8_t *p = room(wr, width);

    for (size_t i = width; p != NULL && i > 0; i--) {
        p[i - 1] = (uint8_t)v;
        v >>= 8;
    }
}

static void put_le(struct xls_wr *wr, uint64_t v, size_t width)
{
    uint8_t *p = room(wr, width);

    for (size_t i = 0; p != NULL && i < width; i++) {
        p[i] = (uint8_t)v;
        v >>= 8;
    }
}

struct xls_wr xls_wr_over(void *buf, size_t size)
{
    struct xls_wr wr = {.buf = buf, .size = size, .used = 0, .rc = XLS_OK};

    if (buf == NULL) {
        wr.size = 0;
        wr.rc = XLS_BUG_CONTRACT;
    }
    return wr;
}

void xls_wr_u8(struct xls_wr *wr, uint8_t v)
{
    put_be(wr, v, 1);
}

void xls_wr_u16be(struct xls_wr *wr, uint16_t v)
{
    put_be(wr, v, 2);
}

void xls_wr_u32be(struct xls_wr *wr, uint32_t v)
{
    put_be(wr, v, 4);
}

void xls_wr_u64be(struct xls_wr *wr, uint64_t v)
{
    put_be(wr, v, 8);
}

void xls_wr_u16le(struct xls_wr *wr, uint16_t v)
{
    put_le(wr, v, 2);
}

void xls_wr_u32le(struct xls_wr *wr, uint32_t v)
{
    put_le(wr, v, 4);
}

void xls_wr_u64le(struct xls_wr *wr, uint64_t v)
{
    put_le(wr, v, 8);
}

void xls_wr_copy(struct xls_wr *wr, const void *p, size_t len)
{
    uint8_t *at = room(wr, len);

    if (at != NULL && len != 0) {
        memcpy(at, p, len);
    }
}

void xls_wr_zero(struct xls_wr *wr, size_t len)
{
    uint8_t *at = room(wr, len);

    if (at != NULL && len != 0) {
        memset(at, 0, len);
    }
}

enum xls_rc xls_wr_end(const struct xls_wr *wr, size_t *used)
{
    if (wr->rc == XLS_OK && used != NULL) {
        *used = wr->used;
    }
    return wr->rc;
}
