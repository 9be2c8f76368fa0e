/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec trust: accept another host's identity, once a person has compared it.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "host/conf.h"
#include "host/fd.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec trust"

enum { BUNDLE_MAX = 65536 };

static const char usage_text[] =
    "Usage: xlsec trust [options] <file>|-\n"
    "\n"
    "Take what xlsec id printed on another host as that host's identity. The\n"
    "fingerprint is shown, to be compared with what that host shows, and the\n"
    "question has to be answered with yes.\n"
    "\n"
    "  --allow <what>       incoming, outgoing, or incoming,outgoing "
    "(default)\n"
    "  --fingerprint <fp>   accept without a question if it is this one\n"
    "  --psk <file>         a pre-shared key with that host, to mix in\n"
    "  --confdir <dir>      default " XLS_CONFDIR "\n";

struct options {
    const char *dir;
    const char *allow;
    const char *fingerprint;
    const char *psk;
    const char *file;
};

static char *read_bundle(const char *file)
{
    bool is_stdin = strcmp(file, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t len = 0;

    if (fd < 0 || xls_fd_slurp(fd, BUNDLE_MAX, &text, &len) != XLS_OK) {
        xls_say_error(PROGRAM, "%s: cannot be read: %s", file, strerror(errno));
        text = NULL;
    } else if (strlen(text) != len) {
        xls_say_error(PROGRAM, "%s: is not text: it holds a NUL", file);
        free(text);
        text = NULL;
    }
    xls_fd_close(&fd);
    return text;
}

/* The bundle as a peer file: our word for what is allowed is added. */
static bool parse_bundle(const struct options *o, const char *text,
                         struct xls_peer *peer)
{
    struct xls_why why = {""};
    size_t size = strlen(text) + strlen(o->allow) + 16;
    char *whole = malloc(size);
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (whole != NULL) {
        (void)snprintf(whole, size, "%s\nallow = %s\n", text, o->allow);
        rc = xls_peer_parse(whole, o->file, peer, &why);
    }
    free(whole);
    if (rc == XLS_OK && peer->accept.used > 0) {
        rc = xls_why_set(&why, XLS_HOST_CONF,
                         "%s: says what this host is to accept (accept-...); "
                         "an identity does not: is it from xlsec id?",
                         o->file);
    }
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s", why.text);
    }
    return rc == XLS_OK;
}

static bool agreed(const struct options *o, const struct xls_peer *peer)
{
    char print[XLS_FINGERPRINT_TEXT];
    char answer[16] = "";

    xls_key_fingerprint(peer->key, print);
    if (o->fingerprint != NULL) {
        if (strcmp(o->fingerprint, print) == 0) {
            return true;
        }
        xls_say_error(PROGRAM,
                      "%s has the fingerprint %s, not the one given: this is "
                      "not that host's identity",
                      o->file, print);
        return false;
    }
    (void)printf("host         %s\naddress      %s port %u\nfingerprint  %s\n"
                 "allow        %s\n"
                 "Does xlsec id on %s show the same fingerprint? (yes/no) ",
                 peer->name, peer->address, (unsigned)peer->port, print,
                 o->allow, peer->name);
    (void)fflush(stdout);
    if (strcmp(o->file, "-") == 0) {
        xls_say_error(PROGRAM, "the question cannot be answered when the "
                               "identity comes on stdin; use --fingerprint");
        return false;
    }
    if (fgets(answer, sizeof(answer), stdin) == NULL ||
        strcmp(answer, "yes\n") != 0) {
        xls_say_error(PROGRAM, "not trusted, nothing was changed");
        return false;
    }
    return true;
}

/* A name or key that is known already under another file is an error that the
 * next start would hit: say it now. */
static bool is_new(const struct options *o, const struct xls_peer *peer)
{
    struct xls_peers peers;
    struct xls_why why = {""};
    bool ok = xls_peers_load(o->dir, &peers, &why) == XLS_OK;

    if (!ok) {
        xls_say_error(PROGRAM, "%s", why.text);
    } else if (xls_peers_by_name(&peers, peer->name) != NULL ||
               xls_peers_by_key(&peers, peer->key) != NULL) {
        xls_say_error(PROGRAM,
                      "a host of this name or key is in %s/peers.d already; "
                      "remove its file first if this one replaces it",
                      o->dir);
        ok = false;
    }
    xls_peers_free(&peers);
    return ok;
}

static bool write_peer(const struct options *o, const struct xls_peer *peer)
{
    char path[XLS_PATH + XLS_NAME + 32];
    char text[1024];
    char key[XLS_KEY_TEXT];
    int fd;
    bool ok;

    xls_key_encode(peer->key, key);
    (void)snprintf(path, sizeof(path), "%.255s/peers.d/%s.conf", o->dir,
                   peer->name);
    (void)snprintf(text, sizeof(text),
                   "[peer]\nname = %s\naddress = %s\nport = %u\nkey = %s\n"
                   "allow = %s\n",
                   peer->name, peer->address, (unsigned)peer->port, key,
                   o->allow);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    ok = fd >= 0 && xls_fd_write(fd, text, strlen(text)) == XLS_OK &&
         fsync(fd) == 0;
    if (!ok) {
        xls_say_error(PROGRAM, "%s: cannot be written: %s", path,
                      strerror(errno));
        if (fd >= 0) {
            (void)unlink(path);
        }
    } else {
        (void)printf("trusted: %s\n", path);
    }
    xls_fd_close(&fd);
    return ok;
}

/* path: XLS_PATH + XLS_NAME + 32 octets, for the file's name. */
static bool write_psk(const struct options *o, const struct xls_peer *peer,
                      char *path, size_t size)
{
    struct xls_secret_key key;
    struct xls_why why = {""};
    enum xls_rc rc;

    if (o->psk == NULL) {
        return true;
    }
    (void)snprintf(path, size, "%.255s/peers.d/%s.psk", o->dir, peer->name);
    rc = xls_keyfile_read(o->psk, &key, &why);
    if (rc == XLS_OK) {
        rc =
            xls_keyfile_write(path, &key, "xlsec pre-shared key: secret", &why);
    }
    xls_wipe(&key, sizeof(key));
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s", why.text);
    }
    return rc == XLS_OK;
}

static int trust(const struct options *o)
{
    struct xls_peer *peer = calloc(1, sizeof(*peer));
    char psk[XLS_PATH + XLS_NAME + 32];
    char *text = peer == NULL ? NULL : read_bundle(o->file);
    /* the pre-shared key first: without it the host would be half trusted */
    bool ok = text != NULL && xls_crypto_start() == XLS_OK &&
              parse_bundle(o, text, peer) && is_new(o, peer) &&
              agreed(o, peer) && write_psk(o, peer, psk, sizeof(psk));

    free(text);
    if (ok && !write_peer(o, peer)) {
        ok = false;
        if (o->psk != NULL) {
            (void)unlink(psk); /* nothing half-made stays */
        }
    }
    free(peer);
    return ok ? xls_say_done(PROGRAM) : 1;
}

int xlsec_cmd_trust(int argc, char **argv)
{
    enum { ALLOW = 256, FINGERPRINT, PSK, CONFDIR, HELP };
    static const struct option longs[] = {
        {"allow", required_argument, NULL, ALLOW},
        {"fingerprint", required_argument, NULL, FINGERPRINT},
        {"psk", required_argument, NULL, PSK},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.dir = XLS_CONFDIR, .allow = "incoming,outgoing"};
    int c;

    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case ALLOW:
            o.allow = optarg;
            break;
        case FINGERPRINT:
            o.fingerprint = optarg;
            break;
        case PSK:
            o.psk = optarg;
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
    if (argc - optind != 1) {
        xls_say_error(PROGRAM, "takes one file, or - for stdin; see --help");
        return XLS_EXIT_USAGE;
    }
    o.file = argv[optind];
    return trust(&o);
}
