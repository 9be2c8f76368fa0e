/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * lean: libcrypto with no more of it started than a helper needs.  Level 2.
 */
#ifndef XLS_ATTEST_LEAN_H
#define XLS_ATTEST_LEAN_H

/*
 * To be called before libcrypto is used in any other way, by a process that
 * does nothing with it but hash and verify with the default provider: the
 * system's openssl.cnf is not read (what it loads is nothing to a verdict, nor
 * to the process that holds the keys), and the tables of error texts and of
 * older names are not made, which is most of what its start costs.
 * Certificates cannot be verified afterwards.
 */
void xls_libcrypto_lean(void);

#endif
