/* SPDX-License-Identifier: LGPL-2.1-only */
/* logs: event logs, lists of IMA's and a host's claims of our own making. */
#ifndef XLS_TEST_LOGS_H
#define XLS_TEST_LOGS_H

#include "attest/claims.h"
#include "base/wr.h"

/* A digest of the number n. */
void tl_digest(unsigned n, uint8_t out[XLS_PCR_LEN]);

/* Begin a firmware's log of SHA-256 alone, and add an event to it; pcrs, which
 * may be NULL, is extended. */
void tl_head(struct xls_wr *wr);
void tl_event(struct xls_wr *wr, struct xls_pcrs *pcrs, unsigned pcr,
              unsigned n, const void *data, size_t len);

/* Add a record of IMA's (ima-ng, SHA-256), and extend PCR 10.  digest NULL: a
 * violation. */
void tl_ima(struct xls_wr *wr, struct xls_pcrs *pcrs, const uint8_t *digest,
            const char *path);

/* Add a line to the log of software Evidence, and extend the register. */
void tl_soft(struct xls_wr *wr, struct xls_pcrs *pcrs, unsigned pcr, unsigned n,
             const char *words);

#endif
