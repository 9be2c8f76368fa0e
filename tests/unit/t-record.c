/* SPDX-License-Identifier: LGPL-2.1-only */
/* Records: known answers, order, ends, epochs, and every way to be wrong. */
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "crypto/hkdf.h"
#include "crypto/start.h"
#include "proto/record.h"
#include "t-crypto-hex.h"
#include "t.h"

static uint8_t slot[XLS_RECORD_PLAIN];
static uint8_t back[XLS_RECORD_PLAIN];
static uint8_t frame[XLS_RECORD_FRAME];
static uint8_t kept[XLS_RECORD_FRAME];

static uint8_t secret[XLS_HASH_LEN];
static uint8_t h[XLS_HASH_LEN];

static struct xls_record_setup setup_of(uint32_t epoch_records)
{
    struct xls_record_setup setup = {
        .secret = secret,
        .h = h,
        .stream = 0,
        .direction = XLS_DIRECTION_FORTH,
        .epoch_records = epoch_records,
    };

    for (uint8_t i = 0; i < XLS_HASH_LEN; i++) {
        secret[i] = i;
        h[i] = (uint8_t)(64 + i);
    }
    return setup;
}

static void both(struct xls_record *a, struct xls_record *b,
                 uint32_t epoch_records)
{
    struct xls_record_setup setup = setup_of(epoch_records);

    T(xls_record_init(a, &setup) == XLS_OK);
    T(xls_record_init(b, &setup) == XLS_OK);
}

/* A slot of used octets that depend on n. */
static void fill(size_t used, unsigned n)
{
    memset(slot, 0xee, sizeof(slot));
    for (size_t i = 0; i < used; i++) {
        slot[XLS_RECORD_HEAD + i] = (uint8_t)(i * 7 + n);
    }
    T(xls_record_fill(slot, used) == XLS_OK);
}

static enum xls_rc open_frame(struct xls_record *rec, size_t *used, bool *final)
{
    memset(back, 0x99, sizeof(back));
    return xls_record_open(rec, frame, back, used, final);
}

/* Pass one record, and look at what comes out. */
static void pass(struct xls_record *a, struct xls_record *b, size_t used,
                 bool final)
{
    size_t got = 0;
    bool last = !final;

    fill(used, (unsigned)a->counter);
    T(xls_record_seal(a, slot, final, frame) == XLS_OK);
    T(open_frame(b, &got, &last) == XLS_OK);
    T(got == used && last == final);
    T(memcmp(back, slot, sizeof(slot)) == 0);
}

static bool is_dead(const struct xls_record *rec)
{
    return sodium_is_zero((const uint8_t *)rec, sizeof(*rec)) == 1;
}

/* The frame must be refused so, and with it the stream. */
static void refused(struct xls_record *rec, enum xls_rc want)
{
    size_t used = 4711;
    bool final = true;
    enum xls_rc rc = open_frame(rec, &used, &final);

    T(rc == want);
    T(used == 4711 && final);
    T(sodium_is_zero(back, sizeof(back)));
    T(is_dead(rec));
    T(open_frame(rec, &used, &final) != XLS_OK);
}

/* [P-24] [P-25] [P-27] [P-28] [P-30]: what tests/noise-peer/record-model.py
 * prints, another implementation from the document */
START_TEST(known_answers)
{
    static const char *const want[] = {
        "0335c9c40bbd5d8a3d3a07cf12b7028ec3f1b850f0e0fb28bda1cc73ea8cdb15"
        "c485c2d43f51d7fff335ebf2d30f1c0aaf1b180803cc294240d3aa044f675f83",
        "ccd54ec9b9857580fb1438b2d2d3b1a6fe59e28daaed7ad059bde1d722ad2709"
        "979042537653263ef456d29551181c9d20f400a687a7d5d091ae9c91387a249f",
        "757989d5fcb75a8e893faaee6aa5b77daf8077d53e42d9486618b3532c18493e"
        "f651c4c584a794abd9d51c59c1b168e24432f279fda1a3d43b0771fa90e0df7f",
        "7bbc05cfda89bc0b4467405bcb0d874d5b0288b1e8aa437fd7a685505f198e41"
        "58c6c3b5bf58c382ca0a7f85f462d91006dedffce7c453b239e41260eccfe4b7",
        "b633d9fd67d339c0c26bb1c0deb1b6a4539a412daebefc1a4dc854e8e31ec5d2"
        "cbc6288fc8b632b84bb3342a7210c333de6a4a2303fdf13acef33754b0011da3",
    };
    static const size_t used[] = {131068, 5, 0, 100000, 3};
    struct xls_record_setup setup = setup_of(2);
    struct xls_record rec;
    struct xls_record_stats stats;
    uint8_t hash[XLS_HASH_LEN];

    setup.stream = 0x0102;
    T(xls_record_init(&rec, &setup) == XLS_OK);
    for (unsigned i = 0; i < T_COUNT(want); i++) {
        fill(used[i], i);
        T(xls_record_seal(&rec, slot, i == 4, frame) == XLS_OK);
        xls_hash_two(frame, sizeof(frame), NULL, 0, hash);
        T(t_is(hash, sizeof(hash), want[i]));
    }
    xls_record_stats(&rec, &stats);
    T(stats.records == 5 && stats.bytes == 231076 && stats.ended);
    T(t_is(stats.digest, sizeof(stats.digest),
           "f6eb3f35d95fa0620e4036255c6a6c143fbcac0f42dcf80372b9c06f5cda48d6"
           "0469061a97cd765ebe1e448e745c4d4c88b96ba782a15f3a2d7b408fdd5483cd"));
}
END_TEST

/* [P-28] sizes at every edge */
START_TEST(every_fill_makes_the_round)
{
    static const size_t sizes[] = {0,
                                   1,
                                   2,
                                   3,
                                   4,
                                   15,
                                   16,
                                   17,
                                   4096,
                                   65536,
                                   131066,
                                   XLS_RECORD_DATA - 1,
                                   XLS_RECORD_DATA};
    struct xls_record a;
    struct xls_record b;
    struct xls_record_stats sa;
    struct xls_record_stats sb;
    uint64_t sum = 0;

    both(&a, &b, XLS_RECORD_EPOCH);
    for (size_t i = 0; i < T_COUNT(sizes); i++) {
        pass(&a, &b, sizes[i], false);
        sum += sizes[i];
        xls_record_stats(&a, &sa);
        xls_record_stats(&b, &sb);
        T(sa.records == i + 1 && sa.bytes == sum && !sa.ended);
        T(sb.records == sa.records && sb.bytes == sa.bytes);
        T(memcmp(sa.digest, sb.digest, sizeof(sa.digest)) == 0);
    }
}
END_TEST

/* [P-18] [P-27] by libsodium's own hand, with the nonce built octet by octet */
START_TEST(a_frame_is_what_the_document_says)
{
    struct xls_record a;
    struct xls_record b;
    uint8_t nonce[XLS_XNONCE_LEN];
    unsigned long long len;

    both(&a, &b, XLS_RECORD_EPOCH);
    for (unsigned i = 0; i < 300; i++) {
        bool final = i == 299;

        memcpy(nonce, a.prefix, XLS_RECORD_PREFIX);
        memset(nonce + 15, 0, 8);
        nonce[21] = (uint8_t)(i >> 8);
        nonce[22] = (uint8_t)i;
        nonce[23] = final ? 1 : 0;
        if (final || i % 100 == 0) {
            memcpy(&b, &a, sizeof(a));
        }
        fill(100, i);
        T(xls_record_seal(&a, slot, final, frame) == XLS_OK);
        T(frame[0] == (final ? 3 : 2) && frame[1] == 0 && frame[2] == 0);
        T(frame[5] == 2 && frame[6] == 0 && frame[7] == 16);
        T(frame[14] == (uint8_t)(i >> 8) && frame[15] == (uint8_t)i);
        if (final || i % 100 == 0) {
            T(crypto_aead_xchacha20poly1305_ietf_decrypt(
                  back, &len, NULL, frame + 16, sizeof(frame) - 16, frame, 16,
                  nonce, b.key) == 0);
            T(len == XLS_RECORD_PLAIN && memcmp(back, slot, sizeof(slot)) == 0);
        }
    }
}
END_TEST

START_TEST(the_slot_is_never_written_and_never_leaks)
{
    struct xls_record a;
    struct xls_record b;
    size_t used;
    bool final;

    both(&a, &b, XLS_RECORD_EPOCH);
    memset(slot, 0xee, sizeof(slot)); /* what an earlier record left */
    slot[0] = 0;
    slot[1] = 0;
    slot[2] = 0;
    slot[3] = 9;
    memcpy(kept, slot, sizeof(slot));
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    T(memcmp(kept, slot, sizeof(slot)) == 0);
    T(open_frame(&b, &used, &final) == XLS_OK && used == 9);
    T(back[12] == 0xee && sodium_is_zero(back + 13, sizeof(back) - 13));
}
END_TEST

START_TEST(fill_pads_and_is_bounded)
{
    memset(slot, 0xee, sizeof(slot));
    T(xls_record_fill(slot, XLS_RECORD_DATA + 1) == XLS_BUG_CONTRACT);
    T(slot[0] == 0xee);
    T(xls_record_fill(slot, 10) == XLS_OK);
    T(slot[3] == 10 && slot[4] == 0xee && slot[13] == 0xee);
    T(sodium_is_zero(slot + 14, sizeof(slot) - 14));
    T(xls_record_fill(slot, XLS_RECORD_DATA) == XLS_OK);
    T(slot[1] == 1 && slot[2] == 0xff && slot[3] == 0xfc);
}
END_TEST

START_TEST(a_slot_that_says_too_much_kills)
{
    struct xls_record a;
    struct xls_record b;

    both(&a, &b, XLS_RECORD_EPOCH);
    memset(slot, 0, sizeof(slot));
    slot[1] = 1;
    slot[2] = 0xff;
    slot[3] = 0xfd; /* XLS_RECORD_DATA + 1 */
    memset(frame, 0x99, sizeof(frame));
    T(xls_record_seal(&a, slot, false, frame) == XLS_BUG_CONTRACT);
    T(sodium_is_zero(frame, sizeof(frame)) && is_dead(&a));
}
END_TEST

/* Every octet of a frame's head, the first and last of its body, and a walk
 * through the rest: what differs is refused. */
START_TEST(every_octet_counts)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record saved;

    both(&a, &b, XLS_RECORD_EPOCH);
    pass(&a, &b, 7, false);
    saved = b;
    fill(131000, 1);
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    for (size_t at = 0; at < sizeof(frame);
         at += at < 96 || at > sizeof(frame) - 48 ? 1 : 997) {
        for (unsigned bit = 0; bit < 8; bit += at < 16 ? 1 : 5) {
            enum xls_rc want = at < 8    ? XLS_PEER_RANGE
                               : at < 16 ? XLS_PEER_ORDER
                                         : XLS_PEER_AUTH;

            /* kind 2 to 3 is a kind, but not this record's */
            if (at == 0 && bit == 0) {
                want = XLS_PEER_AUTH;
            }
            b = saved;
            frame[at] ^= (uint8_t)(1U << bit);
            refused(&b, want);
            frame[at] ^= (uint8_t)(1U << bit);
        }
    }
    b = saved;
    T(open_frame(&b, &(size_t){0}, &(bool){false}) == XLS_OK);
}
END_TEST

/* [P-22] replay, reorder, loss */
START_TEST(order_is_exact)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record saved;

    both(&a, &b, XLS_RECORD_EPOCH);
    pass(&a, &b, 1, false);
    saved = b;
    refused(&b, XLS_PEER_ORDER); /* the same again */
    fill(2, 2);
    T(xls_record_seal(&a, slot, false, kept) == XLS_OK);
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    b = saved;
    refused(&b, XLS_PEER_ORDER); /* one is missing */
    /* a forged counter does not help */
    frame[15] = 1;
    b = saved;
    refused(&b, XLS_PEER_AUTH);
    memcpy(frame, kept, sizeof(frame));
    b = saved;
    T(open_frame(&b, &(size_t){0}, &(bool){false}) == XLS_OK);
}
END_TEST

/* [P-29] */
START_TEST(nothing_follows_the_final_record)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record saved;
    struct xls_record_stats stats;

    both(&a, &b, XLS_RECORD_EPOCH);
    pass(&a, &b, 1, false);
    saved = a;
    pass(&a, &b, 0, true);
    T(sodium_is_zero(a.key, XLS_KEY_LEN) && sodium_is_zero(b.key, XLS_KEY_LEN));
    T(sodium_is_zero(a.secret, XLS_HASH_LEN));
    xls_record_stats(&b, &stats);
    T(stats.ended && stats.records == 2);
    /* a sender that goes on, with keys it should not have kept */
    a = saved;
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    refused(&b, XLS_PEER_ORDER);
    /* a sender that keeps to the rules cannot */
    a = saved;
    T(xls_record_seal(&a, slot, true, frame) == XLS_OK);
    T(xls_record_seal(&a, slot, false, frame) == XLS_BUG_CONTRACT);
    T(is_dead(&a));
}
END_TEST

/* [P-29] the flag is in the nonce: a header that lies about it is refused */
START_TEST(the_end_cannot_be_moved)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record saved;

    both(&a, &b, XLS_RECORD_EPOCH);
    saved = b;
    fill(3, 0);
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    frame[0] = XLS_FRAME_FINAL;
    refused(&b, XLS_PEER_AUTH);
    a = saved;
    b = saved;
    T(xls_record_seal(&a, slot, true, frame) == XLS_OK);
    frame[0] = XLS_FRAME_RECORD;
    refused(&b, XLS_PEER_AUTH);
    b = saved;
    frame[0] = XLS_FRAME_CONTROL;
    refused(&b, XLS_PEER_RANGE);
}
END_TEST

/* Seal a plaintext that no sealer of ours would make. */
static void forge(const struct xls_record *rec, const uint8_t *plain)
{
    struct xls_frame head = {XLS_FRAME_RECORD, rec->stream,
                             XLS_RECORD_PLAIN + XLS_TAG_LEN, rec->counter};
    struct xls_aead_text text = {frame, XLS_FRAME_HEAD, plain, XLS_RECORD_PLAIN,
                                 frame + XLS_FRAME_HEAD};
    uint8_t nonce[XLS_XNONCE_LEN] = {0};

    memcpy(nonce, rec->prefix, XLS_RECORD_PREFIX);
    nonce[22] = (uint8_t)rec->counter;
    xls_frame_put(&head, frame);
    xls_xchacha_seal(rec->key, nonce, &text);
}

/* [P-28] a peer that holds the keys and breaks the rules */
START_TEST(lengths_and_padding_are_judged_inside)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record saved;
    static const uint32_t bad[] = {XLS_RECORD_DATA + 1, XLS_RECORD_PLAIN,
                                   0x7fffffff,          0x80000000,
                                   0xffffffff,          0xfffffffc};
    static const size_t at[] = {9, 10, 4096, XLS_RECORD_PLAIN - 1};

    both(&a, &b, XLS_RECORD_EPOCH);
    saved = b;
    memset(slot, 0, sizeof(slot));
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        struct xls_wr wr = xls_wr_over(slot, 4);

        xls_wr_u32be(&wr, bad[i]);
        forge(&a, slot);
        b = saved;
        refused(&b, XLS_PEER_RANGE);
    }
    for (size_t i = 0; i < T_COUNT(at); i++) {
        fill(5, 0);
        slot[at[i]] = 1;
        forge(&a, slot);
        b = saved;
        refused(&b, XLS_PEER_RANGE);
    }
    fill(5, 0);
    forge(&a, slot);
    b = saved;
    T(open_frame(&b, &(size_t){0}, &(bool){false}) == XLS_OK);
}
END_TEST

/* [P-24] every input of the key counts */
START_TEST(streams_do_not_mix)
{
    struct xls_record_setup setup = setup_of(XLS_RECORD_EPOCH);
    struct xls_record_setup other = setup;
    struct xls_record a;
    struct xls_record b;
    uint8_t h2[XLS_HASH_LEN];
    uint8_t secret2[XLS_HASH_LEN];

    memcpy(h2, h, sizeof(h2));
    memcpy(secret2, secret, sizeof(secret2));
    h2[63] ^= 1;
    secret2[63] ^= 1;
    fill(5, 0);
    T(xls_record_init(&a, &setup) == XLS_OK);
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    other.direction = XLS_DIRECTION_BACK;
    T(xls_record_init(&b, &other) == XLS_OK);
    T(memcmp(a.prefix, b.prefix, XLS_RECORD_PREFIX) != 0);
    refused(&b, XLS_PEER_AUTH);
    other = setup;
    other.h = h2;
    T(xls_record_init(&b, &other) == XLS_OK);
    refused(&b, XLS_PEER_AUTH);
    other = setup;
    other.secret = secret2;
    T(xls_record_init(&b, &other) == XLS_OK);
    refused(&b, XLS_PEER_AUTH);
    other = setup;
    other.stream = 1;
    T(xls_record_init(&b, &other) == XLS_OK);
    refused(&b, XLS_PEER_RANGE);
    frame[3] = 1; /* the header alone does not carry it over */
    T(xls_record_init(&b, &other) == XLS_OK);
    refused(&b, XLS_PEER_AUTH);
}
END_TEST

/* [P-25] */
START_TEST(epochs_end_by_count)
{
    for (uint32_t length = 1; length < 5; length++) {
        struct xls_record a;
        struct xls_record b;
        struct xls_record before;

        both(&a, &b, length);
        for (unsigned i = 0; i < 12; i++) {
            bool last = i % length == length - 1;

            before = b;
            T(a.epoch == i / length && b.epoch == i / length);
            pass(&a, &b, i, false);
            T((memcmp(before.key, b.key, XLS_KEY_LEN) != 0) == last);
            T((memcmp(before.prefix, b.prefix, XLS_RECORD_PREFIX) != 0) ==
              last);
            T((memcmp(before.secret, b.secret, XLS_HASH_LEN) != 0) == last);
        }
    }
}
END_TEST

/* [P-25] the old key is nowhere in what is kept */
START_TEST(an_epochs_keys_are_erased)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record old;
    const uint8_t *p = (const uint8_t *)&b;

    both(&a, &b, 2);
    old = b;
    pass(&a, &b, 3, false);
    pass(&a, &b, 3, false);
    for (size_t at = 0; at + 16 <= sizeof(b); at++) {
        T(memcmp(p + at, old.key, 16) != 0);
        T(memcmp(p + at, old.secret, 16) != 0);
        T(memcmp(p + at, secret, 16) != 0);
    }
}
END_TEST

/* [P-25] a receiver of another mind about the count is refused at its edge */
START_TEST(epoch_lengths_have_to_agree)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record_setup setup = setup_of(3);

    both(&a, &b, 2);
    T(xls_record_init(&b, &setup) == XLS_OK);
    pass(&a, &b, 1, false);
    pass(&a, &b, 1, false);
    fill(1, 2);
    T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
    refused(&b, XLS_PEER_AUTH);
}
END_TEST

/* [P-25] with the real bound: one GiB and one record */
START_TEST(the_real_epoch_is_8192_records)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record first;
    size_t used;
    bool final;

    both(&a, &b, XLS_RECORD_EPOCH);
    first = a;
    fill(XLS_RECORD_DATA, 0);
    for (unsigned i = 0; i < 8192; i++) {
        T(memcmp(a.key, first.key, XLS_KEY_LEN) == 0 && a.epoch == 0);
        if (i < 8190) { /* the cipher is not what is tested here */
            a.counter++;
            b.counter++;
            a.epoch_left--;
            b.epoch_left--;
            continue;
        }
        T(xls_record_seal(&a, slot, false, frame) == XLS_OK);
        T(open_frame(&b, &used, &final) == XLS_OK);
    }
    T(memcmp(a.key, first.key, XLS_KEY_LEN) != 0 && a.epoch == 1);
    T(xls_record_seal(&a, slot, true, frame) == XLS_OK);
    T(frame[14] == 0x20 && frame[15] == 0);
    T(open_frame(&b, &used, &final) == XLS_OK && final && b.counter == 8193);
}
END_TEST

/* [P-26] */
START_TEST(a_stream_has_a_limit)
{
    struct xls_record a;
    struct xls_record b;

    T(XLS_RECORD_LIMIT == 35184372088832U);
    both(&a, &b, 4);
    a.epoch = b.epoch = UINT32_MAX;
    a.epoch_left = b.epoch_left = 1;
    a.counter = b.counter = XLS_RECORD_LIMIT - 1;
    pass(&a, &b, 1, false);
    T(sodium_is_zero(a.key, XLS_KEY_LEN));
    b.counter--; /* the frame that just passed */
    refused(&b, XLS_PEER_ORDER);
    T(xls_record_seal(&a, slot, false, frame) == XLS_BUG_CONTRACT);
    T(is_dead(&a));
}
END_TEST

/* [P-27]: the first 16 octets of the nonce are one value in an epoch */
START_TEST(the_top_octet_of_the_counter_is_zero)
{
    T((XLS_RECORD_LIMIT - 1) >> 56 == 0);
}
END_TEST

START_TEST(setups_that_are_none)
{
    struct xls_record_setup good = setup_of(1);
    struct xls_record_setup bad = good;
    struct xls_record rec;
    struct xls_record_stats stats;

    memset(frame, 0, sizeof(frame));
    bad.secret = NULL;
    T(xls_record_init(&rec, &bad) == XLS_BUG_CONTRACT && is_dead(&rec));
    bad = good;
    bad.h = NULL;
    T(xls_record_init(&rec, &bad) == XLS_BUG_CONTRACT && is_dead(&rec));
    bad = good;
    bad.direction = XLS_DIRECTION_NONE;
    T(xls_record_init(&rec, &bad) == XLS_BUG_CONTRACT && is_dead(&rec));
    bad = good;
    bad.epoch_records = 0;
    T(xls_record_init(&rec, &bad) == XLS_BUG_CONTRACT && is_dead(&rec));
    memset(&stats, 0x55, sizeof(stats));
    xls_record_stats(&rec, &stats);
    T(sodium_is_zero((uint8_t *)&stats, sizeof(stats)));
    fill(1, 0);
    T(xls_record_seal(&rec, slot, false, frame) == XLS_BUG_CONTRACT);
    T(xls_record_init(&rec, &good) == XLS_OK);
    T(xls_record_seal(&rec, slot, false, frame) == XLS_OK);
    xls_record_wipe(&rec);
    refused(&rec, XLS_BUG_CONTRACT);
    xls_record_wipe(NULL);
}
END_TEST

START_TEST(a_closed_stream_keeps_its_numbers_only)
{
    struct xls_record a;
    struct xls_record b;
    struct xls_record_stats before;
    struct xls_record_stats after;

    both(&a, &b, 4);
    pass(&a, &b, 11, false);
    xls_record_stats(&a, &before);
    xls_record_close(&a);
    xls_record_stats(&a, &after);
    T(memcmp(&before, &after, sizeof(before)) == 0 && after.bytes == 11);
    T(sodium_is_zero(a.key, XLS_KEY_LEN));
    T(sodium_is_zero(a.secret, XLS_HASH_LEN));
    T(sodium_is_zero(a.prefix, XLS_RECORD_PREFIX));
    T(xls_record_seal(&a, slot, false, frame) == XLS_BUG_CONTRACT);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        known_answers,
        every_fill_makes_the_round,
        a_frame_is_what_the_document_says,
        the_slot_is_never_written_and_never_leaks,
        fill_pads_and_is_bounded,
        a_slot_that_says_too_much_kills,
        every_octet_counts,
        order_is_exact,
        nothing_follows_the_final_record,
        the_end_cannot_be_moved,
        lengths_and_padding_are_judged_inside,
        streams_do_not_mix,
        epochs_end_by_count,
        an_epochs_keys_are_erased,
        epoch_lengths_have_to_agree,
        the_real_epoch_is_8192_records,
        a_stream_has_a_limit,
        the_top_octet_of_the_counter_is_zero,
        setups_that_are_none,
        a_closed_stream_keeps_its_numbers_only,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("record", list, T_COUNT(list));
}
