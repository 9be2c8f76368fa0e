/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * field: rules on numbers at fixed places, as tables.  Level 2.
 *
 * The state of a CPU or of a device is a struct of Xen's: a hundred numbers
 * at fixed offsets, most of which may be anything.  Those that may not are
 * rows of a table; what needs two numbers at once is said in code.
 */
#ifndef XLS_XENFMT_FIELD_H
#define XLS_XENFMT_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"

enum xls_field_is {
    XLS_FIELD_EXACT = 1, /* the number is arg */
    XLS_FIELD_MAX,       /* it is at most arg */
    XLS_FIELD_BITS,      /* it has no bits that arg has not */
    XLS_FIELD_CANONICAL, /* bits 47 to 63 are equal */
};

struct xls_field {
    const char *rule; /* its label */
    const char *name; /* for a person */
    uint16_t at;      /* octets from the start */
    uint8_t width;    /* octets: 1, 2, 4 or 8, little-endian */
    uint8_t is;       /* enum xls_field_is */
    uint16_t count;   /* so many of them; 0 is one */
    uint16_t step;    /* octets from one to the next */
    uint64_t arg;
};

/*
 * The number of width octets (1, 2, 4 or 8; little-endian) at octet at of len
 * octets at buf.  What lies behind the end reads as zeros: older senders
 * leave out what was added later.
 */
uint64_t xls_field_get(const uint8_t *buf, size_t len, size_t at,
                       unsigned width);

/* Whether bits 47 to 63 of an address are equal. */
bool xls_field_canonical(uint64_t address);

/*
 * Hold len octets at buf against the rows of a table.
 * Errors: XLS_PEER_RANGE, with the rule and the text of *why filled.
 */
XLS_MUST_USE enum xls_rc xls_field_judge(const struct xls_field *table,
                                         size_t rows, const uint8_t *buf,
                                         size_t len, struct xls_finding *why);

#endif
