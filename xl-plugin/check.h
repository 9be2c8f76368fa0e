/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * check: the `xlsec check` command.
 */
#ifndef XLS_PLUGIN_CHECK_H
#define XLS_PLUGIN_CHECK_H

enum {
    XLS_CHECK_ACCEPTED = 0,
    XLS_CHECK_USAGE = 2,
    XLS_CHECK_REFUSED = 65, /* EX_DATAERR */
    XLS_CHECK_UNREAD = 66,  /* EX_NOINPUT */
    XLS_CHECK_HOST = 70,    /* EX_SOFTWARE */
};

/*
 * Run `check [--format xl|libxl|libxc] [--max-memory SIZE] [--json] FILE|-`, or
 * `check --explain [--peer NAME] [--confdir DIR] [--json] FILE|-`; argv[0] is
 * "check".  The verdict goes to stdout, what went wrong on this host to stderr.
 * Returns the exit status, one of the above.
 */
int xlsec_cmd_check(int argc, char **argv);

/* "name":"text" on stdout; everything but printable ASCII is escaped. */
void xls_check_put(const char *name, const char *text);

#endif
