/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * openguest: does a command of xl start a guest whose migration is not settled?
 * A second copy of it would run then.
 */
#ifndef XLS_PLUGIN_OPENGUEST_H
#define XLS_PLUGIN_OPENGUEST_H

#include <stdbool.h>

/* What lets such a command through: this variable is the guest's name. */
#define XLS_OVERRIDE "XLSEC_OVERRIDE"

/*
 * May it run?  args are the count words of a command line from xl's subcommand
 * on.  False, and it has been told on stderr: it is `unpause`, `resume`,
 * `create` or `restore` of such a guest, and nothing overrides.  What cannot be
 * found out is told, and is no reason to say no.
 */
bool xls_openguest_permits(const char *confdir, int count, char **args);

#endif
