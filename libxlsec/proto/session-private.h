/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * session-private: what the session's files share.  Level 3, for session*.c
 * and their tests only.
 */
#ifndef XLS_PROTO_SESSION_PRIVATE_H
#define XLS_PROTO_SESSION_PRIVATE_H

#include "proto/payload.h"
#include "proto/session.h"

/* Frames on the wire, header and tag included. */
#define XLS_FRAME_LARGE (XLS_FRAME_HEAD + XLS_CONTROL_LARGE + XLS_TAG_LEN)
#define XLS_FRAME_SMALL (XLS_FRAME_HEAD + XLS_CONTROL_SMALL + XLS_TAG_LEN)

/* Behind a record: Evidence, which follows the final one, and some others. */
#define XLS_SESSION_WAITING 4

/* A frame, and the header of the next: so that one read() takes a record and
 * asks for no more than that. */
#define XLS_SESSION_IN (XLS_RECORD_FRAME + XLS_FRAME_HEAD)
#define XLS_SESSION_OUT                                                        \
    (XLS_RECORD_FRAME + XLS_FRAME_LARGE + XLS_SESSION_WAITING * XLS_FRAME_SMALL)

struct xls_session {
    enum xls_role role;
    enum xls_session_phase phase;
    enum xls_rc rc; /* the first error */
    bool has_peer;
    bool kem_offered; /* source: message 1 had an encapsulation key */
    bool kem_agreed;  /* both have its secret */
    bool lacks_kem;
    bool judged;    /* the head at the front of in was, and is good */
    size_t spent;   /* octets at the front of in that are done with */
    size_t in_len;  /* octets in in */
    size_t out_at;  /* the first octet to send */
    size_t out_len; /* the end of those to send */
    uint64_t peer_received;
    size_t heard_shown; /* octets of the peer's Evidence in this epoch */
    uint8_t expect[XLS_DH_LEN];
    uint8_t peer[XLS_DH_LEN];
    uint8_t h[XLS_HASH_LEN];
    uint8_t id[XLS_ID_LEN]; /* zero until it is known */
    uint8_t own_nonce[XLS_NONCE_LEN];
    uint8_t peer_nonce[XLS_NONCE_LEN];
    enum xls_pq pq;
    const struct xls_kem_ops *kem;      /* NULL: there is none */
    struct xls_kem_key kem_key;         /* source, until message 2; secret */
    uint8_t kem_text[XLS_KEM_TEXT_LEN]; /* destination, for message 2 */
    struct xls_frame head;              /* when judged, after the handshake */
    struct xls_noise noise;
    struct xls_cipher send;
    struct xls_cipher receive;
    struct xls_record record[XLS_STREAMS];
    struct xls_control control; /* of the event */
    _Alignas(64) uint8_t in[XLS_SESSION_IN];
    _Alignas(64) uint8_t out[XLS_SESSION_OUT];
};

/* The stream whose records may pass in this phase.  [P-74] */
enum xls_stream xls_session_stream(const struct xls_session *s);

/* A record, final or not, takes the session to the next phase. */
void xls_session_passed(struct xls_session *s, enum xls_session_phase next);

/* The epoch of Evidence in this phase: 1 once the last final record has
 * passed. */
uint32_t xls_session_epoch(const struct xls_session *s);

/* The first error: erase every key and every byte, and remember rc, which is
 * given back. */
enum xls_rc xls_session_kill(struct xls_session *s, enum xls_rc rc);

/* The session has come to its own end: erase the keys. */
void xls_session_close(struct xls_session *s);

/*
 * Write our next handshake message behind the bytes to send.  Kills on error.
 * Errors: the oracle's, XLS_PEER_AUTH, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_session_say_hello(struct xls_session *s);

/*
 * Take what the payload of the peer's handshake message n says.  Does not kill.
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT, XLS_PEER_POLICY, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_session_take_hello(struct xls_session *s,
                                                unsigned n,
                                                const uint8_t *payload);

/* Take up the keys of a complete handshake.  Kills on error. */
XLS_MUST_USE enum xls_rc xls_session_establish(struct xls_session *s);

#endif
