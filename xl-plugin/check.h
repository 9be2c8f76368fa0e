/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * check: the `xlsec check` command.
 */
#ifndef XLS_PLUGIN_CHECK_H
#define XLS_PLUGIN_CHECK_H

/*
 * Run `check [--format xl|libxl|libxc] [--max-memory SIZE] [--json] FILE|-`;
 * argv[0] is "check".  The verdict goes to stdout, what went wrong on this
 * host to stderr.  Returns the exit status: 0 accepted, 65 refused, 66 cannot
 * read, 70 out of memory, 2 usage.
 */
int xlsec_cmd_check(int argc, char **argv);

#endif
