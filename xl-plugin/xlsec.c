/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec: keys, trust, and tools around secure migration.
 */
#include "config.h"

#include "xlsec.h"

#include <stdio.h>
#include <string.h>

#include "check-quote.h"
#include "check.h"
#include "policy.h"
#include "say.h"

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *does;
};

static const struct command commands[] = {
    {"init", xlsec_cmd_init, "make this host's keys and configuration"},
    {"id", xlsec_cmd_id, "show this host's identity, for other hosts to trust"},
    {"trust", xlsec_cmd_trust, "accept another host's identity"},
    {"attest", xlsec_cmd_attest, "have another host prove what it booted"},
    {"enroll", xlsec_cmd_enroll, "tie another host's identity to its TPM"},
    {"revoke", xlsec_cmd_revoke, "never again trust another host's keys"},
    {"check", xlsec_cmd_check, "judge a saved guest or migration stream"},
    {"check-quote", xlsec_cmd_check_quote, "verify a TPM's quote from files"},
    {"policy", xlsec_cmd_policy,
     "show, check, install or learn the appraisal policy"},
    {"bench", xlsec_cmd_bench, "measure this machine with the real processes"},
};

static int usage(FILE *to)
{
    (void)fputs("Usage: xlsec <command> [options]; xlsec <command> --help "
                "says more\n"
                "       xlsec --version\n\n",
                to);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        (void)fprintf(to, "  %-11s %s\n", commands[i].name, commands[i].does);
    }
    return to == stdout ? xls_say_done("xlsec") : XLS_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return usage(stderr);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        return usage(stdout);
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("xlsec " PACKAGE_VERSION);
        return xls_say_done("xlsec");
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 1, argv + 1);
        }
    }
    xls_say_error("xlsec", "there is no command '%s'; xlsec --help lists them",
                  argv[1]);
    return XLS_EXIT_USAGE;
}
