/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * start: ready the primitives, and random bytes.  Level 1.
 *
 * Every primitive of this folder is libsodium's; what is ours is only how they
 * are put together.
 */
#ifndef XLS_CRYPTO_START_H
#define XLS_CRYPTO_START_H

#include <stddef.h>

#include "base/rc.h"

/*
 * Choose the fastest code this CPU can run and open the random source.  Call
 * it once in every process before anything else of crypto/ or proto/, and
 * before a sandbox is entered; calling again does nothing.
 * Errors: XLS_HOST_IO (no random source).
 */
XLS_MUST_USE enum xls_rc xls_crypto_start(void);

/* Fill len bytes at p with random bytes from the kernel; cannot fail. */
void xls_random(void *p, size_t len);

#endif
