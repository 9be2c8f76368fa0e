/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/wr.h"
#include "host/fd.h"
#include "proto/record.h"

_Static_assert(XLS_RING_SLOT == XLS_RECORD_PLAIN,
               "a slot holds exactly one record's plaintext");

struct slot_head {
    _Atomic uint32_t used;
    _Atomic uint32_t last;
};

/* Each side writes its own line only, but for the other's `asleep`. */
struct xls_ring_shared {
    _Alignas(64) _Atomic uint32_t produced;
    _Alignas(64) _Atomic uint32_t consumed;
    _Alignas(64) _Atomic uint32_t producer_asleep;
    _Alignas(64) _Atomic uint32_t consumer_asleep;
    _Alignas(64) struct slot_head head[XLS_RING_SLOTS];
};

enum { HEAD = 4096, TOTAL = HEAD + XLS_RING_SLOTS * XLS_RING_SLOT };

_Static_assert(sizeof(struct xls_ring_shared) <= HEAD, "fits its page");

enum xls_rc xls_ring_create(struct xls_ring_fds *out)
{
    struct xls_ring_fds fds = {-1, {-1, -1}};
    enum xls_rc rc = XLS_HOST_IO;

    fds.memory = memfd_create("xlsec-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fds.memory < 0 || ftruncate(fds.memory, TOTAL) != 0 ||
        fcntl(fds.memory, F_ADD_SEALS,
              F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        goto out;
    }
    rc = xls_fd_pair(SOCK_STREAM | SOCK_NONBLOCK, fds.bell);
out:
    if (rc != XLS_OK) {
        xls_ring_fds_close(&fds);
    }
    *out = fds;
    return rc;
}

void xls_ring_fds_close(struct xls_ring_fds *fds)
{
    xls_fd_close(&fds->memory);
    xls_fd_close(&fds->bell[0]);
    xls_fd_close(&fds->bell[1]);
}

enum xls_rc xls_ring_map(struct xls_ring *ring, int memory, int bell,
                         bool is_producer)
{
    uint8_t *at =
        mmap(NULL, TOTAL, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);

    *ring = (struct xls_ring){.bell = bell, .is_producer = is_producer};
    if (at == MAP_FAILED) {
        xls_fd_close(&ring->bell);
        return XLS_HOST_IO;
    }
    ring->shared = (struct xls_ring_shared *)(void *)at;
    ring->slots = at + HEAD;
    return XLS_OK;
}

void xls_ring_unmap(struct xls_ring *ring)
{
    if (ring->shared != NULL) {
        (void)munmap(ring->shared, TOTAL);
        ring->shared = NULL;
        ring->slots = NULL;
    }
    xls_fd_close(&ring->bell);
}

/* How many slots are full; false when the other side's counter is impossible.
 * Sequentially consistent, for xls_ring_sleep(): its look must not be done
 * before its word is seen. */
static bool fill(const struct xls_ring *ring, uint32_t *full)
{
    uint32_t produced = ring->at;
    uint32_t consumed = ring->at;

    if (ring->is_producer) {
        consumed = atomic_load(&ring->shared->consumed);
    } else {
        produced = atomic_load(&ring->shared->produced);
    }
    *full = produced - consumed;
    return *full <= XLS_RING_SLOTS;
}

static void ring_the_bell(const struct xls_ring *ring, _Atomic uint32_t *asleep)
{
    if (atomic_exchange(asleep, 0) != 0) {
        /* a full socket means that a ring is waiting there already */
        (void)send(ring->bell, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

enum xls_rc xls_ring_claim(struct xls_ring *ring, uint8_t **slot)
{
    uint32_t full;

    if (!fill(ring, &full)) {
        return XLS_PEER_RANGE;
    }
    *slot = NULL;
    if (full < XLS_RING_SLOTS) {
        *slot =
            ring->slots + (size_t)(ring->at % XLS_RING_SLOTS) * XLS_RING_SLOT;
    }
    return XLS_OK;
}

void xls_ring_publish(struct xls_ring *ring, size_t used, bool last)
{
    uint32_t index = ring->at % XLS_RING_SLOTS;
    struct slot_head *head = &ring->shared->head[index];
    struct xls_wr wr = xls_wr_over(ring->slots + (size_t)index * XLS_RING_SLOT,
                                   XLS_RECORD_HEAD);

    xls_wr_u32be(&wr, (uint32_t)used);
    atomic_store_explicit(&head->used, (uint32_t)used, memory_order_relaxed);
    atomic_store_explicit(&head->last, last ? 1U : 0U, memory_order_relaxed);
    ring->at++;
    atomic_store(&ring->shared->produced, ring->at);
    ring_the_bell(ring, &ring->shared->consumer_asleep);
}

enum xls_rc xls_ring_peek(struct xls_ring *ring, const uint8_t **slot,
                          size_t *used, bool *last)
{
    struct slot_head *head = &ring->shared->head[ring->at % XLS_RING_SLOTS];
    uint32_t full;
    uint32_t len;
    uint32_t end;

    if (!fill(ring, &full)) {
        return XLS_PEER_RANGE;
    }
    *slot = NULL;
    if (full == 0) {
        return XLS_OK;
    }
    len = atomic_load_explicit(&head->used, memory_order_relaxed);
    end = atomic_load_explicit(&head->last, memory_order_relaxed);
    if (len > XLS_RECORD_DATA || end > 1) {
        return XLS_PEER_RANGE;
    }
    *slot = ring->slots + (size_t)(ring->at % XLS_RING_SLOTS) * XLS_RING_SLOT;
    *used = len;
    *last = end == 1;
    return XLS_OK;
}

void xls_ring_release(struct xls_ring *ring)
{
    uint32_t full;

    ring->at++;
    atomic_store(&ring->shared->consumed, ring->at);
    /* wake a producer once it can do a good run of work, not for each slot */
    if (fill(ring, &full) && full <= XLS_RING_SLOTS / 2) {
        ring_the_bell(ring, &ring->shared->producer_asleep);
    }
}

bool xls_ring_sleep(struct xls_ring *ring)
{
    _Atomic uint32_t *asleep = ring->is_producer
                                   ? &ring->shared->producer_asleep
                                   : &ring->shared->consumer_asleep;
    uint32_t full;
    bool idle;

    /* first say it, then look: the other side publishes, then looks */
    atomic_store(asleep, 1);
    if (!fill(ring, &full)) {
        return false; /* claim or peek will say what is wrong */
    }
    idle = ring->is_producer ? full > XLS_RING_SLOTS / 2 : full == 0;
    if (!idle) {
        atomic_store(asleep, 0);
    }
    return idle;
}

bool xls_ring_wake(struct xls_ring *ring)
{
    char rings[16];
    ssize_t n;

    do {
        n = recv(ring->bell, rings, sizeof(rings), MSG_DONTWAIT);
    } while (n > 0 || (n < 0 && errno == EINTR));
    return n < 0 && errno == EAGAIN;
}
