/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * pcrs: values of PCRs (SHA-256), and the file that `tpm2_quote -o` writes.
 * Level 2.
 *
 * Such values are a claim.  They count when their digest is the one that was
 * signed (attest/quote).
 */
#ifndef XLS_ATTEST_PCRS_H
#define XLS_ATTEST_PCRS_H

#include <stddef.h>
#include <stdint.h>

#include "attest/ak.h"
#include "attest/reason.h"
#include "base/rc.h"

#define XLS_PCR_COUNT 24U
#define XLS_PCR_LEN   32U
#define XLS_PCRS_ALL  UINT32_C(0x00ffffff)
/* Those that only a reset of the whole TPM sets back: 16 and 23 anybody can
 * reset, 17 to 22 software of some locality. */
#define XLS_PCRS_BOOT UINT32_C(0x0000ffff)

/* Octets of a file: the selection, a count, and a list for each PCR at most. */
#define XLS_PCRS_FILE_MAX (132U + 4U + 24U * 532U)

struct xls_pcrs {
    uint32_t mask; /* bit n: value[n] is there */
    uint8_t value[XLS_PCR_COUNT][XLS_PCR_LEN];
};

/*
 * Parse such a file, of exactly len octets, of one bank, SHA-256.  *out is
 * written only on XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL ([E-3]).
 */
XLS_MUST_USE enum xls_rc xls_pcrs_read(const void *file, size_t len,
                                       struct xls_pcrs *out,
                                       struct xls_reason *why);

/*
 * out = the digest over those of the values, from the lowest number up, with
 * the hash of the key's scheme, as a TPM makes it; its length, 0 when libcrypto
 * could not.
 */
size_t xls_pcrs_digest(const struct xls_pcrs *pcrs, const struct xls_ak *ak,
                       uint8_t out[XLS_AK_HASH_MAX]);

/* "0-7,9" for a mask, cut to size octets with the NUL; "none" for 0. */
void xls_pcrs_name(char *out, size_t size, uint32_t mask);

/* Such a list back to a mask: numbers 0 to 23 that rise, and ranges.  0 when it
 * is none. */
uint32_t xls_pcrs_mask(const char *list);

#endif
