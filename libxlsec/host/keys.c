/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The keys process: reads the keys as root, gives up root, and answers each of
 * wire's questions once.  What wire gets is worth this one handshake only.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "attest/lean.h"
#include "base/secret.h"
#include "base/wr.h"
#include "crypto/dh.h"
#include "crypto/start.h"
#include "host/attester.h"
#include "host/cage.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/hostkey.h"
#include "host/msg.h"
#include "host/role.h"
#include "host/spawn.h"
#include "proto/control.h"
#include "proto/payload.h"
#include "proto/psk.h"

enum { WIRE_FD = XLS_CTL_FD + 1, START_MS = 10000, SLOTS = 4 };

struct psk {
    bool is_set;
    struct xls_secret_key key;
};

struct keys {
    enum xls_role role;
    struct xls_peers peers;
    struct psk *psks;                /* one for each peer; secret */
    const struct xls_peer *expected; /* the source's destination */
    struct xls_secret_key fleet;     /* secret */
    struct xls_dh_key host;          /* secret */
    struct xls_attester *attester;   /* owned */
    uint8_t peer[XLS_KEY];           /* that was accepted in slot 3 */
    bool has_peer;
    uint32_t shown; /* pieces of Evidence given, one an epoch */
    bool dh_done;
    bool mix_done[SLOTS];
};

static enum xls_rc find_expected(struct keys *k, const char *name,
                                 const char *dir, struct xls_why *why)
{
    k->expected = xls_peers_by_name(&k->peers, name);
    if (k->expected == NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "no host '%s' is known here: no file in "
                           "%s/peers.d names it; run xlsec id there and "
                           "xlsec trust here",
                           name, dir);
    }
    if (!k->expected->outgoing) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "guests may not be sent to '%s': its file in "
                           "%s/peers.d does not say 'allow = outgoing'",
                           name, dir);
    }
    return XLS_OK;
}

/* A pairwise key is there or not; one that is there and unusable is an error.
 */
static enum xls_rc load_psks(struct keys *k, struct xls_why *why)
{
    k->psks = calloc(k->peers.count + 1, sizeof(*k->psks));
    if (k->psks == NULL) {
        return XLS_HOST_NOMEM;
    }
    for (size_t i = 0; i < k->peers.count; i++) {
        struct xls_why local = {""};
        enum xls_rc rc = XLS_OK;

        if (!xls_keyfile_exists(k->peers.list[i].psk_path)) {
            continue;
        }
        rc = xls_keyfile_read(k->peers.list[i].psk_path, &k->psks[i].key,
                              &local);
        if (rc != XLS_OK) {
            return xls_why_set(why, rc, "%s", local.text);
        }
        k->psks[i].is_set = true;
    }
    return XLS_OK;
}

static enum xls_rc load_attester(struct keys *k, const char *dir,
                                 struct xls_why *why)
{
    struct xls_conf conf;
    enum xls_rc rc = xls_conf_load(dir, &conf, why);

    return rc == XLS_OK ? xls_attester_open(&conf, &k->attester, why) : rc;
}

static enum xls_rc load(struct keys *k, const char *name, const char *dir,
                        struct xls_why *why)
{
    char path[XLS_PATH + 32];
    struct xls_secret_key host;
    enum xls_rc rc = xls_peers_load(dir, &k->peers, why);

    if (rc == XLS_OK && k->role == XLS_ROLE_SOURCE) {
        rc = find_expected(k, name, dir, why);
    }
    if (rc == XLS_OK) {
        rc = load_psks(k, why);
    }
    if (rc == XLS_OK) {
        (void)snprintf(path, sizeof(path), "%s/fleet.key", dir);
        rc = xls_keyfile_read(path, &k->fleet, why);
    }
    if (rc == XLS_OK) {
        rc = xls_hostkey_read(dir, &host, why);
        if (rc == XLS_OK) {
            xls_dh_key_over_secret(host.bytes, &k->host);
        }
        xls_wipe(&host, sizeof(host));
    }
    return rc;
}

/* Take KEYS_START and answer it. */
static enum xls_rc start(struct keys *k, struct xls_ipc_msg *msg,
                         struct xls_why *why)
{
    uint8_t body[2 * XLS_KEY + 1] = {0};
    struct xls_rd rd;
    const char *name;
    const char *dir;
    enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, xls_now_ms() + START_MS, msg);

    if (rc != XLS_OK || msg->type != XLS_MSG_KEYS_START ||
        msg->len >= XLS_IPC_BODY) {
        return XLS_BUG_CONTRACT;
    }
    msg->body[msg->len] = '\0';
    rd = xls_ipc_body(msg);
    k->role = (enum xls_role)xls_rd_u8(&rd);
    name = (const char *)rd.at;
    if (strlen(name) + 1 > rd.left) {
        return XLS_BUG_CONTRACT;
    }
    dir = name + strlen(name) + 1;
    rc = load(k, name, dir, why);
    if (rc == XLS_OK) {
        rc = load_attester(k, dir, why);
    }
    if (rc == XLS_OK) {
        (void)mlockall(MCL_CURRENT); /* never to swap, where that is allowed */
        rc = xls_cage_drop();
    }
    if (rc != XLS_OK) {
        return rc;
    }
    memcpy(body, k->host.pub, XLS_KEY);
    if (k->expected != NULL) {
        memcpy(&body[XLS_KEY], k->expected->key, XLS_KEY);
    }
    body[(size_t)2 * XLS_KEY] = (uint8_t)xls_attester_kind(k->attester);
    return xls_ipc_send(XLS_CTL_FD, XLS_MSG_KEYS_READY, body, sizeof(body));
}

static enum xls_rc answer_dh(struct keys *k, const struct xls_ipc_msg *msg)
{
    struct xls_rd rd = xls_ipc_body(msg);
    uint8_t pub[XLS_DH_LEN];
    uint8_t body[4 + XLS_DH_LEN] = {0};
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_dh shared;
    enum xls_rc rc;

    xls_rd_copy(&rd, pub, sizeof(pub));
    if (xls_rd_end(&rd) != XLS_OK || k->dh_done) {
        return XLS_BUG_CONTRACT;
    }
    k->dh_done = true;
    rc = xls_dh_agree(k->host.secret, pub, &shared);
    xls_wr_u32be(&wr, (uint32_t)rc);
    xls_wr_copy(&wr, shared.bytes, sizeof(shared.bytes));
    rc = xls_ipc_send(WIRE_FD, XLS_MSG_DH_DONE, body, sizeof(body));
    xls_wipe(&shared, sizeof(shared));
    xls_wipe(body, sizeof(body));
    return rc;
}

/* What wire asks a mix for; secret. */
struct mix_ask {
    unsigned slot;
    uint8_t ck[XLS_HASH_LEN];
    uint8_t key[XLS_KEY];
    unsigned has_kem;
    uint8_t kem[XLS_PSK_LEN];
};

/* May a guest move between us and the host that claims this key?  Gives the
 * peer, or NULL, and the key to mix in for it either way. */
static const struct xls_peer *decide(const struct keys *k,
                                     const struct mix_ask *ask,
                                     uint8_t psk[XLS_PSK_LEN])
{
    const struct xls_peer *peer = xls_peers_by_key(&k->peers, ask->key);
    const struct psk *pair =
        peer == NULL ? NULL : &k->psks[peer - k->peers.list];

    xls_psk3_derive(pair != NULL && pair->is_set ? pair->key.bytes : NULL,
                    ask->has_kem != 0 ? ask->kem : NULL, psk);
    if (peer == NULL || (k->role == XLS_ROLE_SOURCE && peer != k->expected) ||
        (k->role == XLS_ROLE_DESTINATION && !peer->incoming)) {
        return NULL;
    }
    return peer;
}

/* psk3 and the verdict on the peer; the toolstack hears both from us. */
static enum xls_rc mix_peer(struct keys *k, const struct mix_ask *ask,
                            uint8_t psk[XLS_PSK_LEN])
{
    const struct xls_peer *peer = decide(k, ask, psk);
    uint8_t body[XLS_KEY + XLS_NAME];
    size_t len = peer == NULL ? 0 : strlen(peer->name);

    memcpy(body, ask->key, XLS_KEY);
    if (peer != NULL) {
        memcpy(&body[XLS_KEY], peer->name, len);
    }
    if (xls_ipc_send(XLS_CTL_FD, XLS_MSG_KEYS_PEER, body, XLS_KEY + len) !=
        XLS_OK) {
        return XLS_HOST_GONE;
    }
    memcpy(k->peer, ask->key, XLS_KEY);
    k->has_peer = peer != NULL;
    return peer == NULL ? XLS_PEER_POLICY : XLS_OK;
}

static enum xls_rc read_mix(const struct xls_ipc_msg *msg, struct mix_ask *ask)
{
    struct xls_rd rd = xls_ipc_body(msg);

    ask->slot = xls_rd_u8(&rd);
    xls_rd_copy(&rd, ask->ck, sizeof(ask->ck));
    xls_rd_copy(&rd, ask->key, sizeof(ask->key));
    ask->has_kem = xls_rd_u8(&rd);
    xls_rd_range(&rd, ask->has_kem, 0, 1);
    xls_rd_copy(&rd, ask->kem, sizeof(ask->kem));
    return xls_rd_end(&rd) == XLS_OK && (ask->slot == 0 || ask->slot == 3)
               ? XLS_OK
               : XLS_BUG_CONTRACT;
}

static enum xls_rc answer_mix(struct keys *k, const struct xls_ipc_msg *msg)
{
    struct mix_ask ask;
    uint8_t psk[XLS_PSK_LEN];
    uint8_t body[4 + 3 * XLS_HASH_LEN] = {0};
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_mix mix;
    enum xls_rc rc = read_mix(msg, &ask);

    if (rc != XLS_OK || k->mix_done[ask.slot]) {
        xls_wipe(&ask, sizeof(ask));
        return XLS_BUG_CONTRACT;
    }
    k->mix_done[ask.slot] = true;
    if (ask.slot == 0) {
        memcpy(psk, k->fleet.bytes, sizeof(psk));
    } else {
        rc = mix_peer(k, &ask, psk);
    }
    xls_noise_mix_psk(ask.ck, psk, &mix);
    xls_wr_u32be(&wr, (uint32_t)rc);
    xls_wr_copy(&wr, mix.ck, sizeof(mix.ck));
    xls_wr_copy(&wr, mix.hash, sizeof(mix.hash));
    xls_wr_copy(&wr, mix.key, sizeof(mix.key));
    rc = xls_ipc_send(WIRE_FD, XLS_MSG_MIX_DONE, body, sizeof(body));
    xls_mix_wipe(&mix);
    xls_wipe(psk, sizeof(psk));
    xls_wipe(&ask, sizeof(ask));
    xls_wipe(body, sizeof(body));
    return rc;
}

/* Octets to wire in pieces, each with a flag that says whether it is the last.
 */
static enum xls_rc send_shown(const uint8_t *p, size_t len)
{
    uint8_t *body = malloc(1 + XLS_SHOWN_PART_MAX);
    enum xls_rc rc = body == NULL ? XLS_HOST_NOMEM : XLS_OK;

    while (rc == XLS_OK && len > 0) {
        size_t n = len < XLS_SHOWN_PART_MAX ? len : XLS_SHOWN_PART_MAX;

        body[0] = n == len ? 1 : 0;
        memcpy(body + 1, p, n);
        p += n;
        len -= n;
        rc = xls_ipc_send(WIRE_FD, XLS_MSG_SHOWN, body, 1 + n);
    }
    free(body);
    return rc;
}

/* Evidence for the session that wire speaks of: with the peer that we accepted
 * ourselves, each epoch once, and in order. */
static enum xls_rc answer_show(struct keys *k, const struct xls_ipc_msg *msg,
                               struct xls_why *why)
{
    struct xls_rd rd = xls_ipc_body(msg);
    uint8_t h[XLS_HASH_LEN];
    uint8_t nonce[XLS_NONCE_LEN];
    uint8_t id[XLS_ID_LEN];
    uint8_t sums[XLS_BINDER_SUMS] = {0};
    struct xls_binder binder = {.role = (uint8_t)k->role,
                                .h = h,
                                .attester = k->host.pub,
                                .verifier = k->peer,
                                .nonce = nonce,
                                .id = id,
                                .sums = sums};
    uint8_t *octets = NULL;
    size_t len = 0;
    enum xls_rc rc;

    binder.epoch = xls_rd_u32be(&rd);
    binder.suite = xls_rd_u16be(&rd);
    xls_rd_copy(&rd, h, sizeof(h));
    xls_rd_copy(&rd, nonce, sizeof(nonce));
    xls_rd_copy(&rd, id, sizeof(id));
    if (binder.epoch == 0) {
        xls_rd_zero(&rd, sizeof(sums));
    } else {
        xls_rd_copy(&rd, sums, sizeof(sums));
    }
    if (xls_rd_end(&rd) != XLS_OK || !k->has_peer || binder.epoch > 1 ||
        binder.epoch != k->shown) {
        return XLS_BUG_CONTRACT;
    }
    k->shown++;
    rc = xls_attester_show(k->attester, &binder, &octets, &len, why);
    if (rc == XLS_OK) {
        rc = send_shown(octets, len);
    }
    free(octets);
    return rc;
}

/* The toolstack speaks: what it measured, or its end. */
static enum xls_rc on_ctl(struct keys *k, struct xls_ipc_msg *msg, bool *over)
{
    enum xls_rc rc = xls_ipc_recv(XLS_CTL_FD, 0, msg);

    *over = rc == XLS_HOST_GONE;
    if (*over) {
        return XLS_OK;
    }
    if (rc != XLS_OK || msg->type != XLS_MSG_KEYS_MEASURED) {
        return XLS_BUG_CONTRACT;
    }
    return xls_attester_measured(k->attester, msg->body, msg->len);
}

/* Answer wire until it or the toolstack closes; anything odd ends us. */
static enum xls_rc serve(struct keys *k, struct xls_ipc_msg *msg,
                         struct xls_why *why)
{
    struct pollfd p[2] = {{.fd = XLS_CTL_FD, .events = POLLIN},
                          {.fd = WIRE_FD, .events = POLLIN}};

    for (;;) {
        enum xls_rc rc;

        if (poll(p, 2, -1) < 0) {
            continue; /* EINTR: we set no handlers, a stop and go does this */
        }
        if (p[0].revents != 0) {
            bool over = false;

            rc = on_ctl(k, msg, &over);
            if (rc != XLS_OK || over) {
                return rc;
            }
            continue;
        }
        rc = xls_ipc_recv(WIRE_FD, 0, msg);
        if (rc == XLS_HOST_GONE) {
            p[1].fd = -1;
            continue;
        }
        if (rc == XLS_OK && msg->type == XLS_MSG_DH) {
            rc = answer_dh(k, msg);
        } else if (rc == XLS_OK && msg->type == XLS_MSG_MIX) {
            rc = answer_mix(k, msg);
        } else if (rc == XLS_OK && msg->type == XLS_MSG_SHOW) {
            rc = answer_show(k, msg, why);
        } else {
            rc = XLS_BUG_CONTRACT;
        }
        xls_wipe(msg->body, msg->len);
        if (rc != XLS_OK) {
            return rc;
        }
    }
}

int xls_keys_main(void)
{
    struct keys *k = calloc(1, sizeof(*k));
    struct xls_ipc_msg *msg = calloc(1, sizeof(*msg));
    struct xls_why why = {""};
    enum xls_rc rc = XLS_HOST_NOMEM;

    if (k != NULL && msg != NULL) {
        rc = xls_cage_common();
    }
    if (rc == XLS_OK) {
        xls_libcrypto_lean(); /* tpm2-tss's */
        rc = xls_crypto_start();
    }
    if (rc == XLS_OK) {
        rc = start(k, msg, &why);
    }
    if (rc == XLS_OK) {
        rc = serve(k, msg, &why);
    }
    if (rc != XLS_OK) {
        xls_msg_failed(XLS_CTL_FD, rc, &why);
    }
    if (k != NULL) {
        if (k->psks != NULL) {
            xls_wipe(k->psks, k->peers.count * sizeof(*k->psks));
        }
        free(k->psks);
        xls_peers_free(&k->peers);
        xls_attester_free(k->attester);
        xls_wipe(k, sizeof(*k));
    }
    free(k);
    free(msg);
    return rc == XLS_OK ? 0 : 1;
}
