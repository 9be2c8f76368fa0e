/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * evidence: one side's Evidence as octets: quote, PCR values and logs.  Level
 * 2.
 *
 * Decoding judges the form alone.  Nothing in it is believed before
 * attest/appraise has held it against what was enrolled.
 */
#ifndef XLS_ATTEST_EVIDENCE_H
#define XLS_ATTEST_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "attest/binder.h"
#include "attest/pcrs.h"
#include "base/rc.h"

#define XLS_EVIDENCE_VERSION 1U
/* Octets at most: of the whole, of the signed message and its signature (the
 * larger of both kinds), of the two logs. */
#define XLS_EVIDENCE_MAX         ((size_t)9 << 20)
#define XLS_EVIDENCE_MESSAGE_MAX 1024U
#define XLS_EVIDENCE_SIG_MAX     518U
#define XLS_EVIDENCE_LOG_MAX     ((size_t)1 << 20)
#define XLS_EVIDENCE_LIST_MAX    ((size_t)7 << 20)
/* Pointers are borrowed: from the octets, once decoded. */
struct xls_evidence {
    enum xls_evidence_kind kind;
    uint32_t epoch;     /* 0 or 1 */
    uint8_t policy[32]; /* digest of the Attester's own policy; zeros: none */
    const uint8_t *message;
    size_t message_len; /* of kind none all that follows is empty */
    const uint8_t *signature;
    size_t signature_len;
    struct xls_pcrs pcrs;
    const uint8_t *log; /* the firmware's events, or the software's lines */
    size_t log_len;
    const uint8_t *list; /* IMA's */
    size_t list_len;
};

/* The digest of the two logs that the binder has: [P-58]. */
void xls_evidence_logs(const void *log, size_t log_len, const void *list,
                       size_t list_len, uint8_t out[32]);

/*
 * Encode: *out, which the caller frees, gets *len octets.  Both are untouched
 * on error.
 * Errors: XLS_BUG_CONTRACT (what decoding would refuse), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_evidence_put(const struct xls_evidence *e,
                                          uint8_t **out, size_t *len);

/*
 * Decode exactly len octets.  *out borrows them, and is written only on XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL.
 */
XLS_MUST_USE enum xls_rc xls_evidence_get(const void *in, size_t len,
                                          struct xls_evidence *out);

#endif
