/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/lean.h"

#include <openssl/crypto.h>

void xls_libcrypto_lean(void)
{
    /* each of these is heeded once, by the first call that names it */
    (void)OPENSSL_init_crypto(
        OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_LOAD_CRYPTO_STRINGS |
            OPENSSL_INIT_NO_ADD_ALL_CIPHERS | OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
        NULL);
}
