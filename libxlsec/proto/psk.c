/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/psk.h"

#include <string.h>

#include "base/secret.h"
#include "base/wr.h"
#include "crypto/hkdf.h"

void xls_noise_mix_psk(const uint8_t ck[XLS_HASH_LEN],
                       const uint8_t psk[XLS_PSK_LEN], struct xls_mix *out)
{
    uint8_t okm[3 * XLS_HASH_LEN];

    if (xls_hkdf_noise(ck, psk, XLS_PSK_LEN, 3, okm) != XLS_OK) {
        xls_wipe(okm, sizeof(okm)); /* cannot happen: 3 outputs are in range */
    }
    memcpy(out->ck, okm, XLS_HASH_LEN);
    memcpy(out->hash, okm + XLS_HASH_LEN, XLS_HASH_LEN);
    memcpy(out->key, okm + 2 * (size_t)XLS_HASH_LEN, XLS_HASH_LEN);
    xls_wipe(okm, sizeof(okm));
}

/* A secret that may not be there. */
static void put_secret(struct xls_wr *wr, const uint8_t *secret)
{
    if (secret != NULL) {
        xls_wr_copy(wr, secret, XLS_PSK_LEN);
    } else {
        xls_wr_zero(wr, XLS_PSK_LEN);
    }
}

void xls_psk3_derive(const uint8_t *pairwise, const uint8_t *kem,
                     uint8_t out[XLS_PSK_LEN])
{
    static const char salt[] = "xlsec psk3 1";
    static const char info[] = "psk3";
    uint8_t ikm[2 + 2 * XLS_PSK_LEN];
    struct xls_wr wr = xls_wr_over(ikm, sizeof(ikm));
    uint8_t prk[XLS_HASH_LEN];

    /* [P-11] one form for all four cases, which no two of them share */
    xls_wr_u8(&wr, pairwise != NULL);
    xls_wr_u8(&wr, kem != NULL);
    put_secret(&wr, pairwise);
    put_secret(&wr, kem);
    xls_hkdf_extract(salt, sizeof(salt) - 1, ikm, sizeof(ikm), prk);
    xls_wipe(ikm, sizeof(ikm));
    if (xls_hkdf_expand(prk, info, sizeof(info) - 1, out, XLS_PSK_LEN) !=
        XLS_OK) {
        xls_wipe(out, XLS_PSK_LEN); /* cannot happen: one block is in range */
    }
    xls_wipe(prk, sizeof(prk));
}

void xls_mix_wipe(struct xls_mix *mix)
{
    xls_wipe(mix, sizeof(*mix));
}
