/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/lease.h"

#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"
#include "crypto/hash.h"

#define MAGIC "xlsec-lease 1\n"

enum {
    MAGIC_LEN = sizeof(MAGIC) - 1,
    BODY = XLS_LEASE_WIRE - XLS_HASH_LEN,
    HOST_MAX = 2000, /* of sanlock's */
};

/* --- what follows --------------------------------------------------------- */

/* When a row counts. */
enum when {
    NEVER = 0,
    ALWAYS,
    COPY,     /* the copy is here */
    NO_COPY,  /* it is not */
    KEPT,     /* it is, or the other host is down */
    NEITHER,  /* it is not, and the other host is not known to be down */
    DOWN,     /* the other host is down */
    COPY_DOWN /* it is here, and the other host is down */
};

struct row {
    enum when when;
    enum xls_lease_value swap;
    int event; /* counts without a swap */
};

#define ROWS 2 /* for a state and a value; the first that counts */

/* Of a state: for each value, what may count. */
typedef const struct row rows_of[XLS_LEASE_VALUES][ROWS];

#define STEP(event) XLS_LEASE_NONE, event
#define SWAP(value) value, 0

/* [P-102] Nobody but the source gives it away; it takes it back while nobody
 * has it, and it still has the guest. */
static rows_of source[XLS_SOURCE_STATES] = {
    [XLS_SOURCE_COMMIT][XLS_LEASE_SOURCE] = {{KEPT, STEP(XLS_SOURCE_BURNED)},
                                             {NEITHER,
                                              SWAP(XLS_LEASE_OFFERED)}},
    [XLS_SOURCE_COMMIT][XLS_LEASE_OFFERED] = {{KEPT, SWAP(XLS_LEASE_SOURCE)}},
    [XLS_SOURCE_COMMIT][XLS_LEASE_RUNS] = {{ALWAYS,
                                            STEP(XLS_SOURCE_COMMITTED)}},
    [XLS_SOURCE_HERE][XLS_LEASE_SOURCE] = {{DOWN, STEP(XLS_SOURCE_VOUCH_BACK)}},
    /* it was removed on the way to CLOSED, or never made */
    [XLS_SOURCE_HERE][XLS_LEASE_NONE] = {{ALWAYS, STEP(XLS_SOURCE_VOUCH_BACK)}},
};

/* [P-103] It is taken before the guest is started, and given back when there is
 * no copy any more. */
static rows_of destination[XLS_DESTINATION_STATES] = {
    [XLS_DESTINATION_PREPARED] =
        {[XLS_LEASE_SOURCE] = {{COPY_DOWN, STEP(XLS_DESTINATION_VOUCH_BURN)}},
         [XLS_LEASE_OFFERED] = {{COPY, STEP(XLS_DESTINATION_COMMIT)}}},
    [XLS_DESTINATION_TAKING] =
        {[XLS_LEASE_SOURCE] = {{ALWAYS, STEP(XLS_DESTINATION_UNSTARTABLE)}},
         [XLS_LEASE_OFFERED] = {{COPY, SWAP(XLS_LEASE_TAKEN)},
                                {NO_COPY, STEP(XLS_DESTINATION_UNSTARTABLE)}},
         [XLS_LEASE_TAKEN] = {{NO_COPY, STEP(XLS_DESTINATION_GONE)}},
         [XLS_LEASE_RUNS] = {{NO_COPY, STEP(XLS_DESTINATION_GONE)}}},
    [XLS_DESTINATION_COMMITTED] =
        {[XLS_LEASE_TAKEN] = {{ALWAYS, SWAP(XLS_LEASE_RUNS)}}},
    [XLS_DESTINATION_BURNED] =
        {[XLS_LEASE_OFFERED] = {{ALWAYS, SWAP(XLS_LEASE_SOURCE)}},
         [XLS_LEASE_TAKEN] = {{ALWAYS, SWAP(XLS_LEASE_SOURCE)}}},
};

static bool counts(enum when when, struct xls_lease_sight sight)
{
    switch (when) {
    case NEVER:
        return false;
    case ALWAYS:
        return true;
    case COPY:
        return sight.copy;
    case NO_COPY:
        return !sight.copy;
    case KEPT:
        return sight.copy || sight.down;
    case NEITHER:
        return !sight.copy && !sight.down;
    case DOWN:
        return sight.down;
    case COPY_DOWN:
        return sight.copy && sight.down;
    }
    return false;
}

static struct xls_lease_step choose(const struct row rows[ROWS],
                                    struct xls_lease_sight sight)
{
    for (int i = 0; i < ROWS; i++) {
        if (counts(rows[i].when, sight)) {
            return (struct xls_lease_step){
                rows[i].swap,
                rows[i].swap == XLS_LEASE_NONE ? rows[i].event : -1};
        }
    }
    return (struct xls_lease_step){XLS_LEASE_NONE, -1};
}

struct xls_lease_step xls_source_lease(enum xls_source_state state,
                                       enum xls_lease_value value,
                                       struct xls_lease_sight sight)
{
    return (unsigned)state >= XLS_SOURCE_STATES ||
                   (unsigned)value >= XLS_LEASE_VALUES
               ? (struct xls_lease_step){XLS_LEASE_NONE, -1}
               : choose(source[state][value], sight);
}

struct xls_lease_step xls_destination_lease(enum xls_destination_state state,
                                            enum xls_lease_value value,
                                            struct xls_lease_sight sight)
{
    return (unsigned)state >= XLS_DESTINATION_STATES ||
                   (unsigned)value >= XLS_LEASE_VALUES
               ? (struct xls_lease_step){XLS_LEASE_NONE, -1}
               : choose(destination[state][value], sight);
}

const char *xls_lease_name(enum xls_lease_value value)
{
    static const char *const words[XLS_LEASE_VALUES] = {
        "none", "source", "offered", "taken", "runs"};

    return words[(unsigned)value < XLS_LEASE_VALUES ? value : XLS_LEASE_NONE];
}

/* --- octets --------------------------------------------------------------- */

/* [P-101] */
enum xls_rc xls_lease_put(uint8_t out[XLS_LEASE_WIRE],
                          const uint8_t id[XLS_ID_LEN],
                          const struct xls_lease *lease)
{
    uint8_t body[BODY] = {0};
    struct xls_wr wr = xls_wr_over(body, sizeof(body));
    struct xls_hash hash;
    size_t used;

    if (lease->value == XLS_LEASE_NONE || lease->value > XLS_LEASE_RUNS ||
        lease->source == 0) {
        return XLS_BUG_CONTRACT;
    }
    xls_wr_copy(&wr, MAGIC, MAGIC_LEN);
    xls_wr_copy(&wr, id, XLS_ID_LEN);
    xls_wr_u8(&wr, (uint8_t)lease->value);
    xls_wr_u32be(&wr, lease->source);
    xls_wr_u32be(&wr, lease->destination);
    if (xls_wr_end(&wr, &used) != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    memcpy(out, body, BODY);
    xls_hash_init(&hash);
    xls_hash_add(&hash, out, BODY);
    xls_hash_end(&hash, out + BODY);
    return XLS_OK;
}

struct xls_lease xls_lease_get(const uint8_t octets[XLS_LEASE_WIRE],
                               const uint8_t id[XLS_ID_LEN])
{
    struct xls_rd rd = xls_rd_over(octets, BODY);
    struct xls_lease lease;
    uint8_t magic[MAGIC_LEN];
    uint8_t theirs[XLS_ID_LEN];
    uint8_t sum[XLS_HASH_LEN];
    struct xls_hash hash;

    xls_hash_init(&hash);
    xls_hash_add(&hash, octets, BODY);
    xls_hash_end(&hash, sum);
    xls_rd_copy(&rd, magic, sizeof(magic));
    xls_rd_copy(&rd, theirs, sizeof(theirs));
    lease.value = (enum xls_lease_value)xls_rd_u8(&rd);
    xls_rd_range(&rd, lease.value, XLS_LEASE_SOURCE, XLS_LEASE_RUNS);
    lease.source = xls_rd_u32be(&rd);
    xls_rd_range(&rd, lease.source, 1, HOST_MAX);
    lease.destination = xls_rd_u32be(&rd);
    xls_rd_range(&rd, lease.destination, 0, HOST_MAX);
    xls_rd_zero(&rd, rd.left);
    if (xls_rd_end(&rd) != XLS_OK ||
        xls_same(magic, MAGIC, MAGIC_LEN) != XLS_OK ||
        xls_same(theirs, id, XLS_ID_LEN) != XLS_OK ||
        xls_same(sum, octets + BODY, XLS_HASH_LEN) != XLS_OK) {
        return (struct xls_lease){XLS_LEASE_NONE, 0, 0};
    }
    return lease;
}
