/* SPDX-License-Identifier: LGPL-2.1-only */
/* What frama-c is told of things that are not C, or not proved with the rest.
 * It comes before every source that is proved; doc/PROOF.md lists what is here
 * among the assumptions. */
#ifndef XLS_PROOF_WORLD_H
#define XLS_PROOF_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "xenfmt/finding.h"

/* gcc's builtin, as the gcc manual has it, for the one type it is used with
 * (size_t and uint64_t are the same one here). */
/*@ requires \valid(out);
    assigns \result, *out \from a, b;
    ensures a + b <= UINT64_MAX ==> \result == 0 && *out == a + b;
    ensures a + b > UINT64_MAX ==> \result == 1; */
bool xls_proof_add_overflow(uint64_t a, uint64_t b, uint64_t *out);
#define __builtin_add_overflow xls_proof_add_overflow

/* xls_refuse() without its printf: it writes to *why only, and gives rc back.
 * Its arguments are evaluated as they stand. */
/*@ requires why == \null || \valid(why);
    assigns \result, *why \from why, rc;
    ensures \result == rc; */
enum xls_rc xls_proof_refuse(struct xls_finding *why, enum xls_rc rc);
/*@ assigns \result \from zero; */
int xls_proof_see(int zero);

#define XLS_SEE1(a)                               (void)xls_proof_see(!(a))
#define XLS_SEE2(a, ...)                          XLS_SEE1(a), XLS_SEE1(__VA_ARGS__)
#define XLS_SEE3(a, ...)                          XLS_SEE1(a), XLS_SEE2(__VA_ARGS__)
#define XLS_SEE4(a, ...)                          XLS_SEE1(a), XLS_SEE3(__VA_ARGS__)
#define XLS_SEE5(a, ...)                          XLS_SEE1(a), XLS_SEE4(__VA_ARGS__)
#define XLS_SEE6(a, ...)                          XLS_SEE1(a), XLS_SEE5(__VA_ARGS__)
#define XLS_SEE7(a, ...)                          XLS_SEE1(a), XLS_SEE6(__VA_ARGS__)
#define XLS_SEE8(a, ...)                          XLS_SEE1(a), XLS_SEE7(__VA_ARGS__)
#define XLS_SEE_N(a, b, c, d, e, f, g, h, n, ...) XLS_SEE##n
#define XLS_SEE(...)                                                           \
    XLS_SEE_N(__VA_ARGS__, 8, 7, 6, 5, 4, 3, 2, 1, 0)(__VA_ARGS__)
#define xls_refuse(why, rc, ...)                                               \
    (XLS_SEE(__VA_ARGS__), xls_proof_refuse((why), (rc)))

/* snprintf() writes to the octets that it was given, and to no others. */
/*@ requires \valid(out + (0 .. size - 1));
    assigns \result, out[0 .. size - 1] \from size; */
int xls_proof_snprintf(char *out, size_t size);
#define snprintf(out, size, ...)                                               \
    (XLS_SEE(__VA_ARGS__), xls_proof_snprintf((out), (size)))

#endif
