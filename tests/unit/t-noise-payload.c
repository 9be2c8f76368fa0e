/* SPDX-License-Identifier: LGPL-2.1-only */
/* The fields inside handshake messages, and the header of frames. */
#include <string.h>

#include "base/rd.h"
#include "base/wr.h"
#include "crypto/kem.h"
#include "proto/control.h"
#include "proto/frame.h"
#include "proto/payload.h"
#include "t.h"

static uint8_t buf[XLS_PAYLOAD_LONG];
static uint8_t value[XLS_KEM_PUB_LEN];

/* Where the mandatory fields end in messages 1 and 2, when they come first. */
#define NONCE_END (4U + XLS_NONCE_LEN)

/* A field; the writer is over buf. */
static void field(struct xls_wr *wr, uint16_t type, uint16_t len)
{
    xls_wr_u16be(wr, type);
    xls_wr_u16be(wr, len);
    for (uint16_t i = 0; i < len; i++) {
        xls_wr_u8(wr, 0xaa);
    }
}

static struct xls_wr begin(void)
{
    memset(buf, 0, sizeof(buf));
    return xls_wr_over(buf, sizeof(buf));
}

/* What message n says of buf. */
static enum xls_rc get(unsigned n)
{
    struct xls_payload out;

    return xls_payload_get(n, buf, xls_payload_size(n), &out);
}

/* All that message n may have, in what points to value. */
static struct xls_payload everything(unsigned n)
{
    struct xls_payload all = {{NULL}};

    memset(value, 0x55, sizeof(value));
    all.field[n < 2 ? XLS_FIELD_NONCE : XLS_FIELD_ID] = value;
    if (n < 2) {
        all.field[n == 0 ? XLS_FIELD_KEM_PUB : XLS_FIELD_KEM_TEXT] = value;
    }
    return all;
}

/* [P-7] */
START_TEST(sizes_are_fixed)
{
    T(xls_payload_size(0) == 1280 && xls_payload_size(1) == 1280);
    T(xls_payload_size(2) == 64);
    T(xls_payload_size(3) == 0 && xls_payload_size(~0U) == 0);
}
END_TEST

/* [P-44], written down a second time */
START_TEST(each_field_has_its_place)
{
    static const struct {
        unsigned n;
        size_t at;
        uint8_t head[4];
        size_t len;
    } rows[] = {
        {0, 0, {0x00, 0x03, 0x04, 0xa0}, 1184},
        {0, 1188, {0x80, 0x01, 0x00, 0x20}, 32},
        {1, 0, {0x00, 0x04, 0x04, 0x40}, 1088},
        {1, 1092, {0x80, 0x01, 0x00, 0x20}, 32},
        {2, 0, {0x80, 0x02, 0x00, 0x10}, 16},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct xls_payload all = everything(rows[i].n);

        memset(buf, 0x99, sizeof(buf));
        T(xls_payload_put(rows[i].n, &all, buf) == XLS_OK);
        T(memcmp(buf + rows[i].at, rows[i].head, 4) == 0);
        for (size_t k = 0; k < rows[i].len; k++) {
            T(buf[rows[i].at + 4 + k] == 0x55);
        }
        T(rows[i].n != 2 || buf[20] == 0);
        T(buf[xls_payload_size(rows[i].n) - 1] == 0);
        T(rows[i].n != 2 || buf[64] == 0x99);
    }
}
END_TEST

/* [P-44] */
START_TEST(what_is_written_is_read)
{
    for (unsigned n = 0; n < 3; n++) {
        for (unsigned without = 0; without <= XLS_FIELDS; without++) {
            struct xls_payload say = everything(n);
            struct xls_payload got = {{value, value, value, value}};
            bool is_there = without < XLS_FIELDS && say.field[without] != NULL;
            bool must = without == XLS_FIELD_NONCE || without == XLS_FIELD_ID;

            if (without < XLS_FIELDS) {
                say.field[without] = NULL;
            }
            if (is_there && must) {
                T(xls_payload_put(n, &say, buf) == XLS_BUG_CONTRACT);
                T(buf[0] == 0 && buf[1] == 0);
                T(get(n) == XLS_PEER_RANGE);
                continue;
            }
            T(xls_payload_put(n, &say, buf) == XLS_OK);
            T(xls_payload_get(n, buf, xls_payload_size(n), &got) == XLS_OK);
            for (unsigned f = 0; f < XLS_FIELDS; f++) {
                T((got.field[f] != NULL) == (say.field[f] != NULL));
                T(got.field[f] == NULL || *got.field[f] == 0x55);
                T(got.field[f] == NULL ||
                  (got.field[f] > buf && got.field[f] < buf + sizeof(buf)));
            }
        }
    }
}
END_TEST

/* [P-44]: no field is welcome in another message */
START_TEST(a_field_has_its_messages)
{
    static const uint16_t types[XLS_FIELDS] = {3, 4, 0x8001, 0x8002};
    static const uint16_t lens[XLS_FIELDS] = {1184, 1088, 32, 16};

    for (unsigned n = 0; n < 3; n++) {
        for (unsigned f = 0; f < XLS_FIELDS; f++) {
            struct xls_payload say = everything(n);
            struct xls_wr wr = begin();
            bool own = say.field[f] != NULL;
            bool must = f >= XLS_FIELD_NONCE;

            if (n == 2 && lens[f] > 44) {
                continue; /* does not fit */
            }
            if (!must) {
                field(&wr, types[f], lens[f]);
            }
            if (n < 2) {
                field(&wr, 0x8001, 32);
            }
            if (must && f != XLS_FIELD_NONCE) {
                field(&wr, types[f], lens[f]);
            } else if (n == 2) {
                if (f == XLS_FIELD_NONCE) {
                    field(&wr, types[f], lens[f]);
                }
                field(&wr, 0x8002, 16);
            }
            T(wr.rc == XLS_OK);
            T(get(n) == (own ? XLS_OK : XLS_PEER_RANGE));
            say.field[f] = value;
            T(xls_payload_put(n, &say, buf) ==
              (own ? XLS_OK : XLS_BUG_CONTRACT));
        }
    }
}
END_TEST

/* [P-44] */
START_TEST(a_known_field_has_its_size)
{
    for (uint16_t len = 0; len < 1230; len++) {
        struct xls_wr wr = begin();

        field(&wr, 3, len);
        field(&wr, 0x8001, 32);
        T(get(0) == (len == 1184 ? XLS_OK : XLS_PEER_RANGE));
        wr = begin();
        field(&wr, 4, len);
        field(&wr, 0x8001, 32);
        T(get(1) == (len == 1088 ? XLS_OK : XLS_PEER_RANGE));
        wr = begin();
        field(&wr, 0x8001, len);
        T(get(0) == (len == 32 ? XLS_OK : XLS_PEER_RANGE));
        wr = begin();
        field(&wr, 0x8002, len);
        T(get(2) == (len == 16   ? XLS_OK
                     : len <= 60 ? XLS_PEER_RANGE
                                 : XLS_PEER_SHORT));
    }
}
END_TEST

/* [P-46] */
START_TEST(an_id_of_zeros_is_none)
{
    struct xls_payload say = {{NULL}};

    (void)begin();
    memset(value, 0, sizeof(value));
    say.field[XLS_FIELD_ID] = value;
    T(xls_payload_put(2, &say, buf) == XLS_BUG_CONTRACT);
    buf[0] = 0x80;
    buf[1] = 2;
    buf[3] = 16;
    T(get(2) == XLS_PEER_RANGE);
    for (size_t i = 4; i < 20; i++) {
        buf[i] = 1;
        T(get(2) == XLS_OK);
        buf[i] = 0;
    }
}
END_TEST

/* [P-8] [P-44]: nothing is no payload of any message */
START_TEST(nothing_is_no_payload)
{
    struct xls_payload out = {{value, NULL, NULL, value}};

    (void)begin();
    for (unsigned n = 0; n < 4; n++) {
        T(get(n) == XLS_PEER_RANGE);
        T(xls_payload_get(n, buf, 2, &out) == XLS_PEER_RANGE);
        T(xls_payload_get(n, buf, 0, &out) == XLS_PEER_RANGE);
        T(xls_payload_get(n, buf, 1, &out) == XLS_PEER_SHORT);
    }
    T(out.field[0] == value && out.field[3] == value); /* untouched */
}
END_TEST

/* [P-8] [P-2] */
START_TEST(padding_is_zero)
{
    for (size_t i = NONCE_END; i < XLS_PAYLOAD_LONG; i++) {
        struct xls_wr wr = begin();

        field(&wr, 0x8001, 32);
        buf[i] = 1;
        /* the first two would be a type, with a length that is zero: 1 does
         * not ascend, and 256 neither */
        T(get(0) == XLS_PEER_RANGE);
    }
}
END_TEST

/* [P-9] */
START_TEST(unknown_fields_are_skipped_unless_mandatory)
{
    struct xls_wr wr = begin();

    field(&wr, 1, 0);
    field(&wr, 2, 1184);
    field(&wr, 0x7fff, 3);
    field(&wr, 0x8001, 32);
    T(get(0) == XLS_OK);
    field(&wr, 0x8003, 0);
    T(get(0) == XLS_PEER_RANGE);
    wr = begin();
    field(&wr, 0x8000, 0);
    field(&wr, 0x8001, 32);
    T(get(0) == XLS_PEER_RANGE);
    for (unsigned type = 0x8003; type <= 0xffff; type += 0x7ff) {
        wr = begin();
        field(&wr, 0x8001, 32);
        field(&wr, (uint16_t)type, 4);
        T(get(0) == XLS_PEER_RANGE);
    }
}
END_TEST

/* [P-8] */
START_TEST(types_ascend)
{
    static const uint16_t rows[][3] = {
        {5, 5, XLS_PEER_RANGE},
        {5, 2, XLS_PEER_RANGE},
        {2, 5, XLS_OK},
    };

    for (size_t i = 0; i < T_COUNT(rows); i++) {
        struct xls_wr wr = begin();

        field(&wr, rows[i][0], 2);
        field(&wr, rows[i][1], 2);
        field(&wr, 0x8001, 32);
        T(get(1) == (enum xls_rc)rows[i][2]);
    }
    for (unsigned first = 0; first < 2; first++) {
        struct xls_wr wr = begin();

        field(&wr, 0x8001, 32); /* twice; or an optional one behind it */
        field(&wr, first == 0 ? 0x8001 : 5, 32);
        T(get(1) == XLS_PEER_RANGE);
    }
}
END_TEST

/* [P-8] */
START_TEST(fields_lie_inside)
{
    /* 1240 leaves room for the nonce, 1239 for half an end mark too, and 1276
     * for nothing: then the nonce is what is wrong */
    for (uint16_t len = 1230; len < 1290; len++) {
        struct xls_wr wr = begin();

        field(&wr, 1, len);
        field(&wr, 0x8001, 32);
        T(get(0) == (len <= 1240 && len != 1239 ? XLS_OK
                     : len == 1276              ? XLS_PEER_RANGE
                                                : XLS_PEER_SHORT));
    }
    /* an exact fit has no end mark; half a mark is none */
    for (uint16_t cut = 0; cut < 4; cut++) {
        struct xls_wr wr = begin();

        field(&wr, 1, (uint16_t)(40 - cut));
        field(&wr, 0x8002, 16);
        T(get(2) == (cut == 1 ? XLS_PEER_SHORT : XLS_OK));
    }
}
END_TEST

/* [P-18] */
START_TEST(header_ruler)
{
    const struct xls_frame frame = {XLS_FRAME_RECORD, 0x1234, 0x56789abc,
                                    0x0102030405060708U};
    static const uint8_t want[XLS_FRAME_HEAD] = {
        2, 0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 1, 2, 3, 4, 5, 6, 7, 8};
    uint8_t out[XLS_FRAME_HEAD];
    struct xls_frame back;

    xls_frame_put(&frame, out);
    T(memcmp(out, want, sizeof(out)) == 0);
    T(xls_frame_get(out, &back) == XLS_OK);
    T(back.kind == frame.kind && back.stream == frame.stream);
    T(back.len == frame.len && back.counter == frame.counter);
}
END_TEST

/* [P-19] [P-2] every value of the first two octets */
START_TEST(header_kinds)
{
    uint8_t in[XLS_FRAME_HEAD] = {0};
    struct xls_frame out = {XLS_FRAME_NONE, 77, 77, 77};

    for (unsigned kind = 0; kind < 256; kind++) {
        for (unsigned zero = 0; zero < 256; zero++) {
            bool good = kind >= 1 && kind <= 3 && zero == 0;

            in[0] = (uint8_t)kind;
            in[1] = (uint8_t)zero;
            out.stream = 77;
            T(xls_frame_get(in, &out) == (good ? XLS_OK : XLS_PEER_RANGE));
            T(out.stream == (good ? 0 : 77));
        }
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        sizes_are_fixed,
        each_field_has_its_place,
        what_is_written_is_read,
        a_field_has_its_messages,
        a_known_field_has_its_size,
        an_id_of_zeros_is_none,
        nothing_is_no_payload,
        padding_is_zero,
        unknown_fields_are_skipped_unless_mandatory,
        types_ascend,
        fields_lie_inside,
        header_ruler,
        header_kinds,
    };

    return t_run("noise-payload", list, T_COUNT(list));
}
