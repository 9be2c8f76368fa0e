/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * rec: the record types of both streams, as one table each.  Level 2.
 */
#ifndef XLS_XENFMT_REC_H
#define XLS_XENFMT_REC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"
#include "xenfmt/want.h"

/* libxc's record types: Xen's numbers. */
enum xls_libxc_rec {
    XLS_REC_END = 0x00,
    XLS_REC_PAGE_DATA = 0x01,
    XLS_REC_PV_INFO = 0x02,
    XLS_REC_P2M_FRAMES = 0x03,
    XLS_REC_VCPU_BASIC = 0x04,
    XLS_REC_VCPU_EXTENDED = 0x05,
    XLS_REC_VCPU_XSAVE = 0x06,
    XLS_REC_SHARED_INFO = 0x07,
    XLS_REC_TSC_INFO = 0x08,
    XLS_REC_HVM_CONTEXT = 0x09,
    XLS_REC_HVM_PARAMS = 0x0a,
    XLS_REC_TOOLSTACK = 0x0b,
    XLS_REC_VCPU_MSRS = 0x0c,
    XLS_REC_VERIFY = 0x0d,
    XLS_REC_CHECKPOINT = 0x0e,
    XLS_REC_DIRTY_PFNS = 0x0f,
    XLS_REC_STATIC_END = 0x10,
    XLS_REC_CPUID_POLICY = 0x11,
    XLS_REC_MSR_POLICY = 0x12,
    XLS_REC_COUNT = 0x13,
};

/* libxl's record types: Xen's numbers. */
enum xls_libxl_rec {
    XLS_LIBXL_END = 0,
    XLS_LIBXL_LIBXC_CONTEXT = 1,
    XLS_LIBXL_XENSTORE_DATA = 2,
    XLS_LIBXL_EMULATOR_CONTEXT = 3,
    XLS_LIBXL_CHECKPOINT_END = 4,
    XLS_LIBXL_CHECKPOINT_STATE = 5,
    XLS_LIBXL_COUNT = 6,
};

/* How a record's body reaches its judge.  Zero is refusal. */
enum xls_way {
    XLS_WAY_REFUSED = 0, /* never accepted; the rule says why */
    XLS_WAY_WHOLE,       /* held whole */
    XLS_WAY_PAGES,       /* the list is held, the pages flow */
    XLS_WAY_PIECES,      /* a head, then pieces of up to XLS_PIECE octets */
};

#define XLS_PIECE     32768U /* a piece; the last one may have 16 more */
#define XLS_PIECE_END 16U    /* fewer octets than this make no piece */
#define XLS_REC_HEAD  8U     /* octets of every record header */

struct xls_rec_rule {
    const char *name; /* in Xen's words, at most 31 octets */
    enum xls_way way;
    uint32_t min;    /* octets of body */
    uint32_t max;    /* octets of body */
    uint32_t unit;   /* the body is head + n x unit; 0: any length */
    uint32_t head;   /* octets of body before the array of units */
    const char *why; /* XLS_WAY_REFUSED: in words */
};

/* The rule of a type, or NULL for a type that Xen does not know. */
const struct xls_rec_rule *xls_rec_libxc_rule(uint32_t type);
const struct xls_rec_rule *xls_rec_libxl_rule(uint32_t type);

/*
 * Hold a record's header against its rule (NULL: unknown type).  Labels: S-41
 * and S-43 for libxl's records, S-60, S-61 and S-62 for libxc's.
 * Errors: XLS_PEER_POLICY (the type), XLS_PEER_RANGE (the length).
 */
XLS_MUST_USE enum xls_rc xls_rec_head_judge(const struct xls_rec_rule *rule,
                                            bool libxl, uint32_t type,
                                            uint32_t length,
                                            struct xls_finding *why);

/* Octets of zero that follow a body of length octets: 0..7. */
uint32_t xls_rec_pad(uint32_t length);

/* How many octets of a body in pieces come next, after done of total. */
uint32_t xls_rec_piece(uint32_t done, uint32_t total);

#endif
