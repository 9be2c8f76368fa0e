/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * oracle: wire's questions to keys, as the handshake asks them.  Level 5.
 */
#ifndef XLS_HOST_ORACLE_H
#define XLS_HOST_ORACLE_H

#include "base/why.h"
#include "host/ipc.h"
#include "proto/noise.h"

struct xls_oracle {
    int fd;                     /* to keys; stays the caller's */
    struct xls_ipc_msg *answer; /* room for one; borrowed */
    struct xls_why *why;        /* where a failure is told; borrowed */
};

/* The handshake's view of it, which borrows oracle.  Each question waits for
 * its answer, at most five seconds. */
struct xls_noise_oracle xls_oracle_over(struct xls_oracle *oracle);

#endif
