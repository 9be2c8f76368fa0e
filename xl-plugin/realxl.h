/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * realxl: find the xl that Xen's own packages brought.
 */
#ifndef XLS_PLUGIN_REALXL_H
#define XLS_PLUGIN_REALXL_H

#include <stdbool.h>
#include <stddef.h>

/* Its path, into out: the first xl of the system's directories that is not
 * this project's own.  False when there is none. */
bool xls_real_xl(char *out, size_t size);

#endif
