/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * want: what a layer of the stream asks of the guard that feeds it.  Level 2.
 *
 * A stream is three formats nested in each other: xl's header, libxl's
 * records, libxc's records.  Each is a layer with a _step function, which is
 * given the octets it asked for, all of them, in one piece; it judges them and
 * says in a struct xls_want what comes next.  The layers hold no buffers and
 * do no I/O; guard.c does the collecting for all of them.
 */
#ifndef XLS_XENFMT_WANT_H
#define XLS_XENFMT_WANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"

/*
 * more != 0: keep the octets held, and call again when that many more have
 * joined them.  Otherwise the octets held are judged and may be released; then
 * let flow octets pass unread, and call again with the next ones.
 */
struct xls_want {
    size_t more;   /* octets to add to those held */
    uint64_t flow; /* octets to let pass */
    size_t next;   /* octets to collect from scratch; 0 with done or descend */
    bool inside;   /* next still belongs to the record just judged */
    bool descend;  /* the inner layer's stream begins here */
    bool done;     /* this layer's stream is complete */
};

/* Part of a record's body, which a judge borrows. */
struct xls_part {
    const uint8_t *at;
    size_t len;      /* octets at at */
    uint32_t offset; /* of at[0] in the body; 0 for the first part */
    uint32_t total;  /* octets of the whole body */
};

#endif
