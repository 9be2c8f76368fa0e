/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ak: a host's attestation key (AK) as it was enrolled, and what it signed.
 * Level 2.
 *
 * Which algorithm, padding and hash the key signs with belongs to the
 * enrolment.  A signature that says otherwise is refused: nothing is tried.
 */
#ifndef XLS_ATTEST_AK_H
#define XLS_ATTEST_AK_H

#include <stddef.h>
#include <stdint.h>

#include "attest/reason.h"
#include "attest/scheme.h"
#include "base/rc.h"

#define XLS_AK_PEM_MAX  4096U /* octets of a key's file */
#define XLS_AK_DER_MAX  640U  /* octets of a key: RSA-4096 has 550 */
#define XLS_AK_SIG_MAX  518U  /* octets of a TPMT_SIGNATURE: RSA-4096 */
#define XLS_AK_HASH_MAX 64U   /* octets of a hash */

struct xls_ak;

/*
 * Read a public key in PEM ("PUBLIC KEY", one, and nothing that is another):
 * RSA of 2048 to 4096 bits, or an elliptic curve's, P-256 or P-384.  A scheme's
 * zero stands for the default: RSASSA or ECDSA, SHA-256.
 * *out is the caller's (xls_ak_free), and untouched on error.
 * Errors: XLS_PEER_POLICY (the key, or a scheme that it cannot have; [E-1],
 * [E-2], in why), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_ak_new(const void *pem, size_t len,
                                    const struct xls_ak_scheme *scheme,
                                    struct xls_ak **out,
                                    struct xls_reason *why);

/* The same for a key in DER: one SubjectPublicKeyInfo of exactly len octets. */
XLS_MUST_USE enum xls_rc xls_ak_new_der(const void *der, size_t len,
                                        const struct xls_ak_scheme *scheme,
                                        struct xls_ak **out,
                                        struct xls_reason *why);

/* Give it up; NULL does nothing. */
void xls_ak_free(struct xls_ak *ak);

/* The scheme, without zeros; the key's. */
const struct xls_ak_scheme *xls_ak_scheme(const struct xls_ak *ak);

/*
 * out = the scheme's hash of len octets at p; its length in octets, or 0 when
 * libcrypto could not.
 */
size_t xls_ak_digest(const struct xls_ak *ak, const void *p, size_t len,
                     uint8_t out[XLS_AK_HASH_MAX]);

/*
 * Did this key sign these octets, and is sig one TPMT_SIGNATURE of its scheme
 * with nothing behind it?
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT, XLS_PEER_TRAIL (form, [E-16]),
 * XLS_PEER_POLICY (another scheme, [E-17]), XLS_PEER_AUTH ([E-18]),
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_ak_verify(const struct xls_ak *ak, const void *sig,
                                       size_t sig_len, const void *message,
                                       size_t len, struct xls_reason *why);

#endif
