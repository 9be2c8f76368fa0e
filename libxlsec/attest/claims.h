/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * claims: what Evidence says of a host, once its signature has held.  Level 2.
 */
#ifndef XLS_ATTEST_CLAIMS_H
#define XLS_ATTEST_CLAIMS_H

#include <stddef.h>
#include <stdint.h>

#include "attest/kind.h"
#include "attest/pcrs.h"

/* The values were signed; of the logs, no more counts than leads to them. */
struct xls_claims {
    enum xls_evidence_kind kind;
    struct xls_pcrs pcrs;
    uint64_t firmware;  /* the TPM's firmwareVersion; 0 for software */
    const uint8_t *log; /* borrowed: the firmware's event log, or the log of
                         * software Evidence; NULL: none came */
    size_t log_len;
    const uint8_t *ima; /* borrowed: IMA's list; NULL: none came */
    size_t ima_len;
};

#endif
