/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * name: what a TPM calls an object (TPM2B_NAME of SHA-256).  Level 2.
 */
#ifndef XLS_ATTEST_NAME_H
#define XLS_ATTEST_NAME_H

#include <stddef.h>
#include <stdint.h>

/* Octets: TPM_ALG_SHA256, and a digest. */
#define XLS_NAME_LEN 34U

/* out = the name of an object with this public area (a TPMT_PUBLIC whose
 * nameAlg is SHA-256) of len octets. */
void xls_name_of_area(const void *area, size_t len, uint8_t out[XLS_NAME_LEN]);

/* out = the qualified name of a primary key of the endorsement hierarchy that
 * has this name: what its quotes say as qualifiedSigner. */
void xls_name_qualified(const uint8_t name[XLS_NAME_LEN],
                        uint8_t out[XLS_NAME_LEN]);

#endif
