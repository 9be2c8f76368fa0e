/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * A TPM's quote.  The key is the target's own, so a message is hostile and its
 * signature good: what stands behind the signature is reached.
 */
#include <stdlib.h>
#include <string.h>

#include "attest/quote.h"
#include "base/rd.h"
#include "base/wr.h"
#include "fuzz.h"
#include "quotes.h"

const size_t fz_absent = 0;

enum {
    HEAD = 4, /* octets before the message: values given, what is asked */
    ANY_PCRS = 1,
    ANY_SIGNER = 2,
    LAST = 4,
    FIRST = 8,
    FIRMWARE = 16,
};

static const struct xls_quote_clock then = {1000, 7, 2, true};
static const uint64_t firmware = 0x0102030405060708;

/* An honest quote, made once; NULL stands for none. */
static struct tq *honest(struct tq_attest *a, const char *scheme)
{
    static struct tq q;

    xls_ak_free(q.ak);
    /* tpm2-tss tells stderr about every octet that it did not like */
    (void)setenv("TSS2_LOG", "all+NONE", 1);
    tq_honest(&q, a, scheme);
    return &q;
}

/* What was accepted, as a second reader reads it. */
static void accepted(const struct tq *q, const struct xls_quote_facts *facts)
{
    struct xls_rd rd = xls_rd_over(q->message.octets, q->message.len);
    uint8_t octets[XLS_AK_HASH_MAX + 4];
    uint32_t mask = 0;
    size_t len;

    FZ(xls_rd_u32be(&rd) == 0xff544347 && xls_rd_u16be(&rd) == 0x8018);
    len = xls_rd_u16be(&rd);
    FZ(len == facts->signer_len);
    xls_rd_copy(&rd, octets, len);
    FZ(memcmp(octets, facts->signer, len) == 0);
    FZ(xls_rd_u16be(&rd) == q->want.qualification_len);
    xls_rd_copy(&rd, octets, q->want.qualification_len);
    FZ(memcmp(octets, q->want.qualification, q->want.qualification_len) == 0);
    FZ(xls_rd_u64be(&rd) == facts->clock.clock);
    FZ(xls_rd_u32be(&rd) == facts->clock.reset_count);
    FZ(xls_rd_u32be(&rd) == facts->clock.restart_count);
    FZ(xls_rd_u8(&rd) == 1 && facts->clock.safe);
    FZ(xls_rd_u64be(&rd) == facts->firmware);
    FZ(xls_rd_u32be(&rd) == 1 && xls_rd_u16be(&rd) == 0x0b);
    len = xls_rd_u8(&rd);
    FZ(len <= 4);
    for (size_t i = 0; i < len; i++) {
        mask |= (uint32_t)xls_rd_u8(&rd) << 8 * i;
    }
    FZ(mask == facts->pcrs.mask && mask != 0 && mask <= 0xffff);
    FZ(q->want.any_pcrs || mask == 0xff);
    FZ(xls_rd_u16be(&rd) == xls_pcrs_digest(&facts->pcrs, q->ak, octets));
    FZ(rd.left == 32 && memcmp(rd.at, octets, 32) == 0);
    FZ(q->want.firmware == NULL || facts->firmware == firmware);
    FZ((q->want.last == NULL && q->want.first == NULL) ||
       facts->clock.clock >= then.clock);
}

/* Octets 0 to 2: the values given, big-endian; 3: what is asked; then the
 * message. */
void fz_quote(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct tq_attest a;
    static struct tq *q;
    struct xls_quote_facts facts, before;
    struct xls_reason why = {0};
    enum xls_rc rc;

    (void)t;
    if (len < HEAD) {
        return;
    }
    if (q == NULL) {
        q = honest(&a, "ecdsa/sha256");
        memset(q->pcrs.value, 0x33, sizeof(q->pcrs.value));
    }
    q->pcrs.mask = (uint32_t)data[0] << 16 | (uint32_t)data[1] << 8 | data[2];
    q->want.any_pcrs = (data[3] & ANY_PCRS) != 0;
    q->want.pcrs = q->want.any_pcrs ? 0 : 0xff;
    q->want.signer = (data[3] & ANY_SIGNER) != 0 ? NULL : q->signer.octets;
    q->want.last = (data[3] & LAST) != 0 ? &then : NULL;
    q->want.first = (data[3] & FIRST) != 0 ? &then : NULL;
    q->want.firmware = (data[3] & FIRMWARE) != 0 ? &firmware : NULL;
    q->message.len = len - HEAD;
    FZ(q->message.len <= sizeof(q->message.octets));
    memcpy(q->message.octets, data + HEAD, q->message.len);
    tq_sign_message(q);
    memset(&facts, 0xa5, sizeof(facts));
    memset(&before, 0xa5, sizeof(before));
    rc = tq_check(q, &facts, &why);
    FZ(tq_check(q, NULL, NULL) == rc);
    if (rc == XLS_OK) {
        accepted(q, &facts);
    } else {
        fz_unproven(rc, &why);
        FZ(memcmp(&facts, &before, sizeof(facts)) == 0);
    }
}

/* Octet 0: the scheme; then, 3 octets each, what is changed in a good signature
 * and where; the rest is behind it. */
void fz_signature(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static const char *const schemes[] = {"ecdsa/sha256", "rsassa/sha256",
                                          "rsapss/sha384"};
    static struct tq_attest a;
    static struct tq q;
    static size_t scheme = SIZE_MAX;
    static struct tq_file good;
    struct xls_reason why = {0};
    enum xls_rc rc;

    (void)t;
    if (len < 1) {
        return;
    }
    if (scheme != data[0] % 3U) {
        scheme = data[0] % 3U;
        q = *honest(&a, schemes[scheme]);
        q.want.qualification = q.qualification.octets;
        q.want.signer = q.signer.octets;
        good = q.signature;
    }
    q.signature = good;
    for (data++, len--; len >= 3; data += 3, len -= 3) {
        size_t at = (size_t)data[0] << 8 | data[1];

        if (at == good.len) { /* cut it */
            q.signature.len = data[2] % (good.len + 1);
        } else {
            q.signature.octets[at % good.len] ^= data[2];
        }
    }
    memcpy(q.signature.octets + q.signature.len, data, len);
    q.signature.len += len;
    rc = tq_check(&q, NULL, &why);
    FZ((rc == XLS_OK) ==
       (q.signature.len == good.len &&
        memcmp(q.signature.octets, good.octets, good.len) == 0));
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
    }
}

/* The file of these values; its length. */
static size_t values_put(const struct xls_pcrs *pcrs, uint8_t *out, size_t size)
{
    struct xls_wr wr = xls_wr_over(out, size);
    uint32_t count = (uint32_t)__builtin_popcount(pcrs->mask);
    unsigned n = 0;
    size_t used = 0;

    xls_wr_u32le(&wr, 1);
    xls_wr_u16le(&wr, 0x0b);
    xls_wr_u8(&wr, 3);
    xls_wr_u32le(&wr, pcrs->mask);
    xls_wr_zero(&wr, 1 + (size_t)15 * 8);
    xls_wr_u32le(&wr, (count + 7) / 8);
    for (; count > 0; count -= count < 8 ? count : 8) {
        xls_wr_u32le(&wr, count < 8 ? count : 8);
        for (uint32_t i = 0; i < 8; i++, n += i <= count ? 1 : 0) {
            while (i < count && (pcrs->mask >> n & 1) == 0) {
                n++;
            }
            xls_wr_u16le(&wr, i < count ? 32 : 0);
            xls_wr_copy(&wr, pcrs->value[i < count ? n : 0],
                        i < count ? 32 : 0);
            xls_wr_zero(&wr, i < count ? 32 : 64);
        }
    }
    FZ(xls_wr_end(&wr, &used) == XLS_OK);
    return used;
}

/* What is accepted is, written again with full lists, accepted and the same. */
void fz_values(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static uint8_t again[XLS_PCRS_FILE_MAX];
    struct xls_pcrs pcrs = {0}, other = {0};
    struct xls_reason why = {0};
    enum xls_rc rc = xls_pcrs_read(data, len, &pcrs, &why);

    (void)t;
    if (rc != XLS_OK) {
        fz_unproven(rc, &why);
        FZ(pcrs.mask == 0);
        return;
    }
    FZ(pcrs.mask != 0 && pcrs.mask <= XLS_PCRS_ALL);
    FZ(xls_pcrs_read(again, values_put(&pcrs, again, sizeof(again)), &other,
                     NULL) == XLS_OK);
    FZ(memcmp(&pcrs, &other, sizeof(pcrs)) == 0);
}

size_t fz_attest_seed(unsigned n, const char **target, uint8_t *out,
                      size_t size)
{
    static const uint8_t heads[] = {
        0, ANY_PCRS | ANY_SIGNER, LAST, FIRST, FIRMWARE, ANY_PCRS};
    static struct tq_attest a;
    struct tq *q = honest(&a, "ecdsa/sha256");

    if (n < sizeof(heads)) {
        *target = "quote";
        out[0] = n == 5 ? 0x80 : 0; /* one that is refused: with PCR 23 */
        out[1] = 0;
        out[2] = 0xff;
        out[3] = heads[n];
        if (n == 5) {
            memset(q->pcrs.value[23], 0x33, XLS_PCR_LEN);
            q->pcrs.mask = 0x8000ff;
            a.bank[0].bits[2] = 0x80;
            FZ(xls_pcrs_digest(&q->pcrs, q->ak, a.digest) == a.digest_len);
            tq_sign(q, &a);
        }
        FZ(q->message.len <= size - HEAD);
        memcpy(out + HEAD, q->message.octets, q->message.len);
        return HEAD + q->message.len;
    }
    if (n < sizeof(heads) + 3) {
        *target = "quote-signature";
        out[0] = (uint8_t)(n - sizeof(heads));
        return 1;
    }
    if (n < sizeof(heads) + 5) {
        *target = "quote-values";
        q->pcrs.mask = n % 2 == 0 ? 0xff : 0x3ff;
        return values_put(&q->pcrs, out, size);
    }
    return 0;
}
