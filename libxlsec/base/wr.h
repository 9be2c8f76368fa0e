/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * wr: write fields into a buffer of fixed size.  Level 0.
 *
 * A writer borrows its buffer.  The first write that does not fit sticks; later
 * writes change nothing; the verdict and the length come from xls_wr_end().
 */
#ifndef XLS_BASE_WR_H
#define XLS_BASE_WR_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct xls_wr {
    uint8_t *buf;
    size_t size;
    size_t used;
    enum xls_rc rc;
};

/* Borrow size bytes at buf. */
struct xls_wr xls_wr_over(void *buf, size_t size);

/* One unsigned number of the named width and byte order. */
void xls_wr_u8(struct xls_wr *wr, uint8_t v);
void xls_wr_u16be(struct xls_wr *wr, uint16_t v);
void xls_wr_u32be(struct xls_wr *wr, uint32_t v);
void xls_wr_u64be(struct xls_wr *wr, uint64_t v);
void xls_wr_u16le(struct xls_wr *wr, uint16_t v);
void xls_wr_u32le(struct xls_wr *wr, uint32_t v);
void xls_wr_u64le(struct xls_wr *wr, uint64_t v);

/* Copy len bytes; p may be NULL only when len is 0. */
void xls_wr_copy(struct xls_wr *wr, const void *p, size_t len);

/* len zero octets. */
void xls_wr_zero(struct xls_wr *wr, size_t len);

/*
 * The verdict; *used, which may be NULL, is the number of bytes written, and
 * is untouched on error.  Errors: XLS_BUG_CONTRACT (the buffer was too small).
 */
XLS_MUST_USE enum xls_rc xls_wr_end(const struct xls_wr *wr, size_t *used);

#endif
