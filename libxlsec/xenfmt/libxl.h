/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libxl: the middle stream: a header, the libxc stream, the emulator's state,
 * END.  Level 2.  doc/STREAM.md, S-40 to S-48.
 */
#ifndef XLS_XENFMT_LIBXL_H
#define XLS_XENFMT_LIBXL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/emu_walk.h"
#include "xenfmt/finding.h"
#include "xenfmt/order.h"
#include "xenfmt/run.h"
#include "xenfmt/want.h"

#define XLS_LIBXL_FIRST 16U /* octets of the header: the first step */

struct xls_libxl {
    enum xls_guest_type type; /* what the guest has to be; ANY: not known */
    bool headed;              /* the header is judged */
    enum xls_libxl_phase phase;
    struct xls_run run;
    uint64_t frames;          /* guest frames are below this */
    bool emulated;            /* EMULATOR_CONTEXT was seen: the guest is HVM */
    struct xls_emu_way state; /* of it, how much is judged */
    uint64_t records;
};

/* Start a stream.  *ll is set up whole. */
void xls_libxl_init(struct xls_libxl *ll, enum xls_guest_type type);

/*
 * As xls_libxc_step().  *want says descend where the libxc stream begins; when
 * that is complete, the guest's type is told with xls_libxl_ascend(), and the
 * next step is given XLS_REC_HEAD octets.
 */
XLS_MUST_USE enum xls_rc xls_libxl_step(struct xls_libxl *ll,
                                        const uint8_t *buf, size_t len,
                                        struct xls_want *want,
                                        struct xls_finding *why);

/* The libxc stream is complete; hvm: its domain type was 2; the numbers of its
 * frames are less than frames. */
void xls_libxl_ascend(struct xls_libxl *ll, bool hvm, uint64_t frames);

/* The judges of the emulator's records, each to be called by itself too.
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT, with *why filled. */
XLS_MUST_USE enum xls_rc xls_rec_xenstore_judge(struct xls_libxl *ll,
                                                const struct xls_part *part,
                                                struct xls_finding *why);
XLS_MUST_USE enum xls_rc xls_rec_emulator_judge(struct xls_libxl *ll,
                                                const struct xls_part *part,
                                                struct xls_finding *why);

#endif
