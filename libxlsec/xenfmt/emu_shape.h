/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * emu_shape: what QEMU's devices write when a guest is saved, as tables.
 * Level 2.  doc/STREAM.md section 3 has the same tables in words, and a test
 * holds the two together.
 *
 * QEMU's stream does not say how long a device's state is: who does not know
 * the device cannot find the next one.  These are the devices that libxl can
 * give to a guest and whose state has a size that can be known.
 */
#ifndef XLS_XENFMT_EMU_SHAPE_H
#define XLS_XENFMT_EMU_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XLS_EMU_DEPTH 6U  /* shapes within shapes, the section's the first */
#define XLS_EMU_SUBS  32U /* subsections that a shape may have */

/* Numbers are big-endian, as all of QEMU's are. */
enum xls_emu_op {
    XLS_EMU_DONE = 0, /* the shape is over */
    XLS_EMU_OCTETS,   /* size octets of any value */
    XLS_EMU_NUMBER,   /* a number of width octets, lo to hi */
    XLS_EMU_FLAG,     /* u32; size octets follow where it is not 0 */
    XLS_EMU_COUNT,    /* a number as above, and as often size octets */
    XLS_EMU_PAIR,     /* two u32 whose sum is at most hi */
    XLS_EMU_SHAPE,    /* size times the shape of */
};

struct xls_emu_shape;

struct xls_emu_step {
    enum xls_emu_op op;
    uint32_t width; /* 1, 2 or 4 octets */
    uint32_t lo;
    uint32_t hi;
    uint32_t size;
    const struct xls_emu_shape *of;
};

struct xls_emu_shape {
    const char *name;                        /* QEMU's, for its subsections */
    uint32_t version;                        /* of a section, a subsection */
    const struct xls_emu_step *steps;        /* up to XLS_EMU_DONE */
    const struct xls_emu_shape *const *subs; /* up to NULL; NULL: none */
};

/* A device.  Some names come twice or more: other machines, other sizes. */
struct xls_emu_section {
    struct xls_emu_shape shape;
    bool older; /* real senders have versions before this one */
};

/* Section number at of the table; NULL behind the last. */
const struct xls_emu_section *xls_emu_section(size_t at);

#endif
