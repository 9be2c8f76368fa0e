/* SPDX-License-Identifier: LGPL-2.1-only */
#include "base/rd.h"

#include <string.h>

/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, len);
    ensures rd->rc == XLS_OK ==> \result == \old(rd->at) &&
            \valid_read(\result + (0 .. len - 1));
    ensures rd->rc != XLS_OK ==> \result == \null; */
static const uint8_t *take(struct xls_rd *rd, size_t len)
{
    const uint8_t *at = rd->at;

    if (rd->rc != XLS_OK) {
        return NULL;
    }
    if (len > rd->left) {
        rd->rc = XLS_PEER_SHORT;
        return NULL;
    }
    rd->left -= len;
    if (len != 0) {
        rd->at += len;
    }
    return at;
}

/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, width);
    ensures rd->rc != XLS_OK ==> \result == 0; */
static uint64_t take_be(struct xls_rd *rd, size_t width)
{
    const uint8_t *p = take(rd, width);
    uint64_t v = 0;

    /*@ loop invariant 0 <= i && (p != \null ==> i <= width);
        loop invariant p == \null ==> v == 0;
        loop assigns i, v;
        loop variant width - i; */
    for (size_t i = 0; p != NULL && i < width; i++) {
        v = v << 8 | p[i];
    }
    return v;
}

/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, width);
    ensures rd->rc != XLS_OK ==> \result == 0; */
static uint64_t take_le(struct xls_rd *rd, size_t width)
{
    const uint8_t *p = take(rd, width);
    uint64_t v = 0;

    /*@ loop invariant 0 <= i <= width;
        loop invariant p == \null ==> v == 0;
        loop assigns i, v;
        loop variant i; */
    for (size_t i = width; p != NULL && i > 0; i--) {
        v = v << 8 | p[i - 1];
    }
    return v;
}

struct xls_rd xls_rd_over(const void *buf, size_t len)
{
    struct xls_rd rd = {.at = buf, .left = len, .rc = XLS_OK};

    if (buf == NULL && len != 0) {
        rd.left = 0;
        rd.rc = XLS_BUG_CONTRACT;
    }
    return rd;
}

uint8_t xls_rd_u8(struct xls_rd *rd)
{
    return (uint8_t)take_be(rd, 1);
}

uint16_t xls_rd_u16be(struct xls_rd *rd)
{
    return (uint16_t)take_be(rd, 2);
}

uint32_t xls_rd_u32be(struct xls_rd *rd)
{
    return (uint32_t)take_be(rd, 4);
}

uint64_t xls_rd_u64be(struct xls_rd *rd)
{
    return take_be(rd, 8);
}

uint16_t xls_rd_u16le(struct xls_rd *rd)
{
    return (uint16_t)take_le(rd, 2);
}

uint32_t xls_rd_u32le(struct xls_rd *rd)
{
    return (uint32_t)take_le(rd, 4);
}

uint64_t xls_rd_u64le(struct xls_rd *rd)
{
    return take_le(rd, 8);
}

void xls_rd_copy(struct xls_rd *rd, void *out, size_t len)
{
    const uint8_t *p = take(rd, len);

    if (len == 0) {
        return;
    }
    if (p == NULL) {
        memset(out, 0, len);
        return;
    }
    memcpy(out, p, len);
}

struct xls_rd xls_rd_sub(struct xls_rd *rd, size_t len)
{
    struct xls_rd sub = {.at = NULL, .left = 0, .rc = XLS_OK};
    const uint8_t *p = take(rd, len);

    if (rd->rc != XLS_OK) {
        sub.rc = rd->rc;
        return sub;
    }
    sub.at = p;
    sub.left = len;
    return sub;
}

void xls_rd_range(struct xls_rd *rd, uint64_t v, uint64_t lo, uint64_t hi)
{
    if (rd->rc == XLS_OK && (v < lo || v > hi)) {
        rd->rc = XLS_PEER_RANGE;
    }
}

void xls_rd_zero(struct xls_rd *rd, size_t len)
{
    const uint8_t *p = take(rd, len);
    uint8_t seen = 0;

    /*@ loop invariant 0 <= i && (p != \null ==> i <= len);
        loop assigns i, seen;
        loop variant len - i; */
    for (size_t i = 0; p != NULL && i < len; i++) {
        seen |= p[i];
    }
    xls_rd_range(rd, seen, 0, 0);
}

enum xls_rc xls_rd_end(const struct xls_rd *rd)
{
    if (rd->rc != XLS_OK) {
        return rd->rc;
    }
    return rd->left == 0 ? XLS_OK : XLS_PEER_TRAIL;
}
