/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec/check: is this saved guest one that Xen can load without harm?
 *
 * The library's guard, for a stream that is at hand: a file from `xl save`, or
 * the libxl or libxc stream in it.  Nothing is opened, started or written; no
 * hypervisor is needed.  A checker is for one stream and one thread.
 */
#ifndef XLSEC_CHECK_H
#define XLSEC_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "xlsec/xlsec.h"

#ifdef __cplusplus
extern "C" {
#endif

enum xlsec_check_format {
    XLSEC_CHECK_XL = 1,    /* a file of `xl save` */
    XLSEC_CHECK_LIBXL = 2, /* a stream of libxl_domain_suspend() */
    XLSEC_CHECK_LIBXC = 3  /* a stream of libxl-save-helper */
};

enum xlsec_check_verdict {
    XLSEC_CHECK_ACCEPTED = 0, /* nothing wrong (feed: so far) */
    XLSEC_CHECK_REFUSED = 1,  /* final; see xlsec_check_finding() */
    XLSEC_CHECK_FAILED = 2    /* this host could not go on (memory), or a
                               * NULL argument */
};

/* Ceilings; 0 or XLSEC_CHECK_ANY in a field means the library's own. */
struct xlsec_check_limits {
    uint64_t max_memory_kib; /* default 1 TiB */
    uint32_t max_vcpus;      /* default 128 */
};

/* Why a stream was refused.  Texts are NUL-terminated printable ASCII. */
struct xlsec_check_finding {
    uint64_t offset; /* of the record in the stream, in octets */
    char record[32]; /* the record, in Xen's own words */
    char rule[16];   /* the rule, as in STREAM.md */
    char text[160];  /* for a person */
};

/* What is in an accepted stream. */
struct xlsec_check_facts {
    char type[8];            /* "pv", "hvm" or "pvh"; "any" where a libxc
                              * stream does not tell the last two apart */
    char name[256];          /* XLSEC_CHECK_XL only; else empty */
    uint8_t uuid[16];        /* XLSEC_CHECK_XL only; else zero */
    uint64_t max_memory_kib; /* XLSEC_CHECK_XL only; else 0 */
    uint32_t max_vcpus;      /* XLSEC_CHECK_XL only; else 0 */
    uint32_t vcpus;          /* vCPUs whose state is in the stream */
    uint32_t libxc_version;
    uint32_t xen_major; /* of the sender, as it says */
    uint32_t xen_minor;
    uint32_t passes; /* passes over memory; 1 for a plain save */
    uint64_t bytes;
    uint64_t records;
    uint64_t pages; /* pages with content, repetitions included */
};

struct xlsec_check;

/* A checker; limits may be NULL.  NULL when out of memory or when the format
 * or a limit is not one.  The caller ends it with xlsec_check_free(). */
XLSEC_API struct xlsec_check *
xlsec_check_new(enum xlsec_check_format format,
                const struct xlsec_check_limits *limits);

/* Judge the next len octets at buf, in pieces of any size. */
XLSEC_API enum xlsec_check_verdict
xlsec_check_feed(struct xlsec_check *check, const void *buf, size_t len);

/* The stream has ended: ACCEPTED only when it is complete. */
XLSEC_API enum xlsec_check_verdict xlsec_check_end(struct xlsec_check *check);

/* Why it was refused; texts are empty before that.  The checker's own. */
XLSEC_API void xlsec_check_finding(const struct xlsec_check *check,
                                   struct xlsec_check_finding *out);

/* What is known so far; complete once xlsec_check_end() has accepted. */
XLSEC_API void xlsec_check_facts(const struct xlsec_check *check,
                                 struct xlsec_check_facts *out);

/* End a checker; NULL does nothing. */
XLSEC_API void xlsec_check_free(struct xlsec_check *check);

#ifdef __cplusplus
}
#endif

#endif
