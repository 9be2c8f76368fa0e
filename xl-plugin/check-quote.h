/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * check-quote: the `xlsec check-quote` command.
 */
#ifndef XLS_PLUGIN_CHECK_QUOTE_H
#define XLS_PLUGIN_CHECK_QUOTE_H

#include <stdbool.h>

enum {
    XLS_QUOTE_ACCEPTED = 0,
    XLS_QUOTE_USAGE = 2,
    XLS_QUOTE_REFUSED = 65,     /* EX_DATAERR */
    XLS_QUOTE_UNREAD = 66,      /* EX_NOINPUT */
    XLS_QUOTE_UNAVAILABLE = 69, /* EX_UNAVAILABLE: a build without TPMs */
    XLS_QUOTE_HOST = 70,        /* EX_SOFTWARE */
};

/* The command line, as it was given; NULL is an option that was not. */
struct xls_check_quote {
    const char *ak;
    const char *message;
    const char *signature;
    const char *pcrs;
    const char *qualification;
    const char *scheme;
    const char *select;
    const char *signer;
    bool json;
};

/*
 * Run `check-quote --ak PEM --message F --signature F --pcrs F --qualification
 * HEX [--scheme S] [--select LIST] [--signer HEX] [--json]`; argv[0] is
 * "check-quote".  The verdict goes to stdout, what went wrong on this host to
 * stderr.  Returns the exit status, one of the above.
 */
int xlsec_cmd_check_quote(int argc, char **argv);

/* What it does once the options are read: check-quote-run.c, or
 * check-quote-none.c in a build without TPMs. */
int xls_check_quote_run(const struct xls_check_quote *opts);

#endif
