/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * keep: small files that have to be whole after a crash.  Level 5.
 */
#ifndef XLS_HOST_KEEP_H
#define XLS_HOST_KEEP_H

#include <stddef.h>
#include <sys/types.h>

#include "base/rc.h"
#include "base/why.h"

/*
 * Put len octets at dir/file in place of what is there, with this mode: the old
 * or the new stands there whatever happens, and the new once this has returned.
 * Missing directories of dir are made (0700).
 * Errors: XLS_HOST_IO (what, where).
 */
XLS_MUST_USE enum xls_rc xls_keep(const char *dir, const char *file,
                                  const void *octets, size_t len, mode_t mode,
                                  struct xls_why *why);

/* Remove from a directory what processes that are gone had half made of that
 * file there; of all files when it is NULL. */
void xls_keep_tidy(int dir_fd, const char *file);

/* Make the directories of the path dir that are missing (0700); -1 and errno
 * when that fails. */
int xls_keep_dirs(const char *dir);

#endif
