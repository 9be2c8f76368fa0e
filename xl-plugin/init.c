/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec init: this host's keys and a configuration to start from.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "crypto/dh.h"
#include "crypto/start.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/keyfile.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec init"

static const char usage_text[] =
    "Usage: xlsec init [--fleet-key <file>] [--confdir <dir>]\n"
    "\n"
    "Make this host's static key, and the fleet key that all hosts share. The\n"
    "first host makes the fleet key; give the others a copy of its fleet.key\n"
    "(over a channel that keeps it secret) and name it with --fleet-key.\n"
    "Files that are there already are kept.\n"
    "\n"
    "  --fleet-key <file>  take the fleet key from this file\n"
    "  --confdir <dir>     default " XLS_CONFDIR "\n";

static const char conf_text[] =
    "# xlsec: secure live migration; see xlsec.conf(5)\n"
    "\n"
    "[xlsecd]\n"
    "# listen = *\n"
    "# port = 8250\n"
    "# max-sessions = 16\n"
    "\n"
    "[channel]\n"
    "# ML-KEM-768 besides X25519, where both hosts have it: off, prefer, "
    "require\n"
    "# post-quantum = prefer\n"
    "\n"
    "[time]\n"
    "# handshake = 10\n"
    "# stall = 30\n"
    "# finish = 300\n";

static int make_dir(const char *path)
{
    if (mkdir(path, 0700) == 0 || errno == EEXIST) {
        return 0;
    }
    xls_say_error(PROGRAM, "%s: cannot be created: %s", path, strerror(errno));
    return 1;
}

static int make_conf(const char *dir)
{
    char path[XLS_PATH + 32];
    int fd;
    int status = 0;

    (void)snprintf(path, sizeof(path), "%s/xlsec.conf", dir);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        return errno == EEXIST ? 0 : 1;
    }
    if (xls_fd_write(fd, conf_text, strlen(conf_text)) != XLS_OK) {
        xls_say_error(PROGRAM, "%s: cannot be written: %s", path,
                      strerror(errno));
        (void)unlink(path);
        status = 1;
    }
    xls_fd_close(&fd);
    return status;
}

/* One key file: kept, taken from another file, or new. */
static int make_key(const char *dir, const char *file, const char *from,
                    const char *comment)
{
    char path[XLS_PATH + 32];
    struct xls_secret_key key;
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, file);
    if (xls_keyfile_exists(path)) {
        if (from != NULL) {
            xls_say_error(PROGRAM,
                          "%s is there already; move it away first if it is to "
                          "be replaced",
                          path);
            return 1;
        }
        rc = xls_keyfile_read(path, &key, &why);
        (void)printf("kept   %s\n", path);
    } else {
        rc = from != NULL ? xls_keyfile_read(from, &key, &why) : XLS_OK;
        if (from == NULL) {
            xls_random(key.bytes, sizeof(key.bytes));
        }
        if (rc == XLS_OK) {
            rc = xls_keyfile_write(path, &key, comment, &why);
        }
        if (rc == XLS_OK) {
            (void)printf("%s %s\n", from != NULL ? "copied" : "made  ", path);
        }
    }
    xls_wipe(&key, sizeof(key));
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s", why.text);
        return 1;
    }
    return 0;
}

static int init(const char *dir, const char *fleet)
{
    char peers[XLS_PATH + 32];

    if (strlen(dir) >= XLS_PATH || xls_crypto_start() != XLS_OK) {
        xls_say_error(PROGRAM, "the directory's name is too long");
        return 1;
    }
    (void)snprintf(peers, sizeof(peers), "%s/peers.d", dir);
    if (make_dir(dir) != 0 || make_dir(peers) != 0 || make_conf(dir) != 0 ||
        make_key(dir, "fleet.key", fleet,
                 "xlsec fleet key: secret, the same on all hosts") != 0 ||
        make_key(dir, "host.key", NULL,
                 "xlsec host key: secret, of this host alone") != 0) {
        return 1;
    }
    (void)printf("Next: xlsec id, and xlsec trust on the other hosts.\n");
    return xls_say_done(PROGRAM);
}

int xlsec_cmd_init(int argc, char **argv)
{
    enum { FLEET = 256, CONFDIR, HELP };
    static const struct option longs[] = {
        {"fleet-key", required_argument, NULL, FLEET},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    const char *dir = XLS_CONFDIR;
    const char *fleet = NULL;
    int c;

    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case FLEET:
            fleet = optarg;
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
    return init(dir, fleet);
}
