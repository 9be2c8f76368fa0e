/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * session: one migration as the wire process sees it: handshake, control
 * messages, and one stream of records from source to destination.  Level 3.
 *
 * No I/O and no clock: bytes go in, bytes come out.  The loop around it is
 *
 *     p = xls_session_out(s, &n);  write(p, n);  xls_session_sent(s, written);
 *     p = xls_session_in(s, &n);   read(p, n);   xls_session_took(s, got);
 *     while (xls_session_next(s, &event) is XLS_OK and event is not NONE) ...
 *     at end of file: xls_session_eof(s) is the verdict
 *
 * Any error but XLS_BUG_CONTRACT from a call made too early (marked below) is
 * the end: the session is dead, has nothing to send, and every later call
 * gives the first error again.  The peer is told nothing; close the
 * connection.
 *
 * The order of messages (doc/PROTOCOL.md section 6):
 *
 *     source                    destination
 *     EVIDENCE  --------------->
 *            <------------------ EVIDENCE (each after PARTs of it, if it is
 * long) OFFER  ------------------>
 *            <------------------ ADMIT, or REFUSE and closed
 *     records, last one final -> (FAILED from here until PREPARED)
 *     EVIDENCE  --------------->
 *            <------------------ EVIDENCE, both once more
 *            <------------------ PREPARED
 *     COMMIT ------------------> (ABORT instead, from ADMIT until COMMIT)
 *            <------------------ COMMITTED or BURNED, and closed
 *     ALIVE in both directions, from OFFER until closed
 */
#ifndef XLS_PROTO_SESSION_H
#define XLS_PROTO_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "crypto/kem.h"
#include "proto/control.h"
#include "proto/noise.h"
#include "proto/order.h"
#include "proto/payload.h"
#include "proto/record.h"
#include "proto/role.h"
#include "proto/suite.h"

struct xls_session; /* about 270 KiB, allocated at once */

struct xls_session_setup {
    enum xls_role role;
    const struct xls_noise_oracle *oracle; /* borrowed until free */
    uint8_t own_static[XLS_DH_LEN];        /* public */
    uint8_t id[XLS_ID_LEN]; /* source: the migration's; destination: zero */
    enum xls_pq pq;
    const struct xls_kem_ops *kem; /* xls_kem(), NULL for none; static */
    /* Source: the key of the host that the operator named.  Destination:
     * NULL, the oracle's slot 3 decides.  Borrowed during the call. */
    const uint8_t *expect_static;
};

enum xls_event_kind {
    XLS_EVENT_NONE = 0,    /* feed more bytes */
    XLS_EVENT_ESTABLISHED, /* the handshake is complete */
    XLS_EVENT_CONTROL,     /* the peer's message was accepted */
    XLS_EVENT_RECORD,      /* a record is whole: call xls_session_open() */
};

struct xls_event {
    enum xls_event_kind kind;
    /* ESTABLISHED: XLS_DH_LEN and XLS_HASH_LEN octets, valid until free.  A
     * source learns only from ADMIT that the destination accepted it. */
    const uint8_t *peer_static;
    const uint8_t *h;
    /* and XLS_NONCE_LEN, XLS_NONCE_LEN and XLS_ID_LEN octets */
    const uint8_t *own_nonce;
    const uint8_t *peer_nonce;
    const uint8_t *id;
    uint16_t suite; /* enum xls_suite */
    /* CONTROL: valid until the next call but out, sent and phase. */
    const struct xls_control *control;
};

/*
 * A new session.  A source's first message is at once there to be sent (this
 * asks the oracle for slot 0).  *out is written only on XLS_OK; the caller
 * owns it.
 * Errors: XLS_HOST_NOMEM, XLS_HOST_CONF (ML-KEM is required, and there is
 * none), the oracle's, XLS_BUG_CONTRACT (the setup).
 */
XLS_MUST_USE enum xls_rc xls_session_new(const struct xls_session_setup *setup,
                                         struct xls_session **out);

/* Wipe and free; NULL does nothing. */
void xls_session_free(struct xls_session *s);

/* Where it stands. */
enum xls_session_phase xls_session_phase(const struct xls_session *s);

/*
 * The peer's proven static key (XLS_DH_LEN octets, borrowed until free), or
 * NULL while there is none.  After XLS_PEER_POLICY, for the log: the key that
 * was refused, when the peer has proven to hold it.
 */
const uint8_t *xls_session_peer(const struct xls_session *s);

/* After XLS_PEER_POLICY: true when the peer was refused because we require
 * ML-KEM and it brings none, and not for its key. */
bool xls_session_lacks_kem(const struct xls_session *s);

/* Bytes to send, borrowed until the next call but phase, and how many; 0 when
 * there are none. */
const uint8_t *xls_session_out(const struct xls_session *s, size_t *len);

/* n of them (at most *len) were sent; more kills the session. */
void xls_session_sent(struct xls_session *s, size_t n);

/*
 * Where to put received bytes, and how many may come; *room is 0 while a
 * record waits to be opened or events wait to be taken, and when dead.  A call
 * to read() for all of it never takes bytes that the session does not want.
 */
uint8_t *xls_session_in(struct xls_session *s, size_t *room);

/* n bytes (at most the room) were put there.
 * Errors: the session's, XLS_BUG_CONTRACT (more than the room). */
XLS_MUST_USE enum xls_rc xls_session_took(struct xls_session *s, size_t n);

/*
 * The next event; call until it is XLS_EVENT_NONE.  This is where frames are
 * judged and the handshake asks the oracle.  *out is XLS_EVENT_NONE on error.
 * Errors: XLS_PEER_* (SHORT, RANGE, TRAIL, ORDER, AUTH, POLICY), the oracle's.
 * REFUSE and the like are events, not errors.
 */
XLS_MUST_USE enum xls_rc xls_session_next(struct xls_session *s,
                                          struct xls_event *out);

/*
 * Destination, after XLS_EVENT_RECORD: open the record into slot
 * (XLS_RECORD_PLAIN octets, see proto/record.h); *used octets of data are at
 * slot + XLS_RECORD_HEAD, and *final says that the stream is complete.  On
 * error the slot is zero or untouched, the rest untouched.
 * Errors: XLS_PEER_*, XLS_BUG_CONTRACT (no record waits; does not kill).
 */
XLS_MUST_USE enum xls_rc xls_session_open(struct xls_session *s, uint8_t *slot,
                                          size_t *used, bool *final);

/*
 * Source, in XLS_PHASE_STREAM: seal a slot filled by xls_record_fill(), or
 * filled in its way, and make it the bytes to send.  The slot is read during
 * the call and never written, and is free again afterwards.
 * Errors: XLS_BUG_CONTRACT (bytes wait to be sent, or the wrong phase: neither
 * kills; the slot's used-length: kills).
 */
XLS_MUST_USE enum xls_rc xls_session_seal(struct xls_session *s,
                                          const uint8_t *slot, bool final);

/*
 * Queue a message behind the bytes to send.  The session puts the migration's
 * id, whatever msg->id says.
 * In PREPARED it also puts its own numbers, and in a destination's ALIVE the
 * octets it opened, and in Evidence the epoch.  An ALIVE is not queued when
 * bytes wait to be sent: those say as much. Errors: XLS_BUG_CONTRACT (the phase
 * or the role does not permit it, or xls_control_put() refuses it, or more than
 * four wait); nothing is queued, and the session lives.
 */
XLS_MUST_USE enum xls_rc xls_session_control(struct xls_session *s,
                                             const struct xls_control *msg);

/* The verdict when the connection has ended: XLS_OK when closed in the
 * protocol's own way, the session's error, else XLS_PEER_SHORT. */
XLS_MUST_USE enum xls_rc xls_session_eof(const struct xls_session *s);

/* What has passed of both streams so far; zeros of what has not begun. */
void xls_session_sums(const struct xls_session *s,
                      struct xls_sums of[XLS_STREAMS]);

/* That stream so far; zeros when there is none. */
void xls_session_stats(const struct xls_session *s, enum xls_stream stream,
                       struct xls_record_stats *out);

#endif
