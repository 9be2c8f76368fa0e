/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xenfmt-build: streams for tests, record by record, right until a test makes
 * them wrong.
 */
#ifndef XLS_TEST_XENFMT_BUILD_H
#define XLS_TEST_XENFMT_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/guard.h"

#define XB_RECS  36
#define XB_P2M   2060U /* frames of the guests: two full records and 12 */
#define XB_PAGES 4096U /* their maximum of pages */

/* One record, or a header without framing. */
struct xb_rec {
    const char *name; /* a literal of the test's */
    bool framed;
    uint32_t type;
    uint8_t *body;
    size_t len;
    uint8_t pad; /* the octet the padding is made of */
};

struct xb {
    enum xls_fmt fmt;
    struct xls_guard_limits limits;
    struct xb_rec rec[XB_RECS];
    size_t count;
};

/* A stream that the guard accepts.  xb_free() ends it. */
struct xb xb_new(enum xls_fmt fmt, enum xls_guest_type type, uint32_t version);
void xb_free(struct xb *xb);

/* The nth record of this name, counted from 0; the test fails without it. */
struct xb_rec *xb_find(struct xb *xb, const char *name, size_t nth);

/* Put octets over the body at at. */
void xb_poke(struct xb_rec *rec, size_t at, const void *bytes, size_t len);
void xb_poke32(struct xb_rec *rec, size_t at, uint32_t value);
void xb_poke64(struct xb_rec *rec, size_t at, uint64_t value);

/* Set the body's length; new octets are zero. */
void xb_size(struct xb_rec *rec, size_t len);

/* Take a record out; put a copy of it behind it; swap it with the next. */
void xb_cut(struct xb *xb, struct xb_rec *rec);
void xb_twice(struct xb *xb, struct xb_rec *rec);
void xb_swap(struct xb *xb, struct xb_rec *rec);

/* Put a new record before rec, with len octets of zero. */
struct xb_rec *xb_insert(struct xb *xb, struct xb_rec *rec, const char *name,
                         uint32_t type, size_t len);

/* PAGE_DATA: count frames from first, the first with_content of them with a
 * page.  The body is replaced. */
void xb_pages(struct xb_rec *rec, uint64_t first, uint32_t count,
              uint32_t with_content);

/* The whole stream; the caller frees it. */
uint8_t *xb_bytes(const struct xb *xb, size_t *len);

/*
 * Run len octets through a guard in pieces of step octets, and check on the
 * way that what comes out is what went in, and that refusal is final.  The
 * verdict; *why and *facts may be NULL.  *released: octets given back.
 */
enum xls_rc xb_run(enum xls_fmt fmt, const struct xls_guard_limits *limits,
                   const uint8_t *bytes, size_t len, size_t step,
                   struct xls_finding *why, struct xls_guard_facts *facts,
                   size_t *released);

/* Accepted, in pieces of every size tried. */
void xb_accept(const struct xb *xb);

/* Refused for this rule, in pieces of several sizes, without an octet of
 * the record being given back. */
void xb_refuse(const struct xb *xb, const char *rule);

#endif
