/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cage: what a process gives up before it looks at anything hostile.  Level 5.
 */
#ifndef XLS_HOST_CAGE_H
#define XLS_HOST_CAGE_H

#include "base/rc.h"

/*
 * For every role, first thing: no core dumps, no ptrace, no new privileges,
 * SIGPIPE ignored (a write says EPIPE).  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_cage_common(void);

/*
 * Give up root for the user nobody, for good; does nothing when we are not
 * root. Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_cage_drop(void);

#endif
