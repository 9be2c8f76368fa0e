/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policystore: the appraisal policy that is in force here.  Level 5.
 */
#ifndef XLS_HOST_POLICYSTORE_H
#define XLS_HOST_POLICYSTORE_H

#include <stddef.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"

/* Its text, which the caller frees; *text NULL where there is none.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_policystore_load(const struct xls_conf *conf,
                                              char **text, size_t *len,
                                              struct xls_why *why);

#endif
