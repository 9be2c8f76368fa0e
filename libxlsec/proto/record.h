/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * record: the data of one stream in one direction, sealed.  Level 3.
 *
 * A slot is the plaintext of a record and has one size:
 *
 *     used u32be || used octets of data || zero padding      XLS_RECORD_PLAIN
 *
 * A frame is a record on the wire: header, ciphertext, tag.  XLS_RECORD_FRAME
 */
#ifndef XLS_PROTO_RECORD_H
#define XLS_PROTO_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "proto/frame.h"

#define XLS_RECORD_PLAIN 131072U /* a slot: 128 KiB */
#define XLS_RECORD_HEAD  4U      /* of a slot: the used-length */
#define XLS_RECORD_DATA  (XLS_RECORD_PLAIN - XLS_RECORD_HEAD)
#define XLS_RECORD_FRAME (XLS_FRAME_HEAD + XLS_RECORD_PLAIN + XLS_TAG_LEN)

#define XLS_RECORD_EPOCH  8192U        /* records under one key: 1 GiB */
#define XLS_RECORD_LIMIT  (1ULL << 45) /* records of a stream: epoch is u32 */
#define XLS_RECORD_PREFIX 15

enum xls_direction {
    XLS_DIRECTION_NONE = 0,
    XLS_DIRECTION_FORTH = 1, /* source to destination */
    XLS_DIRECTION_BACK = 2,  /* destination to source; not used yet */
};

struct xls_record_setup {
    const uint8_t *secret; /* XLS_HASH_LEN, of the session; borrowed */
    const uint8_t *h;      /* XLS_HASH_LEN, the transcript; borrowed */
    uint16_t stream;
    enum xls_direction direction;
    uint32_t epoch_records; /* XLS_RECORD_EPOCH; tests may lower it */
};

/* What passed so far; public. */
struct xls_record_stats {
    uint64_t records;
    uint64_t bytes;               /* of data: padding is not counted */
    uint8_t digest[XLS_HASH_LEN]; /* SHA-512 of all tags, in order */
    bool ended;                   /* the final record has passed */
};

/* One end of a stream; secret, fields are private, xls_record_wipe(). */
struct xls_record {
    uint8_t secret[XLS_HASH_LEN]; /* gives this epoch's key, and the next */
    uint8_t key[XLS_KEY_LEN];
    uint8_t prefix[XLS_RECORD_PREFIX];
    uint8_t h[XLS_HASH_LEN];
    uint16_t stream;
    enum xls_direction direction;
    uint32_t epoch;
    uint32_t epoch_records;
    uint32_t epoch_left;
    uint64_t counter;
    uint64_t bytes;
    struct xls_hash tags;
    bool live; /* zero-filled memory is dead */
    bool ended;
};

/*
 * Begin a stream in *rec, which needs no initialisation.
 * Errors: XLS_BUG_CONTRACT (a NULL, no direction, no records in an epoch);
 * *rec is then dead.
 */
XLS_MUST_USE enum xls_rc xls_record_init(struct xls_record *rec,
                                         const struct xls_record_setup *setup);

/* Erase everything; NULL does nothing. */
void xls_record_wipe(struct xls_record *rec);

/* Erase the keys and keep the numbers: nothing more can be sealed or opened. */
void xls_record_close(struct xls_record *rec);

/*
 * For whoever fills a slot: write the used-length at its front and zeros from
 * the end of the data to the end of the slot; the data itself, used octets from
 * slot + XLS_RECORD_HEAD on, is the caller's.
 * Errors: XLS_BUG_CONTRACT (used above XLS_RECORD_DATA); slot is untouched.
 */
XLS_MUST_USE enum xls_rc xls_record_fill(uint8_t *slot, size_t used);

/*
 * Seal the slot (XLS_RECORD_PLAIN readable octets) into frame
 * (XLS_RECORD_FRAME octets).  The slot is never written.  Its used-length is
 * read; a slot that is not full is padded with zeros in the frame, whatever
 * stands in the slot after its data.  It may be memory that another process
 * can change: what is then sealed is that process's affair, nothing else is.
 * Errors, after which *rec is dead and frame zero: XLS_BUG_CONTRACT (the
 * used-length, a final record was sealed before, the limit was reached).
 */
XLS_MUST_USE enum xls_rc xls_record_seal(struct xls_record *rec,
                                         const uint8_t *slot, bool final,
                                         uint8_t *frame);

/*
 * Open the frame (XLS_RECORD_FRAME octets) into slot (XLS_RECORD_PLAIN
 * octets); *used octets of data are then at slot + XLS_RECORD_HEAD.
 * Errors, after which *rec is dead, slot zero, the rest untouched:
 * XLS_PEER_RANGE (header, used-length, padding), XLS_PEER_ORDER (counter,
 * anything after a final record), XLS_PEER_AUTH.
 */
XLS_MUST_USE enum xls_rc xls_record_open(struct xls_record *rec,
                                         const uint8_t *frame, uint8_t *slot,
                                         size_t *used, bool *final);

/* What passed so far; of a dead stream, zeros. */
void xls_record_stats(const struct xls_record *rec,
                      struct xls_record_stats *out);

#endif
