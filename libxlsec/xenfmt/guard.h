/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * guard: judge a stream of Xen's before anything of Xen's reads it.  Level 2.
 *
 * The guard is fed octets and gives octets back; between the two it parses the
 * stream (doc/STREAM.md).  No octet of a record is given back before what the
 * guard checks of that record has been checked: small records are held whole,
 * the contents of pages pass through without a copy once the list that
 * announces them has been judged.
 *
 * Refusal is final: every later call repeats it.  Memory is bounded whatever
 * the guest: less than 2.5 MiB while the stream runs.
 */
#ifndef XLS_XENFMT_GUARD_H
#define XLS_XENFMT_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/config.h"
#include "xenfmt/finding.h"

enum xls_fmt {
    XLS_FMT_XL = 1, /* what `xl save` writes: header, config, libxl stream */
    XLS_FMT_LIBXL,  /* what libxl_domain_suspend writes */
    XLS_FMT_LIBXC,  /* what libxl-save-helper writes */
};

#define XLS_GUARD_PAGES_CEILING ((uint64_t)1 << 28) /* 1 TiB of 4 KiB pages */
#define XLS_GUARD_VCPUS_CEILING 128U                /* HVM_MAX_VCPUS */

/*
 * What the stream may claim: from the admitted offer, or ceilings where no
 * offer bounds it.  In XLS_FMT_XL the stream's own configuration is held
 * against these, and then bounds the rest in their place.
 */
struct xls_guard_limits {
    uint64_t max_pages;       /* 4 KiB pages of the guest's maximum memory,
                               * 1..XLS_GUARD_PAGES_CEILING x 16 */
    uint32_t max_vcpus;       /* 1..8192 */
    enum xls_guest_type type; /* XLS_GUEST_ANY: do not care */
};

/* What has been learnt so far; complete when xls_guard_end() said XLS_OK. */
struct xls_guard_facts {
    enum xls_guest_type type; /* ANY until known; HVM or PVH are told
                               * apart at the emulator's record */
    uint32_t libxc_version;   /* 2 or 3; 0 until known */
    uint32_t xen_major;       /* of the sender, as it says */
    uint32_t xen_minor;
    uint32_t vcpus;    /* vCPUs whose state was seen */
    uint32_t passes;   /* passes over memory, the first included */
    uint64_t bytes;    /* octets consumed */
    uint64_t records;  /* records of both streams, ENDs included */
    uint64_t pfns;     /* frame numbers listed */
    uint64_t pages;    /* pages whose content was carried */
    uint64_t p2m_size; /* frame numbers in the first pass */
    const char *phase; /* a word for progress; static storage */
    bool has_config;   /* config is filled (XLS_FMT_XL) */
    struct xls_config_facts config;
};

struct xls_guard;

/*
 * A guard for one stream; limits are copied.  The caller frees *out with
 * xls_guard_free().  *out is written only on XLS_OK.
 * Errors: XLS_BUG_CONTRACT (format or limits out of range), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_guard_new(enum xls_fmt fmt,
                                       const struct xls_guard_limits *limits,
                                       struct xls_guard **out);

/* End a guard; NULL does nothing. */
void xls_guard_free(struct xls_guard *g);

/*
 * Take some of the *in_len octets at *in (both are advanced; at least one is
 * taken when there is one) and give back a span of judged octets, *out_len of
 * them at *out, perhaps none.  The span points into the caller's input or into
 * the guard, and is valid until the next call.  What is given back, joined, is
 * exactly what was fed.  Call until *in_len is 0.
 *
 *     while (in_len > 0) {
 *         rc = xls_guard_step(g, &in, &in_len, &out, &out_len);
 *         if (rc != XLS_OK) { refuse: see xls_guard_finding() }
 *         pass on out_len octets at out
 *     }
 *
 * Errors: any of XLS_PEER_*, XLS_HOST_NOMEM; *out_len is then 0.
 */
XLS_MUST_USE enum xls_rc xls_guard_step(struct xls_guard *g, const uint8_t **in,
                                        size_t *in_len, const uint8_t **out,
                                        size_t *out_len);

/*
 * The input has ended.  XLS_OK only when the stream is complete, up to and
 * with its last END; then everything that was fed has been given back.
 * Errors: XLS_PEER_SHORT, or the refusal already made.
 */
XLS_MUST_USE enum xls_rc xls_guard_end(struct xls_guard *g);

/* True once the last END has been judged; only the end of input may follow. */
bool xls_guard_complete(const struct xls_guard *g);

/* Why the stream was refused; never NULL, texts empty before a refusal. */
const struct xls_finding *xls_guard_finding(const struct xls_guard *g);

/* What is known so far; never NULL, valid as long as the guard. */
const struct xls_guard_facts *xls_guard_facts(const struct xls_guard *g);

/*
 * XLS_FMT_XL: the configuration as our own tree writes it (NUL-terminated, the
 * guard's), once the stream's has been judged; NULL before and otherwise.
 */
const char *xls_guard_config_text(const struct xls_guard *g);

#endif
