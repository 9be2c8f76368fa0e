/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policyversion: the highest version of an appraisal policy that was ever
 * accepted on this host.  Level 5.
 */
#ifndef XLS_HOST_POLICYVERSION_H
#define XLS_HOST_POLICYVERSION_H

#include <stdint.h>

#include "attest/policy.h"
#include "base/rc.h"
#include "base/why.h"

/* What STATEDIR/policy.version says; version 0: none was accepted yet. */
struct xls_policy_version {
    uint32_t version;
    uint8_t digest[XLS_POLICY_DIGEST];
};

/*
 * Take the lock of the state directory, which is made where it is missing: who
 * judges and notes a version holds it.  *fd is the caller's to close, which
 * gives it up.  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_policyversion_lock(const char *statedir, int *fd,
                                                struct xls_why *why);

/*
 * Read it ([E-105]).  Errors: XLS_HOST_CONF (it is there and not as we write
 * it), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_policyversion_read(const char *statedir,
                                                struct xls_policy_version *out,
                                                struct xls_why *why);

/* Write it, synced, in place of the old one.  Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc
xls_policyversion_write(const char *statedir,
                        const struct xls_policy_version *version,
                        struct xls_why *why);

/*
 * Put len octets at path (mode 0644), synced, in place of what is there:
 * whoever reads sees the one or the other, whole.  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_file_replace(const char *path, const void *p,
                                          size_t len, struct xls_why *why);

#endif
