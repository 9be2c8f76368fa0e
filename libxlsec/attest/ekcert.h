/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ekcert: did a manufacturer certify that this endorsement key (EK) is a TPM's?
 * Level 2.
 *
 * Whose word counts is the caller's choice: it gives the roots.  Revocation
 * lists of manufacturers are not looked at.
 */
#ifndef XLS_ATTEST_EKCERT_H
#define XLS_ATTEST_EKCERT_H

#include <stddef.h>

#include "attest/reason.h"
#include "base/rc.h"

#define XLS_EK_CERT_MAX  4096U      /* octets of an EK's certificate */
#define XLS_EK_ROOTS_MAX (1U << 20) /* octets of one file of roots */

struct xls_ek_roots;

/* None yet; the caller's (xls_ek_roots_free), NULL when there is no memory. */
struct xls_ek_roots *xls_ek_roots_new(void);
void xls_ek_roots_free(struct xls_ek_roots *roots);

/*
 * Add the certificates in these octets: PEM, any number of them, or one in DER.
 * Those that are signed by themselves are roots, the others stand between.
 * Gives how many there were; 0 when one of them is none, and then nothing was
 * added.
 */
size_t xls_ek_roots_add(struct xls_ek_roots *roots, const void *octets,
                        size_t len);

/*
 * Is this a certificate of an EK (in DER, of exactly len octets), of a chain
 * that ends at one of the roots, and of this very key?
 * Errors: XLS_PEER_RANGE, XLS_PEER_SHORT (form, [E-65]), XLS_PEER_AUTH (chain,
 * [E-66]; another key, [E-68]), XLS_PEER_POLICY (not an EK's, [E-67]),
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_ek_cert_check(const struct xls_ek_roots *roots,
                                           const void *cert, size_t len,
                                           const void *spki, size_t spki_len,
                                           struct xls_reason *why);

#endif
