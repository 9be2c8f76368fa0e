/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/record.h"

#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "crypto/hkdf.h"

_Static_assert((uint64_t)XLS_RECORD_EPOCH << 32 == XLS_RECORD_LIMIT,
               "the limit of a stream is the last epoch that fits u32");

#define LABEL_LEN 14
#define INFO_LEN  (LABEL_LEN + XLS_HASH_LEN + 2 + 1 + 4)

/* out = HKDF-Expand(prk, label || tail(epoch), len) of [P-24] */
static enum xls_rc derive(const struct xls_record *rec,
                          const uint8_t prk[XLS_HASH_LEN], const char *label,
                          void *out, size_t len)
{
    uint8_t info[INFO_LEN];
    struct xls_wr wr = xls_wr_over(info, sizeof(info));
    enum xls_rc rc;

    xls_wr_copy(&wr, label, LABEL_LEN);
    xls_wr_copy(&wr, rec->h, XLS_HASH_LEN);
    xls_wr_u16be(&wr, rec->stream);
    xls_wr_u8(&wr, (uint8_t)rec->direction);
    xls_wr_u32be(&wr, rec->epoch);
    rc = xls_wr_end(&wr, NULL);
    return rc == XLS_OK ? xls_hkdf_expand(prk, info, sizeof(info), out, len)
                        : rc;
}

/* Enter rec->epoch; prk is S of the one before, and may be rec->secret, which
 * is overwritten and so erased.  [P-25] */
static enum xls_rc enter(struct xls_record *rec,
                         const uint8_t prk[XLS_HASH_LEN])
{
    uint8_t okm[XLS_KEY_LEN + XLS_RECORD_PREFIX];
    uint8_t secret[XLS_HASH_LEN];
    enum xls_rc rc;

    rc = derive(rec, prk, "xlsec stream 1", secret, sizeof(secret));
    if (rc == XLS_OK) {
        memcpy(rec->secret, secret, sizeof(secret));
        rc = derive(rec, rec->secret, "xlsec record 1", okm, sizeof(okm));
    }
    if (rc == XLS_OK) {
        memcpy(rec->key, okm, XLS_KEY_LEN);
        memcpy(rec->prefix, okm + XLS_KEY_LEN, XLS_RECORD_PREFIX);
        rec->epoch_left = rec->epoch_records;
    }
    xls_wipe(secret, sizeof(secret));
    xls_wipe(okm, sizeof(okm));
    return rc;
}

enum xls_rc xls_record_init(struct xls_record *rec,
                            const struct xls_record_setup *setup)
{
    enum xls_rc rc;

    memset(rec, 0, sizeof(*rec));
    if (setup->secret == NULL || setup->h == NULL ||
        setup->direction == XLS_DIRECTION_NONE || setup->epoch_records == 0) {
        return XLS_BUG_CONTRACT;
    }
    memcpy(rec->h, setup->h, XLS_HASH_LEN);
    rec->stream = setup->stream;
    rec->direction = setup->direction;
    rec->epoch_records = setup->epoch_records;
    xls_hash_init(&rec->tags);
    rc = enter(rec, setup->secret);
    if (rc != XLS_OK) {
        xls_record_wipe(rec);
        return rc;
    }
    rec->live = true;
    return XLS_OK;
}

void xls_record_wipe(struct xls_record *rec)
{
    if (rec != NULL) {
        xls_wipe(rec, sizeof(*rec));
    }
}

void xls_record_close(struct xls_record *rec)
{
    xls_wipe(rec->secret, sizeof(rec->secret));
    xls_wipe(rec->key, sizeof(rec->key));
    xls_wipe(rec->prefix, sizeof(rec->prefix));
    rec->epoch_left = 0;
}

enum xls_rc xls_record_fill(uint8_t *slot, size_t used)
{
    struct xls_wr wr = xls_wr_over(slot, XLS_RECORD_HEAD);

    if (used > XLS_RECORD_DATA) {
        return XLS_BUG_CONTRACT;
    }
    xls_wr_u32be(&wr, (uint32_t)used);
    memset(slot + XLS_RECORD_HEAD + used, 0, XLS_RECORD_DATA - used);
    return xls_wr_end(&wr, NULL);
}

/* [P-27] */
static void nonce_of(const struct xls_record *rec, bool final,
                     uint8_t nonce[XLS_XNONCE_LEN])
{
    struct xls_wr wr = xls_wr_over(nonce, XLS_XNONCE_LEN);

    xls_wr_copy(&wr, rec->prefix, XLS_RECORD_PREFIX);
    xls_wr_u64be(&wr, rec->counter);
    xls_wr_u8(&wr, final ? 1 : 0);
}

/* A record has passed: count it, and move on to the next key. */
static enum xls_rc passed(struct xls_record *rec, const uint8_t *frame,
                          size_t used, bool final)
{
    /* [P-30] */
    xls_hash_add(&rec->tags, frame + XLS_RECORD_FRAME - XLS_TAG_LEN,
                 XLS_TAG_LEN);
    rec->bytes += used;
    rec->counter++;
    rec->epoch_left--;
    if (final) {
        rec->ended = true; /* [P-29] */
    }
    /* [P-26] after the last epoch nothing is left to seal with */
    if (final || (rec->epoch_left == 0 && rec->epoch == UINT32_MAX)) {
        xls_record_close(rec);
        return XLS_OK;
    }
    if (rec->epoch_left == 0) {
        rec->epoch++;
        return enter(rec, rec->secret);
    }
    return XLS_OK;
}

/* Seal the plaintext at slot, or in place where a short one was copied. */
static void seal(const struct xls_record *rec, const uint8_t *slot, size_t used,
                 bool final, uint8_t *frame)
{
    const struct xls_frame head = {
        .kind = final ? XLS_FRAME_FINAL : XLS_FRAME_RECORD,
        .stream = rec->stream,
        .len = XLS_RECORD_PLAIN + XLS_TAG_LEN,
        .counter = rec->counter,
    };
    struct xls_aead_text text = {frame, XLS_FRAME_HEAD, slot, XLS_RECORD_PLAIN,
                                 frame + XLS_FRAME_HEAD};
    uint8_t nonce[XLS_XNONCE_LEN];

    if (used < XLS_RECORD_DATA) {
        size_t filled = XLS_RECORD_HEAD + used;

        memcpy(text.out, slot, filled);
        memset(text.out + filled, 0, XLS_RECORD_PLAIN - filled); /* [P-28] */
        text.in = text.out;
    }
    xls_frame_put(&head, frame);
    nonce_of(rec, final, nonce);
    xls_xchacha_seal(rec->key, nonce, &text);
}

enum xls_rc xls_record_seal(struct xls_record *rec, const uint8_t *slot,
                            bool final, uint8_t *frame)
{
    struct xls_rd rd = xls_rd_over(slot, XLS_RECORD_HEAD);
    size_t used = xls_rd_u32be(&rd);
    enum xls_rc rc = XLS_BUG_CONTRACT;

    if (rec->live && rec->epoch_left != 0 && used <= XLS_RECORD_DATA) {
        seal(rec, slot, used, final, frame);
        rc = passed(rec, frame, used, final);
    }
    if (rc != XLS_OK) {
        xls_wipe(frame, XLS_RECORD_FRAME);
        xls_record_wipe(rec);
    }
    return rc;
}

/* Is this the header of exactly the next record? */
static enum xls_rc judge_head(const struct xls_record *rec,
                              const struct xls_frame *head)
{
    if (!rec->live) {
        return XLS_BUG_CONTRACT;
    }
    if (head->kind == XLS_FRAME_CONTROL || head->stream != rec->stream ||
        head->len != XLS_RECORD_PLAIN + XLS_TAG_LEN) {
        return XLS_PEER_RANGE;
    }
    /* [P-22], [P-26], [P-29]: ended and exhausted streams have no key */
    return head->counter != rec->counter || rec->epoch_left == 0
               ? XLS_PEER_ORDER
               : XLS_OK;
}

/* [P-28] what a verified slot says */
static enum xls_rc judge_slot(const uint8_t *slot, size_t *used)
{
    struct xls_rd rd = xls_rd_over(slot, XLS_RECORD_PLAIN);

    *used = xls_rd_u32be(&rd);
    xls_rd_range(&rd, *used, 0, XLS_RECORD_DATA);
    (void)xls_rd_sub(&rd, *used);
    xls_rd_zero(&rd, rd.left);
    return xls_rd_end(&rd);
}

enum xls_rc xls_record_open(struct xls_record *rec, const uint8_t *frame,
                            uint8_t *slot, size_t *used, bool *final)
{
    struct xls_aead_text text = {frame, XLS_FRAME_HEAD, frame + XLS_FRAME_HEAD,
                                 XLS_RECORD_PLAIN + XLS_TAG_LEN, slot};
    struct xls_frame head = {.kind = XLS_FRAME_NONE};
    uint8_t nonce[XLS_XNONCE_LEN];
    size_t len = 0;
    enum xls_rc rc = xls_frame_get(frame, &head);

    if (rc == XLS_OK) {
        rc = judge_head(rec, &head);
    }
    if (rc == XLS_OK) {
        nonce_of(rec, head.kind == XLS_FRAME_FINAL, nonce);
        rc = xls_xchacha_open(rec->key, nonce, &text); /* [P-23] */
    }
    if (rc == XLS_OK) {
        rc = judge_slot(slot, &len);
    }
    if (rc == XLS_OK) {
        rc = passed(rec, frame, len, head.kind == XLS_FRAME_FINAL);
    }
    if (rc != XLS_OK) {
        xls_wipe(slot, XLS_RECORD_PLAIN);
        xls_record_wipe(rec);
        return rc;
    }
    *used = len;
    *final = head.kind == XLS_FRAME_FINAL;
    return XLS_OK;
}

void xls_record_stats(const struct xls_record *rec,
                      struct xls_record_stats *out)
{
    struct xls_hash tags = rec->tags;

    memset(out, 0, sizeof(*out));
    if (rec->live) {
        out->records = rec->counter;
        out->bytes = rec->bytes;
        out->ended = rec->ended;
        xls_hash_end(&tags, out->digest);
    }
}
