/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policy: the `xlsec policy` command.
 */
#ifndef XLS_PLUGIN_POLICY_H
#define XLS_PLUGIN_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "attest/policy.h"
#include "attest/reason.h"
#include "base/why.h"
#include "host/bootlogs.h"
#include "host/conf.h"

#define XLS_POLICY_PROGRAM "xlsec policy"

enum {
    XLS_POLICY_DONE = 0,
    XLS_POLICY_USAGE = 2,
    XLS_POLICY_REFUSED = 65, /* EX_DATAERR */
    XLS_POLICY_UNREAD = 66,  /* EX_NOINPUT */
    XLS_POLICY_HOST = 70,    /* EX_SOFTWARE */
};

/* The command line, as it was given; NULL is an option that was not. */
struct xls_policy_options {
    const char *confdir;
    const char *statedir;
    const char *pub;
    bool json;
    /* learn, and check: whose state */
    bool local;
    const char *host;    /* over the channel, */
    const char *command; /* or this command's stdin and stdout */
    const char *pcrs;
    const char *software;
    const char *event_log;
    const char *ima;
    const char *select;
    const char *any;
    const char *name;
    const char *class;
    const char *set;
    const char *add_to;
    const char *file; /* check, install */
};

/*
 * Run `policy show|check|install|learn [options] [FILE]`; argv[0] is "policy".
 * Verdicts and texts go to stdout, what went wrong to stderr.  Returns the exit
 * status, one of the above.
 */
int xlsec_cmd_policy(int argc, char **argv);

/* `policy learn` (policy-learn.c). */
int xls_policy_learn_run(const struct xls_policy_options *opts);

/* `policy check` with a state: is it allowed (policy-appraise.c)?  Says so; the
 * exit status. */
int xls_policy_appraise_run(const struct xls_policy_options *opts,
                            const struct xls_policy *policy);

/* --- policy-claims.c */

/* --- policy-host.c */

/* What another host shows of itself, verified under its enrolled keys; or what
 * this host would show of its software.  To be freed in any case. */
enum xls_rc xls_policy_of_host(const struct xls_policy_options *opts,
                               struct xls_bootlogs *out, struct xls_why *why);
enum xls_rc xls_policy_of_software(const struct xls_conf *conf,
                                   struct xls_bootlogs *out,
                                   struct xls_why *why);

/* How many of --local, --host, --pcrs and --software there are. */
int xls_policy_sources(const struct xls_policy_options *opts);

/* The claims that the options name, into *out, to be freed in any case;
 * XLS_POLICY_DONE, or the exit status, and it has been told. */
int xls_policy_claims(const struct xls_policy_options *opts,
                      struct xls_bootlogs *out);

/* A list of PCRs of 0 to 15; false, and it has been told, when it is none. */
bool xls_policy_list(const char *option, const char *list, uint32_t *out);

/* Tell what went wrong: why's sentence, or else reason's, or else rc's own; the
 * exit status. */
int xls_policy_failed(enum xls_rc rc, const struct xls_why *why,
                      const struct xls_reason *reason);

#endif
