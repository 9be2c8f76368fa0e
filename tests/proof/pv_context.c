/* SPDX-License-Identifier: LGPL-2.1-only */
#include "tests/proof/contracts.h"

#include "xenfmt/pv_context.c"

/*@ requires \valid_read(lx);
    assigns \nothing; */
static bool inside(const struct xls_libxc *lx, uint64_t pfn);
/*@ requires \valid_read(lx) && \valid_read(at) && xls_octets(buf, len);
    requires xls_why(why) && \separated(why, lx, at);
    assigns *why; */
static enum xls_rc tables_judge(const struct xls_libxc *lx,
                                const struct places *at, const uint8_t *buf,
                                size_t len, struct xls_finding *why);
/*@ requires \valid_read(lx) && \valid_read(at) && xls_octets(buf, len);
    requires xls_why(why) && \separated(why, lx, at);
    assigns *why; */
static enum xls_rc roots_judge(const struct xls_libxc *lx,
                               const struct places *at, const uint8_t *buf,
                               size_t len, struct xls_finding *why);
/*@ requires xls_octets(buf, len) && xls_why(why);
    assigns *why; */
static enum xls_rc wide_judge(const uint8_t *buf, size_t len,
                              struct xls_finding *why);
/*@ requires xls_octets(at, 8);
    assigns \nothing; */
static inline uint64_t slot_read(const uint8_t *at);
/*@ requires \valid_read(lx) && \valid(lo) && \valid(hi);
    requires \separated(lx, lo, hi);
    assigns *lo, *hi;
    ensures *lo <= *hi <= PTE_SLOTS; */
static void slots_of_xen(const struct xls_libxc *lx, unsigned level,
                         unsigned *lo, unsigned *hi);
/*@ assigns \nothing; */
static inline uint64_t slot_wrong(uint64_t pte, uint64_t end_pfn,
                                  uint64_t super);
/*@ requires \valid_read(lx) && xls_octets(at, XLS_PAGE_SIZE);
    requires xls_why(why) && \separated(why, lx);
    assigns *why; */
static enum xls_rc table_refuse(const struct xls_libxc *lx, unsigned level,
                                const uint8_t *at, struct xls_finding *why);
