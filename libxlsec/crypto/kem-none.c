/* SPDX-License-Identifier: LGPL-2.1-only */
/* No library of this system has ML-KEM. */
#include "base/secret.h"
#include "crypto/kem.h"

const char *xls_kem_by(void)
{
    return NULL;
}

void xls_kem_key_random(struct xls_kem_key *out)
{
    xls_wipe(out, sizeof(*out));
}

enum xls_rc xls_kem_pub(const struct xls_kem_key *key,
                        uint8_t pub[XLS_KEM_PUB_LEN])
{
    (void)key;
    xls_wipe(pub, XLS_KEM_PUB_LEN);
    return XLS_BUG_CONTRACT;
}

enum xls_rc xls_kem_wrap(const uint8_t pub[XLS_KEM_PUB_LEN],
                         uint8_t text[XLS_KEM_TEXT_LEN], struct xls_kem *out)
{
    (void)pub;
    xls_wipe(text, XLS_KEM_TEXT_LEN);
    xls_wipe(out, sizeof(*out));
    return XLS_BUG_CONTRACT;
}

enum xls_rc xls_kem_unwrap(const struct xls_kem_key *key,
                           const uint8_t text[XLS_KEM_TEXT_LEN],
                           struct xls_kem *out)
{
    (void)key;
    (void)text;
    xls_wipe(out, sizeof(*out));
    return XLS_BUG_CONTRACT;
}
