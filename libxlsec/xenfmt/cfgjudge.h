/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cfgjudge: a configuration's tree held against the table of members, and
 * against what a receiver accepts.  Level 2.  doc/STREAM.md, S-31 to S-38 and
 * S-200 to S-229.
 */
#ifndef XLS_XENFMT_CFGJUDGE_H
#define XLS_XENFMT_CFGJUDGE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "xenfmt/cfgpolicy.h"

/*
 * Walk the tree.  Every member is held against the table; where permit says so
 * what the table leaves to a receiver is held against policy, too, which is the
 * default one when NULL.  True when nothing was told.
 */
bool xls_cfg_judge(struct json_object *tree, bool permit,
                   const struct xls_cfg_policy *policy, xls_cfg_tell *tell,
                   void *ctx);

#endif
