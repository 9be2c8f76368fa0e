/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * quote: is this a TPM 2.0 quote of an enrolled key, for this question, over
 * these PCR values?  Level 2.
 *
 * Every check of doc/EVIDENCE.md, in its order; the first that fails is the
 * verdict.  Octets in, verdict out: no I/O, no state.
 */
#ifndef XLS_ATTEST_QUOTE_H
#define XLS_ATTEST_QUOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/ak.h"
#include "attest/pcrs.h"
#include "attest/reason.h"
#include "base/rc.h"

#define XLS_QUOTE_MAX         349U /* octets of a TPMS_ATTEST of a quote */
#define XLS_QUOTE_NAME_MAX    66U  /* of a qualified name */
#define XLS_QUALIFICATION_MAX 64U

/* What a host claims; borrowed. */
struct xls_quote {
    const uint8_t *message; /* TPMS_ATTEST */
    size_t message_len;
    const uint8_t *signature; /* TPMT_SIGNATURE */
    size_t signature_len;
    const struct xls_pcrs *pcrs;
};

/* The TPM's clockInfo. */
struct xls_quote_clock {
    uint64_t clock;         /* ms that the TPM was powered */
    uint32_t reset_count;   /* since it was cleared */
    uint32_t restart_count; /* since the last reset: resumes and the like */
    bool safe;              /* no value so large was ever given before */
};

/* [E-25] May a quote with this clock be later than, or the same as, last?  A
 * reset sets restartCount back. */
bool xls_quote_clock_follows(const struct xls_quote_clock *last,
                             const struct xls_quote_clock *now);

/* What it is held against; borrowed, and NULL where there is nothing. */
struct xls_quote_want {
    const uint8_t *qualification; /* what extraData has to be; never NULL */
    size_t qualification_len;     /* 1 to XLS_QUALIFICATION_MAX */
    uint32_t pcrs;         /* exactly these PCRs; not 0 unless any_pcrs */
    bool any_pcrs;         /* whichever boot PCRs were signed, and pcrs is 0 */
    const uint8_t *signer; /* the key's qualified name */
    size_t signer_len;
    const uint64_t *firmware;           /* firmwareVersion */
    const struct xls_quote_clock *last; /* accepted before this was asked for */
    const struct xls_quote_clock *first; /* of this migration's first quote */
};

/* What then holds. */
struct xls_quote_facts {
    struct xls_quote_clock clock;
    uint64_t firmware;
    struct xls_pcrs pcrs;
    uint8_t signer[XLS_QUOTE_NAME_MAX + 2];
    size_t signer_len;
};

/*
 * *facts is written only on XLS_OK, why only on another verdict; both may be
 * NULL.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL (form),
 * XLS_PEER_AUTH (signature, signer, qualification, digest), XLS_PEER_POLICY
 * (selection, clock, firmware, scheme), XLS_HOST_NOMEM, XLS_BUG_CONTRACT (no
 * key, no qualification, no required PCRs).
 */
XLS_MUST_USE enum xls_rc xls_quote_check(const struct xls_quote *quote,
                                         const struct xls_ak *ak,
                                         const struct xls_quote_want *want,
                                         struct xls_quote_facts *facts,
                                         struct xls_reason *why);

#endif
