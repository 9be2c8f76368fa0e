/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * credential: a secret that one TPM gives back for one key, and no other
 * (TPM2_MakeCredential, without a TPM).  Level 2.
 *
 * Only the TPM with the endorsement key (EK) opens it, and only while a key of
 * this name is loaded in it.  Who knows the secret afterwards had both.
 */
#ifndef XLS_ATTEST_CREDENTIAL_H
#define XLS_ATTEST_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

#include "attest/name.h"
#include "attest/reason.h"
#include "attest/spki.h"
#include "base/rc.h"

#define XLS_CREDENTIAL_SECRET 32U
#define XLS_CREDENTIAL_BLOB   84U  /* octets at most, see below */
#define XLS_CREDENTIAL_SEED   256U /* octets at most */

struct xls_credential {
    uint8_t blob[XLS_CREDENTIAL_BLOB]; /* what is in a TPM2B_ID_OBJECT */
    size_t blob_len;
    uint8_t seed[XLS_CREDENTIAL_SEED]; /* in a TPM2B_ENCRYPTED_SECRET */
    size_t seed_len;
};

/*
 * Wrap a secret for the key of this name in the TPM of this EK: one of the
 * TCG's default templates L-1 (RSA-2048), L-2 (P-256) or H-3 (P-384), which
 * its key tells ([E-64]).  *out is written only on XLS_OK.
 * Errors: XLS_PEER_POLICY (no such EK), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_credential_make(const void *ek_spki, size_t len,
                    const uint8_t name[XLS_NAME_LEN],
                    const uint8_t secret[XLS_CREDENTIAL_SECRET],
                    struct xls_credential *out, struct xls_reason *why);

#endif
