/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlhdr: the outermost layer: xl's header and the configuration in it.
 * Level 2.  doc/STREAM.md, S-10 to S-30.
 */
#ifndef XLS_XENFMT_XLHDR_H
#define XLS_XENFMT_XLHDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/config.h"
#include "xenfmt/finding.h"
#include "xenfmt/want.h"

#define XLS_XLHDR_FIRST 48U /* octets of the header: the first step */

struct xls_xlhdr {
    bool headed;                    /* the header is judged */
    struct xls_config_facts config; /* filled when done */
    char *text; /* our own text of it; the holder frees it */
};

/* Start a stream.  *xh is set up whole. */
void xls_xlhdr_init(struct xls_xlhdr *xh);

/* As xls_libxc_step(); done when the libxl stream begins. */
XLS_MUST_USE enum xls_rc xls_xlhdr_step(struct xls_xlhdr *xh,
                                        const uint8_t *buf, size_t len,
                                        struct xls_want *want,
                                        struct xls_finding *why);

#endif
