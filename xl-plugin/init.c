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
#include "crypto/start.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/hostkey.h"
#include "host/keyfile.h"
#include "host/tpm.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec init"

static const char usage_text[] =
    "Usage: xlsec init [--fleet-key <file>] [--rotate] [--no-tpm] [--confdir "
    "<dir>]\n"
    "\n"
    "Make this host's keys, and the fleet key that all hosts share. The first\n"
    "host makes the fleet key; give the others a copy of its fleet.key (over "
    "a\n"
    "channel that keeps it secret) and name it with --fleet-key.\n"
    "Where there is a TPM the static key is sealed to it, and it gives this "
    "host\n"
    "an attestation key. Files that are there already are kept.\n"
    "\n"
    "  --fleet-key <file>  take the fleet key from this file\n"
    "  --rotate            make this host's own keys anew; the old files stay\n"
    "                      beside them, with .old behind their names\n"
    "  --no-tpm            leave the TPM alone: a plain static key, no\n"
    "                      attestation key\n"
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
    "# finish = 300\n"
    "\n"
    "[tpm]\n"
    "# tcti = device:/dev/tpmrm0\n"
    "# pcrs = 0-10\n";

struct options {
    const char *dir;
    const char *fleet;
    bool rotate;
    bool no_tpm;
};

/* The TPM, and what to say of it. */
struct tpm {
    struct xls_tpm *open; /* NULL: without one */
    char why[320];        /* behind a key's name */
};

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

static int told(enum xls_rc rc, const struct xls_why *why)
{
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s",
                      why->text[0] != '\0' ? why->text : xls_rc_text(rc));
    }
    return rc == XLS_OK ? 0 : 1;
}

/* The fleet's key: kept, taken from another file, or new. */
static int make_fleet_key(const struct options *o)
{
    char path[XLS_PATH + 32];
    struct xls_secret_key key;
    struct xls_why why = {""};
    enum xls_rc rc = XLS_OK;
    bool kept;

    (void)snprintf(path, sizeof(path), "%s/fleet.key", o->dir);
    kept = xls_keyfile_exists(path);
    if (kept && o->fleet != NULL) {
        xls_say_error(PROGRAM,
                      "%s is there already; move it away first if it is to be "
                      "replaced",
                      path);
        return 1;
    }
    if (kept || o->fleet != NULL) {
        rc = xls_keyfile_read(kept ? path : o->fleet, &key, &why);
    } else {
        xls_random(key.bytes, sizeof(key.bytes));
    }
    if (rc == XLS_OK && !kept) {
        rc = xls_keyfile_write(
            path, &key, "xlsec fleet key: secret, the same on all hosts", &why);
    }
    xls_wipe(&key, sizeof(key));
    if (rc == XLS_OK) {
        (void)printf("%s %s\n",
                     kept               ? "kept  "
                     : o->fleet != NULL ? "copied"
                                        : "made  ",
                     path);
    }
    return told(rc, &why);
}

/* --- this host's own keys ------------------------------------------------- */

/* A file of a random key; host.key sealed to the TPM where there is one. */
static enum xls_rc write_own(const char *path, bool is_host,
                             const char *comment, const struct tpm *tpm,
                             struct xls_why *why)
{
    struct xls_secret_key key;
    enum xls_rc rc;

    xls_random(key.bytes, sizeof(key.bytes));
    rc = is_host ? xls_hostkey_write(path, &key, tpm->open, why)
                 : xls_keyfile_write(path, &key, comment, why);
    xls_wipe(&key, sizeof(key));
    return rc;
}

/* Is a key that is kept one that can be used? */
static enum xls_rc check_own(const struct options *o, const char *path,
                             bool is_host, bool *is_sealed, struct xls_why *why)
{
    struct xls_stored_key stored;
    struct xls_secret_key key;
    enum xls_rc rc = is_host ? xls_hostkey_read(o->dir, &key, why)
                             : xls_keyfile_read(path, &key, why);

    xls_wipe(&key, sizeof(key));
    if (rc == XLS_OK) {
        rc = xls_keyfile_load(path, &stored, why);
        *is_sealed = rc == XLS_OK && stored.is_sealed;
        xls_wipe(&stored, sizeof(stored));
    }
    return rc;
}

/* Put path.new where path is, and what was there at path.old. */
static enum xls_rc exchange(const char *path, const char *fresh, bool had,
                            struct xls_why *why)
{
    char old[XLS_PATH + 64];

    (void)snprintf(old, sizeof(old), "%s.old", path);
    if (had) {
        (void)unlink(old); /* the one before the last */
    }
    /* at no time is there no file at path */
    if ((had && link(path, old) != 0) ||
        (fresh != NULL ? rename(fresh, path) : unlink(path)) != 0) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be replaced: %s",
                           path, strerror(errno));
    }
    return XLS_OK;
}

/* One of this host's own keys: kept, or new. */
static int make_own(const struct options *o, const char *file,
                    const char *comment, const struct tpm *tpm)
{
    char path[XLS_PATH + 32];
    char fresh[XLS_PATH + 64];
    bool is_host = comment == NULL;
    bool had;
    bool is_sealed = is_host && tpm->open != NULL;
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/%s", o->dir, file);
    (void)snprintf(fresh, sizeof(fresh), "%s.new", path);
    had = xls_keyfile_exists(path);
    if (had && !o->rotate) {
        rc = check_own(o, path, is_host, &is_sealed, &why);
    } else {
        (void)unlink(fresh); /* of a run that was cut off */
        rc = write_own(fresh, is_host, comment, tpm, &why);
        if (rc == XLS_OK) {
            rc = exchange(path, fresh, had, &why);
        }
    }
    if (rc == XLS_OK) {
        (void)printf("%s %s%s%s\n", had && !o->rotate ? "kept  " : "made  ",
                     path,
                     !is_host     ? ""
                     : !is_sealed ? " (not sealed"
                                  : " (sealed to the TPM",
                     !is_host ? "" : ")");
    }
    return told(rc, &why);
}

/* The attestation key's seed, where there is a TPM; else none that is in use.
 */
static int make_ak(const struct options *o, const struct tpm *tpm)
{
    char path[XLS_PATH + 32];
    struct xls_why why = {""};
    struct xls_secret_key seed;
    enum xls_rc rc = XLS_OK;

    (void)snprintf(path, sizeof(path), "%s/ak.seed", o->dir);
    if (tpm->open == NULL) {
        if (o->rotate && xls_keyfile_exists(path)) {
            rc = exchange(path, NULL, true, &why);
        }
        return told(rc, &why);
    }
    if (make_own(o, "ak.seed",
                 "xlsec attestation key: what this host's TPM "
                 "makes it of",
                 tpm) != 0) {
        return 1;
    }
    rc = xls_keyfile_read(path, &seed, &why);
    if (rc == XLS_OK) { /* does the TPM? */
        rc = xls_tpm_ak(tpm->open, seed.bytes, NULL, &why);
    }
    return told(rc, &why);
}

/* --- all of it ------------------------------------------------------------ */

static int open_tpm(const struct options *o, struct tpm *tpm)
{
    struct xls_conf conf;
    struct xls_why why = {""};
    const char *tcti;
    enum xls_rc rc = xls_conf_load(o->dir, &conf, &why);

    if (rc != XLS_OK) {
        return told(rc, &why);
    }
    tcti = xls_tpm_which(conf.tcti);
    if (o->no_tpm || tcti == NULL) {
        (void)snprintf(tpm->why, sizeof(tpm->why), "%s",
                       o->no_tpm         ? "--no-tpm"
                       : xls_tpm_built() ? "this host has none in use"
                                         : "this xlsec was built without "
                                           "support for one");
        return 0;
    }
    rc = xls_tpm_open(tcti, &tpm->open, &why);
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s; or do without it: xlsec init --no-tpm",
                      why.text);
        return 1;
    }
    return 0;
}

static int make_keys(const struct options *o, const struct tpm *tpm)
{
    if (make_fleet_key(o) != 0 || make_own(o, "host.key", NULL, tpm) != 0 ||
        make_own(o, "evidence.key",
                 "xlsec evidence key: secret, signs what "
                 "this host says of its software",
                 tpm) != 0 ||
        make_ak(o, tpm) != 0) {
        return 1;
    }
    if (tpm->open == NULL) {
        (void)printf("No TPM: %s. Whoever reads host.key is this host, and its "
                     "evidence is of its software alone.\n",
                     tpm->why);
    }
    (void)printf(o->rotate ? "Next: xlsec id, and xlsec trust --replace on the "
                             "other hosts, which know the old keys.\n"
                           : "Next: xlsec id, and xlsec trust on the other "
                             "hosts.\n");
    return xls_say_done(PROGRAM);
}

static int init(const struct options *o)
{
    char peers[XLS_PATH + 32];
    struct tpm tpm = {NULL, ""};
    int status = 1;

    if (strlen(o->dir) >= XLS_PATH || xls_crypto_start() != XLS_OK) {
        xls_say_error(PROGRAM, "the directory's name is too long");
        return 1;
    }
    (void)snprintf(peers, sizeof(peers), "%s/peers.d", o->dir);
    if (make_dir(o->dir) == 0 && make_dir(peers) == 0 &&
        make_conf(o->dir) == 0 && open_tpm(o, &tpm) == 0) {
        status = make_keys(o, &tpm);
    }
    xls_tpm_close(tpm.open);
    return status;
}

int xlsec_cmd_init(int argc, char **argv)
{
    enum { FLEET = 256, ROTATE, NO_TPM, CONFDIR, HELP };
    static const struct option longs[] = {
        {"fleet-key", required_argument, NULL, FLEET},
        {"rotate", no_argument, NULL, ROTATE},
        {"no-tpm", no_argument, NULL, NO_TPM},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.dir = XLS_CONFDIR};
    int c;

    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case FLEET:
            o.fleet = optarg;
            break;
        case ROTATE:
            o.rotate = true;
            break;
        case NO_TPM:
            o.no_tpm = true;
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
    return init(&o);
}
