/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The lease's octets, and what it may lead to.  That the rules keep one copy is
 * shown by tests/model; here it is that no table entry breaks what each end may
 * do at all.
 */
#include <string.h>

#include "base/wr.h"
#include "crypto/hash.h"
#include "crypto/start.h"
#include "proto/lease.h"
#include "t.h"

static const uint8_t id[XLS_ID_LEN] = {1, 2, 3};

static struct xls_lease one(void)
{
    return (struct xls_lease){XLS_LEASE_TAKEN, 1, 2000};
}

/* [P-101] */
START_TEST(octets)
{
    uint8_t wire[XLS_LEASE_WIRE];
    struct xls_lease want = one();
    struct xls_lease got;

    T(xls_lease_put(wire, id, &want) == XLS_OK);
    T(memcmp(wire,
             "xlsec-lease 1\n\1\2\3\0\0\0\0\0\0\0\0\0\0\0\0\0"
             "\3\0\0\0\1\0\0\x07\xd0",
             39) == 0);
    got = xls_lease_get(wire, id);
    T(got.value == want.value && got.source == 1 && got.destination == 2000);
    for (size_t i = 0; i < sizeof(wire); i++) {
        for (unsigned bit = 1; bit < 256; bit *= 2) {
            wire[i] = (uint8_t)(wire[i] ^ bit);
            got = xls_lease_get(wire, id);
            T(got.value == XLS_LEASE_NONE && got.source == 0 &&
              got.destination == 0);
            wire[i] = (uint8_t)(wire[i] ^ bit);
        }
    }
    T(xls_lease_get(wire, id).value == XLS_LEASE_TAKEN);
    T(xls_lease_get(wire, (const uint8_t[XLS_ID_LEN]){1, 2, 4}).value ==
      XLS_LEASE_NONE);
    memset(wire, 0, sizeof(wire));
    T(xls_lease_get(wire, id).value == XLS_LEASE_NONE);
}
END_TEST

/* The value of what has good sums, and these numbers. */
static enum xls_lease_value value_of(uint8_t value, uint32_t source,
                                     uint32_t destination, uint8_t tail)
{
    uint8_t wire[XLS_LEASE_WIRE];
    struct xls_lease lease = one();
    struct xls_wr wr = xls_wr_over(wire + 30, 9);
    struct xls_hash hash;
    size_t used;

    T(xls_lease_put(wire, id, &lease) == XLS_OK);
    xls_wr_u8(&wr, value);
    xls_wr_u32be(&wr, source);
    xls_wr_u32be(&wr, destination);
    T(xls_wr_end(&wr, &used) == XLS_OK);
    wire[63] = tail;
    xls_hash_init(&hash);
    xls_hash_add(&hash, wire, 64);
    xls_hash_end(&hash, wire + 64);
    return xls_lease_get(wire, id).value;
}

START_TEST(ranges)
{
    uint8_t wire[XLS_LEASE_WIRE];

    for (uint8_t v = 1; v <= 4; v++) {
        T(value_of(v, 1, 0, 0) == (enum xls_lease_value)v);
    }
    T(value_of(0, 1, 2, 0) == XLS_LEASE_NONE);
    T(value_of(5, 1, 2, 0) == XLS_LEASE_NONE);
    T(value_of(255, 1, 2, 0) == XLS_LEASE_NONE);
    T(value_of(1, 0, 2, 0) == XLS_LEASE_NONE);
    T(value_of(1, 2001, 2, 0) == XLS_LEASE_NONE);
    T(value_of(1, 2000, 2000, 0) == XLS_LEASE_SOURCE);
    T(value_of(1, 1, 2001, 0) == XLS_LEASE_NONE);
    T(value_of(1, 1, 2, 1) == XLS_LEASE_NONE);
    T(xls_lease_put(wire, id, &(struct xls_lease){XLS_LEASE_NONE, 1, 0}) ==
      XLS_BUG_CONTRACT);
    T(xls_lease_put(wire, id, &(struct xls_lease){XLS_LEASE_SOURCE, 0, 1}) ==
      XLS_BUG_CONTRACT);
    T(xls_lease_put(wire, id, &(struct xls_lease){5, 1, 1}) ==
      XLS_BUG_CONTRACT);
}
END_TEST

static struct xls_lease_sight sight(unsigned n)
{
    return (struct xls_lease_sight){(n & 1) != 0, (n & 2) != 0};
}

/* [P-102] */
START_TEST(source)
{
    for (unsigned s = 0; s < XLS_SOURCE_STATES + 1; s++) {
        for (unsigned v = 0; v < XLS_LEASE_VALUES + 1; v++) {
            for (unsigned n = 0; n < 4; n++) {
                struct xls_lease_step step =
                    xls_source_lease((enum xls_source_state)s,
                                     (enum xls_lease_value)v, sight(n));

                T(step.swap == XLS_LEASE_NONE || step.event == -1);
                /* it takes nothing from the destination */
                T(step.swap == XLS_LEASE_NONE ||
                  (s == XLS_SOURCE_COMMIT &&
                   ((v == XLS_LEASE_SOURCE && step.swap == XLS_LEASE_OFFERED) ||
                    (v == XLS_LEASE_OFFERED &&
                     step.swap == XLS_LEASE_SOURCE))));
                if (step.event < 0) {
                    continue;
                }
                T(s < XLS_SOURCE_STATES && v < XLS_LEASE_VALUES);
                T(xls_source_next((enum xls_source_state)s,
                                  (enum xls_source_event)step.event) !=
                  XLS_SOURCE_NONE);
                /* it lets the guest go on at SOURCE, destroys it at RUNS */
                T(step.event != XLS_SOURCE_BURNED || v == XLS_LEASE_SOURCE);
                T(step.event != XLS_SOURCE_COMMITTED || v == XLS_LEASE_RUNS);
            }
        }
    }
}
END_TEST

/* [P-103] */
START_TEST(destination)
{
    for (unsigned s = 0; s < XLS_DESTINATION_STATES + 1; s++) {
        for (unsigned v = 0; v < XLS_LEASE_VALUES + 1; v++) {
            for (unsigned n = 0; n < 4; n++) {
                struct xls_lease_step step =
                    xls_destination_lease((enum xls_destination_state)s,
                                          (enum xls_lease_value)v, sight(n));

                T(step.swap == XLS_LEASE_NONE || step.event == -1);
                /* only what was offered is taken, in TAKING with the copy
                 * here; and only who has none gives it back */
                T(step.swap != XLS_LEASE_TAKEN ||
                  (s == XLS_DESTINATION_TAKING && v == XLS_LEASE_OFFERED &&
                   sight(n).copy));
                T(step.swap != XLS_LEASE_RUNS ||
                  s == XLS_DESTINATION_COMMITTED);
                T(step.swap != XLS_LEASE_SOURCE || s == XLS_DESTINATION_BURNED);
                T(step.swap != XLS_LEASE_OFFERED);
                T(v != XLS_LEASE_NONE ||
                  (step.swap == XLS_LEASE_NONE && step.event == -1));
                if (step.event >= 0) {
                    T(s < XLS_DESTINATION_STATES && v < XLS_LEASE_VALUES);
                    T(xls_destination_next(
                          (enum xls_destination_state)s,
                          (enum xls_destination_event)step.event) !=
                      XLS_DESTINATION_NONE);
                }
            }
        }
    }
}
END_TEST

START_TEST(names)
{
    T(strcmp(xls_lease_name(XLS_LEASE_OFFERED), "offered") == 0);
    T(strcmp(xls_lease_name((enum xls_lease_value)99), "none") == 0);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {octets, ranges, source, destination, names};

    if (xls_crypto_start() != XLS_OK) {
        return 1;
    }
    return t_run("lease", list, T_COUNT(list));
}
