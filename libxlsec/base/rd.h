/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * rd: read fields from bytes we do not trust.  Level 0.
 *
 * A reader borrows its buffer: it never copies, frees or writes it.  The first
 * failure sticks; every later read yields zero and changes nothing, so a
 * parser reads straight down and asks once, at xls_rd_end().  Values read
 * before that answer are not to be acted on.
 */
#ifndef XLS_BASE_RD_H
#define XLS_BASE_RD_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

struct xls_rd {
    const uint8_t *at;
    size_t left;
    enum xls_rc rc;
};

/* What frama-c proves of a reader (doc/PROOF.md).  Sound: its left octets may
 * be read.  Took: n octets were there and are behind it, or it has failed and
 * stands where it stood. */
/*@ predicate xls_rd_sound{L}(struct xls_rd *rd) =
      \valid(rd) && \valid_read(rd->at + (0 .. rd->left - 1));

    predicate xls_rd_still{A, B}(struct xls_rd *rd) =
      \at(rd->at, B) == \at(rd->at, A) && \at(rd->left, B) == \at(rd->left, A);

    predicate xls_rd_took{A, B}(struct xls_rd *rd, integer n) =
      (\at(rd->rc, B) == XLS_OK ==>
         \at(rd->rc, A) == XLS_OK && n <= \at(rd->left, A) &&
         \at(rd->at, B) == \at(rd->at, A) + n &&
         \at(rd->left, B) == \at(rd->left, A) - n) &&
      (\at(rd->rc, B) != XLS_OK ==>
         xls_rd_still{A, B}(rd) &&
         (\at(rd->rc, A) == XLS_OK ==>
            n > \at(rd->left, A) && \at(rd->rc, B) == XLS_PEER_SHORT) &&
         (\at(rd->rc, A) != XLS_OK ==> \at(rd->rc, B) == \at(rd->rc, A)));
*/

/* Borrow len bytes at buf; buf may be NULL only when len is 0. */
/*@ requires \valid_read((const uint8_t *)buf + (0 .. len - 1));
    assigns \nothing;
    ensures \result.rc == XLS_OK && \result.left == len;
    ensures \result.at == (const uint8_t *)buf; */
struct xls_rd xls_rd_over(const void *buf, size_t len);

/* One unsigned number of the named width and byte order; 0 on failure. */
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 1);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint8_t xls_rd_u8(struct xls_rd *rd);
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 2);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint16_t xls_rd_u16be(struct xls_rd *rd);
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 4);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint32_t xls_rd_u32be(struct xls_rd *rd);
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 8);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint64_t xls_rd_u64be(struct xls_rd *rd);
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 2);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint16_t xls_rd_u16le(struct xls_rd *rd);
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 4);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint32_t xls_rd_u32le(struct xls_rd *rd);
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, 8);
    ensures rd->rc != XLS_OK ==> \result == 0; */
uint64_t xls_rd_u64le(struct xls_rd *rd);

/* Copy exactly len bytes to out; out is zeroed when the read fails. */
/*@ requires xls_rd_sound(rd) && \valid((uint8_t *)out + (0 .. len - 1));
    requires \separated(rd, (uint8_t *)out + (0 .. len - 1)) &&
             \separated(rd->at + (0 .. rd->left - 1),
                        (uint8_t *)out + (0 .. len - 1));
    assigns *rd, ((uint8_t *)out)[0 .. len - 1];
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, len); */
void xls_rd_copy(struct xls_rd *rd, void *out, size_t len);

/* A reader over the next len bytes, which rd then skips. */
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd) && xls_rd_took{Pre, Post}(rd, len);
    ensures \result.rc == rd->rc;
    ensures rd->rc == XLS_OK ==>
            \result.left == len && \result.at == \old(rd->at);
    ensures rd->rc != XLS_OK ==> \result.left == 0;
    ensures \valid_read(\result.at + (0 .. \result.left - 1)); */
struct xls_rd xls_rd_sub(struct xls_rd *rd, size_t len);

/* Fail with RANGE unless lo <= v <= hi (a length, a count, an id). */
/*@ requires \valid(rd);
    assigns rd->rc;
    ensures \old(rd->rc) != XLS_OK ==> rd->rc == \old(rd->rc);
    ensures \old(rd->rc) == XLS_OK ==>
            rd->rc == (lo <= v <= hi ? XLS_OK : XLS_PEER_RANGE); */
void xls_rd_range(struct xls_rd *rd, uint64_t v, uint64_t lo, uint64_t hi);

/* Fail with RANGE unless the next len bytes are all zero. */
/*@ requires xls_rd_sound(rd);
    assigns *rd;
    ensures xls_rd_sound(rd);
    ensures rd->rc == XLS_OK ==> xls_rd_took{Pre, Post}(rd, len);
    ensures \old(rd->rc) != XLS_OK ==> xls_rd_took{Pre, Post}(rd, len); */
void xls_rd_zero(struct xls_rd *rd, size_t len);

/* The verdict.  Bytes left over are XLS_PEER_TRAIL. */
/*@ requires \valid_read(rd);
    assigns \nothing;
    ensures \result == XLS_OK <==> rd->rc == XLS_OK && rd->left == 0;
    ensures rd->rc != XLS_OK ==> \result == rd->rc; */
XLS_MUST_USE enum xls_rc xls_rd_end(const struct xls_rd *rd);

#endif
