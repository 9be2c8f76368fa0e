/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec trust: accept another host's identity, once a person has compared it.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "crypto/start.h"
#include "host/conf.h"
#include "host/peerfile.h"
#include "identityfile.h"
#include "say.h"
#include "xlsec.h"

#define PROGRAM "xlsec trust"

static const char usage_text[] =
    "Usage: xlsec trust [options] <file>|-\n"
    "\n"
    "Take what xlsec id printed on another host as that host's identity. The\n"
    "fingerprint is shown, to be compared with what that host shows, and the\n"
    "question has to be answered with yes.\n"
    "\n"
    "  --allow <what>       incoming, outgoing, or incoming,outgoing "
    "(default)\n"
    "  --evidence <what>    what it proves itself by: software, or none; "
    "default:\n"
    "                       its TPM, once xlsec enroll has enrolled it, or\n"
    "                       software where it has none\n"
    "  --fingerprint <fp>   accept without a question if it is this one\n"
    "  --psk <file>         a pre-shared key with that host, to mix in\n"
    "  --replace            the host is known: take these keys in place of "
    "its\n"
    "                       old ones, which are revoked; the rest stays\n"
    "  --confdir <dir>      default " XLS_CONFDIR "\n";

struct options {
    const char *dir;
    const char *allow;
    const char *evidence;
    const char *fingerprint;
    const char *psk;
    const char *file;
    bool replace;
};

/* What is found out before the question. */
struct trust {
    struct xls_bundle bundle;
    struct xls_peers peers;
    const struct xls_peer *old; /* the host as it is known, or NULL */
    const char *evidence;       /* for its file, or NULL */
};

/* --- what it would prove itself by ---------------------------------------- */

static bool choose_evidence(const struct options *o, struct trust *t)
{
    const char *want = o->evidence;

    if (want == NULL) {
        t->evidence = t->bundle.ak_len == 0 && t->bundle.has_evidence_key
                          ? "software"
                          : NULL;
        return true;
    }
    if (strcmp(want, "tpm") == 0) {
        xls_say_error(PROGRAM, "a TPM is not taken on trust: enroll it with "
                               "xlsec enroll challenge");
        return false;
    }
    if (strcmp(want, "none") != 0 && strcmp(want, "software") != 0) {
        xls_say_error(PROGRAM, "--evidence %s: has to be software or none",
                      want);
        return false;
    }
    if (strcmp(want, "software") == 0 && !t->bundle.has_evidence_key) {
        xls_say_error(PROGRAM,
                      "%s: has no evidence-key; run xlsec init on that host, "
                      "and xlsec id again",
                      o->file);
        return false;
    }
    t->evidence = want;
    return true;
}

/* In words, with a newline. */
static const char *evidence_text(const struct trust *t)
{
    if (t->evidence == NULL) {
        return t->bundle.ak_len > 0
                   ? "evidence     by its TPM, which is not enrolled yet\n"
                   : "evidence     none that it could give\n";
    }
    return strcmp(t->evidence, "none") == 0
               ? "evidence     none is asked of it\n"
               : "evidence     what its own software says of itself\n";
}

/* --- is it new? ----------------------------------------------------------- */

/* A name or key that is known already under another file is an error that the
 * next start would hit: say it now. */
static bool find_old(const struct options *o, struct trust *t)
{
    const struct xls_peer *by_key;
    struct xls_why why = {""};
    enum xls_rc rc = xls_peers_load(o->dir, &t->peers, &why);

    if (rc != XLS_OK) {
        xls_say_why(PROGRAM, rc, &why);
        return false;
    }
    t->old = xls_peers_by_name(&t->peers, t->bundle.name);
    by_key = xls_peers_by_key(&t->peers, t->bundle.key);
    if (!o->replace && (t->old != NULL || by_key != NULL)) {
        xls_say_error(PROGRAM,
                      "a host of this name or key is in %s/peers.d already; "
                      "use --replace if this is the same host with new keys, "
                      "or remove its file first",
                      o->dir);
        return false;
    }
    if (o->replace && t->old == NULL) {
        xls_say_error(PROGRAM,
                      "no host '%s' is known here whose keys could be "
                      "replaced; leave --replace out",
                      t->bundle.name);
        return false;
    }
    if (by_key != NULL && by_key != t->old) {
        xls_say_error(PROGRAM,
                      "%s has this key already: no two hosts share one",
                      by_key->path);
        return false;
    }
    return true;
}

/* --- files ---------------------------------------------------------------- */

/* path: XLS_PATH + XLS_NAME + 32 octets, for the file's name. */
static bool write_psk(const struct options *o, const struct trust *t,
                      char *path, size_t size)
{
    struct xls_secret_key key;
    struct xls_why why = {""};
    enum xls_rc rc;

    if (o->psk == NULL) {
        return true;
    }
    (void)snprintf(path, size, "%.255s/peers.d/%s.psk", o->dir, t->bundle.name);
    rc = xls_keyfile_read(o->psk, &key, &why);
    if (rc == XLS_OK) {
        rc =
            xls_keyfile_write(path, &key, "xlsec pre-shared key: secret", &why);
    }
    xls_wipe(&key, sizeof(key));
    if (rc != XLS_OK) {
        xls_say_why(PROGRAM, rc, &why);
    }
    return rc == XLS_OK;
}

static bool write_peer(const struct options *o, const struct trust *t)
{
    const struct xls_peerfile what = {
        .bundle = &t->bundle, .evidence = t->evidence, .allow = o->allow};
    struct xls_why why = {""};
    enum xls_rc rc = xls_peerfile_write(o->dir, t->old, &what, &why);

    if (rc == XLS_OK && t->old != NULL) {
        rc = xls_peerfile_revoke(o->dir, t->old, &t->bundle, "replaced", &why);
    }
    if (rc != XLS_OK) {
        xls_say_why(PROGRAM, rc, &why);
        return false;
    }
    if (t->old != NULL) {
        (void)printf("trusted: %s; its old keys are revoked\n", t->old->path);
    } else {
        (void)printf("trusted: %s/peers.d/%s.conf\n", o->dir, t->bundle.name);
    }
    if (t->evidence == NULL && t->bundle.ak_len > 0) {
        (void)printf("Next: xlsec enroll challenge, which enrolls its TPM. "
                     "Until then no guest moves between the hosts.\n");
    }
    return true;
}

static int trust(const struct options *o)
{
    struct trust *t = calloc(1, sizeof(*t));
    char psk[XLS_PATH + XLS_NAME + 32];
    char more[256];
    bool ok = t != NULL && xls_crypto_start() == XLS_OK &&
              xls_allow_agreed(PROGRAM, o->allow) &&
              xls_identity_file(PROGRAM, o->dir, o->file, &t->bundle) &&
              choose_evidence(o, t) && find_old(o, t);

    if (ok) {
        (void)snprintf(more, sizeof(more), "%s%s%s%s", evidence_text(t),
                       t->old != NULL ? "" : "allow        ",
                       t->old != NULL ? "" : o->allow,
                       t->old != NULL ? "" : "\n");
        /* the pre-shared key first: without it the host would be half trusted
         */
        ok = xls_identity_agreed(PROGRAM, stdout, o->file, &t->bundle, more,
                                 o->fingerprint) &&
             write_psk(o, t, psk, sizeof(psk));
        if (ok && !write_peer(o, t)) {
            ok = false;
            if (o->psk != NULL) {
                (void)unlink(psk); /* nothing half-made stays */
            }
        }
    }
    if (t != NULL) {
        xls_peers_free(&t->peers);
    }
    free(t);
    return ok ? xls_say_done(PROGRAM) : 1;
}

int xlsec_cmd_trust(int argc, char **argv)
{
    enum { ALLOW = 256, EVIDENCE, FINGERPRINT, PSK, REPLACE, CONFDIR, HELP };
    static const struct option longs[] = {
        {"allow", required_argument, NULL, ALLOW},
        {"evidence", required_argument, NULL, EVIDENCE},
        {"fingerprint", required_argument, NULL, FINGERPRINT},
        {"psk", required_argument, NULL, PSK},
        {"replace", no_argument, NULL, REPLACE},
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
        case EVIDENCE:
            o.evidence = optarg;
            break;
        case REPLACE:
            o.replace = true;
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
