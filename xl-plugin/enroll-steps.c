/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec enroll answer, on the host that is enrolled; and finish, where it is.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attest/enroll.h"
#include "base/secret.h"
#include "crypto/start.h"
#include "enroll.h"
#include "host/enrolment.h"
#include "host/identity.h"
#include "host/peerfile.h"
#include "identityfile.h"
#include "say.h"

#define PROGRAM "xlsec enroll"

/* --- answer --------------------------------------------------------------- */

/* Was it made for this TPM and this attestation key?  A TPM is not asked to
 * open what is not its own: some take that badly. */
static enum xls_rc is_for_us(const struct xls_challenge *c,
                             const struct xls_bundle *own, struct xls_why *why)
{
    uint8_t digest[32];

    if (own->ak_area_len == 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "this host has no attestation key, or no TPM in "
                           "use; run xlsec init, and xlsec id again");
    }
    (void)crypto_hash_sha256(digest, own->ek, own->ek_len);
    if (xls_same(digest, c->ek_digest, sizeof(digest)) != XLS_OK) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "this challenge is for another TPM than this "
                           "host's");
    }
    if (xls_same(own->ak_name, c->ak_name, sizeof(c->ak_name)) != XLS_OK) {
        return xls_why_set(
            why, XLS_PEER_POLICY,
            "this challenge is for another attestation key than "
            "this host's; were its keys rotated since xlsec id?");
    }
    return XLS_OK;
}

/* [E-74] With this host's own keys, whatever the challenge is about. */
static enum xls_rc answer(const struct xls_challenge *c,
                          const struct xls_identity *id,
                          const struct xls_bundle *own, struct xls_answer *out,
                          struct xls_why *why)
{
    uint8_t secret[XLS_CREDENTIAL_SECRET];
    struct xls_dh shared;
    enum xls_rc rc = xls_dh_agree(id->host.secret, c->moment, &shared);

    if (rc != XLS_OK) {
        return xls_why_set(why, rc, "the challenge has no key of the moment");
    }
    rc = xls_tpm_activate(id->tpm, c->ek_kind, &c->credential, secret, why);
    if (rc == XLS_OK) {
        const struct xls_enroll e = {
            .secret = secret,
            .shared = shared.bytes,
            .key = id->host.pub,
            .evidence_key = own->has_evidence_key ? own->evidence_key : NULL,
            .ak_name = own->ak_name,
            .moment = c->moment,
            .nonce = c->nonce};

        xls_enroll_mac(&e, out->mac);
        memcpy(out->nonce, c->nonce, sizeof(out->nonce));
        memcpy(out->name, c->name, sizeof(out->name));
    }
    xls_wipe(secret, sizeof(secret));
    xls_wipe(&shared, sizeof(shared));
    return rc;
}

int xls_enroll_answer(const struct xls_enroll_options *o)
{
    struct xls_conf conf;
    struct xls_identity id = {.tpm = NULL};
    struct xls_challenge c;
    struct xls_answer a;
    struct xls_why why = {""};
    struct xls_bundle *own = calloc(1, sizeof(*own));
    char *text = own == NULL ? NULL : xls_file_text(PROGRAM, o->file);
    enum xls_rc rc = own == NULL ? XLS_HOST_NOMEM : xls_crypto_start();

    if (own != NULL && text == NULL) {
        free(own);
        return 1;
    }
    if (rc == XLS_OK) {
        rc = xls_challenge_parse(text, o->file, &c, &why);
    }
    if (rc == XLS_OK) {
        rc = xls_conf_load(o->dir, &conf, &why);
    }
    if (rc == XLS_OK) {
        rc = xls_identity_open(&conf, c.ek_kind, &id, own, &why);
    }
    if (rc == XLS_OK) {
        rc = is_for_us(&c, own, &why);
    }
    if (rc == XLS_OK) {
        rc = answer(&c, &id, own, &a, &why);
    }
    if (rc == XLS_OK) {
        xls_answer_print(&a, stdout);
    } else {
        xls_say_why(PROGRAM, rc, &why);
    }
    xls_identity_close(&id);
    free(own);
    free(text);
    return rc == XLS_OK ? xls_say_done(PROGRAM) : 1;
}

/* --- finish --------------------------------------------------------------- */

/* What the file says of how it came to be. */
static void make_note(const struct xls_pending *p, char *out, size_t size)
{
    char date[16] = "";
    struct tm tm;
    time_t made = (time_t)p->made;

    if (gmtime_r(&made, &tm) != NULL) {
        (void)strftime(date, sizeof(date), "%Y-%m-%d", &tm);
    }
    (void)snprintf(out, size, "%s: %s", date,
                   p->vouched == XLS_VOUCHED_CERTIFICATE
                       ? "its TPM's endorsement key is certified by the "
                         "manufacturer"
                       : "its TPM's endorsement key was pinned, no certificate "
                         "was looked at");
}

/* The host's file, new or with other keys. */
static enum xls_rc write_peer(const char *dir, const struct xls_pending *p,
                              struct xls_why *why)
{
    struct xls_bundle *b = malloc(sizeof(*b));
    struct xls_peers peers = {NULL, 0};
    const struct xls_peer *old = NULL;
    char note[128];
    struct xls_peerfile what = {.bundle = b,
                                .evidence = "tpm",
                                .allow = p->allow,
                                .class = p->class[0] == '\0' ? NULL : p->class,
                                .note = note};
    enum xls_rc rc = b == NULL ? XLS_HOST_NOMEM
                               : xls_bundle_not_revoked(dir, &p->bundle,
                                                        p->bundle.name, why);

    if (rc == XLS_OK) {
        rc = xls_peers_load(dir, &peers, why);
    }
    if (rc == XLS_OK) {
        *b = p->bundle;
        old = xls_peers_by_name(&peers, b->name);
        if (old != xls_peers_by_key(&peers, b->key)) {
            rc = xls_why_set(why, XLS_HOST_CONF,
                             "%s/peers.d has this name or this key for another "
                             "host now; look at it, and make a new challenge",
                             dir);
        } else if (old != NULL) { /* where it is reached is known here */
            memcpy(b->address, old->address, sizeof(b->address));
            b->port = old->port;
        }
    }
    if (rc == XLS_OK) {
        make_note(p, note, sizeof(note));
        rc = xls_peerfile_write(dir, old, &what, why);
    }
    if (rc == XLS_OK && old != NULL) { /* an AK of before counts no more */
        rc = xls_peerfile_revoke(dir, old, b, "replaced", why);
    }
    xls_peers_free(&peers);
    free(b);
    return rc;
}

static enum xls_rc finish(const struct xls_enroll_options *o, const char *text,
                          struct xls_pending *p, struct xls_why *why)
{
    struct xls_conf conf;
    struct xls_answer a;
    enum xls_rc rc = xls_answer_parse(text, o->file, &a, why);

    if (rc == XLS_OK) {
        rc = xls_conf_load(o->dir, &conf, why);
    }
    if (rc == XLS_OK) {
        rc = xls_pending_take(conf.state, a.nonce, p, why);
    }
    if (rc == XLS_OK && xls_pending_judge(p, &a) != XLS_OK) {
        rc = xls_why_set(why, XLS_PEER_AUTH,
                         "%s: refused: this is no answer of a host that has "
                         "both the TPM and the static key of %s's identity "
                         "[E-73]",
                         o->file, p->bundle.name);
    }
    return rc == XLS_OK ? write_peer(o->dir, p, why) : rc;
}

int xls_enroll_finish(const struct xls_enroll_options *o)
{
    struct xls_pending *p = calloc(1, sizeof(*p));
    struct xls_why why = {""};
    char *text = p == NULL ? NULL : xls_file_text(PROGRAM, o->file);
    enum xls_rc rc = p == NULL ? XLS_HOST_NOMEM : xls_crypto_start();

    if (p != NULL && text == NULL) {
        free(p);
        return 1;
    }
    if (rc == XLS_OK) {
        rc = finish(o, text, p, &why);
    }
    if (rc == XLS_OK) {
        (void)printf("enrolled: %s, which proves itself by its TPM from now "
                     "on (%s)\n",
                     p->bundle.name,
                     p->vouched == XLS_VOUCHED_CERTIFICATE
                         ? "certified by its manufacturer"
                         : "pinned by you: that it is genuine is not proven");
    } else {
        xls_say_why(PROGRAM, rc, &why);
    }
    if (p != NULL) {
        xls_pending_wipe(p);
        free(p);
    }
    free(text);
    return rc == XLS_OK ? xls_say_done(PROGRAM) : 1;
}
