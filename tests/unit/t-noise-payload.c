/* SPDX-License-Identifier: LGPL-2.1-only */
/* The fields inside handshake messages, and the header of frames. */
#include <string.h>

#include "base/rd.h"
#include "base/wr.h"
#include "proto/frame.h"
#include "proto/payload.h"
#include "t.h"

static uint8_t buf[XLS_PAYLOAD_LONG];

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

/* [P-7] */
START_TEST(sizes_are_fixed)
{
    T(xls_payload_size(0) == 1280 && xls_payload_size(1) == 1280);
    T(xls_payload_size(2) == 64);
    T(xls_payload_size(3) == 0 && xls_payload_size(~0U) == 0);
}
END_TEST

/* [P-8] */
START_TEST(nothing_is_a_payload)
{
    (void)begin();
    T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_OK);
    T(xls_payload_judge(buf, XLS_PAYLOAD_SHORT) == XLS_OK);
    T(xls_payload_judge(buf, 2) == XLS_OK);
    T(xls_payload_judge(buf, 0) == XLS_OK);
    T(xls_payload_judge(buf, 1) == XLS_PEER_SHORT);
}
END_TEST

/* [P-8] [P-2] */
START_TEST(padding_is_zero)
{
    for (size_t i = 2; i < XLS_PAYLOAD_LONG; i++) {
        (void)begin();
        buf[i] = 1;
        T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_PEER_RANGE);
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
    T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_OK);
    field(&wr, 0x8000, 0);
    T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_PEER_RANGE);
    for (unsigned type = 0x8000; type <= 0xffff; type += 0x7ff) {
        wr = begin();
        field(&wr, (uint16_t)type, 4);
        T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_PEER_RANGE);
    }
}
END_TEST

/* [P-8] */
START_TEST(types_ascend)
{
    struct xls_wr wr = begin();

    field(&wr, 5, 2);
    field(&wr, 5, 2);
    T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_PEER_RANGE);
    wr = begin();
    field(&wr, 5, 2);
    field(&wr, 4, 2);
    T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_PEER_RANGE);
    wr = begin();
    field(&wr, 4, 2);
    field(&wr, 5, 2);
    T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) == XLS_OK);
}
END_TEST

/* [P-8] */
START_TEST(fields_lie_inside)
{
    /* 1276 fits; 1275 leaves half an end mark */
    for (uint16_t len = 1270; len < 1290; len++) {
        struct xls_wr wr = begin();

        xls_wr_u16be(&wr, 1);
        xls_wr_u16be(&wr, len);
        T(xls_payload_judge(buf, XLS_PAYLOAD_LONG) ==
          (len <= 1276 && len != 1275 ? XLS_OK : XLS_PEER_SHORT));
    }
    /* an exact fit has no end mark; half a mark is none */
    for (size_t cut = 0; cut < 4; cut++) {
        struct xls_wr wr = begin();

        field(&wr, 1, (uint16_t)(XLS_PAYLOAD_SHORT - 4 - cut));
        T(xls_payload_judge(buf, XLS_PAYLOAD_SHORT) ==
          (cut == 1 ? XLS_PEER_SHORT : XLS_OK));
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
        sizes_are_fixed, nothing_is_a_payload,
        padding_is_zero, unknown_fields_are_skipped_unless_mandatory,
        types_ascend,    fields_lie_inside,
        header_ruler,    header_kinds,
    };

    return t_run("noise-payload", list, T_COUNT(list));
}
