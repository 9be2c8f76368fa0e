/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * imalog: Linux's list of measurements by IMA, binary_runtime_measurements, fed
 * in pieces and replayed.  Level 2.
 *
 * A list is a claim.  A record counts once PCR 10, as replayed up to it or to
 * one behind it, is the quoted one ([E-58]): a list may go on after the quote.
 */
#ifndef XLS_ATTEST_IMALOG_H
#define XLS_ATTEST_IMALOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/pcrs.h"
#include "attest/reason.h"
#include "base/rc.h"

#define XLS_IMA_PCR         10U
#define XLS_IMALOG_MAX      ((size_t)64 << 20) /* octets of a list */
#define XLS_IMA_RECORDS_MAX 65536U
#define XLS_IMA_DATA_MAX    65536U /* octets of a record's data */
#define XLS_IMA_PATH_MAX    4096U  /* octets of a path, with the NUL */

/* All borrowed, for the call alone. */
struct xls_ima_record {
    const char *format; /* "ima-ng", "ima-sig" or "ima-buf": a claim */
    bool violation;     /* nothing else of the record is under a digest */
    const char *alg;    /* "sha256" and the like, NUL-terminated */
    const uint8_t *digest;
    size_t digest_len;
    const char *path;    /* NUL-terminated, any octets */
    const uint8_t *more; /* a signature, or a buffer; NULL for ima-ng */
    size_t more_len;
    const uint8_t *value; /* XLS_PCR_LEN octets: PCR 10 after this record */
};

/* Takes a record.  Anything but XLS_OK ends the list with that verdict. */
typedef enum xls_rc xls_ima_take(void *arg,
                                 const struct xls_ima_record *record);

/* A list being read, of bounded size whatever is fed. */
struct xls_imalog;

/* Begin; take, which may be NULL, gets each record and arg.  NULL when there
 * is no memory. */
struct xls_imalog *xls_imalog_new(xls_ima_take *take, void *arg);
void xls_imalog_free(struct xls_imalog *log);

/*
 * The next len octets; p may be NULL only when len is 0.  A refusal is final:
 * every later call gives it again.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL, and take's.
 */
XLS_MUST_USE enum xls_rc xls_imalog_feed(struct xls_imalog *log, const void *p,
                                         size_t len, struct xls_reason *why);

/*
 * The end of the list: how many records there were, and PCR 10 after them.
 * Both are written only on XLS_OK.
 * Errors: as xls_imalog_feed().
 */
XLS_MUST_USE enum xls_rc xls_imalog_end(const struct xls_imalog *log,
                                        unsigned *records,
                                        uint8_t value[XLS_PCR_LEN],
                                        struct xls_reason *why);

#endif
