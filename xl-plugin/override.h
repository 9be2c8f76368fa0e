/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * override: an xl.cfg file as libxl's JSON (migrate-secure -C).
 *
 * Only the real xl reads xl.cfg, so it is asked: `xl create --dryrun` prints
 * what it would create.
 */
#ifndef XLS_PLUGIN_OVERRIDE_H
#define XLS_PLUGIN_OVERRIDE_H

#include "base/rc.h"
#include "base/why.h"

/* The config in file as JSON; the caller frees *out.
 * Errors: XLS_HOST_CONF (xl does not take the file), XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_override_read(const char *file, char **out,
                                           struct xls_why *why);

#endif
