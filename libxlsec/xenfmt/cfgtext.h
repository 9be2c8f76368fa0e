/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cfgtext: what the texts of a configuration may look like.  Level 2.
 * doc/STREAM.md, S-33 and S-35.
 */
#ifndef XLS_XENFMT_CFGTEXT_H
#define XLS_XENFMT_CFGTEXT_H

#include "xenfmt/cfgkeys.h"

/*
 * What is wrong with this value of member m, whose kind is one of those that
 * are strings (or XLS_CFG_MAP: one of its texts): a part of a sentence, without
 * the value, in static storage; NULL when nothing is.
 */
const char *xls_cfg_text_wrong(const struct xls_cfg_member *m,
                               const char *value);

#endif
