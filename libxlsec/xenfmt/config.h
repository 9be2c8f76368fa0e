/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * config: the domain's configuration, as libxl writes it in JSON.  Level 2.
 *
 * What libxl is given is never the peer's text but ours: the text is judged
 * (doc/STREAM.md, "The domain configuration"), parsed once, and written again
 * from our own tree.
 */
#ifndef XLS_XENFMT_CONFIG_H
#define XLS_XENFMT_CONFIG_H

#include <stddef.h>
#include <stdint.h>

#include "xenfmt/cfgpolicy.h"
#include "xenfmt/finding.h"

#define XLS_CONFIG_MAX      ((size_t)1 << 20) /* [S-20] octets, in a file */
#define XLS_CONFIG_MAX_WIRE ((size_t)57344)   /* [S-20] octets, in an offer */

struct xls_config_facts {
    char name[256];           /* NUL-terminated, [S-25] */
    uint8_t uuid[16];         /* all zero when the text has none */
    enum xls_guest_type type; /* never XLS_GUEST_ANY */
    uint64_t max_memkb;       /* KiB, >= 1 */
    uint64_t target_memkb;    /* KiB; max_memkb when the text has none */
    uint32_t max_vcpus;       /* >= 1 */
};

/*
 * Judge len octets of JSON at text, which carry no NUL (a caller whose text
 * ends with one does not count it).  On XLS_OK *facts is filled, and *out is
 * the same configuration written from our own tree: NUL-terminated, on the
 * heap, the caller frees it.  Either may be NULL.  On error neither is touched
 * and *why, which may be NULL, has the rule and the text (record "CONFIG",
 * offset 0).
 * Errors: XLS_PEER_RANGE, XLS_PEER_POLICY, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_config_judge(const char *text, size_t len,
                                          struct xls_config_facts *facts,
                                          char **out, struct xls_finding *why);

/*
 * [S-38] Judge the same text by what this host accepts from a peer: policy, or
 * the default one when it is NULL.  tell is told of each setting that is
 * refused, those that are wrong for everybody included, until it says false.
 * XLS_PEER_POLICY: it was told of something.  XLS_PEER_RANGE: the text is not
 * JSON, or breaks a rule of S-25 to S-29, which *why has; what tell was told
 * before holds as well.
 * Errors: XLS_PEER_POLICY, XLS_PEER_RANGE, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_config_permit(const char *text, size_t len,
                                           const struct xls_cfg_policy *policy,
                                           xls_cfg_tell *tell, void *ctx,
                                           struct xls_finding *why);

#endif
