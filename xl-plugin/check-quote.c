/* SPDX-License-Identifier: LGPL-2.1-only */
#include "check-quote.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>

#include "say.h"

static const char usage_text[] =
    "Usage: xlsec check-quote --ak PEM --message FILE --signature FILE --pcrs "
    "FILE\n"
    "           --qualification HEX [--scheme SCHEME] [--select LIST]\n"
    "           [--signer HEX] [--json]\n"
    "Verify a quote of a TPM 2.0: did the TPM with this key sign, for this\n"
    "question, that its PCRs have these values?\n"
    "\n"
    "  --ak PEM             the attestation key's public half, as enrolled\n"
    "  --message FILE       what was signed: a TPMS_ATTEST\n"
    "  --signature FILE     the signature: a TPMT_SIGNATURE\n"
    "  --pcrs FILE          the values of the PCRs, as tpm2_quote writes them\n"
    "  --qualification HEX  the question, 1 to 64 octets\n"
    "  --scheme SCHEME      how the key signs: rsassa, rsapss or ecdsa, a "
    "slash,\n"
    "                       and sha256, sha384 or sha512 (default "
    "rsassa/sha256 "
    "for\n"
    "                       an RSA key, ecdsa/sha256 for an elliptic curve's)\n"
    "  --select LIST        these PCRs have to be quoted and no other, such "
    "as\n"
    "                       0-7,9 (default any of 0 to 15)\n"
    "  --signer HEX         the key's qualified name\n"
    "  --json               the verdict as one JSON object\n"
    "  -h, --help           this text\n"
    "\n"
    "Exit status: 0 accepted, 65 refused (with rule and reason), 66 cannot "
    "read,\n"
    "2 usage, 69 built without TPM support.  Rules are those of EVIDENCE.md.\n";

static const struct option longs[] = {
    {"ak", required_argument, NULL, 'a'},
    {"message", required_argument, NULL, 'm'},
    {"signature", required_argument, NULL, 's'},
    {"pcrs", required_argument, NULL, 'p'},
    {"qualification", required_argument, NULL, 'q'},
    {"scheme", required_argument, NULL, 'c'},
    {"select", required_argument, NULL, 'l'},
    {"signer", required_argument, NULL, 'n'},
    {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Where the value of an option goes; NULL when it is none of these. */
static const char **value_of(struct xls_check_quote *opts, int opt)
{
    switch (opt) {
    case 'a':
        return &opts->ak;
    case 'm':
        return &opts->message;
    case 's':
        return &opts->signature;
    case 'p':
        return &opts->pcrs;
    case 'q':
        return &opts->qualification;
    case 'c':
        return &opts->scheme;
    case 'l':
        return &opts->select;
    case 'n':
        return &opts->signer;
    default:
        return NULL;
    }
}

/* -1: go on; otherwise the exit status. */
static int options_read(int argc, char **argv, struct xls_check_quote *opts)
{
    int opt;

    optind = 0;
    while ((opt = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        const char **value = value_of(opts, opt);

        if (value != NULL) {
            *value = optarg;
        } else if (opt == 'j') {
            opts->json = true;
        } else if (opt == 'h') {
            (void)fputs(usage_text, stdout);
            return xls_say_done("xlsec check-quote");
        } else {
            (void)fputs("See `xlsec check-quote --help`.\n", stderr);
            return XLS_QUOTE_USAGE;
        }
    }
    if (optind != argc || opts->ak == NULL || opts->message == NULL ||
        opts->signature == NULL || opts->pcrs == NULL ||
        opts->qualification == NULL) {
        (void)fputs(usage_text, stderr);
        return XLS_QUOTE_USAGE;
    }
    return -1;
}

int xlsec_cmd_check_quote(int argc, char **argv)
{
    struct xls_check_quote opts = {0};
    int status = options_read(argc, argv, &opts);

    return status >= 0 ? status : xls_check_quote_run(&opts);
}
