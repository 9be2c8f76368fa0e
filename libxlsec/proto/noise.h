/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * noise: the XX handshake with any psk modifiers, on 25519, ChaChaPoly and
 * SHA512 (Noise specification, revision 34).  Level 3.
 *
 * Pure: messages come and go as bytes, the ephemeral key pair is an input, and
 * the two things that need long-term secrets are asked of an oracle.
 */
#ifndef XLS_PROTO_NOISE_H
#define XLS_PROTO_NOISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "crypto/aead.h"
#include "crypto/dh.h"
#include "crypto/hash.h"
#include "proto/psk.h"
#include "proto/role.h"

#define XLS_NOISE_MAX      65535U /* a message, its tag included */
#define XLS_NOISE_MESSAGES 3      /* of the handshake */

/* Bit n of a set of modifiers stands for pskn, n from 0 to 3. */
#define XLS_NOISE_PSK(n)   (1U << (n))
#define XLS_NOISE_PSKS_OUR (XLS_NOISE_PSK(0) | XLS_NOISE_PSK(3))

/* What is asked of a mix; everything is borrowed during the call. */
struct xls_mix_ask {
    unsigned slot;       /* 0 or 3 with us; 0 to 3 in tests */
    const uint8_t *ck;   /* XLS_HASH_LEN octets, secret */
    const uint8_t *peer; /* slot 3: XLS_DH_LEN octets; else NULL */
    const uint8_t *kem;  /* slot 3: XLS_PSK_LEN octets, secret, or NULL */
};

/*
 * Who holds the long-term secrets.  A handshake asks for dh once and for each
 * slot once, and may block for the answer.  On any error but the one named
 * below the answer is not looked at.
 */
struct xls_noise_oracle {
    void *ctx;
    /*
     * X25519 of our static private key and pub (the peer's ephemeral).
     * Errors: XLS_PEER_AUTH (low order), and the oracle's own XLS_HOST_*.
     */
    enum xls_rc (*dh)(void *ctx, const uint8_t pub[XLS_DH_LEN],
                      struct xls_dh *out);
    /*
     * HKDF(ck, psk of the slot, 3), see xls_noise_mix_psk().  Slot 0 is the
     * fleet key; slot 3 is psk3, xls_psk3_derive() of the pairwise key of the
     * peer with this static key, or of NULL, and of kem.
     * Errors: XLS_HOST_*, and for slot 3 XLS_PEER_POLICY (this peer is unknown
     * or may not do this).  With XLS_PEER_POLICY the oracle of a destination
     * STILL FILLS *out, with no pairwise key for an unknown peer: the handshake
     * ends by verifying message 3 and is refused only then, so that a stranger
     * who merely claims a key learns nothing of our list, and the log can name
     * a proven key.  The handshake fails in any case.
     */
    enum xls_rc (*mix)(void *ctx, const struct xls_mix_ask *ask,
                       struct xls_mix *out);
};

/* One direction after the handshake; secret, xls_cipher_wipe(). */
struct xls_cipher {
    uint8_t key[XLS_KEY_LEN];
    uint64_t n; /* of the next message */
    bool keyed; /* false: dead, everything is XLS_BUG_CONTRACT */
};

/* What a handshake gives; secret, xls_noise_keys_wipe(). */
struct xls_noise_keys {
    struct xls_cipher send;
    struct xls_cipher receive;
    uint8_t secret[XLS_HASH_LEN];    /* third output of Split's HKDF */
    uint8_t h[XLS_HASH_LEN];         /* public: the transcript */
    uint8_t peer_static[XLS_DH_LEN]; /* public */
};

struct xls_noise_setup {
    enum xls_role role;      /* source: initiator; destination: responder */
    unsigned psks;           /* set of XLS_NOISE_PSK() */
    const uint8_t *prologue; /* borrowed during the call */
    size_t prologue_len;
    uint8_t own_static[XLS_DH_LEN];        /* public */
    const struct xls_noise_oracle *oracle; /* borrowed until wiped */
};

/* A handshake under way; secret, fields are private, xls_noise_wipe(). */
struct xls_noise {
    const struct xls_noise_oracle *oracle;
    enum xls_role role; /* XLS_ROLE_NONE, as in zero-filled memory: dead */
    unsigned psks;
    unsigned next; /* message, 0 to 3; 3: ready to split */
    bool has_rs;
    bool proven;  /* the message that carried rs was verified */
    bool refused; /* by the oracle's policy; told after message 3 */
    bool has_kem;
    uint8_t kem[XLS_PSK_LEN]; /* until slot 3 is asked for */
    struct xls_cipher cipher;
    uint8_t ck[XLS_HASH_LEN];
    uint8_t h[XLS_HASH_LEN];
    uint8_t own_static[XLS_DH_LEN];
    struct xls_dh_key e;
    uint8_t re[XLS_DH_LEN];
    uint8_t rs[XLS_DH_LEN];
};

/*
 * Begin a handshake in *st, which needs no initialisation.
 * Errors: XLS_BUG_CONTRACT (role, psks, a NULL); *st is then dead.
 */
XLS_MUST_USE enum xls_rc xls_noise_init(struct xls_noise *st,
                                        const struct xls_noise_setup *setup);

/* Erase everything; NULL does nothing. */
void xls_noise_wipe(struct xls_noise *st);

/* The octets that the next message has beyond its payload; 0 when none is
 * left. */
size_t xls_noise_overhead(const struct xls_noise *st);

/*
 * The peer's static public key (XLS_DH_LEN octets, borrowed), or NULL until the
 * message that carries it has been read and verified.  It is still there after
 * xls_noise_read() has failed with the oracle's XLS_PEER_POLICY, for the log.
 */
const uint8_t *xls_noise_peer(const struct xls_noise *st);

/* Have this secret mixed into psk3 with the pairwise key; it is copied. */
void xls_noise_add_kem(struct xls_noise *st, const uint8_t kem[XLS_PSK_LEN]);

/*
 * Write the next message to out, exactly overhead + len octets, size being the
 * room there.  e is our ephemeral key pair, new for every handshake, for the
 * message that first needs it (each side's first), else NULL; it is copied,
 * and the copy is erased by wipe and split.  After an error *st is dead and
 * out is zero.
 * Errors: the oracle's, XLS_PEER_AUTH (low order), XLS_BUG_CONTRACT (not our
 * turn, size, e).
 */
XLS_MUST_USE enum xls_rc xls_noise_write(struct xls_noise *st,
                                         const struct xls_dh_key *e,
                                         const uint8_t *payload, size_t len,
                                         uint8_t *out, size_t size);

/*
 * Read the next message, giving exactly len - overhead octets of payload, size
 * being the room there; msg and payload do not overlap.  After an error *st is
 * dead, and payload untouched or zero.
 * A first message that does not authenticate costs no X25519.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE (len above XLS_NOISE_MAX),
 * XLS_PEER_AUTH, XLS_PEER_POLICY (the peer's key is our own, or the oracle
 * refused it), the oracle's, XLS_BUG_CONTRACT (not our turn, size).
 */
XLS_MUST_USE enum xls_rc xls_noise_read(struct xls_noise *st,
                                        const uint8_t *msg, size_t len,
                                        uint8_t *payload, size_t size);

/*
 * After the last message: the keys.  *st is wiped in any case.
 * Errors: XLS_BUG_CONTRACT (the handshake is not complete); *out is then zero.
 */
XLS_MUST_USE enum xls_rc xls_noise_split(struct xls_noise *st,
                                         struct xls_noise_keys *out);

/* Erase; NULL does nothing. */
void xls_noise_keys_wipe(struct xls_noise_keys *keys);
void xls_cipher_wipe(struct xls_cipher *cipher);

/*
 * Transport messages: seal or open text with the next n, which goes up by one
 * only on XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_AUTH, XLS_BUG_CONTRACT (no key, or n has
 * reached 2^64 - 1, which Noise reserves).
 */
XLS_MUST_USE enum xls_rc xls_cipher_seal(struct xls_cipher *cipher,
                                         const struct xls_aead_text *text);
XLS_MUST_USE enum xls_rc xls_cipher_open(struct xls_cipher *cipher,
                                         const struct xls_aead_text *text);

#endif
