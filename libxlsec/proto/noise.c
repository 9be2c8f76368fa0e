/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/noise.h"

#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "crypto/hkdf.h"
#include "proto/symmetric.h"

enum token {
    TOKEN_END = 0,
    TOKEN_E,
    TOKEN_S,
    TOKEN_EE,
    TOKEN_ES,
    TOKEN_SE,
};

/* [P-5] XX; the psk tokens are at the ends of messages, see message() */
static const enum token xx[XLS_NOISE_MESSAGES][5] = {
    {TOKEN_E},
    {TOKEN_E, TOKEN_EE, TOKEN_S, TOKEN_ES},
    {TOKEN_S, TOKEN_SE},
};

/* One message under way; either wr or rd is set. */
struct io {
    struct xls_wr *wr;
    struct xls_rd *rd;
};

static bool is_source(const struct xls_noise *st)
{
    return st->role == XLS_ROLE_SOURCE;
}

/* Tokens */

static enum xls_rc token_e(struct xls_noise *st, const struct io *io)
{
    const uint8_t *pub = st->re;

    if (io->wr != NULL) {
        pub = st->e.pub;
        xls_wr_copy(io->wr, pub, XLS_DH_LEN);
    } else {
        xls_rd_copy(io->rd, st->re, XLS_DH_LEN);
    }
    xls_sym_hash(st, pub, XLS_DH_LEN);
    /* with any psk, e is mixed into the key too (Noise section 9.2) */
    return st->psks == 0 ? XLS_OK : xls_sym_key(st, pub);
}

static enum xls_rc token_s(struct xls_noise *st, const struct io *io)
{
    enum xls_rc rc;

    if (io->wr != NULL) {
        return xls_sym_put(st, io->wr, st->own_static, XLS_DH_LEN);
    }
    rc = xls_sym_get(st, io->rd, st->rs, XLS_DH_LEN);
    if (rc != XLS_OK) {
        return rc;
    }
    st->has_rs = true;
    /* [P-13] a reflection of ourselves */
    return xls_same(st->rs, st->own_static, XLS_DH_LEN) == XLS_OK
               ? XLS_PEER_POLICY
               : XLS_OK;
}

static enum xls_rc token_dh(struct xls_noise *st, enum token token)
{
    struct xls_dh shared;
    bool own_static = token == (is_source(st) ? TOKEN_SE : TOKEN_ES);
    const uint8_t *pub = token == TOKEN_EE || own_static ? st->re : st->rs;
    enum xls_rc rc;

    xls_wipe(&shared, sizeof(shared));
    if (own_static) {
        rc = st->oracle->dh(st->oracle->ctx, pub, &shared);
    } else {
        rc = xls_dh_agree(st->e.secret, pub, &shared);
    }
    if (rc == XLS_OK) {
        rc = xls_sym_key(st, shared.bytes);
    }
    xls_wipe(&shared, sizeof(shared));
    return rc;
}

static enum xls_rc token_psk(struct xls_noise *st, unsigned slot, bool reading)
{
    const struct xls_mix_ask ask = {
        .slot = slot,
        .ck = st->ck,
        .peer = slot == 3 ? st->rs : NULL,
        .kem = slot == 3 && st->has_kem ? st->kem : NULL,
    };
    struct xls_mix mix;
    enum xls_rc rc;

    xls_wipe(&mix, sizeof(mix));
    rc = st->oracle->mix(st->oracle->ctx, &ask, &mix);
    if (slot == 3) {
        xls_wipe(st->kem, sizeof(st->kem)); /* [P-49] */
        st->has_kem = false;
    }
    /* [P-15] refused, but not before the message has been verified */
    if (rc == XLS_PEER_POLICY && slot == 3 && reading) {
        st->refused = true;
        rc = XLS_OK;
    }
    if (rc == XLS_OK) {
        memcpy(st->ck, mix.ck, XLS_HASH_LEN);
        xls_sym_hash(st, mix.hash, XLS_HASH_LEN);
        xls_sym_set(st, mix.key);
    }
    xls_mix_wipe(&mix);
    return rc;
}

static enum xls_rc token(struct xls_noise *st, enum token t,
                         const struct io *io)
{
    switch (t) {
    case TOKEN_E:
        return token_e(st, io);
    case TOKEN_S:
        return token_s(st, io);
    case TOKEN_EE:
    case TOKEN_ES:
    case TOKEN_SE:
        return token_dh(st, t);
    case TOKEN_END:
        break;
    }
    return XLS_BUG_CONTRACT;
}

/* psk0 goes before the first message's tokens, pskn after message n's. */
static enum xls_rc message(struct xls_noise *st, const struct io *io)
{
    const enum token *t = xx[st->next];
    unsigned after = st->next + 1;
    enum xls_rc rc = XLS_OK;

    if (st->next == 0 && (st->psks & XLS_NOISE_PSK(0)) != 0) {
        rc = token_psk(st, 0, io->rd != NULL);
    }
    for (; rc == XLS_OK && *t != TOKEN_END; t++) {
        rc = token(st, *t, io);
    }
    if (rc == XLS_OK && (st->psks & XLS_NOISE_PSK(after)) != 0) {
        rc = token_psk(st, after, io->rd != NULL);
    }
    return rc;
}

/* The whole interface */

static void name_of(unsigned psks, char name[XLS_HASH_LEN])
{
    struct xls_wr wr = xls_wr_over(name, XLS_HASH_LEN);
    bool first = true;

    memset(name, 0, XLS_HASH_LEN); /* Noise: padded, as it is short enough */
    xls_wr_copy(&wr, "Noise_XX", 8);
    for (unsigned n = 0; n <= XLS_NOISE_MESSAGES; n++) {
        if ((psks & XLS_NOISE_PSK(n)) != 0) {
            xls_wr_copy(&wr, first ? "psk" : "+psk", first ? 3 : 4);
            xls_wr_u8(&wr, (uint8_t)('0' + n));
            first = false;
        }
    }
    xls_wr_copy(&wr, "_25519_ChaChaPoly_SHA512", 24);
}

enum xls_rc xls_noise_init(struct xls_noise *st,
                           const struct xls_noise_setup *setup)
{
    char name[XLS_HASH_LEN];

    memset(st, 0, sizeof(*st));
    if ((setup->role != XLS_ROLE_SOURCE &&
         setup->role != XLS_ROLE_DESTINATION) ||
        setup->psks >= XLS_NOISE_PSK(4) || setup->oracle == NULL ||
        (setup->prologue == NULL && setup->prologue_len != 0)) {
        return XLS_BUG_CONTRACT;
    }
    st->oracle = setup->oracle;
    st->role = setup->role;
    st->psks = setup->psks;
    memcpy(st->own_static, setup->own_static, XLS_DH_LEN);
    name_of(setup->psks, name);
    memcpy(st->h, name, XLS_HASH_LEN);
    memcpy(st->ck, name, XLS_HASH_LEN);
    xls_sym_hash(st, setup->prologue, setup->prologue_len);
    return XLS_OK;
}

void xls_noise_wipe(struct xls_noise *st)
{
    if (st != NULL) {
        xls_wipe(st, sizeof(*st));
    }
}

/* Dead, and nothing left but the key that policy refused. */
static void kill(struct xls_noise *st, enum xls_rc rc)
{
    bool proven = st->proven && rc == XLS_PEER_POLICY;
    uint8_t rs[XLS_DH_LEN];

    memcpy(rs, st->rs, sizeof(rs));
    xls_noise_wipe(st);
    if (proven) {
        memcpy(st->rs, rs, sizeof(rs));
        st->proven = true;
    }
}

size_t xls_noise_overhead(const struct xls_noise *st)
{
    switch (st->next) {
    case 0:
        return XLS_DH_LEN + (st->psks == 0 ? 0 : XLS_TAG_LEN);
    case 1:
        return 2 * (size_t)XLS_DH_LEN + 2 * (size_t)XLS_TAG_LEN;
    case 2:
        return XLS_DH_LEN + 2 * (size_t)XLS_TAG_LEN;
    }
    return 0;
}

const uint8_t *xls_noise_peer(const struct xls_noise *st)
{
    return st->proven ? st->rs : NULL;
}

void xls_noise_add_kem(struct xls_noise *st, const uint8_t kem[XLS_PSK_LEN])
{
    memcpy(st->kem, kem, sizeof(st->kem));
    st->has_kem = true;
}

static bool is_turn(const struct xls_noise *st, bool writing)
{
    return st->role != XLS_ROLE_NONE && st->next < XLS_NOISE_MESSAGES &&
           (st->next % 2 == 0) == (is_source(st) == writing);
}

enum xls_rc xls_noise_write(struct xls_noise *st, const struct xls_dh_key *e,
                            const uint8_t *payload, size_t len, uint8_t *out,
                            size_t size)
{
    struct xls_wr wr = xls_wr_over(out, size);
    const struct io io = {.wr = &wr};
    size_t overhead = xls_noise_overhead(st);
    enum xls_rc rc = XLS_BUG_CONTRACT;

    if (is_turn(st, true) && (e != NULL) == (st->next < 2) &&
        len <= XLS_NOISE_MAX - overhead && overhead + len <= size) {
        if (e != NULL) {
            st->e = *e;
        }
        rc = message(st, &io);
    }
    if (rc == XLS_OK) {
        rc = xls_sym_put(st, &wr, payload, len);
    }
    if (rc != XLS_OK) {
        xls_wipe(out, size);
        kill(st, rc);
        return rc;
    }
    st->next++;
    return XLS_OK;
}

static enum xls_rc read_fits(const struct xls_noise *st, size_t len,
                             size_t size)
{
    size_t overhead = xls_noise_overhead(st);

    if (!is_turn(st, false)) {
        return XLS_BUG_CONTRACT;
    }
    if (len > XLS_NOISE_MAX) {
        return XLS_PEER_RANGE;
    }
    if (len < overhead) {
        return XLS_PEER_SHORT;
    }
    return len - overhead > size ? XLS_BUG_CONTRACT : XLS_OK;
}

enum xls_rc xls_noise_read(struct xls_noise *st, const uint8_t *msg, size_t len,
                           uint8_t *payload, size_t size)
{
    struct xls_rd rd = xls_rd_over(msg, len);
    const struct io io = {.rd = &rd};
    size_t plain = len - xls_noise_overhead(st); /* used when read_fits() */
    enum xls_rc rc = read_fits(st, len, size);

    if (rc != XLS_OK) {
        kill(st, rc);
        return rc;
    }
    rc = message(st, &io);
    if (rc == XLS_OK) {
        rc = xls_sym_get(st, &rd, payload, plain);
    }
    if (rc == XLS_OK) {
        rc = xls_rd_end(&rd);
    }
    st->proven = rc == XLS_OK && st->has_rs;
    if (rc == XLS_OK && st->refused) {
        rc = XLS_PEER_POLICY;
    }
    if (rc != XLS_OK) {
        xls_wipe(payload, plain);
        kill(st, rc);
        return rc;
    }
    st->next++;
    return XLS_OK;
}

static void cipher_of(const uint8_t key[XLS_KEY_LEN], struct xls_cipher *out)
{
    memcpy(out->key, key, XLS_KEY_LEN);
    out->n = 0;
    out->keyed = true;
}

enum xls_rc xls_noise_split(struct xls_noise *st, struct xls_noise_keys *out)
{
    uint8_t okm[3 * XLS_HASH_LEN];
    enum xls_rc rc = XLS_BUG_CONTRACT;

    memset(out, 0, sizeof(*out));
    if (st->role != XLS_ROLE_NONE && st->next == XLS_NOISE_MESSAGES) {
        rc = xls_hkdf_noise(st->ck, NULL, 0, 3, okm);
    }
    if (rc == XLS_OK) {
        /* [P-17] the first output is the initiator's sending key */
        cipher_of(okm, is_source(st) ? &out->send : &out->receive);
        cipher_of(okm + XLS_HASH_LEN,
                  is_source(st) ? &out->receive : &out->send);
        memcpy(out->secret, okm + 2 * (size_t)XLS_HASH_LEN, XLS_HASH_LEN);
        memcpy(out->h, st->h, XLS_HASH_LEN);
        memcpy(out->peer_static, st->rs, XLS_DH_LEN);
    }
    xls_wipe(okm, sizeof(okm));
    xls_noise_wipe(st); /* [P-16] */
    return rc;
}
