/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * cfgkeys: every member that libxl's JSON of a domain may have, of what kind it
 * is, and who may decide about it.  Level 2.  doc/STREAM.md, "The members".
 *
 * Facts from libxl_types.idl of Xen 4.17 to 4.20, and from what libxl's
 * generator makes of them.  What is not here is refused.
 */
#ifndef XLS_XENFMT_CFGKEYS_H
#define XLS_XENFMT_CFGKEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "xenfmt/cfgpolicy.h"

enum xls_cfg_kind {
    XLS_CFG_BOOL = 1, /* true or false */
    XLS_CFG_DEFBOOL,  /* "True", "False" or "<default>" */
    XLS_CFG_NUMBER,   /* lo..hi */
    XLS_CFG_ENUM,     /* one of words */
    XLS_CFG_TEXT,     /* any text without control characters */
    XLS_CFG_WORD,     /* letters, digits and a few marks; no comma */
    XLS_CFG_LIST,     /* the same, and comma, slash and blank */
    XLS_CFG_UUID,
    XLS_CFG_MAC,
    XLS_CFG_BITS,   /* an array of rising numbers up to hi */
    XLS_CFG_BYTES,  /* an array of exactly hi numbers of 0..255 */
    XLS_CFG_MASK,   /* exactly hi of 0, 1, x, k, s */
    XLS_CFG_CPUID,  /* an object; or an array, as before Xen 4.17 */
    XLS_CFG_OBJECT, /* of the members in object */
    XLS_CFG_MAP,    /* an object of names and texts, any */
};

struct xls_cfg_object;

/*
 * One member.  Where label is NULL, whatever is of the right kind is accepted.
 * Otherwise the values that match a pattern of ok (blanks between them) are,
 * and so is an empty text; all others only when the policy has accept for them,
 * or never when accept is XLS_ACCEPT_NEVER.
 */
struct xls_cfg_member {
    const char *name;
    enum xls_cfg_kind kind;
    enum xls_cfg_word accept;
    unsigned most; /* 0, or: an array of so many of the kind at most */
    bool secret;   /* its value is shown to nobody */
    const char *label;
    const char *ok;
    const char *words; /* blanks between them */
    int64_t lo;
    int64_t hi;
    const struct xls_cfg_object *object;
};

struct xls_cfg_object {
    const struct xls_cfg_member *members;
    size_t count;
};

/* The whole configuration, and one leaf of the CPU policy. */
extern const struct xls_cfg_object xls_cfg_top;
extern const struct xls_cfg_object xls_cfg_leaf;

/* The member of that name, or NULL. */
const struct xls_cfg_member *xls_cfg_find(const struct xls_cfg_object *in,
                                          const char *name);

#endif
