/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/evidence.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "base/wr.h"

/* Octets beside the message, the signature, the values and the logs. */
#define HEAD 56U

void xls_evidence_logs(const void *log, size_t log_len, const void *list,
                       size_t list_len, uint8_t out[32])
{
    uint8_t both[64];

    /* [P-58] */
    (void)crypto_hash_sha256(both, log, log_len);
    (void)crypto_hash_sha256(both + 32, list, list_len);
    (void)crypto_hash_sha256(out, both, sizeof(both));
}

static bool fits(const struct xls_evidence *e)
{
    return e->message_len <= XLS_EVIDENCE_MESSAGE_MAX &&
           e->signature_len <= XLS_EVIDENCE_SIG_MAX &&
           e->log_len <= XLS_EVIDENCE_LOG_MAX &&
           e->list_len <= XLS_EVIDENCE_LIST_MAX;
}

static void put(struct xls_wr *wr, const struct xls_evidence *e)
{
    /* [P-56], to be read downwards */
    xls_wr_u16be(wr, XLS_EVIDENCE_VERSION);
    xls_wr_u8(wr, (uint8_t)e->kind);
    xls_wr_zero(wr, 1);
    xls_wr_u32be(wr, e->epoch);
    xls_wr_copy(wr, e->policy, sizeof(e->policy));
    xls_wr_u16be(wr, (uint16_t)e->message_len);
    xls_wr_copy(wr, e->message, e->message_len);
    xls_wr_u16be(wr, (uint16_t)e->signature_len);
    xls_wr_copy(wr, e->signature, e->signature_len);
    xls_wr_u32be(wr, e->pcrs.mask);
    for (unsigned i = 0; i < XLS_PCR_COUNT; i++) {
        if ((e->pcrs.mask >> i & 1U) != 0) {
            xls_wr_copy(wr, e->pcrs.value[i], XLS_PCR_LEN);
        }
    }
    xls_wr_u32be(wr, (uint32_t)e->log_len);
    xls_wr_copy(wr, e->log, e->log_len);
    xls_wr_u32be(wr, (uint32_t)e->list_len);
    xls_wr_copy(wr, e->list, e->list_len);
}

enum xls_rc xls_evidence_put(const struct xls_evidence *e, uint8_t **out,
                             size_t *len)
{
    size_t size = HEAD + XLS_PCR_COUNT * XLS_PCR_LEN;
    struct xls_evidence again;
    struct xls_wr wr;
    size_t used = 0;
    uint8_t *octets;
    enum xls_rc rc;

    if (!fits(e)) {
        return XLS_BUG_CONTRACT;
    }
    size += e->message_len + e->signature_len + e->log_len + e->list_len;
    octets = malloc(size);
    if (octets == NULL) {
        return XLS_HOST_NOMEM;
    }
    wr = xls_wr_over(octets, size);
    put(&wr, e);
    rc = xls_wr_end(&wr, &used);
    /* what the other end would refuse is not sent */
    if (rc != XLS_OK || xls_evidence_get(octets, used, &again) != XLS_OK) {
        free(octets);
        return XLS_BUG_CONTRACT;
    }
    *out = octets;
    *len = used;
    return XLS_OK;
}

/* A length, first held against its limit, then as many octets. */
static const uint8_t *take(struct xls_rd *rd, size_t len, size_t most,
                           size_t *out)
{
    struct xls_rd sub;

    xls_rd_range(rd, len, 0, most);
    sub = xls_rd_sub(rd, rd->rc == XLS_OK ? len : 0);
    *out = sub.left;
    return sub.at;
}

/* [P-56] Evidence of no kind is empty; of another it is signed and has
 * values. */
static void judge(struct xls_rd *rd, const struct xls_evidence *e)
{
    if (e->kind == XLS_EVIDENCE_NONE) {
        xls_rd_range(rd, e->message_len, 0, 0);
        xls_rd_range(rd, e->signature_len, 0, 0);
        xls_rd_range(rd, e->pcrs.mask, 0, 0);
        xls_rd_range(rd, e->log_len, 0, 0);
        xls_rd_range(rd, e->list_len, 0, 0);
    } else {
        xls_rd_range(rd, e->message_len, 1, XLS_EVIDENCE_MESSAGE_MAX);
        xls_rd_range(rd, e->signature_len, 1, XLS_EVIDENCE_SIG_MAX);
        xls_rd_range(rd, e->pcrs.mask, 1, XLS_PCRS_ALL);
    }
}

enum xls_rc xls_evidence_get(const void *in, size_t len,
                             struct xls_evidence *out)
{
    struct xls_rd rd = xls_rd_over(in, len);
    struct xls_evidence e;
    enum xls_rc rc;

    memset(&e, 0, sizeof(e));
    xls_rd_range(&rd, len, 0, XLS_EVIDENCE_MAX);
    xls_rd_range(&rd, xls_rd_u16be(&rd), XLS_EVIDENCE_VERSION,
                 XLS_EVIDENCE_VERSION);
    e.kind = (enum xls_evidence_kind)xls_rd_u8(&rd);
    xls_rd_range(&rd, e.kind, XLS_EVIDENCE_NONE, XLS_EVIDENCE_SOFTWARE);
    xls_rd_zero(&rd, 1);
    e.epoch = xls_rd_u32be(&rd);
    xls_rd_range(&rd, e.epoch, 0, 1);
    xls_rd_copy(&rd, e.policy, sizeof(e.policy));
    e.message =
        take(&rd, xls_rd_u16be(&rd), XLS_EVIDENCE_MESSAGE_MAX, &e.message_len);
    e.signature =
        take(&rd, xls_rd_u16be(&rd), XLS_EVIDENCE_SIG_MAX, &e.signature_len);
    e.pcrs.mask = xls_rd_u32be(&rd);
    xls_rd_range(&rd, e.pcrs.mask, 0, XLS_PCRS_ALL);
    for (unsigned i = 0; i < XLS_PCR_COUNT && rd.rc == XLS_OK; i++) {
        if ((e.pcrs.mask >> i & 1U) != 0) {
            xls_rd_copy(&rd, e.pcrs.value[i], XLS_PCR_LEN);
        }
    }
    e.log = take(&rd, xls_rd_u32be(&rd), XLS_EVIDENCE_LOG_MAX, &e.log_len);
    e.list = take(&rd, xls_rd_u32be(&rd), XLS_EVIDENCE_LIST_MAX, &e.list_len);
    judge(&rd, &e);
    rc = xls_rd_end(&rd);
    if (rc == XLS_OK) {
        *out = e;
    }
    return rc;
}
