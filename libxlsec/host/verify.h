/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * verify: what the process that judges the peer's Evidence is told, and what it
 * tells.  Level 5.
 *
 * It has no key of this host, no network and no files: quotes, logs and lists
 * are parsed by a process that has nothing to lose.
 */
#ifndef XLS_HOST_VERIFY_H
#define XLS_HOST_VERIFY_H

#include "attest/appraise.h"
#include "host/ipc.h"

/* Bodies of VERIFY_START and VERIFY_DONE at most. */
enum { XLS_VERIFY_START_MAX = 1280, XLS_VERIFY_DONE_MAX = 384 };

/* Encode; *len octets at out, of the sizes above.
 * Errors: XLS_BUG_CONTRACT (a length beyond its array). */
XLS_MUST_USE enum xls_rc
xls_verify_put_start(const struct xls_enrolled *enrolled,
                     const struct xls_occasion *occasion,
                     uint8_t out[XLS_VERIFY_START_MAX], size_t *len);
XLS_MUST_USE enum xls_rc
xls_verify_put_done(const struct xls_attested *attested,
                    uint8_t out[XLS_VERIFY_DONE_MAX], size_t *len);

/* Decode a whole body.  Written only on XLS_OK.
 * Errors: XLS_BUG_CONTRACT (malformed). */
XLS_MUST_USE enum xls_rc xls_verify_get_start(const struct xls_ipc_msg *msg,
                                              struct xls_enrolled *enrolled,
                                              struct xls_occasion *occasion);
XLS_MUST_USE enum xls_rc xls_verify_get_done(const struct xls_ipc_msg *msg,
                                             struct xls_attested *attested);

#endif
