/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/enroll.h"

#include <sodium.h>
#include <stddef.h>

#include "base/secret.h"

enum { KEY = 32 };

static const char key_label[] = "xlsec enroll key 1";
static const char label[] = "xlsec enroll 1";

void xls_enroll_mac(const struct xls_enroll *e, uint8_t out[XLS_ENROLL_MAC])
{
    static const uint8_t none[KEY];
    const uint8_t has = e->evidence_key != NULL ? 1 : 0;
    crypto_auth_hmacsha256_state mac;
    uint8_t key[KEY];

    (void)crypto_auth_hmacsha256_init(&mac, e->secret, KEY);
    (void)crypto_auth_hmacsha256_update(&mac, (const uint8_t *)key_label,
                                        sizeof(key_label) - 1);
    (void)crypto_auth_hmacsha256_update(&mac, e->shared, KEY);
    (void)crypto_auth_hmacsha256_final(&mac, key);

    (void)crypto_auth_hmacsha256_init(&mac, key, sizeof(key));
    (void)crypto_auth_hmacsha256_update(&mac, (const uint8_t *)label,
                                        sizeof(label) - 1);
    (void)crypto_auth_hmacsha256_update(&mac, e->key, KEY);
    (void)crypto_auth_hmacsha256_update(&mac, &has, 1);
    (void)crypto_auth_hmacsha256_update(&mac, has ? e->evidence_key : none,
                                        KEY);
    (void)crypto_auth_hmacsha256_update(&mac, e->ak_name, XLS_NAME_LEN);
    (void)crypto_auth_hmacsha256_update(&mac, e->moment, KEY);
    (void)crypto_auth_hmacsha256_update(&mac, e->nonce, XLS_ENROLL_NONCE);
    (void)crypto_auth_hmacsha256_final(&mac, out);
    xls_wipe(key, sizeof(key));
    xls_wipe(&mac, sizeof(mac));
}
