/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec enroll: tie another host's identity to its TPM, in three steps.
 */
#include "enroll.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec enroll"

static const char usage_text[] =
    "Usage: xlsec enroll challenge [options] <identity>|-   here\n"
    "       xlsec enroll answer [options] <challenge>|-     on the other host\n"
    "       xlsec enroll finish [options] <answer>|-        here\n"
    "\n"
    "Make sure that another host's attestation key lives in a genuine TPM, "
    "and\n"
    "that the host which has the static key has that TPM. The identity is "
    "what\n"
    "xlsec id printed there; a challenge and an answer are printed, to be "
    "taken\n"
    "to the other side by any way, and are good once, for an hour. In the end\n"
    "peers.d has a file of that host that asks for evidence of this TPM.\n"
    "\n"
    "For challenge, one of:\n"
    "  --ek-roots <path>    the TPM's manufacturer is to have certified it: a\n"
    "                       file of root certificates, or a directory of such\n"
    "                       files\n"
    "  --ek-pinned <fp>     you have seen on that very host that this is the\n"
    "                       fingerprint of its TPM's endorsement key; that it "
    "is\n"
    "                       a genuine TPM is then not proven\n"
    "and:\n"
    "  --fingerprint <fp>   the identity's; accept it without a question if "
    "it\n"
    "                       is this one\n"
    "  --allow <what>       as for xlsec trust, for a host that is new here\n"
    "  --class <name>       its class in the appraisal policy, the same\n"
    "\n"
    "  --confdir <dir>      default " XLS_CONFDIR "\n";

static const struct step {
    const char *name;
    int (*run)(const struct xls_enroll_options *o);
} steps[] = {
    {"challenge", xls_enroll_challenge},
    {"answer", xls_enroll_answer},
    {"finish", xls_enroll_finish},
};

static const struct option longs[] = {
    {"ek-roots", required_argument, NULL, 'r'},
    {"ek-pinned", required_argument, NULL, 'p'},
    {"fingerprint", required_argument, NULL, 'f'},
    {"allow", required_argument, NULL, 'a'},
    {"class", required_argument, NULL, 'c'},
    {"confdir", required_argument, NULL, 'd'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Where the value of an option goes; NULL when it is none of these. */
static const char **value_of(struct xls_enroll_options *o, int opt)
{
    switch (opt) {
    case 'r':
        return &o->ek_roots;
    case 'p':
        return &o->ek_pinned;
    case 'f':
        return &o->fingerprint;
    case 'a':
        return &o->allow;
    case 'c':
        return &o->class;
    case 'd':
        return &o->dir;
    default:
        return NULL;
    }
}

/* Options that are another step's are an error, and so is a challenge without
 * somebody who vouches. */
static bool options_ok(const struct step *step,
                       const struct xls_enroll_options *o)
{
    bool any = o->ek_roots != NULL || o->ek_pinned != NULL;

    if (step->run != xls_enroll_challenge) {
        if (any || o->fingerprint != NULL || o->allow != NULL ||
            o->class != NULL) {
            xls_say_error(PROGRAM, "%s takes no options but --confdir",
                          step->name);
            return false;
        }
        return true;
    }
    if (!any || (o->ek_roots != NULL && o->ek_pinned != NULL)) {
        xls_say_error(PROGRAM,
                      "challenge: who says that this is a genuine TPM? Give "
                      "--ek-roots (its manufacturer does), or --ek-pinned (you "
                      "do)");
        return false;
    }
    return true;
}

int xlsec_cmd_enroll(int argc, char **argv)
{
    struct xls_enroll_options o = {.dir = XLS_CONFDIR};
    const struct step *step = NULL;
    int opt;

    while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        const char **value = value_of(&o, opt);

        if (value != NULL) {
            *value = optarg;
        } else if (opt == 'h') {
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        } else {
            return XLS_EXIT_USAGE;
        }
    }
    for (size_t i = 0; argc > optind && i < sizeof(steps) / sizeof(steps[0]);
         i++) {
        step = strcmp(steps[i].name, argv[optind]) == 0 ? &steps[i] : step;
    }
    if (step == NULL || argc - optind != 2) {
        xls_say_error(PROGRAM, "takes challenge, answer or finish, and one "
                               "file, or - for stdin; see --help");
        return XLS_EXIT_USAGE;
    }
    o.file = argv[optind + 1];
    return options_ok(step, &o) ? step->run(&o) : XLS_EXIT_USAGE;
}
