/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/name.h"

#include <sodium.h>
#include <string.h>

/* TPM_ALG_SHA256, and what a permanent handle is called: itself. */
static const uint8_t sha256[] = {0x00, 0x0b};
static const uint8_t endorsement[] = {0x40, 0x00, 0x00, 0x0b};

void xls_name_of_area(const void *area, size_t len, uint8_t out[XLS_NAME_LEN])
{
    memcpy(out, sha256, sizeof(sha256));
    (void)crypto_hash_sha256(out + sizeof(sha256), area, len);
}

void xls_name_qualified(const uint8_t name[XLS_NAME_LEN],
                        uint8_t out[XLS_NAME_LEN])
{
    uint8_t both[sizeof(endorsement) + XLS_NAME_LEN];

    memcpy(both, endorsement, sizeof(endorsement));
    memcpy(both + sizeof(endorsement), name, XLS_NAME_LEN);
    xls_name_of_area(both, sizeof(both), out);
}
