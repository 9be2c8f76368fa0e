/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * schema: which keys of Xen's store a migration may bring, and with what.
 * Level 1.  The table is made of keys.schema; doc/XENSTORE.md is the same.
 */
#ifndef XLS_XENSTORE_SCHEMA_H
#define XLS_XENSTORE_SCHEMA_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"

/* Where a key is.  Zero is nowhere. */
enum xls_schema_in {
    XLS_SCHEMA_NOWHERE = 0,
    XLS_SCHEMA_STREAM, /* EMULATOR_XENSTORE_DATA */
    XLS_SCHEMA_CONFIG, /* c_info.xsdata */
};

enum xls_schema_value {
    XLS_SCHEMA_NONE = 0,
    XLS_SCHEMA_ADDRESS,
    XLS_SCHEMA_SIZE,
    XLS_SCHEMA_REGION,
    XLS_SCHEMA_TEXT,
};

struct xls_schema_key {
    enum xls_schema_in in;
    const char *pattern;
    enum xls_schema_value holds;
    size_t key_max;   /* octets */
    size_t value_min; /* octets */
    size_t value_max; /* octets */
};

/* What was found of a key; part is borrowed from it and has no NUL. */
struct xls_schema_hit {
    const struct xls_schema_key *key; /* static */
    const char *part;                 /* what stands for {hex} or {path} */
    size_t part_len;                  /* octets */
    uint64_t number;                  /* of an address or a size; else 0 */
};

/* Key number at of the table; NULL behind the last. */
const struct xls_schema_key *xls_schema_key(size_t at);

/*
 * Find key (key_len octets, no NUL needed) among those that may be in, and
 * judge value (value_len octets).  *hit is written only on XLS_OK.
 * Errors: XLS_PEER_POLICY (no such key), XLS_PEER_RANGE (not its value).
 */
XLS_MUST_USE enum xls_rc xls_schema_match(enum xls_schema_in in,
                                          const char *key, size_t key_len,
                                          const char *value, size_t value_len,
                                          struct xls_schema_hit *hit);

#endif
