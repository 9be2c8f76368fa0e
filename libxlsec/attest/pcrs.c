/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/pcrs.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/rd.h"

/* The file: a TPML_PCR_SELECTION, a count, and that many TPML_DIGESTs, as
 * tpm2-tss has them in memory, with numbers in little-endian. */
enum {
    BANKS = 16,       /* in a selection; unused ones are there too */
    SELECT = 3,       /* octets of bits: 24 PCRs */
    LIST_DIGESTS = 8, /* in a list; unused ones are there too */
    DIGEST_ROOM = 64, /* octets of a digest, used or not */
    SHA256 = 0x000b,  /* TPM_ALG_SHA256 */
};

/* A bank's PCRs in a selection. */
static uint32_t select_read(struct xls_rd *rd)
{
    uint32_t mask = 0;
    uint16_t hash = xls_rd_u16le(rd);
    uint8_t len = xls_rd_u8(rd);

    xls_rd_range(rd, hash, SHA256, SHA256);
    xls_rd_range(rd, len, SELECT, SELECT);
    for (unsigned i = 0; i < SELECT; i++) {
        mask |= (uint32_t)xls_rd_u8(rd) << 8 * i;
    }
    xls_rd_zero(rd, 2); /* a fourth octet of bits, and padding */
    xls_rd_range(rd, mask, 1, XLS_PCRS_ALL);
    return mask;
}

/* One TPML_DIGEST: the next values, from PCR *next up. */
static void list_read(struct xls_rd *rd, struct xls_pcrs *out, unsigned *next)
{
    uint32_t count = xls_rd_u32le(rd);

    xls_rd_range(rd, count, 1, LIST_DIGESTS);
    for (unsigned i = 0; rd->rc == XLS_OK && i < LIST_DIGESTS; i++) {
        uint16_t len = xls_rd_u16le(rd);

        if (i >= count) {
            xls_rd_range(rd, len, 0, 0);
            xls_rd_zero(rd, DIGEST_ROOM);
            continue;
        }
        while (*next < XLS_PCR_COUNT && (out->mask >> *next & 1) == 0) {
            ++*next;
        }
        xls_rd_range(rd, len, XLS_PCR_LEN, XLS_PCR_LEN);
        xls_rd_range(rd, *next, 0, XLS_PCR_COUNT - 1);
        if (rd->rc == XLS_OK) {
            xls_rd_copy(rd, out->value[*next], XLS_PCR_LEN);
            ++*next;
        }
        xls_rd_zero(rd, DIGEST_ROOM - XLS_PCR_LEN);
    }
}

enum xls_rc xls_pcrs_read(const void *file, size_t len, struct xls_pcrs *out,
                          struct xls_reason *why)
{
    struct xls_rd rd = xls_rd_over(file, len);
    struct xls_pcrs pcrs = {0};
    unsigned next = 0;
    uint32_t lists;
    enum xls_rc rc;

    xls_rd_range(&rd, len, 0, XLS_PCRS_FILE_MAX); /* [E-3] */
    xls_rd_range(&rd, xls_rd_u32le(&rd), 1, 1);
    pcrs.mask = select_read(&rd);
    xls_rd_zero(&rd, (BANKS - 1) * (size_t)8);
    lists = xls_rd_u32le(&rd);
    xls_rd_range(&rd, lists, 1, XLS_PCR_COUNT);
    for (uint32_t i = 0; rd.rc == XLS_OK && i < lists; i++) {
        list_read(&rd, &pcrs, &next);
    }
    if (rd.rc == XLS_OK && pcrs.mask >> next != 0) {
        rd.rc = XLS_PEER_SHORT; /* a PCR has no value */
    }
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        return xls_reason_set(why, rc, "E-3",
                              "the PCR values are not as `tpm2_quote -o` "
                              "writes them for PCRs of sha256 alone (%s)",
                              xls_rc_text(rc));
    }
    *out = pcrs;
    return XLS_OK;
}

void xls_pcrs_name(char *out, size_t size, uint32_t mask)
{
    size_t used = 0;
    unsigned n = 0;

    (void)snprintf(out, size, "none");
    while (n < 32 && used < size) {
        unsigned end = n;
        int said;

        if ((mask >> n & 1) == 0) {
            n++;
            continue;
        }
        while (end < 31 && (mask >> (end + 1) & 1) != 0) {
            end++;
        }
        said = end == n ? snprintf(out + used, size - used, "%s%u",
                                   used == 0 ? "" : ",", n)
                        : snprintf(out + used, size - used, "%s%u-%u",
                                   used == 0 ? "" : ",", n, end);
        used += said < 0 ? size : (size_t)said;
        n = end + 1;
    }
}

/* A number at *at, which goes on behind it; XLS_PCR_COUNT when it is none. */
static unsigned number(const char **at)
{
    unsigned n = 0;
    const char *begin = *at;

    while (isdigit((unsigned char)**at) && *at - begin < 2) {
        n = 10 * n + (unsigned)(*(*at)++ - '0');
    }
    return *at == begin || n >= XLS_PCR_COUNT ? XLS_PCR_COUNT : n;
}

uint32_t xls_pcrs_mask(const char *list)
{
    uint32_t mask = 0;
    unsigned next = 0; /* the lowest number that may come */

    for (;;) {
        unsigned low = number(&list);
        unsigned high = low;

        if (*list == '-') {
            list++;
            high = number(&list);
        }
        if (low < next || high < low || high >= XLS_PCR_COUNT) {
            return 0;
        }
        for (next = low; next <= high; next++) {
            mask |= UINT32_C(1) << next;
        }
        if (*list == '\0') {
            return mask;
        }
        if (*list++ != ',') {
            return 0;
        }
    }
}
