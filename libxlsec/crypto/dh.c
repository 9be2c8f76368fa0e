/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/dh.h"

#include <sodium.h>

#include "base/secret.h"
#include "crypto/start.h"

void xls_dh_key_random(struct xls_dh_key *out)
{
    xls_random(out->secret, sizeof(out->secret));
    (void)crypto_scalarmult_base(out->pub, out->secret);
}

void xls_dh_key_over_secret(const uint8_t secret[XLS_DH_LEN],
                            struct xls_dh_key *out)
{
    for (size_t i = 0; i < XLS_DH_LEN; i++) {
        out->secret[i] = secret[i];
    }
    (void)crypto_scalarmult_base(out->pub, out->secret);
}

void xls_dh_key_wipe(struct xls_dh_key *key)
{
    xls_wipe(key, sizeof(*key));
}

enum xls_rc xls_dh_agree(const uint8_t secret[XLS_DH_LEN],
                         const uint8_t pub[XLS_DH_LEN], struct xls_dh *out)
{
    /* [P-12] libsodium compares the result with zero in constant time */
    if (crypto_scalarmult(out->bytes, secret, pub) != 0) {
        xls_wipe(out, sizeof(*out));
        return XLS_PEER_AUTH;
    }
    return XLS_OK;
}
