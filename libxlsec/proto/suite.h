/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * suite: by what a session's keys were agreed.  Level 3.
 */
#ifndef XLS_PROTO_SUITE_H
#define XLS_PROTO_SUITE_H

#include <stdint.h>

/* What this host wants of post-quantum key agreement. */
enum xls_pq {
    XLS_PQ_NONE = 0,
    XLS_PQ_OFF,     /* without, whatever the other host can do */
    XLS_PQ_PREFER,  /* with, when both can */
    XLS_PQ_REQUIRE, /* with, or not at all */
};

/* [P-50] */
enum xls_suite {
    XLS_SUITE_NONE = 0,
    XLS_SUITE_X25519 = 1,
    XLS_SUITE_HYBRID = 2, /* X25519 and ML-KEM-768 */
};

/* "X25519 + ML-KEM-768", for a person; "none" for what is no suite; static
 * storage. */
const char *xls_suite_text(uint16_t suite);

#endif
