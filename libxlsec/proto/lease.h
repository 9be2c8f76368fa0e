/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * lease: what an arbiter's value says to each end of a handover.  Level 3.
 *
 * A value on storage that both hosts reach stands in for the other host's
 * word.  It is changed by compare-and-swap (host/arbiter), and outlives whoever
 * changed it.  The source may run the guest at SOURCE alone, the destination at
 * TAKEN and RUNS alone.
 */
#ifndef XLS_PROTO_LEASE_H
#define XLS_PROTO_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "proto/control.h"
#include "proto/handover.h"

enum xls_lease_value {
    XLS_LEASE_NONE = 0, /* none that can be told: nothing follows from it */
    XLS_LEASE_SOURCE,   /* the guest is the source's */
    XLS_LEASE_OFFERED,  /* the first of both to take it has it */
    XLS_LEASE_TAKEN,    /* the destination's, which is about to start it */
    XLS_LEASE_RUNS,     /* the destination's, where it has run */
};
#define XLS_LEASE_VALUES 5

/* What is on the storage for one migration. */
struct xls_lease {
    enum xls_lease_value value;
    uint32_t source;      /* the hosts' numbers at the arbiter, from 1 on */
    uint32_t destination; /* 0: it has not come to it yet */
};

/* What an end sees beside the value. */
struct xls_lease_sight {
    bool copy; /* its copy of the guest is here */
    bool down; /* the other host is, says the arbiter: and all that it ran */
};

/* What follows: at most one of them. */
struct xls_lease_step {
    enum xls_lease_value swap; /* to this value; NONE: no swap */
    int event;                 /* of the end's table; -1: none */
};

/* What follows at the source, [P-102]. */
struct xls_lease_step xls_source_lease(enum xls_source_state state,
                                       enum xls_lease_value value,
                                       struct xls_lease_sight sight);
/* And at the destination, [P-103]. */
struct xls_lease_step xls_destination_lease(enum xls_destination_state state,
                                            enum xls_lease_value value,
                                            struct xls_lease_sight sight);

/* A word for models and people; static storage. */
const char *xls_lease_name(enum xls_lease_value value);

enum { XLS_LEASE_WIRE = 128 }; /* octets on the storage */

/*
 * The octets of a lease of this migration, and back; what is not exactly one of
 * it is NONE, with no hosts.
 * Errors: XLS_BUG_CONTRACT (a value of none, or no source).
 */
XLS_MUST_USE enum xls_rc xls_lease_put(uint8_t out[XLS_LEASE_WIRE],
                                       const uint8_t id[XLS_ID_LEN],
                                       const struct xls_lease *lease);
struct xls_lease xls_lease_get(const uint8_t octets[XLS_LEASE_WIRE],
                               const uint8_t id[XLS_ID_LEN]);

#endif
