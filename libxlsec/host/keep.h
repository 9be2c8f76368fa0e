/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * keep: small files that have to be whole after a crash.  Level 5.
 */
#ifndef XLS_HOST_KEEP_H
#define XLS_HOST_KEEP_H

#include <stdbool.h>
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

/* Is that the name of what a process that is gone had half made of the file (of
 * any, when it is NULL)?  The next xls_keep() of it removes it. */
bool xls_keep_is_left(const char *name, const char *file);

/* Make the directories of the path dir that are missing (0700); -1 and errno
 * when that fails. */
int xls_keep_dirs(const char *dir);

#endif
