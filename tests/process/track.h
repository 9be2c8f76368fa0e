/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * track: which octet of which message passes, told from sizes and the kind
 * octet of frames alone (doc/PROTOCOL.md sections 3.2 and 4).
 *
 * ALIVE looks like any other control message from outside.  Among records it is
 * known for what it is, as nothing else comes there; a run in which one of the
 * ends had time to say it elsewhere is not told apart rightly.
 */
#ifndef XLS_TEST_TRACK_H
#define XLS_TEST_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum way { TO_DESTINATION, TO_SOURCE, WAYS };

enum part {
    PART_MSG1,
    PART_MSG3,
    PART_SHOWN, /* EVIDENCE of the source */
    PART_OFFER,
    PART_RECORD,
    PART_FINAL,
    PART_PIECE, /* a record of companions */
    PART_LAST,  /* the final one of them */
    PART_AGAIN, /* its second */
    PART_COMMIT,
    PART_MSG2,
    PART_BACK,  /* EVIDENCE of the destination */
    PART_ADMIT, /* or REFUSE */
    PART_BACK_AGAIN,
    PART_PREPARED,
    PART_COMMITTED, /* or BURNED */
    PART_ALIVE,     /* of the source, among records */
    PART_MORE,      /* beyond what a migration has */
    PARTS,
};

/* One octet of a migration; at == the part's size is behind its last. */
struct place {
    enum part part;
    uint64_t index; /* of the record, or the piece; else 0 */
    size_t at;
};

struct track {
    enum way way;
    enum part part;
    uint64_t index;
    size_t at;        /* octets of part that have passed */
    enum part before; /* in ALIVE: the part that it came after */
    bool begun;
    uint64_t total;
    uint64_t records; /* of the guest, final one included */
};

const char *part_name(enum part part);
enum way part_way(enum part part);
size_t part_size(enum part part);

struct track track_start(enum way way);

/*
 * Let len octets at p pass.  True when place is among them: *hit is how many
 * of them come before it (len when it is behind the last of them).
 */
bool track_pass(struct track *t, const uint8_t *p, size_t len,
                const struct place *place, size_t *hit);

#endif
