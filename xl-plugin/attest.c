/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec attest: have another host prove itself, and say what it proved.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "toolstack/send.h"
#include "toolstack/xen.h"
#include "xlsec.h"

#define PROGRAM "xlsec attest"

static const char usage_text[] =
    "Usage: xlsec attest [options] <host>\n"
    "\n"
    "Connect to a host as for a migration, have both sides show their "
    "Evidence,\n"
    "and say whether that host is what our appraisal policy wants. Nothing is\n"
    "moved, and no guest is looked at.\n"
    "\n"
    "  -s <command>     use this command's stdin and stdout as the connection\n"
    "  --json           print the outcome as JSON\n"
    "  --confdir <dir>  default " XLS_CONFDIR "\n"
    "\n"
    "Exit status: 0 it is, 1 it could not be found out, 2 usage, 3 it is "
    "not.\n";

struct options {
    struct xls_send_setup setup;
    bool json;
};

static void show_json(const struct xls_report *r, enum xls_outcome outcome,
                      const struct xls_why *why)
{
    (void)printf("{\"outcome\":\"%s\",\"peer\":",
                 outcome == XLS_MOVED    ? "attested"
                 : outcome == XLS_DENIED ? "refused"
                                         : "failed");
    xls_say_json(r->peer);
    xls_say_attested_json(r);
    (void)printf(",\"reason\":");
    xls_say_json(why->text);
    (void)printf("}\n");
}

static int attest(struct options *o)
{
    struct xls_report report = {.guest = ""};
    struct xls_why why = {""};
    enum xls_outcome outcome;

    o->setup.attest_only = true;
    o->setup.cancel_fd = -1;
    o->setup.measure = xls_xen_measure_ops();
    outcome = xls_send(&o->setup, &report, &why);
    if (why.text[0] != '\0') {
        xls_say_error(PROGRAM, "%s", why.text);
        xls_say_lines(report.said);
    }
    if (o->json) {
        show_json(&report, outcome, &why);
    } else if (outcome == XLS_MOVED) {
        char print[XLS_FINGERPRINT_TEXT];

        xls_key_fingerprint(report.peer_key, print);
        (void)printf("%s, key %s:\n", report.peer, print);
        xls_say_attested(&report);
    }
    xls_report_free(&report);
    return xls_say_done(PROGRAM) != 0 ? 1 : (int)outcome;
}

int xlsec_cmd_attest(int argc, char **argv)
{
    enum { JSON = 256, CONFDIR, HELP };
    static const struct option longs[] = {
        {"json", no_argument, NULL, JSON},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.setup = {.confdir = XLS_CONFDIR}};
    int c;

    while ((c = getopt_long(argc, argv, "s:h", longs, NULL)) != -1) {
        switch (c) {
        case 's':
            o.setup.command = optarg;
            break;
        case JSON:
            o.json = true;
            break;
        case CONFDIR:
            o.setup.confdir = optarg;
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        default:
            return XLS_EXIT_USAGE;
        }
    }
    if (argc - optind != 1) {
        xls_say_error(PROGRAM, "takes one host; see --help");
        return XLS_EXIT_USAGE;
    }
    o.setup.host = argv[optind];
    return attest(&o);
}
