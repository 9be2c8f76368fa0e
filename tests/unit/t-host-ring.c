/* SPDX-License-Identifier: LGPL-2.1-only */
/* The ring between guard and wire, with a peer that is good, and one that is
 * not. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/ring.h"
#include "proto/record.h"
#include "t.h"

enum {
    /* where the shared counters are, for the part of a hostile peer */
    PRODUCED = 0,
    CONSUMED = 64,
    PRODUCER_ASLEEP = 128,
    CONSUMER_ASLEEP = 192,
    HEADS = 256,
    RUN = 1000000,
    SHORT_RUN = 20000,
    LATE_MS = 20000,
};

struct pair {
    struct xls_ring_fds fds;
    struct xls_ring out; /* the producer's side */
    struct xls_ring in;  /* the consumer's */
    uint8_t *raw;
};

static struct pair make_pair(void)
{
    struct pair p;
    void *at;

    T(xls_ring_create(&p.fds) == XLS_OK);
    at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, p.fds.memory, 0);
    T(at != MAP_FAILED);
    p.raw = at;
    T(xls_ring_map(&p.out, p.fds.memory, p.fds.bell[0], true) == XLS_OK);
    T(xls_ring_map(&p.in, p.fds.memory, p.fds.bell[1], false) == XLS_OK);
    p.fds.bell[0] = p.fds.bell[1] = -1; /* the rings own them now */
    return p;
}

static void end_pair(struct pair *p)
{
    xls_ring_unmap(&p->out);
    xls_ring_unmap(&p->in);
    xls_ring_fds_close(&p->fds);
    (void)munmap(p->raw, 4096);
}

static void poke(struct pair *p, size_t at, uint32_t value)
{
    memcpy(p->raw + at, &value, sizeof(value));
}

/* Fill one slot with its number. */
static bool produce(struct xls_ring *ring, uint32_t number, bool last)
{
    uint8_t *slot;

    T(xls_ring_claim(ring, &slot) == XLS_OK);
    if (slot == NULL) {
        return false;
    }
    memcpy(slot + XLS_RECORD_HEAD, &number, sizeof(number));
    xls_ring_publish(ring, number % XLS_RECORD_DATA, last);
    return true;
}

static bool consume(struct xls_ring *ring, uint32_t number, bool *last)
{
    const uint8_t *slot;
    uint32_t got;
    size_t used;

    T(xls_ring_peek(ring, &slot, &used, last) == XLS_OK);
    if (slot == NULL) {
        return false;
    }
    memcpy(&got, slot + XLS_RECORD_HEAD, sizeof(got));
    T(got == number && used == number % XLS_RECORD_DATA);
    /* as proto/record wants it: the used-length in front, big-endian */
    T(slot[0] == (used >> 24) && slot[1] == ((used >> 16) & 0xff) &&
      slot[2] == ((used >> 8) & 0xff) && slot[3] == (used & 0xff));
    xls_ring_release(ring);
    return true;
}

/* --- a good peer
 * ---------------------------------------------------------------- */

START_TEST(full_and_empty)
{
    struct pair p = make_pair();
    bool last;

    T(!consume(&p.in, 0, &last));
    for (uint32_t i = 0; i < XLS_RING_SLOTS; i++) {
        T(produce(&p.out, i, i == XLS_RING_SLOTS - 1));
    }
    T(!produce(&p.out, 99, false));
    for (uint32_t i = 0; i < XLS_RING_SLOTS; i++) {
        T(consume(&p.in, i, &last) && last == (i == XLS_RING_SLOTS - 1));
    }
    T(!consume(&p.in, 0, &last));
    T(produce(&p.out, 7, false) && consume(&p.in, 7, &last) && !last);
    end_pair(&p);
}
END_TEST

START_TEST(wraps_around)
{
    struct pair p = make_pair();
    bool last;

    /* the slots wrap with every lap, and the counters here */
    p.out.at = p.in.at = UINT32_MAX - 20;
    poke(&p, PRODUCED, p.out.at);
    poke(&p, CONSUMED, p.in.at);
    for (uint32_t i = 0; i < 100; i++) {
        for (uint32_t k = 0; k < 1 + i % XLS_RING_SLOTS; k++) {
            T(produce(&p.out, i * 100 + k, false));
        }
        for (uint32_t k = 0; k < 1 + i % XLS_RING_SLOTS; k++) {
            T(consume(&p.in, i * 100 + k, &last));
        }
        T(!consume(&p.in, 0, &last));
    }
    end_pair(&p);
}
END_TEST

START_TEST(memory_cannot_shrink_or_grow)
{
    struct pair p = make_pair();

    T(ftruncate(p.fds.memory, 4096) != 0 && errno == EPERM);
    T(ftruncate(p.fds.memory, 1 << 24) != 0 && errno == EPERM);
    T(fcntl(p.fds.memory, F_ADD_SEALS, F_SEAL_WRITE) != 0);
    end_pair(&p);
}
END_TEST

START_TEST(what_was_published_outlives_its_producer)
{
    struct pair p = make_pair();
    struct pollfd bell = {.events = POLLIN};
    bool last;

    T(xls_ring_sleep(&p.in));
    T(produce(&p.out, 1, true));
    xls_ring_unmap(&p.out);
    bell.fd = p.in.bell;
    T(poll(&bell, 1, 0) == 1);
    T(!xls_ring_wake(&p.in));  /* it is gone */
    T(!xls_ring_sleep(&p.in)); /* and there is something to take */
    T(consume(&p.in, 1, &last) && last);
    T(xls_ring_sleep(&p.in) && !xls_ring_wake(&p.in));
    end_pair(&p);
}
END_TEST

START_TEST(the_bell_rings_for_sleepers_only)
{
    struct pair p = make_pair();
    struct pollfd bell = {.fd = p.in.bell, .events = POLLIN};
    bool last;

    T(produce(&p.out, 0, false) && poll(&bell, 1, 0) == 0);
    T(!xls_ring_sleep(&p.in)); /* there is one */
    T(produce(&p.out, 1, false) && poll(&bell, 1, 0) == 0);
    T(consume(&p.in, 0, &last) && consume(&p.in, 1, &last));
    T(xls_ring_sleep(&p.in));
    T(produce(&p.out, 2, false) && poll(&bell, 1, 0) == 1);
    T(xls_ring_wake(&p.in) && poll(&bell, 1, 0) == 0);
    T(consume(&p.in, 2, &last));
    /* a producer is woken when half of the ring is free, not before */
    for (uint32_t i = 0; i < XLS_RING_SLOTS; i++) {
        T(produce(&p.out, i, false));
    }
    T(xls_ring_sleep(&p.out));
    bell.fd = p.out.bell;
    for (uint32_t i = 0; i < XLS_RING_SLOTS / 2; i++) {
        T(poll(&bell, 1, 0) == 0);
        T(consume(&p.in, i, &last));
    }
    T(poll(&bell, 1, 0) == 1 && xls_ring_wake(&p.out));
    T(!xls_ring_sleep(&p.out));
    end_pair(&p);
}
END_TEST

/* --- a hostile peer
 * --------------------------------------------------------------- */

START_TEST(impossible_counters_are_refused)
{
    static const uint32_t wrong[] = {
        XLS_RING_SLOTS + 4, 1000, 0x7fffffff, 0x80000000, UINT32_MAX - 20, 2};
    struct pair p = make_pair();
    const uint8_t *read_slot = NULL;
    uint8_t *slot = NULL;
    size_t used = 5;
    bool last = false;

    for (uint32_t i = 0; i < 3; i++) {
        T(produce(&p.out, i, false) && consume(&p.in, i, &last));
    }
    for (size_t i = 0; i < T_COUNT(wrong); i++) {
        poke(&p, PRODUCED, wrong[i]);
        T(xls_ring_peek(&p.in, &read_slot, &used, &last) == XLS_PEER_RANGE);
        T(!xls_ring_sleep(&p.in)); /* so that peek is called, and says it */
        T(used == 5);
        /* a consumer that was ahead of us, or more than a ring behind */
        poke(&p, CONSUMED, wrong[i] == 2 ? 4 : wrong[i]);
        T(xls_ring_claim(&p.out, &slot) == XLS_PEER_RANGE);
        T(!xls_ring_sleep(&p.out));
    }
    T(read_slot == NULL && slot == NULL);
    end_pair(&p);
}
END_TEST

START_TEST(impossible_heads_are_refused)
{
    struct pair p = make_pair();
    const uint8_t *slot;
    size_t used = 5;
    bool last = false;

    T(produce(&p.out, 1, false));
    poke(&p, HEADS, XLS_RECORD_DATA + 1);
    T(xls_ring_peek(&p.in, &slot, &used, &last) == XLS_PEER_RANGE);
    poke(&p, HEADS, UINT32_MAX);
    T(xls_ring_peek(&p.in, &slot, &used, &last) == XLS_PEER_RANGE);
    poke(&p, HEADS, XLS_RECORD_DATA);
    poke(&p, HEADS + 4, 2);
    T(xls_ring_peek(&p.in, &slot, &used, &last) == XLS_PEER_RANGE);
    T(used == 5 && !last);
    poke(&p, HEADS + 4, 1);
    T(xls_ring_peek(&p.in, &slot, &used, &last) == XLS_OK);
    T(slot != NULL && used == XLS_RECORD_DATA && last);
    end_pair(&p);
}
END_TEST

START_TEST(a_flood_of_rings_is_drained)
{
    struct pair p = make_pair();
    struct pollfd bell = {.fd = p.in.bell, .events = POLLIN};
    char flood[4096] = {0};

    while (send(p.out.bell, flood, sizeof(flood), MSG_DONTWAIT | MSG_NOSIGNAL) >
           0) {
    }
    T(xls_ring_sleep(&p.in));
    T(produce(&p.out, 1, false)); /* a full bell does not stop a producer */
    T(xls_ring_wake(&p.in) && poll(&bell, 1, 0) == 0);
    end_pair(&p);
}
END_TEST

/* --- two at once
 * ----------------------------------------------------------------------*/

static uint32_t run_length = RUN;

/* Sleep until the other side does something; false when it was too long. */
static bool rest(struct xls_ring *ring)
{
    struct pollfd bell = {.fd = ring->bell, .events = POLLIN};

    if (!xls_ring_sleep(ring)) {
        return true;
    }
    /* the other side may have ended once its last slot was out */
    return poll(&bell, 1, LATE_MS) == 1 &&
           (xls_ring_wake(ring) || !xls_ring_sleep(ring));
}

static atomic_bool lost;

static void *produce_all(void *arg)
{
    struct xls_ring *ring = arg;
    uint32_t count = run_length;

    for (uint32_t i = 0; i < count && !lost; i++) {
        while (!produce(ring, i, i == count - 1) && !lost) {
            if (!rest(ring)) {
                lost = true;
            }
        }
    }
    return NULL;
}

/* Each side runs empty or full now and then, so that both sleep. */
static uint32_t consume_all(struct xls_ring *ring)
{
    uint32_t i = 0;
    bool last = false;

    while (!last && !lost) {
        if (consume(ring, i, &last)) {
            i++;
        } else {
            last = false;
            if (!rest(ring)) {
                lost = true;
            }
        }
    }
    return i;
}

START_TEST(no_wake_up_is_lost_between_threads)
{
    struct pair p = make_pair();
    pthread_t thread;

    T(pthread_create(&thread, NULL, produce_all, &p.out) == 0);
    T(consume_all(&p.in) == run_length && !lost);
    T(pthread_join(thread, NULL) == 0);
    end_pair(&p);
}
END_TEST

START_TEST(no_wake_up_is_lost_between_processes)
{
    struct pair p = make_pair();
    int status = 1;
    pid_t pid;

    run_length /= 5;
    pid = fork();

    if (pid == 0) {
        xls_ring_unmap(&p.in);
        (void)produce_all(&p.out);
        _exit(lost ? 1 : 0);
    }
    xls_ring_unmap(&p.out);
    T(consume_all(&p.in) == run_length && !lost);
    T(waitpid(pid, &status, 0) == pid && status == 0);
    end_pair(&p);
}
END_TEST

START_TEST(what_cannot_be_mapped)
{
    struct xls_ring_fds fds;
    struct xls_ring ring;

    T(xls_ring_create(&fds) == XLS_OK);
    /* the bell is taken over, also on error */
    T(xls_ring_map(&ring, -1, fds.bell[0], true) == XLS_HOST_IO);
    T(ring.bell == -1 && ring.shared == NULL);
    T(fcntl(fds.bell[0], F_GETFD) == -1);
    fds.bell[0] = -1;
    xls_ring_unmap(&ring);
    xls_ring_fds_close(&fds);
    xls_ring_fds_close(&fds);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        full_and_empty,
        wraps_around,
        memory_cannot_shrink_or_grow,
        what_was_published_outlives_its_producer,
        the_bell_rings_for_sleepers_only,
        impossible_counters_are_refused,
        impossible_heads_are_refused,
        a_flood_of_rings_is_drained,
        no_wake_up_is_lost_between_threads,
        no_wake_up_is_lost_between_processes,
        what_cannot_be_mapped,
    };

    /* valgrind runs threads in turn, and slowly */
    const char *preload = getenv("LD_PRELOAD");

    if (preload != NULL && strstr(preload, "valgrind") != NULL) {
        run_length = SHORT_RUN;
    }
    return t_run("host-ring", list, T_COUNT(list));
}
