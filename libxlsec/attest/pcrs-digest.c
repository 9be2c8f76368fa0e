/* SPDX-License-Identifier: LGPL-2.1-only */
#include <string.h>

#include "attest/pcrs.h"

size_t xls_pcrs_digest(const struct xls_pcrs *pcrs, const struct xls_ak *ak,
                       uint8_t out[XLS_AK_HASH_MAX])
{
    uint8_t all[XLS_PCR_COUNT * XLS_PCR_LEN];
    size_t used = 0;

    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((pcrs->mask >> n & 1) != 0) {
            memcpy(all + used, pcrs->value[n], XLS_PCR_LEN);
            used += XLS_PCR_LEN;
        }
    }
    return xls_ak_digest(ak, all, used, out);
}
