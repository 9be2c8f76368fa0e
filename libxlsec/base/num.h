/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * num: arithmetic on sizes that says when it does not fit.  Level 0.
 */
#ifndef XLS_BASE_NUM_H
#define XLS_BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* *out = n rounded up to a multiple of unit (a power of two); false if the
 * result does not fit, and then *out is untouched. */
/*@ requires \valid(out);
    assigns *out;
    ensures \result == 0 ==> *out == \old(*out);
    ensures unit == 0 || n + unit - 1 > SIZE_MAX ==> \result == 0; */
static inline bool xls_round_up(size_t n, size_t unit, size_t *out)
{
    size_t sum;

    if (unit == 0 || (unit & (unit - 1)) != 0 ||
        __builtin_add_overflow(n, unit - 1, &sum)) {
        return false;
    }
    *out = sum & ~(unit - 1);
    return true;
}

/* *out = a + b, or false and *out untouched when that does not fit. */
/*@ requires \valid(out);
    assigns *out;
    ensures \result != 0 <==> a + b <= UINT64_MAX;
    ensures *out == (\result != 0 ? a + b : \old(*out)); */
static inline bool xls_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    uint64_t sum;

    if (__builtin_add_overflow(a, b, &sum)) {
        return false;
    }
    *out = sum;
    return true;
}

#endif
