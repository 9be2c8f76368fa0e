/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * run: the way of one record through a layer, from its header to its padding.
 * Level 2.  Both record streams frame alike: type, length, body, zeros to 8.
 */
#ifndef XLS_XENFMT_RUN_H
#define XLS_XENFMT_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/rec.h"
#include "xenfmt/want.h"

enum xls_run_at {
    XLS_RUN_DEAD = 0,
    XLS_RUN_HEAD,  /* a record's header is next */
    XLS_RUN_WHOLE, /* the whole body and its padding are next */
    XLS_RUN_PIECE, /* a piece of the body is next */
    XLS_RUN_PAD,   /* the padding of a body in pieces is next */
    XLS_RUN_COUNT, /* PAGE_DATA: how many frames */
    XLS_RUN_LIST,  /* PAGE_DATA: the list of frames */
    XLS_RUN_TABLE, /* PAGE_DATA: a page table */
};

struct xls_run {
    enum xls_run_at at;
    const struct xls_rec_rule *rule; /* NULL: none, or a type not known */
    uint32_t type;
    uint32_t length; /* octets of body */
    uint32_t judged; /* of these, judged so far */
};

/*
 * Read and judge a record's header of XLS_REC_HEAD octets: its type and its
 * length.  The order is the caller's to judge.
 * Errors: as xls_rec_head_judge(), XLS_BUG_CONTRACT (not that many octets).
 */
XLS_MUST_USE enum xls_rc xls_run_head(struct xls_run *run, bool libxl,
                                      const uint8_t *buf, size_t len,
                                      struct xls_finding *why);

/* Ask for the first octets of the body.  True when there is none to ask for:
 * the record is complete. */
bool xls_run_start(struct xls_run *run, struct xls_want *want);

/*
 * The part of the body that is in the len octets at buf, which begin with the
 * record's header when nothing of the body was judged before.  label names the
 * rule on padding.  In XLS_RUN_PAD *part is empty.
 * Errors: XLS_PEER_RANGE (padding is not zero), XLS_BUG_CONTRACT.
 */
XLS_MUST_USE enum xls_rc xls_run_part(const struct xls_run *run,
                                      const char *label, const uint8_t *buf,
                                      size_t len, struct xls_part *part,
                                      struct xls_finding *why);

/* The part is judged: ask for the next.  True when the record is complete. */
bool xls_run_next(struct xls_run *run, const struct xls_part *part,
                  struct xls_want *want);

/* Ask for the next record's header. */
void xls_run_again(struct xls_run *run, struct xls_want *want);

/* Write the record's name to out, of 32 octets. */
void xls_run_name(const struct xls_run *run, char out[32]);

#endif
