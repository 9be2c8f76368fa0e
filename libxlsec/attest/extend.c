/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/extend.h"

#include <sodium.h>
#include <string.h>

void xls_pcr_extend(uint8_t value[XLS_PCR_LEN],
                    const uint8_t digest[XLS_PCR_LEN])
{
    uint8_t both[2 * XLS_PCR_LEN];

    memcpy(both, value, XLS_PCR_LEN);
    memcpy(both + XLS_PCR_LEN, digest, XLS_PCR_LEN);
    (void)crypto_hash_sha256(value, both, sizeof(both));
}
