/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec id: this host's identity, as a file that xlsec trust takes.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/bundle.h"
#include "host/conf.h"
#include "host/identity.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec id"

static const char usage_text[] =
    "Usage: xlsec id [--name <name>] [--address <address>] [--ek <kind>]\n"
    "           [--confdir <dir>]\n"
    "\n"
    "Print this host's identity: a small text without secrets. Take it to the\n"
    "other host and run xlsec trust on it there; or, where this host has a "
    "TPM,\n"
    "xlsec enroll challenge.\n"
    "\n"
    "  --name <name>        how the others are to call this host; default: "
    "the\n"
    "                       host name\n"
    "  --address <address>  where xlsecd is reached, default: the name\n"
    "  --ek <kind>          the TPM's endorsement key to show: rsa-2048,\n"
    "                       ecc-p256 or ecc-p384; default: one with a\n"
    "                       certificate in the TPM\n"
    "  --confdir <dir>      default " XLS_CONFDIR "\n";

struct options {
    const char *dir;
    const char *address;
    enum xls_spki_kind ek;
    char name[256];
};

static int show(const struct options *o)
{
    struct xls_conf conf;
    struct xls_identity id = {.tpm = NULL};
    struct xls_why why = {""};
    struct xls_bundle *bundle = calloc(1, sizeof(*bundle));
    enum xls_rc rc = bundle == NULL ? XLS_HOST_NOMEM : xls_crypto_start();

    if (rc == XLS_OK) {
        rc = xls_conf_load(o->dir, &conf, &why);
    }
    if (rc == XLS_OK) {
        (void)snprintf(bundle->name, sizeof(bundle->name), "%.63s", o->name);
        (void)snprintf(bundle->address, sizeof(bundle->address), "%s",
                       o->address == NULL ? o->name : o->address);
        rc = xls_identity_open(&conf, o->ek, &id, bundle, &why);
    }
    if (rc == XLS_OK) {
        xls_bundle_print(bundle, stdout);
    } else {
        xls_say_error(PROGRAM, "%s",
                      why.text[0] != '\0' ? why.text : xls_rc_text(rc));
    }
    xls_identity_close(&id);
    free(bundle);
    return rc == XLS_OK ? xls_say_done(PROGRAM) : 1;
}

/* Names and kinds that can be none. */
static bool options_ok(const struct options *o, const char *ek)
{
    if (!xls_peer_name_ok(o->name)) {
        xls_say_error(PROGRAM,
                      "'%s' cannot be a host's name here; give another one "
                      "with --name",
                      o->name);
        return false;
    }
    if (o->address != NULL && !xls_peer_address_ok(o->address)) {
        xls_say_error(PROGRAM,
                      "--address %s: is neither a host name nor an address",
                      o->address);
        return false;
    }
    if (ek != NULL && o->ek == XLS_SPKI_NONE) {
        xls_say_error(
            PROGRAM, "--ek %s: is none of rsa-2048, ecc-p256 and ecc-p384", ek);
        return false;
    }
    return true;
}

int xlsec_cmd_id(int argc, char **argv)
{
    enum { NAME = 256, ADDRESS, EK, CONFDIR, HELP };
    static const struct option longs[] = {
        {"name", required_argument, NULL, NAME},
        {"address", required_argument, NULL, ADDRESS},
        {"ek", required_argument, NULL, EK},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.dir = XLS_CONFDIR, .ek = XLS_SPKI_NONE, .name = ""};
    const char *ek = NULL;
    int c;

    (void)gethostname(o.name, sizeof(o.name) - 1);
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case NAME:
            (void)snprintf(o.name, sizeof(o.name), "%s", optarg);
            break;
        case ADDRESS:
            o.address = optarg;
            break;
        case EK:
            ek = optarg;
            o.ek = xls_spki_kind_read(optarg);
            break;
        case CONFDIR:
            o.dir = optarg;
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        default:
            return XLS_EXIT_USAGE;
        }
    }
    if (optind != argc) {
        xls_say_error(PROGRAM, "takes no arguments; see --help");
        return XLS_EXIT_USAGE;
    }
    return options_ok(&o, ek) ? show(&o) : 1;
}
