/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * revoked: keys of hosts that are not to be trusted again.  Level 5.
 *
 * dir/revoked, a key a line: date, kind ("key", "ak-name" or "evidence-key"),
 * its octets (base64, hexadecimal for a name), the host's name, and why, as far
 * as somebody said so; lines that begin with '#' are comments.
 */
#ifndef XLS_HOST_REVOKED_H
#define XLS_HOST_REVOKED_H

#include <stddef.h>
#include <stdint.h>

#include "attest/name.h"
#include "base/rc.h"
#include "base/why.h"

enum xls_revoked_kind {
    XLS_REVOKED_NONE = 0,
    XLS_REVOKED_KEY,          /* a static key */
    XLS_REVOKED_AK_NAME,      /* an attestation key's name */
    XLS_REVOKED_EVIDENCE_KEY, /* a key for software Evidence */
};

enum {
    XLS_REVOKED_DATE = 11,
    XLS_REVOKED_HOST = 64,
    XLS_REVOKED_REASON = 128, /* octets with the NUL */
};

struct xls_revoked_entry {
    enum xls_revoked_kind kind;
    uint8_t octets[XLS_NAME_LEN]; /* 32 of a key, 34 of a name */
    char date[XLS_REVOKED_DATE];  /* YYYY-MM-DD */
    char host[XLS_REVOKED_HOST];
    char reason[XLS_REVOKED_REASON]; /* may be empty */
};

struct xls_revoked {
    struct xls_revoked_entry *list; /* owned */
    size_t count;
};

/*
 * Read dir/revoked; nothing where there is none.  The caller frees with
 * xls_revoked_free(), also after an error.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_revoked_load(const char *dir, struct xls_revoked *out, struct xls_why *why);
void xls_revoked_free(struct xls_revoked *revoked);

/*
 * The same for the text of such a file, which is cut up; path is for messages
 * only.
 */
XLS_MUST_USE enum xls_rc xls_revoked_parse(char *text, const char *path,
                                           struct xls_revoked *out,
                                           struct xls_why *why);

/*
 * [E-75] Is this one of them?  what is the thing that has it ("FILE", for the
 * message).  octets may be NULL: there is none.
 * Errors: XLS_HOST_CONF, and why says which, since when, and what to do.
 */
XLS_MUST_USE enum xls_rc
xls_revoked_check(const struct xls_revoked *revoked, enum xls_revoked_kind kind,
                  const uint8_t *octets, const char *what, struct xls_why *why);

/*
 * Add entries to dir/revoked, with today's date; those that are in it are left
 * out.  Their dates are not read.  Errors: XLS_HOST_CONF, XLS_HOST_IO,
 * XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_revoked_add(const char *dir,
                                         const struct xls_revoked_entry *list,
                                         size_t count, struct xls_why *why);

#endif
