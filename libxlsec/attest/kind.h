/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * kind: what a host proves its state by.  Level 2.
 *
 * The numbers are those of the wire.  They are no order: what is weaker is for
 * policy to say, and software Evidence never stands for a TPM's.
 */
#ifndef XLS_ATTEST_KIND_H
#define XLS_ATTEST_KIND_H

enum xls_evidence_kind {
    XLS_EVIDENCE_NONE = 0,
    XLS_EVIDENCE_TPM = 1,      /* a quote of an enrolled attestation key */
    XLS_EVIDENCE_SOFTWARE = 2, /* signed by a key of the host's software */
};

#endif
