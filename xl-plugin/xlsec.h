/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec: the subcommands, each with its own arguments (argv[0] is its name) and
 * giving its exit status.
 */
#ifndef XLS_PLUGIN_XLSEC_H
#define XLS_PLUGIN_XLSEC_H

/* attest.c, bench.c, enroll.c, id.c, init.c, revoke.c, trust.c; check.h,
 * check-quote.h and policy.h have more. */
int xlsec_cmd_attest(int argc, char **argv);
int xlsec_cmd_bench(int argc, char **argv);
int xlsec_cmd_enroll(int argc, char **argv);
int xlsec_cmd_id(int argc, char **argv);
int xlsec_cmd_init(int argc, char **argv);
int xlsec_cmd_revoke(int argc, char **argv);
int xlsec_cmd_trust(int argc, char **argv);

#endif
