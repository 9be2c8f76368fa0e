/* SPDX-License-Identifier: LGPL-2.1-only */
#include "logs.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "attest/extend.h"

void tl_digest(unsigned n, uint8_t out[XLS_PCR_LEN])
{
    (void)crypto_hash_sha256(out, (const uint8_t *)&n, sizeof(n));
}

static void extend(struct xls_pcrs *pcrs, unsigned pcr,
                   const uint8_t digest[XLS_PCR_LEN])
{
    if (pcrs != NULL) {
        pcrs->mask |= UINT32_C(1) << pcr;
        xls_pcr_extend(pcrs->value[pcr], digest);
    }
}

void tl_head(struct xls_wr *wr)
{
    xls_wr_u32le(wr, 0);
    xls_wr_u32le(wr, 3);
    xls_wr_zero(wr, 20);
    xls_wr_u32le(wr, 16 + 8 + 4 + 4 + 1);
    xls_wr_copy(wr, "Spec ID Event03", 16);
    xls_wr_u32le(wr, 0);
    xls_wr_u8(wr, 0);
    xls_wr_u8(wr, 2);
    xls_wr_u8(wr, 0);
    xls_wr_u8(wr, 2);
    xls_wr_u32le(wr, 1);
    xls_wr_u16le(wr, 11);
    xls_wr_u16le(wr, 32);
    xls_wr_u8(wr, 0);
}

void tl_event(struct xls_wr *wr, struct xls_pcrs *pcrs, unsigned pcr,
              unsigned n, const void *data, size_t len)
{
    uint8_t digest[XLS_PCR_LEN];

    tl_digest(n, digest);
    xls_wr_u32le(wr, pcr);
    xls_wr_u32le(wr, 13);
    xls_wr_u32le(wr, 1);
    xls_wr_u16le(wr, 11);
    xls_wr_copy(wr, digest, sizeof(digest));
    xls_wr_u32le(wr, (uint32_t)len);
    xls_wr_copy(wr, data, len);
    extend(pcrs, pcr, digest);
}

void tl_ima(struct xls_wr *wr, struct xls_pcrs *pcrs, const uint8_t *digest,
            const char *path)
{
    static uint8_t octets[5000];
    struct xls_wr data = xls_wr_over(octets, sizeof(octets));
    uint8_t over[XLS_PCR_LEN];
    size_t len = 0;

    xls_wr_u32le(&data, 8 + 32);
    xls_wr_copy(&data, "sha256:", 8);
    if (digest != NULL) {
        xls_wr_copy(&data, digest, 32);
    } else {
        xls_wr_zero(&data, 32);
    }
    xls_wr_u32le(&data, (uint32_t)strlen(path) + 1);
    xls_wr_copy(&data, path, strlen(path) + 1);
    if (xls_wr_end(&data, &len) != XLS_OK) {
        wr->rc = XLS_BUG_CONTRACT;
    }
    (void)crypto_hash_sha256(over, octets, len);
    xls_wr_u32le(wr, 10);
    xls_wr_copy(wr, digest != NULL ? over : octets + 12, 20);
    xls_wr_u32le(wr, 6);
    xls_wr_copy(wr, "ima-ng", 6);
    xls_wr_u32le(wr, (uint32_t)len);
    xls_wr_copy(wr, octets, len);
    if (digest == NULL) {
        memset(over, 0xff, sizeof(over));
    }
    extend(pcrs, 10, over);
}

void tl_soft(struct xls_wr *wr, struct xls_pcrs *pcrs, unsigned pcr, unsigned n,
             const char *words)
{
    uint8_t digest[XLS_PCR_LEN];
    char hex[2 * XLS_PCR_LEN + 1];
    char line[400];
    int len;

    tl_digest(n, digest);
    xls_hex(hex, sizeof(hex), digest, sizeof(digest));
    len = snprintf(line, sizeof(line), "%u %s %s\n", pcr, hex, words);
    xls_wr_copy(wr, line, (size_t)len);
    extend(pcrs, pcr, digest);
}
