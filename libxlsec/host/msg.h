/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * msg: what the processes of one migration say to each other.  Level 5.
 *
 * Bodies are packed, numbers big-endian, read with base/rd and written with
 * base/wr.  These messages never leave the host.
 *
 *   who -> whom          type            body
 *   toolstack -> keys    KEYS_START      role u8, peer name (text; responder:
 *                                        "") then NUL, then configuration
 *                                        directory
 *   keys -> toolstack    KEYS_READY      own key 32, peer's key 32 (or zero),
 *                                        kind of our Evidence u8
 *   keys -> toolstack    KEYS_PEER       the key 32 that the peer claims, and
 *                                        its name (text; "": not accepted)
 *   wire -> keys         DH              public key 32
 *   wire -> keys         MIX             slot u8, ck 64, peer's key 32,
 *                                        ML-KEM's secret: is there u8, and 32
 *   keys -> wire         DH_DONE         rc u32, shared 32
 *   keys -> wire         MIX_DONE        rc u32, 3 x 64
 *   wire -> keys         SHOW            epoch u32, suite u16, h 64, the peer's
 *                                        nonce 32, migration id 16, digest of
 *                                        the streams' sums 32 (epoch 0: zero)
 *   keys -> wire         SHOWN           last u8, octets of our Evidence
 *   toolstack -> keys    KEYS_MEASURED   the lines of a software Attester
 *   toolstack -> wire    WIRE_START      role u8, own key 32, peer's key 32,
 *                                        migration id 16 (or zero), enum xls_pq
 *                                        u8, handshake ms u32, stall ms u32
 *   toolstack -> wire    CONTROL         an encoded control message
 *   toolstack -> wire    WIRE_CLOSE      -       nothing more will be sent
 *   wire -> toolstack    WIRE_UP         peer's key 32, h 64, own nonce 32,
 *                                        peer's nonce 32, migration id 16,
 *                                        enum xls_suite u16
 *   wire -> toolstack    CONTROL         an encoded control message
 *   wire -> toolstack    WIRE_BEGUN      -       the stream's first record came
 *   wire -> toolstack    WIRE_STREAM     stream u8, records u64, bytes u64,
 *                                        digest 64: its last record went or
 *                                        came
 *   wire -> toolstack    WIRE_NEXT       -       source: a piece of the archive
 *                                        of companions may be sent
 *   toolstack -> wire    ARCHIVE         last u8, octets: such a piece
 *   wire -> toolstack    ARCHIVE         last u8, octets: one that has come
 *   wire -> toolstack    WIRE_COUNT      octets on the wire u64, so far
 *   toolstack -> guard   GUARD_CONFIG    the domain config (JSON text)
 *   guard -> toolstack   GUARD_CONFIG    facts, then our own text of it
 *   toolstack -> guard   GUARD_START     inward u8, format u8, type u8,
 *                                        pages u64, vcpus u32
 *   guard -> toolstack   GUARD_BEGUN     -       judged octets are in the pipe
 *   guard -> toolstack   GUARD_COUNT     bytes u64, pages u64, passes over
 *                                        memory u32, so far
 *   guard -> toolstack   GUARD_DONE      the same: whole, and good
 *   toolstack -> verify  VERIFY_START    see host/verify.h
 *   toolstack -> verify  VERIFY_POLICY   last u8, text of the policy
 *   toolstack -> verify  VERIFY_SUMS     digest of the streams' sums 32,
 *                                        before the second Evidence
 *   toolstack -> verify  VERIFY_PART     last u8, octets of the peer's Evidence
 *   verify -> toolstack  VERIFY_SAID     a line that explains a refusal (text)
 *   verify -> toolstack  VERIFY_DONE     what holds, see host/verify.h
 *   any -> toolstack     FAILED          rc u32, then a sentence (text)
 *
 * FAILED is a process's last message.
 */
#ifndef XLS_HOST_MSG_H
#define XLS_HOST_MSG_H

#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/ipc.h"
#include "proto/role.h"

enum xls_msg {
    XLS_MSG_NONE,
    XLS_MSG_KEYS_START,
    XLS_MSG_KEYS_READY,
    XLS_MSG_KEYS_PEER,
    XLS_MSG_DH,
    XLS_MSG_DH_DONE,
    XLS_MSG_MIX,
    XLS_MSG_MIX_DONE,
    XLS_MSG_SHOW,
    XLS_MSG_SHOWN,
    XLS_MSG_KEYS_MEASURED,
    XLS_MSG_WIRE_START,
    XLS_MSG_WIRE_CLOSE,
    XLS_MSG_WIRE_UP,
    XLS_MSG_WIRE_BEGUN,
    XLS_MSG_WIRE_STREAM,
    XLS_MSG_WIRE_NEXT,
    XLS_MSG_ARCHIVE,
    XLS_MSG_WIRE_COUNT,
    XLS_MSG_CONTROL,
    XLS_MSG_GUARD_CONFIG,
    XLS_MSG_GUARD_START,
    XLS_MSG_GUARD_BEGUN,
    XLS_MSG_GUARD_COUNT,
    XLS_MSG_GUARD_DONE,
    XLS_MSG_VERIFY_START,
    XLS_MSG_VERIFY_POLICY,
    XLS_MSG_VERIFY_SUMS,
    XLS_MSG_VERIFY_PART,
    XLS_MSG_VERIFY_SAID,
    XLS_MSG_VERIFY_DONE,
    XLS_MSG_FAILED,
};

/* Octets of a SHOW. */
#define XLS_SHOW_BODY 150

/* Say FAILED with rc and why's sentence (or rc's own); errors are ignored, for
 * there is nobody else to tell. */
void xls_msg_failed(int fd, enum xls_rc rc, const struct xls_why *why);

/* Take a FAILED message apart: its rc is returned, its sentence, made
 * harmless, goes into why.  Errors: XLS_PEER_RANGE when it is malformed. */
enum xls_rc xls_msg_read_failed(const struct xls_ipc_msg *msg,
                                struct xls_why *why);

#endif
