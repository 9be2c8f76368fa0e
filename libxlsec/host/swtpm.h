/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * swtpm: the control channel of a guest's swtpm.  Level 5.
 *
 * It takes one client at a time, on a Unix socket (swtpm's --ctrl
 * type=unixio,path=...): a command is a number, u32 big-endian, and what
 * belongs to it; an answer begins with a result, u32, of which 0 is success.
 * Every wait has a deadline.
 */
#ifndef XLS_HOST_SWTPM_H
#define XLS_HOST_SWTPM_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/rc.h"
#include "base/why.h"

/*
 * Connect to the swtpm at path, and ask whether it can do what is needed here;
 * *fd is the caller's, -1 on error.  *pid is the process that listens.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_swtpm_open(const char *path, int *fd, pid_t *pid,
                                        struct xls_why *why);

/* Have it store its volatile state in a file, too.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_swtpm_store(int fd, struct xls_why *why);

/* Have it stop.  It lives on, holds its lock on the files, and answers no TPM
 * command.  Errors: XLS_HOST_IO; it may have stopped all the same. */
XLS_MUST_USE enum xls_rc xls_swtpm_stop(int fd, struct xls_why *why);

/* Let it go on from what it stored, as if it had never stopped; the file of the
 * volatile state goes.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_swtpm_go_on(int fd, struct xls_why *why);

/* Does its TPM run, or is it stopped?  Nothing is changed.
 * Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_swtpm_runs(int fd, bool *runs,
                                        struct xls_why *why);

/* End the process.  XLS_OK: it has closed the channel, so its lock is gone.
 * Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_swtpm_end(int fd, struct xls_why *why);

#endif
