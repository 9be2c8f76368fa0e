/* SPDX-License-Identifier: LGPL-2.1-only */
#include <string.h>

#include "base/num.h"
#include "base/rc.h"
#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "t.h"

START_TEST(reader_reads_what_writer_wrote)
{
    uint8_t buf[64];
    uint8_t raw[3];
    size_t used = 0;
    struct xls_wr wr = xls_wr_over(buf, sizeof(buf));
    struct xls_rd rd;

    xls_wr_u8(&wr, 0x12);
    xls_wr_u16be(&wr, 0x3456);
    xls_wr_u32be(&wr, 0x789abcde);
    xls_wr_u64be(&wr, 0xf0123456789abcdeU);
    xls_wr_u16le(&wr, 0x3456);
    xls_wr_u32le(&wr, 0x789abcde);
    xls_wr_u64le(&wr, 0xf0123456789abcdeU);
    xls_wr_zero(&wr, 2);
    xls_wr_copy(&wr, "abc", 3);
    T(xls_wr_end(&wr, &used) == XLS_OK);
    T(used == 34);
    T(buf[1] == 0x34 && buf[2] == 0x56 && buf[15] == 0x56 && buf[16] == 0x34);

    rd = xls_rd_over(buf, used);
    T(xls_rd_u8(&rd) == 0x12);
    T(xls_rd_u16be(&rd) == 0x3456);
    T(xls_rd_u32be(&rd) == 0x789abcde);
    T(xls_rd_u64be(&rd) == 0xf0123456789abcdeU);
    T(xls_rd_u16le(&rd) == 0x3456);
    T(xls_rd_u32le(&rd) == 0x789abcde);
    T(xls_rd_u64le(&rd) == 0xf0123456789abcdeU);
    xls_rd_zero(&rd, 2);
    T(xls_rd_end(&rd) == XLS_PEER_TRAIL);
    xls_rd_copy(&rd, raw, sizeof(raw));
    T(memcmp(raw, "abc", 3) == 0);
    T(xls_rd_end(&rd) == XLS_OK);
}
END_TEST

START_TEST(first_failure_sticks)
{
    uint8_t buf[4] = {1, 2, 3, 4};
    uint8_t out[4] = {9, 9, 9, 9};
    struct xls_rd rd = xls_rd_over(buf, sizeof(buf));
    struct xls_rd sub;

    T(xls_rd_u64be(&rd) == 0);
    T(xls_rd_u8(&rd) == 0);
    xls_rd_copy(&rd, out, sizeof(out));
    T(out[0] == 0 && out[3] == 0);
    sub = xls_rd_sub(&rd, 1);
    T(xls_rd_end(&sub) == XLS_PEER_SHORT);
    xls_rd_range(&rd, 5, 0, 1);
    T(xls_rd_end(&rd) == XLS_PEER_SHORT);

    rd = xls_rd_over(buf, sizeof(buf));
    xls_rd_zero(&rd, 1);
    T(xls_rd_end(&rd) == XLS_PEER_RANGE);
    rd = xls_rd_over(NULL, 1);
    T(xls_rd_end(&rd) == XLS_BUG_CONTRACT);
}
END_TEST

START_TEST(sub_reader_is_bounded)
{
    uint8_t buf[4] = {1, 2, 3, 4};
    struct xls_rd rd = xls_rd_over(buf, sizeof(buf));
    struct xls_rd sub = xls_rd_sub(&rd, 2);

    T(xls_rd_u16be(&sub) == 0x0102 && xls_rd_end(&sub) == XLS_OK);
    T(xls_rd_u16le(&rd) == 0x0403 && xls_rd_end(&rd) == XLS_OK);
}
END_TEST

START_TEST(writer_stops_at_its_end)
{
    uint8_t buf[3] = {7, 7, 7};
    size_t used = 99;
    struct xls_wr wr = xls_wr_over(buf, 2);

    xls_wr_u32be(&wr, 1);
    xls_wr_u8(&wr, 1);
    T(xls_wr_end(&wr, &used) == XLS_BUG_CONTRACT);
    T(used == 99 && buf[0] == 7 && buf[2] == 7);
}
END_TEST

START_TEST(rounding_and_adding_know_their_limits)
{
    size_t out = 77;
    uint64_t sum = 5;

    for (size_t n = 0; n < 4096; n++) {
        T(xls_round_up(n, 8, &out) && out % 8 == 0 && out >= n && out - n < 8);
    }
    T(xls_round_up(0xffffffffU, 8, &out) && out == 0x100000000U);
    out = 77;
    T(!xls_round_up(SIZE_MAX, 8, &out) && out == 77);
    T(!xls_round_up(1, 6, &out) && out == 77);
    T(!xls_add_u64(UINT64_MAX, 1, &sum) && sum == 5);
    T(xls_add_u64(2, 3, &sum) && sum == 5);
}
END_TEST

START_TEST(secrets_compare_and_vanish)
{
    uint8_t a[32] = {0};
    uint8_t b[32] = {0};

    T(xls_same(a, b, sizeof(a)) == XLS_OK);
    for (size_t i = 0; i < sizeof(b); i++) {
        b[i] = 0x80;
        T(xls_same(a, b, sizeof(a)) == XLS_PEER_AUTH);
        xls_wipe(b, sizeof(b));
        T(xls_same(a, b, sizeof(a)) == XLS_OK);
    }
}
END_TEST

START_TEST(every_verdict_has_words)
{
    T(strcmp(xls_rc_name(XLS_OK), "ok") == 0);
    T(strcmp(xls_rc_name((enum xls_rc)0x7ff), "unknown") == 0);
    T(xls_rc_is_peer(XLS_PEER_TIME) && !xls_rc_is_peer(XLS_HOST_IO));
    T(!xls_rc_is_peer(XLS_OK) && !xls_rc_is_peer(XLS_BUG_CONTRACT));
    for (unsigned rc = XLS_PEER_SHORT; rc <= XLS_PEER_TIME; rc++) {
        T(strncmp(xls_rc_name((enum xls_rc)rc), "peer-", 5) == 0);
        T(xls_rc_text((enum xls_rc)rc)[0] != '\0');
    }
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        reader_reads_what_writer_wrote,
        first_failure_sticks,
        sub_reader_is_bounded,
        writer_stops_at_its_end,
        rounding_and_adding_know_their_limits,
        secrets_compare_and_vanish,
        every_verdict_has_words,
    };

    return t_run("base", list, T_COUNT(list));
}
