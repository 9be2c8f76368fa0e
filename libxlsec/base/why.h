/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * why: the sentence that goes with a failure: what, where, what to do.  Level
 * 0.
 *
 * A verdict (base/rc) says whose fault it is; this says it to a person.  The
 * text never comes from a peer unless xls_why_peer() made it harmless.
 */
#ifndef XLS_BASE_WHY_H
#define XLS_BASE_WHY_H

#include <stdarg.h>
#include <stddef.h>

#include "base/rc.h"

enum { XLS_WHY_MAX = 640 };

struct xls_why {
    char text[XLS_WHY_MAX]; /* empty: nothing was said */
};

/* Set the sentence, cut to fit, unless one is there already: the first reason
 * is the reason.  why may be NULL.  Gives rc back, to be returned at once. */
__attribute__((format(printf, 3, 4))) enum xls_rc
xls_why_set(struct xls_why *why, enum xls_rc rc, const char *format, ...);

/* Copy at most size - 1 bytes of text that came from elsewhere to out, each
 * byte that is not printable ASCII replaced by '?', always terminated. */
void xls_why_peer(char *out, size_t size, const char *text, size_t len);

#endif
