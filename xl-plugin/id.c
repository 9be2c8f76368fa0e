/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec id: this host's identity, as a file that xlsec trust takes.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "crypto/dh.h"
#include "crypto/start.h"
#include "host/conf.h"
#include "host/keyfile.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec id"

static const char usage_text[] =
    "Usage: xlsec id [--name <name>] [--address <address>] [--confdir <dir>]\n"
    "\n"
    "Print this host's identity: a small text without secrets. Take it to the\n"
    "other host and run xlsec trust on it there.\n"
    "\n"
    "  --name <name>        how the others are to call this host; default: "
    "the\n"
    "                       host name\n"
    "  --address <address>  where xlsecd is reached, default: the name\n"
    "  --confdir <dir>      default " XLS_CONFDIR "\n";

static int show(const char *dir, const char *name, const char *address)
{
    char path[XLS_PATH + 32];
    char text[XLS_KEY_TEXT];
    char print[XLS_FINGERPRINT_TEXT];
    struct xls_secret_key secret;
    struct xls_dh_key key;
    struct xls_conf conf;
    struct xls_why why = {""};

    if (!xls_peer_name_ok(name)) {
        xls_say_error(PROGRAM,
                      "'%s' cannot be a host's name here; give another one "
                      "with --name",
                      name);
        return 1;
    }
    (void)snprintf(path, sizeof(path), "%.255s/host.key", dir);
    if (xls_crypto_start() != XLS_OK ||
        xls_conf_load(dir, &conf, &why) != XLS_OK ||
        xls_keyfile_read(path, &secret, &why) != XLS_OK) {
        xls_say_error(PROGRAM, "%s", why.text);
        return 1;
    }
    xls_dh_key_over_secret(secret.bytes, &key);
    xls_wipe(&secret, sizeof(secret));
    xls_key_encode(key.pub, text);
    xls_key_fingerprint(key.pub, print);
    xls_dh_key_wipe(&key);
    (void)printf("# xlsec: the identity of host %s; no secret in it\n"
                 "# %s\n"
                 "[peer]\nname = %s\naddress = %s\nport = %u\nkey = %s\n",
                 name, print, name, address == NULL ? name : address,
                 (unsigned)conf.port, text);
    return xls_say_done(PROGRAM);
}

int xlsec_cmd_id(int argc, char **argv)
{
    enum { NAME = 256, ADDRESS, CONFDIR, HELP };
    static const struct option longs[] = {
        {"name", required_argument, NULL, NAME},
        {"address", required_argument, NULL, ADDRESS},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    const char *dir = XLS_CONFDIR;
    const char *address = NULL;
    char name[256] = "";
    int c;

    (void)gethostname(name, sizeof(name) - 1);
    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case NAME:
            (void)snprintf(name, sizeof(name), "%s", optarg);
            break;
        case ADDRESS:
            address = optarg;
            break;
        case CONFDIR:
            dir = optarg;
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
    return show(dir, name, address);
}
