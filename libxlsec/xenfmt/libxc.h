/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libxc: the innermost stream: headers, then records to END.  Level 2.
 *
 * doc/STREAM.md, S-50 to S-152.  struct xls_libxc is what the guard remembers
 * of a guest between two records: some 1500 octets, whatever its size.
 */
#ifndef XLS_XENFMT_LIBXC_H
#define XLS_XENFMT_LIBXC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/cpu.h"
#include "xenfmt/finding.h"
#include "xenfmt/order.h"
#include "xenfmt/rec.h"
#include "xenfmt/run.h"
#include "xenfmt/want.h"

#define XLS_LIBXC_FIRST 24U /* octets of the image header: the first step */

#define XLS_PAGE_SIZE      4096U
#define XLS_BATCH_MAX      1024U /* [S-70] frames in one PAGE_DATA */
#define XLS_PASSES_MAX     16U   /* [S-77] */
#define XLS_PFN_SLACK      (((uint64_t)1 << 20) + ((uint64_t)1 << 16)) /* S-73 */
#define XLS_PAGES_SLACK    ((uint64_t)16384) /* S-78 */
#define XLS_PAGES_REPEATED 8U                /* S-78 */

/* What the stream may claim. */
struct xls_libxc_limits {
    uint64_t max_pages;
    uint32_t max_vcpus;
    enum xls_guest_type type;
};

enum xls_libxc_at {
    XLS_LIBXC_DEAD = 0,
    XLS_LIBXC_IMAGE,  /* the image header is next */
    XLS_LIBXC_DOMAIN, /* the domain header is next */
    XLS_LIBXC_RECORDS,
};

/* The passes over memory. */
struct xls_passes {
    uint32_t passes;     /* 0: none begun */
    uint64_t next;       /* first pass: the frame that has to come */
    uint64_t last;       /* the last frame listed */
    uint64_t last_first; /* the first frame of the last record */
    uint32_t last_count; /* frames in the last record */
    bool last_whole;     /* the last record was a gapless run */
    uint64_t p2m_size;   /* frames in the first pass; 0 while it runs */
    uint64_t pfns;       /* frames listed, all passes */
    uint64_t pages;      /* of these, with content */
};

/* A PV guest's pages under way: which of them are page tables. */
struct xls_tables {
    uint32_t pages;               /* of the record */
    uint32_t at;                  /* of these, passed on so far */
    uint8_t level[XLS_BATCH_MAX]; /* of each; 0: no table */
};

struct xls_libxc {
    struct xls_libxc_limits limits;
    enum xls_libxc_at at;       /* which part of the format is next */
    enum xls_libxc_phase phase; /* what has to come next */
    struct xls_run run;         /* the record under way */
    uint32_t version;
    bool hvm; /* domain type 2: HVM or PVH */
    uint32_t xen_major;
    uint32_t xen_minor;
    struct xls_passes mem;
    uint8_t pv_width;    /* 4 or 8 */
    uint64_t pv_end_pfn; /* P2M_FRAMES: the last frame */
    uint32_t pv_vcpu;    /* the vCPU under way */
    struct xls_cpu cpu;  /* the CPU policy */
    uint32_t vcpus;      /* vCPUs seen */
    uint64_t records;
    struct xls_tables tables;
};

/* Start a stream.  *lx is set up whole. */
void xls_libxc_init(struct xls_libxc *lx,
                    const struct xls_libxc_limits *limits);

/*
 * Judge len octets at buf, the ones that were asked for (first of all,
 * XLS_LIBXC_FIRST), and say in *want what comes next.  buf begins at the
 * record's header unless *want said inside.
 * Errors: XLS_PEER_*, with *why filled but for the offset; then lx is dead.
 */
XLS_MUST_USE enum xls_rc xls_libxc_step(struct xls_libxc *lx,
                                        const uint8_t *buf, size_t len,
                                        struct xls_want *want,
                                        struct xls_finding *why);

/* Write the name of what is under way to out, of 32 octets. */
void xls_libxc_name(const struct xls_libxc *lx, char out[32]);

#endif
