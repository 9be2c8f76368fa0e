/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * fd: file descriptors.  Level 5.
 *
 * A descriptor that is not open is -1, and closing it does nothing.
 */
#ifndef XLS_HOST_FD_H
#define XLS_HOST_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* Close *fd when it is open, and set it to -1; errno is kept. */
void xls_fd_close(int *fd);

/* Turn O_NONBLOCK on or off.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_fd_nonblock(int fd, bool on);

/* A pipe, close-on-exec, as large as the system allows up to 1 MiB; the caller
 * owns both ends: pair[0] reads, pair[1] writes.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_fd_pipe(int pair[2]);

/* A pair of connected Unix sockets of the given type, close-on-exec; the
 * caller owns both.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_fd_pair(int type, int pair[2]);

/* Write all len bytes to a descriptor that blocks.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_fd_write(int fd, const void *buf, size_t len);

/*
 * Read a whole file of at most max bytes into a new buffer with a NUL after its
 * last byte; the caller frees *out.
 * Errors: XLS_HOST_IO (errno says why; EFBIG when it is larger),
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_fd_slurp(int fd, size_t max, char **out,
                                      size_t *len);

#endif
