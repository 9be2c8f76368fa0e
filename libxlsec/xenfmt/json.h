/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * json: a JSON text becomes a tree, or is refused before it costs anything.
 * Level 2.  doc/STREAM.md, S-20 to S-24.
 *
 * A scan over the octets comes first, in constant memory: it bounds depth and
 * the number of values, and permits outside strings only what JSON has there.
 * Then json-c, strictly.  Then the tree is held against the scan: json-c keeps
 * one of two members of the same name, so a text with more members than its
 * tree has one twice.
 */
#ifndef XLS_XENFMT_JSON_H
#define XLS_XENFMT_JSON_H

#include <json-c/json.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/finding.h"

#define XLS_JSON_TEXT_MAX ((size_t)1 << 20) /* [S-20] octets */
#define XLS_JSON_DEPTH    16U    /* [S-21] nested arrays and objects */
#define XLS_JSON_VALUES   16384U /* [S-21] commas, colons and brackets */

/* What the scan counts, outside strings. */
struct xls_json_count {
    uint32_t depth;   /* of the deepest value */
    uint32_t marks;   /* commas, colons, opening brackets of both kinds */
    uint32_t members; /* colons */
};

/*
 * Scan len octets.  *count is written only on XLS_OK.
 * Errors: XLS_PEER_RANGE, with *why (which may be NULL) filled.
 */
XLS_MUST_USE enum xls_rc xls_json_scan(const char *text, size_t len,
                                       struct xls_json_count *count,
                                       struct xls_finding *why);

/*
 * The tree of len octets of text, an object; the caller gives it back with
 * json_object_put().  *out is written only on XLS_OK.
 * Errors: XLS_PEER_RANGE, XLS_HOST_NOMEM, with *why filled.
 */
XLS_MUST_USE enum xls_rc xls_json_parse(const char *text, size_t len,
                                        struct json_object **out,
                                        struct xls_finding *why);

#endif
