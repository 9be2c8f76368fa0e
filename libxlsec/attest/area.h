/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * area: is this the public area of an attestation key as ours are?  Level 2.
 *
 * An AK says what a TPM saw only while its attributes say so: a key that is not
 * restricted signs whatever its owner wants.  So enrolment takes the area, not
 * a bare key, and names it itself.
 */
#ifndef XLS_ATTEST_AREA_H
#define XLS_ATTEST_AREA_H

#include <stddef.h>
#include <stdint.h>

#include "attest/name.h"
#include "attest/reason.h"
#include "attest/spki.h"
#include "base/rc.h"

#define XLS_AREA_MAX 1024U /* octets of a TPMT_PUBLIC */

/* What an AK's area gives. */
struct xls_area {
    uint8_t spki[XLS_SPKI_P256]; /* the key, a SubjectPublicKeyInfo in DER */
    uint8_t name[XLS_NAME_LEN];  /* computed from the area */
};

/* An AK's attributes, and nothing else: TPMA_OBJECT. */
#define XLS_AREA_AK_ATTRIBUTES UINT32_C(0x00050472)

/*
 * Judge a TPMT_PUBLIC of exactly len octets.  *out is written only on XLS_OK.
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT, XLS_PEER_TRAIL (form, [E-60]),
 * XLS_PEER_POLICY ([E-61], [E-62]).
 */
XLS_MUST_USE enum xls_rc xls_area_read(const void *area, size_t len,
                                       struct xls_area *out,
                                       struct xls_reason *why);

#endif
