/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ring: stream data between guard and wire, through shared memory.  Level 5.
 *
 * One producer, one consumer, a fixed number of slots, each with the plaintext
 * of one record (proto/record.h: used-length, then data) and whether it is the
 * last.  A
 * stream socket pair is the doorbell: it wakes the other side only when that
 * side said that it sleeps, and its end of file says that the other side is
 * gone.  The other side is a less trusted process: its counters and lengths are
 * judged on every use, and a consumer that must not see data change under it
 * copies a slot before it looks (host/guard does).
 */
#ifndef XLS_HOST_RING_H
#define XLS_HOST_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

enum {
    /* What waits here at the source waits before the guest's last pages, and is
     * downtime on a slow link: no more than keeps both processes busy. */
    XLS_RING_SLOTS = 4,
    XLS_RING_SLOT = 131072, /* equals XLS_RECORD_PLAIN; asserted in ring.c */
};

struct xls_ring_shared;

struct xls_ring {
    struct xls_ring_shared *shared;
    uint8_t *slots;
    uint32_t at; /* our own counter: what we produced or consumed */
    int bell;    /* owned */
    bool is_producer;
};

/* What two processes share: inherit these, then map. */
struct xls_ring_fds {
    int memory;
    int bell[2]; /* [0] the producer's, [1] the consumer's */
};

/* New shared memory, sealed in size, and its doorbell; the caller owns the
 * three descriptors.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_ring_create(struct xls_ring_fds *out);

/* Close what is open of fds. */
void xls_ring_fds_close(struct xls_ring_fds *fds);

/*
 * Map one side.  Takes over bell (also on error); memory stays the caller's and
 * may be closed.  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_ring_map(struct xls_ring *ring, int memory,
                                      int bell, bool is_producer);

/* Unmap and close the bell, which tells the other side that we are gone. */
void xls_ring_unmap(struct xls_ring *ring);

/*
 * Producer: the next slot to fill, XLS_RING_SLOT bytes, or NULL while all are
 * full.  Errors: XLS_PEER_RANGE (the other side's counters are impossible).
 */
XLS_MUST_USE enum xls_rc xls_ring_claim(struct xls_ring *ring, uint8_t **slot);

/* Producer: hand the claimed slot over, with used bytes of data in it from
 * XLS_RECORD_HEAD on; the used-length at its front is written here. */
void xls_ring_publish(struct xls_ring *ring, size_t used, bool last);

/*
 * Consumer: the next full slot, or *slot = NULL while there is none.  It stays
 * valid until released.  Errors: XLS_PEER_RANGE.
 */
XLS_MUST_USE enum xls_rc xls_ring_peek(struct xls_ring *ring,
                                       const uint8_t **slot, size_t *used,
                                       bool *last);

/* Consumer: give the slot back. */
void xls_ring_release(struct xls_ring *ring);

/*
 * Say that we are about to sleep on ring->bell (POLLIN).  False: do not sleep,
 * there is something to do already.
 */
bool xls_ring_sleep(struct xls_ring *ring);

/*
 * After the sleep: take the doorbell's rings.  False: the other side is gone
 * (slots that it published can still be taken).
 */
bool xls_ring_wake(struct xls_ring *ring);

#endif
