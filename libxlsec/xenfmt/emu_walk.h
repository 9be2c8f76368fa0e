/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * emu_walk: QEMU's state, section by section, as far as it can be known.
 * Level 2.  doc/STREAM.md, S-244 to S-253.
 */
#ifndef XLS_XENFMT_EMU_WALK_H
#define XLS_XENFMT_EMU_WALK_H

#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"

#define XLS_EMU_SECTIONS 1024U /* [S-247]: 128 vCPUs make 384 */

/* How far the walk came. */
struct xls_emu_way {
    uint32_t sections; /* heads that were read */
    size_t unknown;    /* octets from the head of the first section that is
                          not in the table, to the end; 0: there is none */
    char stop[32];     /* its name, its beginning if that is longer */
};

/*
 * Judge len octets of sections at at: what stands between QEMU's header and
 * the octet that ends the state.  *way is written only on XLS_OK.
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT, XLS_PEER_POLICY, with *why filled
 * (which may be NULL).
 */
XLS_MUST_USE enum xls_rc xls_emu_walk(const uint8_t *at, size_t len,
                                      struct xls_emu_way *way,
                                      struct xls_finding *why);

#endif
