/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec revoke: never again trust the keys that another host has now.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/conf.h"
#include "host/peerfile.h"
#include "identityfile.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec revoke"

static const char usage_text[] =
    "Usage: xlsec revoke [--reason <text>] [--confdir <dir>] <host>\n"
    "\n"
    "Remove a host, and write its keys to the file 'revoked', from which they "
    "are\n"
    "never again accepted: not in a peer file, not by xlsec trust or xlsec "
    "enroll.\n"
    "This is for this host alone: run it on every host that knows the other.\n"
    "\n"
    "  --reason <text>  why, for whoever meets the key again\n"
    "  --confdir <dir>  default " XLS_CONFDIR "\n";

/* A reason is a line of the file. */
static bool reason_ok(const char *reason)
{
    size_t len = reason == NULL ? 0 : strlen(reason);

    if (len < 128) {
        for (size_t i = 0; i < len; i++) {
            if (reason[i] < 0x20 || reason[i] > 0x7e) {
                len = 128;
            }
        }
    }
    if (len >= 128) {
        xls_say_error(PROGRAM, "--reason: has to be a line of printable ASCII, "
                               "127 characters at most");
    }
    return len < 128;
}

static enum xls_rc revoke_peer(const char *dir, const struct xls_peer *peer,
                               const char *reason, struct xls_why *why)
{
    /* first the list: from then on the file is an error, and no way back in */
    enum xls_rc rc = xls_peerfile_revoke(dir, peer, NULL, reason, why);

    if (rc == XLS_OK && unlink(peer->path) != 0) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s: cannot be removed: %s",
                         peer->path, strerror(errno));
    }
    if (rc == XLS_OK && unlink(peer->psk_path) != 0 && errno != ENOENT) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s: cannot be removed: %s",
                         peer->psk_path, strerror(errno));
    }
    return rc;
}

static int revoke_host(const char *dir, const char *name, const char *reason)
{
    struct xls_peers peers = {NULL, 0};
    const struct xls_peer *peer = NULL;
    struct xls_why why = {""};
    enum xls_rc rc = xls_crypto_start();

    if (rc == XLS_OK) {
        rc = xls_peers_load(dir, &peers, &why);
    }
    if (rc == XLS_OK) {
        peer = xls_peers_by_name(&peers, name);
        rc = peer != NULL
                 ? revoke_peer(dir, peer, reason, &why)
                 : xls_why_set(&why, XLS_HOST_CONF,
                               "no host '%s' is known here: no file in "
                               "%s/peers.d names it",
                               name, dir);
    }
    if (rc == XLS_OK) {
        (void)printf("revoked: %s's keys are in %s/revoked, %s is removed\n",
                     name, dir, peer->path);
    } else {
        xls_say_why(PROGRAM, rc, &why);
    }
    xls_peers_free(&peers);
    return rc == XLS_OK ? xls_say_done(PROGRAM) : 1;
}

int xlsec_cmd_revoke(int argc, char **argv)
{
    enum { REASON = 256, CONFDIR, HELP };
    static const struct option longs[] = {
        {"reason", required_argument, NULL, REASON},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    const char *dir = XLS_CONFDIR;
    const char *reason = NULL;
    int c;

    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case REASON:
            reason = optarg;
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
    if (argc - optind != 1) {
        xls_say_error(PROGRAM, "takes one host's name; see --help");
        return XLS_EXIT_USAGE;
    }
    return reason_ok(reason) ? revoke_host(dir, argv[optind], reason) : 1;
}
