/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec enroll challenge: is that TPM genuine, and what is it asked?
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/area.h"
#include "attest/credential.h"
#include "attest/ekcert.h"
#include "base/secret.h"
#include "crypto/start.h"
#include "enroll.h"
#include "host/enrolment.h"
#include "host/fd.h"
#include "host/peerfile.h"
#include "identityfile.h"
#include "say.h"

#define PROGRAM "xlsec enroll"

/* What is known when a challenge is made. */
struct enrolling {
    const struct xls_enroll_options *o;
    struct xls_conf conf;
    struct xls_pending pending;
    struct xls_challenge challenge;
};

static bool refused(const struct enrolling *e, const struct xls_reason *why)
{
    xls_say_error(PROGRAM, "%s: refused: %s [%s]", e->o->file, why->text,
                  why->rule);
    if (why->expected[0] != '\0' || why->seen[0] != '\0') {
        xls_say_error(PROGRAM, "expected %s", why->expected);
        xls_say_error(PROGRAM, "seen     %s", why->seen);
    }
    return false;
}

/* --- the attestation key -------------------------------------------------- */

/* [E-60] to [E-63]: what the host says of its key is what the key is. */
static bool ak_holds(const struct enrolling *e)
{
    const struct xls_bundle *b = &e->pending.bundle;
    struct xls_area area;
    struct xls_reason why = {.rule = ""};

    if (b->ak_area_len == 0) {
        xls_say_error(PROGRAM,
                      "%s: this host has no attestation key of a TPM; run "
                      "xlsec init there, where it has a TPM, and xlsec id "
                      "again; or xlsec trust here, where it has none",
                      e->o->file);
        return false;
    }
    if (xls_area_read(b->ak_area, b->ak_area_len, &area, &why) != XLS_OK) {
        return refused(e, &why);
    }
    if (b->ak_len != sizeof(area.spki) ||
        xls_same(b->ak_der, area.spki, sizeof(area.spki)) != XLS_OK) {
        xls_say_error(PROGRAM,
                      "%s: 'ak' is not the key of 'ak-area': this is not what "
                      "xlsec id printed",
                      e->o->file);
        return false;
    }
    return true;
}

/* --- who vouches for the endorsement key ---------------------------------- */

/* Add a file of roots; 0 when there is none in it. */
static size_t add_file(struct xls_ek_roots *roots, int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    char *octets = NULL;
    size_t len = 0;
    size_t count = 0;

    if (fd >= 0 &&
        xls_fd_slurp(fd, XLS_EK_ROOTS_MAX, &octets, &len) == XLS_OK) {
        count = xls_ek_roots_add(roots, octets, len);
    }
    free(octets);
    xls_fd_close(&fd);
    return count;
}

/* The files of a directory that hold certificates; the others are let be. */
static size_t add_dir(struct xls_ek_roots *roots, const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    size_t count = 0;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.') {
            count += add_file(roots, dirfd(dir), entry->d_name);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return count;
}

static bool has_roots(struct xls_ek_roots *roots, const char *path)
{
    struct stat st;
    size_t count = 0;

    if (roots == NULL || stat(path, &st) != 0) {
        xls_say_error(PROGRAM, "%s: cannot be read: %s", path, strerror(errno));
        return false;
    }
    count = S_ISDIR(st.st_mode) ? add_dir(roots, path)
                                : add_file(roots, AT_FDCWD, path);
    if (count == 0) {
        xls_say_error(PROGRAM,
                      "%s: holds no certificate (PEM or DER); take those of "
                      "the TPM's manufacturer",
                      path);
    }
    return count > 0;
}

/* [E-65] to [E-68] */
static bool is_certified(const struct enrolling *e)
{
    const struct xls_bundle *b = &e->pending.bundle;
    struct xls_ek_roots *roots = xls_ek_roots_new();
    struct xls_reason why = {.rule = ""};
    bool good = has_roots(roots, e->o->ek_roots);

    if (good && b->ek_cert_len == 0) {
        xls_say_error(PROGRAM,
                      "%s: the TPM holds no certificate for this endorsement "
                      "key; try another one there (xlsec id --ek), or see "
                      "--ek-pinned",
                      e->o->file);
        good = false;
    } else if (good && xls_ek_cert_check(roots, b->ek_cert, b->ek_cert_len,
                                         b->ek, b->ek_len, &why) != XLS_OK) {
        good = refused(e, &why);
    }
    xls_ek_roots_free(roots);
    return good;
}

/* [E-69] A person's word for this one TPM, and no more than that. */
static bool is_pinned(const struct enrolling *e)
{
    char print[XLS_FINGERPRINT_TEXT];

    xls_fingerprint(e->pending.bundle.ek, e->pending.bundle.ek_len, print);
    if (strcmp(print, e->o->ek_pinned) != 0) {
        xls_say_error(PROGRAM,
                      "%s: the endorsement key has the fingerprint %s, not the "
                      "one given: this is not that TPM",
                      e->o->file, print);
        return false;
    }
    xls_say_error(PROGRAM, "not proven: that this is a genuine TPM. No "
                           "certificate was looked at: that this endorsement "
                           "key is a TPM's of that host is your word for it");
    return true;
}

/* --- is it the host that we think? ---------------------------------------- */

/*
 * A host that is known by this static key has been compared before, and only
 * who has that key can answer ([E-72]).  For another a person is asked.
 */
static bool is_agreed(const struct enrolling *e)
{
    const struct xls_bundle *b = &e->pending.bundle;
    struct xls_peers peers;
    const struct xls_peer *by_name;
    const struct xls_peer *by_key;
    struct xls_why why = {""};
    enum xls_rc rc = xls_peers_load(e->o->dir, &peers, &why);
    bool good = rc == XLS_OK;
    bool is_known = false;

    by_name = good ? xls_peers_by_name(&peers, b->name) : NULL;
    by_key = good ? xls_peers_by_key(&peers, b->key) : NULL;
    if (!good) {
        xls_say_why(PROGRAM, rc, &why);
    } else if (by_name != by_key) {
        xls_say_error(PROGRAM,
                      "%s: %s has another %s; if this is the same host with "
                      "new keys, run xlsec trust --replace first",
                      e->o->file, (by_name != NULL ? by_name : by_key)->path,
                      by_name != NULL ? "key for this name"
                                      : "name for this key");
        good = false;
    } else {
        is_known = by_name != NULL;
    }
    xls_peers_free(&peers);
    return good && (is_known || xls_identity_agreed(PROGRAM, stderr, e->o->file,
                                                    b, "", e->o->fingerprint));
}

/* --- the challenge -------------------------------------------------------- */

/* [E-70], [E-71]: everything in it is fresh. */
static bool make_challenge(struct enrolling *e)
{
    struct xls_pending *p = &e->pending;
    struct xls_challenge *c = &e->challenge;
    struct xls_dh_key moment;
    struct xls_reason why = {.rule = ""};
    enum xls_rc rc;

    xls_random(p->nonce, sizeof(p->nonce));
    xls_random(p->secret, sizeof(p->secret));
    xls_dh_key_random(&moment);
    memcpy(p->moment_secret, moment.secret, sizeof(p->moment_secret));
    memcpy(c->moment, moment.pub, sizeof(c->moment));
    memcpy(c->nonce, p->nonce, sizeof(c->nonce));
    memcpy(c->name, p->bundle.name, sizeof(c->name));
    memcpy(c->ak_name, p->bundle.ak_name, sizeof(c->ak_name));
    c->ek_kind = xls_spki_kind_of(p->bundle.ek, p->bundle.ek_len);
    (void)crypto_hash_sha256(c->ek_digest, p->bundle.ek, p->bundle.ek_len);
    rc = xls_credential_make(p->bundle.ek, p->bundle.ek_len, p->bundle.ak_name,
                             p->secret, &c->credential, &why);
    xls_dh_key_wipe(&moment);
    if (xls_rc_is_peer(rc)) {
        return refused(e, &why);
    }
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "%s", xls_rc_text(rc));
    }
    return rc == XLS_OK;
}

static bool keep(struct enrolling *e)
{
    const struct xls_enroll_options *o = e->o;
    struct xls_why why = {""};
    enum xls_rc rc;

    e->pending.vouched =
        o->ek_roots != NULL ? XLS_VOUCHED_CERTIFICATE : XLS_VOUCHED_PINNED;
    (void)snprintf(e->pending.allow, sizeof(e->pending.allow), "%s",
                   o->allow == NULL ? "incoming,outgoing" : o->allow);
    (void)snprintf(e->pending.class, sizeof(e->pending.class), "%s",
                   o->class == NULL ? "" : o->class);
    rc = xls_pending_keep(e->conf.state, &e->pending, &why);
    if (rc != XLS_OK) {
        xls_say_why(PROGRAM, rc, &why);
    }
    return rc == XLS_OK;
}

static bool options_ok(const struct xls_enroll_options *o)
{
    if (o->class != NULL && !xls_peer_name_ok(o->class)) {
        xls_say_error(PROGRAM,
                      "--class %s: has to be letters, digits, '.', '-', '_'; "
                      "63 at most",
                      o->class);
        return false;
    }
    return o->allow == NULL || xls_allow_agreed(PROGRAM, o->allow);
}

int xls_enroll_challenge(const struct xls_enroll_options *o)
{
    struct enrolling *e = calloc(1, sizeof(*e));
    struct xls_why why = {""};
    bool good = e != NULL && xls_crypto_start() == XLS_OK && options_ok(o);

    if (good) {
        e->o = o;
        good = xls_conf_load(o->dir, &e->conf, &why) == XLS_OK;
        if (!good) {
            xls_say_error(PROGRAM, "%s", why.text);
        }
    }
    good = good &&
           xls_identity_file(PROGRAM, o->dir, o->file, &e->pending.bundle) &&
           ak_holds(e) &&
           (o->ek_roots != NULL ? is_certified(e) : is_pinned(e)) &&
           is_agreed(e) && make_challenge(e) && keep(e);
    if (good) {
        xls_challenge_print(&e->challenge, stdout);
    }
    if (e != NULL) {
        xls_pending_wipe(&e->pending);
    }
    free(e);
    return good ? xls_say_done(PROGRAM) : 1;
}
