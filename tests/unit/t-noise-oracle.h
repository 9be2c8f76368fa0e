/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-noise-oracle: a keys process in memory, which counts what it is asked and
 * can be told to fail.  For tests.
 */
#ifndef XLS_TEST_NOISE_ORACLE_H
#define XLS_TEST_NOISE_ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "proto/noise.h"
#include "proto/psk.h"

struct t_oracle {
    struct xls_dh_key key;
    uint8_t psk[4][XLS_PSK_LEN];
    unsigned dh_asked;
    unsigned mix_asked[4];
    enum xls_rc dh_rc;        /* not XLS_OK: dh fails so */
    enum xls_rc mix_rc[4];    /* not XLS_OK: mix fails so */
    bool mix_empty;           /* a failing mix leaves its answer zero */
    uint8_t peer[XLS_DH_LEN]; /* that slot 3 was last asked about */
    uint8_t only[XLS_DH_LEN]; /* when has_only: others are refused */
    bool has_only;
    uint8_t pair[XLS_PSK_LEN]; /* when has_pair: enrolled, for slot 3 with */
    bool has_pair;             /* an ML-KEM secret */
    unsigned kem_asked;        /* how often there was one */
    struct xls_noise_oracle api;
};

static enum xls_rc t_oracle_dh(void *ctx, const uint8_t pub[XLS_DH_LEN],
                               struct xls_dh *out)
{
    struct t_oracle *o = ctx;

    o->dh_asked++;
    return o->dh_rc != XLS_OK ? o->dh_rc
                              : xls_dh_agree(o->key.secret, pub, out);
}

static enum xls_rc t_oracle_mix(void *ctx, const struct xls_mix_ask *ask,
                                struct xls_mix *out)
{
    struct t_oracle *o = ctx;
    enum xls_rc rc = o->mix_rc[ask->slot];
    uint8_t psk[XLS_PSK_LEN];

    o->mix_asked[ask->slot]++;
    memcpy(psk, o->psk[ask->slot], sizeof(psk));
    if (ask->slot == 3) {
        memcpy(o->peer, ask->peer, XLS_DH_LEN);
        if (o->has_only && memcmp(ask->peer, o->only, XLS_DH_LEN) != 0) {
            rc = XLS_PEER_POLICY;
        }
        if (ask->kem != NULL) {
            o->kem_asked++;
            xls_psk3_derive(o->has_pair ? o->pair : NULL, ask->kem, psk);
        }
    }
    if (rc == XLS_OK || (rc == XLS_PEER_POLICY && !o->mix_empty)) {
        xls_noise_mix_psk(ask->ck, psk, out);
    }
    return rc;
}

/* A fresh host: random key, fleet key of sevens, no pairwise key. */
static inline void t_oracle_init(struct t_oracle *o)
{
    memset(o, 0, sizeof(*o));
    xls_dh_key_random(&o->key);
    memset(o->psk[0], 7, XLS_PSK_LEN);
    xls_psk3_derive(NULL, NULL, o->psk[3]);
    o->api.ctx = o;
    o->api.dh = t_oracle_dh;
    o->api.mix = t_oracle_mix;
}

#endif
