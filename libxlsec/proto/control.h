/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * control: the messages about a migration, as structs and as octets.  Level 3.
 *
 * Strings are UTF-8 without control characters, ended by a NUL that is not on
 * the wire.  When encoding, what a type does not have is not looked at.
 */
#ifndef XLS_PROTO_CONTROL_H
#define XLS_PROTO_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/guest.h"
#include "base/rc.h"
#include "crypto/hash.h"
#include "proto/role.h"

#define XLS_ID_LEN 16 /* of a migration */

/* Limits in octets, without the NUL. */
#define XLS_NAME_MAX 255U
#define XLS_XEN_MAX  63U
#define XLS_RULE_MAX 64U
#define XLS_TEXT_MAX 300U
/* a config; equals XLS_CONFIG_MAX_WIRE of xenfmt */
#define XLS_OFFER_CONFIG_MAX 57344U

/* Limits of numbers in an offer. */
#define XLS_OFFER_KIB_MAX   (1ULL << 34) /* 16 TiB */
#define XLS_OFFER_VCPUS_MAX 8192U

/* Plaintext octets of a message: two sizes, and the type says which. */
#define XLS_CONTROL_LARGE 61440U
#define XLS_CONTROL_SMALL 512U

/* Octets of Evidence in one message, and in all of one epoch. */
#define XLS_SHOWN_PART_MAX (XLS_CONTROL_LARGE - 28U)
#define XLS_SHOWN_MAX      ((size_t)9 << 20)

enum xls_control_type {
    XLS_CONTROL_NONE = 0,
    XLS_OFFER = 1,     /* source: this is the guest */
    XLS_ADMIT = 2,     /* destination: send it */
    XLS_REFUSE = 3,    /* destination: no, and this is the rule */
    XLS_PREPARED = 4,  /* destination: loaded, paused, complete */
    XLS_FAILED = 5,    /* destination: gave up, has nothing */
    XLS_COMMIT = 6,    /* source: it is yours */
    XLS_ABORT = 7,     /* source: forget it */
    XLS_COMMITTED = 8, /* destination: it is mine */
    XLS_BURNED = 9,    /* destination: could not start it, destroyed it */
    XLS_ALIVE = 10,    /* either: nothing to say, still here */
    XLS_PART = 11,     /* either: Evidence, and more of it follows */
    XLS_EVIDENCE = 12, /* either: Evidence, the last of it */
    XLS_SETTLE = 13,   /* source: what became of an earlier migration? */
};
#define XLS_CONTROL_TYPES 14

enum xls_started {
    XLS_STARTED_NONE = 0,
    XLS_STARTED_RUNNING = 1,
    XLS_STARTED_PAUSED = 2, /* as the offer wanted */
};

/* What a SETTLE asks for. */
enum xls_settle_word {
    XLS_SETTLE_NONE = 0,
    XLS_SETTLE_COMMIT = 1, /* the guest is yours */
    XLS_SETTLE_ABORT = 2,  /* it is mine */
};

#define XLS_OFFER_PAUSED  1U /* leave the guest paused at the destination */
#define XLS_OFFER_DOMID   2U /* keep the domain id */
#define XLS_OFFER_ARBITER 4U /* there is a lease of this migration */
#define XLS_OFFER_FLAGS   (XLS_OFFER_PAUSED | XLS_OFFER_DOMID | XLS_OFFER_ARBITER)

struct xls_offer {
    enum xls_guest_type guest; /* never XLS_GUEST_ANY */
    uint32_t flags;            /* set of XLS_OFFER_PAUSED and so on */
    uint64_t max_kib;
    uint64_t target_kib; /* 1 to max_kib */
    uint32_t vcpus;      /* 1 to XLS_OFFER_VCPUS_MAX */
    uint16_t xen_major;
    uint16_t xen_minor;
    uint8_t uuid[16];
    char name[XLS_NAME_MAX + 1]; /* of the guest, at least one octet */
    char xen[XLS_XEN_MAX + 1];   /* the source's Xen version in full */
    const char *config;          /* JSON; borrowed, NOT ended by a NUL; may */
    size_t config_len;           /* hold tabs and newlines; 1 or more */
    /* A list of companions, as xls_companions_put() writes it; borrowed.  NULL
     * when encoding is a list of none; decoding gives a good one. */
    const uint8_t *companions;
    size_t companions_len;
};

struct xls_admit {
    uint64_t free_kib;
    uint16_t xen_major;
    uint16_t xen_minor;
    char host[XLS_NAME_MAX + 1]; /* at least one octet */
};

struct xls_refuse {
    char rule[XLS_RULE_MAX + 1]; /* at least one octet */
    char text[XLS_TEXT_MAX + 1]; /* may be empty */
};

/* The streams of records of a session. */
enum xls_stream {
    XLS_STREAM_GUEST = 0,
    XLS_STREAM_COMPANIONS = 1,
};
#define XLS_STREAMS 2

/* What has passed of one. */
struct xls_sums {
    uint64_t records;
    uint64_t bytes;
    uint8_t digest[XLS_HASH_LEN];
};

struct xls_prepared {
    struct xls_sums of[XLS_STREAMS];
};

struct xls_shown {
    uint32_t epoch;      /* 0 or 1 */
    const uint8_t *data; /* borrowed */
    size_t len;          /* XLS_SHOWN_PART_MAX in a PART, else 1 to that */
};

struct xls_settle {
    enum xls_settle_word word;
    uint8_t id[XLS_ID_LEN]; /* of the migration that is asked about */
};

struct xls_control {
    enum xls_control_type type;
    uint8_t id[XLS_ID_LEN]; /* of the migration, chosen at random; not zero */
    union {
        struct xls_offer offer;
        struct xls_admit admit;
        struct xls_refuse refuse;
        struct xls_prepared prepared;
        char text[XLS_TEXT_MAX + 1]; /* FAILED, ABORT, BURNED; may be empty */
        enum xls_started started;    /* COMMITTED */
        uint64_t received;           /* ALIVE: octets of data opened so far */
        struct xls_shown shown;      /* PART, EVIDENCE */
        struct xls_settle settle;
    } u;
};

#define XLS_SUMS_DIGEST 32

/* [P-57] What Evidence says of both streams: SHA-256 of their sums, written as
 * in PREPARED. */
void xls_sums_digest(const struct xls_sums of[XLS_STREAMS],
                     uint8_t out[XLS_SUMS_DIGEST]);

/* The id that is all zero stands for none. */
bool xls_id_is_set(const uint8_t id[XLS_ID_LEN]);

/* A word for logs; static storage, "unknown" for what has no name. */
const char *xls_control_name(enum xls_control_type type);

/* Plaintext octets of a message of this type; 0 for what is none. */
size_t xls_control_size(enum xls_control_type type);

/* True when this role is one that sends this type. */
bool xls_control_sends(enum xls_role role, enum xls_control_type type);

/*
 * Encode *msg into out, exactly xls_control_size(msg->type) octets, size being
 * the room there.
 * Errors: XLS_BUG_CONTRACT (anything that xls_control_get() would refuse, or
 * no room); out is then untouched or zero.
 */
XLS_MUST_USE enum xls_rc xls_control_put(const struct xls_control *msg,
                                         uint8_t *out, size_t size);

/*
 * Decode exactly len octets.  *out is written only on XLS_OK; the config of an
 * offer, or the octets of Evidence, are then in in.
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT, XLS_PEER_TRAIL.
 */
XLS_MUST_USE enum xls_rc xls_control_get(const uint8_t *in, size_t len,
                                         struct xls_control *out);

#endif
