/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * rd: read fields from bytes we do not trust.  Level 0.
 *
 * A reader borrows its buffer: it never copies, frees or writes it.  The first
 * failure sticks; every later read yields zero and changes nothing, so a
 * parser reads straight down and asks once, at xls_rd_end().  Values read
 * before that answer are not to be acted on.
 */
#ifndef XLS_BASE_RD_H
#define XLS_BASE_RD_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct xls_rd {
    const uint8_t *at;
    size_t left;
    enum xls_rc rc;
};

/* Borrow len bytes at buf; buf may be NULL only when len is 0. */
struct xls_rd xls_rd_over(const void *buf, size_t len);

/* One unsigned number of the named width and byte order; 0 on failure. */
uint8_t xls_rd_u8(struct xls_rd *rd);
uint16_t xls_rd_u16be(struct xls_rd *rd);
uint32_t xls_rd_u32be(struct xls_rd *rd);
uint64_t xls_rd_u64be(struct xls_rd *rd);
uint16_t xls_rd_u16le(struct xls_rd *rd);
uint32_t xls_rd_u32le(struct xls_rd *rd);
uint64_t xls_rd_u64le(struct xls_rd *rd);

/* Copy exactly len bytes to out; out is zeroed when the read fails. */
void xls_rd_copy(struct xls_rd *rd, void *out, size_t len);

/* A reader over the next len bytes, which rd then skips. */
struct xls_rd xls_rd_sub(struct xls_rd *rd, size_t len);

/* Fail with RANGE unless lo <= v <= hi (a length, a count, an id). */
void xls_rd_range(struct xls_rd *rd, uint64_t v, uint64_t lo, uint64_t hi);

/* Fail with RANGE unless the next len bytes are all zero. */
void xls_rd_zero(struct xls_rd *rd, size_t len);

/* The verdict.  Bytes left over are XLS_PEER_TRAIL. */
XLS_MUST_USE enum xls_rc xls_rd_end(const struct xls_rd *rd);

#endif
