/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/prove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "host/policystore.h"
#include "host/role.h"
#include "host/verify.h"

enum { PIECE = 60000 };

/* What its file says that it has to prove, and by which keys. */
static void enrol(const struct xls_peer *peer, struct xls_enrolled *e)
{
    memset(e, 0, sizeof(*e));
    e->wanted = peer->evidence;
    memcpy(e->ak, peer->ak_der, peer->ak_len);
    e->ak_len = peer->ak_len;
    e->scheme = peer->ak_scheme;
    e->has_ak_name = peer->has_ak_name;
    memcpy(e->ak_name, peer->ak_name, sizeof(e->ak_name));
    e->has_evidence_key = peer->has_evidence_key;
    memcpy(e->evidence_key, peer->evidence_key, sizeof(e->evidence_key));
    (void)snprintf(e->class, sizeof(e->class), "%s", peer->class);
    (void)snprintf(e->host, sizeof(e->host), "%s", peer->name);
}

static void occasion_of(const struct xls_crew *crew, struct xls_occasion *o)
{
    memset(o, 0, sizeof(*o));
    o->peer_role =
        crew->role == XLS_ROLE_SOURCE ? XLS_ROLE_DESTINATION : XLS_ROLE_SOURCE;
    o->suite = crew->suite;
    memcpy(o->h, crew->h, sizeof(o->h));
    memcpy(o->peer_key, crew->peer_key, sizeof(o->peer_key));
    memcpy(o->own_key, crew->own_key, sizeof(o->own_key));
    memcpy(o->own_nonce, crew->own_nonce, sizeof(o->own_nonce));
    memcpy(o->id, crew->id, sizeof(o->id));
}

/* Octets in pieces, each with a flag that says whether it is the last. */
static enum xls_rc send_pieces(int fd, uint16_t type, const char *p, size_t len)
{
    uint8_t *body = malloc(1 + PIECE);
    enum xls_rc rc = body == NULL ? XLS_HOST_NOMEM : XLS_OK;
    bool last = false;

    while (rc == XLS_OK && !last) {
        size_t n = len < PIECE ? len : PIECE;

        last = n == len;
        body[0] = last ? 1 : 0;
        if (n > 0) {
            memcpy(body + 1, p, n);
            p += n;
        }
        len -= n;
        rc = xls_ipc_send(fd, type, body, 1 + n);
    }
    free(body);
    return rc;
}

static enum xls_rc start(struct xls_crew *crew, struct xls_enrolled *e,
                         const char *policy, size_t policy_len,
                         struct xls_why *why)
{
    uint8_t body[XLS_VERIFY_START_MAX];
    struct xls_occasion occasion;
    size_t len = 0;
    enum xls_rc rc;

    occasion_of(crew, &occasion);
    rc = xls_seen_find(crew->seen, e->host, e->ak_name, &e->has_last, &e->last,
                       why);
    if (rc == XLS_OK) {
        rc = xls_verify_put_start(e, &occasion, body, &len);
    }
    if (rc == XLS_OK) {
        rc = xls_spawn(crew->conf.libexec, XLS_VERIFY_PROGRAM, NULL, 0,
                       &crew->verify, why);
    }
    if (rc == XLS_OK) {
        rc = xls_ipc_send(crew->verify.ctl, XLS_MSG_VERIFY_START, body, len);
    }
    if (rc == XLS_OK) {
        rc = send_pieces(crew->verify.ctl, XLS_MSG_VERIFY_POLICY, policy,
                         policy_len);
    }
    return rc;
}

/* Nothing is said of what it has to prove, and nothing of ours decides it. */
static enum xls_rc undecided(const struct xls_peer *peer, struct xls_why *why)
{
    return xls_why_set(why, XLS_PEER_POLICY,
                       "%s: does not say what %s has to prove itself by; run "
                       "xlsec enroll with that host, or add 'evidence = none' "
                       "if its key is enough",
                       peer->path, peer->name);
}

/* Our policy, if there is one; its text stays NULL where there is none. */
static enum xls_rc load_policy(const struct xls_crew *crew,
                               struct xls_policy_loaded *out,
                               struct xls_why *why)
{
    const struct xls_policystore store = {.confdir = crew->conf.dir,
                                          .statedir = crew->conf.state,
                                          .allow_unsigned =
                                              crew->conf.policy_unsigned};

    return xls_policystore_present(&store)
               ? xls_policystore_load(&store, out, why)
               : XLS_OK;
}

enum xls_rc xls_prove_begin(struct xls_crew *crew, struct xls_why *why)
{
    struct xls_enrolled enrolled;
    struct xls_peers peers;
    const struct xls_peer *peer = NULL;
    struct xls_policy_loaded policy = {.text = NULL};
    enum xls_rc rc = xls_peers_load(crew->conf.dir, &peers, why);

    if (rc == XLS_OK) {
        peer = xls_peers_by_key(&peers, crew->peer_key);
    }
    if (rc == XLS_OK && peer == NULL) {
        rc = xls_why_set(why, XLS_PEER_POLICY,
                         "%s/peers.d has no file for that host any more",
                         crew->conf.dir);
    } else if (rc == XLS_OK && peer->evidence == XLS_EVIDENCE_NONE) {
        crew->waived = peer->evidence_waived;
        rc = crew->waived ? XLS_OK : undecided(peer, why);
    } else if (rc == XLS_OK) {
        enrol(peer, &enrolled);
        enrolled.learning = crew->learning;
        rc = crew->learning ? XLS_OK : load_policy(crew, &policy, why);
        if (rc == XLS_OK) {
            rc = start(crew, &enrolled, policy.text, policy.len, why);
        }
        memcpy(crew->peer_ak_name, enrolled.ak_name, XLS_NAME_LEN);
    }
    if (policy.text != NULL) {
        xls_policy_loaded_free(&policy);
    }
    xls_peers_free(&peers);
    return rc;
}

/* Whoever learns from Evidence wants its octets; wire bounds how many. */
static enum xls_rc keep_piece(struct xls_crew *crew,
                              const struct xls_shown *shown)
{
    uint8_t *more = realloc(crew->shown, crew->shown_len + shown->len);

    if (more == NULL) {
        return XLS_HOST_NOMEM;
    }
    memcpy(more + crew->shown_len, shown->data, shown->len);
    crew->shown = more;
    crew->shown_len += shown->len;
    return XLS_OK;
}

/* To verify, if there is one; where it has ended, its own last words say why.
 */
static enum xls_rc tell_verify(struct xls_crew *crew, uint16_t type,
                               const uint8_t *body, size_t len)
{
    enum xls_rc rc = XLS_OK;

    if (crew->verify.ctl >= 0) {
        rc = xls_ipc_send(crew->verify.ctl, type, body, len);
    }
    return rc == XLS_HOST_GONE ? XLS_OK : rc;
}

enum xls_rc xls_prove_sums(struct xls_crew *crew)
{
    uint8_t digest[XLS_SUMS_DIGEST];

    xls_sums_digest(crew->passed, digest);
    return tell_verify(crew, XLS_MSG_VERIFY_SUMS, digest, sizeof(digest));
}

enum xls_rc xls_prove_pass(struct xls_crew *crew)
{
    struct xls_control control;
    uint8_t *body;
    enum xls_rc rc = xls_crew_heard(crew, &control);

    if (rc != XLS_OK) {
        return rc;
    }
    if (crew->learning && control.u.shown.epoch == 0) {
        rc = keep_piece(crew, &control.u.shown);
        if (rc != XLS_OK) {
            return rc;
        }
    }
    if (crew->waived) {
        crew->proven += control.type == XLS_EVIDENCE ? 1U : 0U;
        return XLS_OK;
    }
    body = malloc(1 + control.u.shown.len);
    if (body == NULL) {
        return XLS_HOST_NOMEM;
    }
    body[0] = control.type == XLS_EVIDENCE ? 1 : 0;
    memcpy(body + 1, control.u.shown.data, control.u.shown.len);
    rc = tell_verify(crew, XLS_MSG_VERIFY_PART, body, 1 + control.u.shown.len);
    free(body);
    return rc;
}

/* A line more; what does not fit, or cannot be kept, is not said. */
static void note_line(struct xls_crew *crew)
{
    char line[512];
    size_t used;

    if (crew->said == NULL) {
        crew->said = calloc(1, XLS_APPRAISAL_TEXT);
    }
    if (crew->said != NULL) {
        used = strlen(crew->said);
        xls_why_peer(line, sizeof(line), (const char *)crew->msg->body,
                     crew->msg->len);
        (void)snprintf(crew->said + used, XLS_APPRAISAL_TEXT - used, "%s\n",
                       line);
    }
}

enum xls_rc xls_prove_heard(struct xls_crew *crew, struct xls_why *why)
{
    enum xls_rc rc;

    if (crew->msg->type == XLS_MSG_VERIFY_SAID) {
        note_line(crew);
        return XLS_OK;
    }
    if (crew->msg->type != XLS_MSG_VERIFY_DONE || crew->proven >= 2) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_verify_get_done(crew->msg, &crew->attested);
    if (rc == XLS_OK && crew->attested.kind == XLS_EVIDENCE_TPM) {
        rc = xls_seen_keep(crew->conf.state, crew->peer_name,
                           crew->peer_ak_name, &crew->attested.clock, why);
        crew->disproven = rc == XLS_PEER_POLICY;
    }
    crew->proven += rc == XLS_OK ? 1U : 0U;
    return rc;
}
