/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/field.h"

uint64_t xls_field_get(const uint8_t *buf, size_t len, size_t at,
                       unsigned width)
{
    uint64_t value = 0;

    /*@ loop invariant 0 <= i <= width;
        loop assigns i, value;
        loop variant i; */
    for (unsigned i = width; i > 0; i--) {
        size_t octet = at + i - 1;

        value = value << 8 | (octet < len ? buf[octet] : 0);
    }
    return value;
}

bool xls_field_canonical(uint64_t address)
{
    uint64_t top = address >> 47;

    return top == 0 || top == 0x1ffff;
}

/* Whether a number is as its row says; if not, *what is the row's words. */
static bool field_holds(const struct xls_field *row, uint64_t value,
                        const char **what)
{
    switch ((enum xls_field_is)row->is) {
    case XLS_FIELD_EXACT:
        *what = "it has to be";
        return value == row->arg;
    case XLS_FIELD_MAX:
        *what = "the most is";
        return value <= row->arg;
    case XLS_FIELD_BITS:
        *what = "the bits there are are";
        return (value & ~row->arg) == 0;
    case XLS_FIELD_CANONICAL:
        *what = "bits 47 to 63 have to be equal";
        return xls_field_canonical(value);
    }
    return false;
}

static enum xls_rc row_judge(const struct xls_field *row, const uint8_t *buf,
                             size_t len, struct xls_finding *why)
{
    unsigned count = row->count == 0 ? 1 : row->count;

    /*@ loop invariant 0 <= i <= count;
        loop assigns i;
        loop variant count - i; */
    for (unsigned i = 0; i < count; i++) {
        size_t at = row->at + (size_t)i * row->step;
        uint64_t value = xls_field_get(buf, len, at, row->width);
        const char *what = "";

        if (field_holds(row, value, &what)) {
            continue;
        }
        if (row->is == XLS_FIELD_CANONICAL) {
            return xls_refuse(why, XLS_PEER_RANGE, row->rule,
                              "%s, octet %zu, is 0x%llx: %s", row->name, at,
                              (unsigned long long)value, what);
        }
        return xls_refuse(why, XLS_PEER_RANGE, row->rule,
                          "%s, octet %zu, is 0x%llx: %s 0x%llx", row->name, at,
                          (unsigned long long)value, what,
                          (unsigned long long)row->arg);
    }
    return XLS_OK;
}

enum xls_rc xls_field_judge(const struct xls_field *table, size_t rows,
                            const uint8_t *buf, size_t len,
                            struct xls_finding *why)
{
    enum xls_rc rc = XLS_OK;

    /*@ loop invariant 0 <= i <= rows;
        loop assigns i, rc, *why;
        loop variant rows - i; */
    for (size_t i = 0; rc == XLS_OK && i < rows; i++) {
        rc = row_judge(&table[i], buf, len, why);
    }
    return rc;
}
