/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * psk: the oracle's half of the handshake.  Level 3.
 *
 * The static private key and the pre-shared keys stay in the keys process.
 * These are the pure functions with which it answers a mix request; the other
 * request, dh, is xls_dh_agree() of crypto/dh.h.
 */
#ifndef XLS_PROTO_PSK_H
#define XLS_PROTO_PSK_H

#include <stdint.h>

#include "crypto/hash.h"

#define XLS_PSK_LEN 32

/* HKDF(ck, psk, 3): secret; the owner calls xls_mix_wipe(). */
struct xls_mix {
    uint8_t ck[XLS_HASH_LEN];   /* the next chaining key */
    uint8_t hash[XLS_HASH_LEN]; /* what is mixed into h */
    uint8_t key[XLS_HASH_LEN];  /* its first 32 octets are the cipher key */
};

/* *out = HKDF(ck, psk, 3) of Noise: one psk token. */
void xls_noise_mix_psk(const uint8_t ck[XLS_HASH_LEN],
                       const uint8_t psk[XLS_PSK_LEN], struct xls_mix *out);

/*
 * psk3 from the pre-shared key enrolled for this pair of hosts (pairwise) and
 * from what ML-KEM-768 gave (kem), 32 octets each; NULL where there is none.
 * Without either psk3 is a public constant and adds nothing.
 */
void xls_psk3_derive(const uint8_t *pairwise, const uint8_t *kem,
                     uint8_t out[XLS_PSK_LEN]);

/* Erase all three. */
void xls_mix_wipe(struct xls_mix *mix);

#endif
