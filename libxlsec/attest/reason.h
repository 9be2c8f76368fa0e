/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * reason: why Evidence is refused.  Level 2.
 */
#ifndef XLS_ATTEST_REASON_H
#define XLS_ATTEST_REASON_H

#include <stddef.h>

#include "base/rc.h"

/* Texts are NUL-terminated printable ASCII; empty where there is nothing. */
struct xls_reason {
    char rule[8];       /* label in doc/EVIDENCE.md, such as "E-17" */
    char text[160];     /* what is wrong, for a person */
    char expected[144]; /* what it has to be */
    char seen[144];     /* what it is */
};

/*
 * Fill rule and text of *why from a printf format, and empty the others.
 * Returns rc.  why may be NULL.
 */
enum xls_rc xls_reason_set(struct xls_reason *why, enum xls_rc rc,
                           const char *rule, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Fill expected, or seen, the same way, cut to fit.  why may be NULL. */
void xls_reason_expected(struct xls_reason *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void xls_reason_seen(struct xls_reason *why, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Fill both with len octets in hexadecimal.  why may be NULL. */
void xls_reason_octets(struct xls_reason *why, const void *expected,
                       size_t expected_len, const void *seen, size_t seen_len);

/* len octets as lower-case hexadecimal digits, as many as fit, and a NUL, at
 * out of size octets (1 at least). */
void xls_hex(char *out, size_t size, const void *p, size_t len);

#endif
