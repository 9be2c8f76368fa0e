/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * extend: what TPM2_PCR_Extend does to a PCR of the SHA-256 bank.  Level 2.
 */
#ifndef XLS_ATTEST_EXTEND_H
#define XLS_ATTEST_EXTEND_H

#include <stdint.h>

#include "attest/pcrs.h"

/* value = SHA-256(value || digest). */
void xls_pcr_extend(uint8_t value[XLS_PCR_LEN],
                    const uint8_t digest[XLS_PCR_LEN]);

#endif
