/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * scheme: which signatures an attestation key makes, and their names.  Level 2.
 */
#ifndef XLS_ATTEST_SCHEME_H
#define XLS_ATTEST_SCHEME_H

#include <stdbool.h>

enum xls_ak_sign {
    XLS_AK_SIGN_NONE = 0, /* what the key's type has by default */
    XLS_AK_RSASSA,
    XLS_AK_RSAPSS,
    XLS_AK_ECDSA,
};

enum xls_ak_hash {
    XLS_AK_HASH_NONE = 0, /* SHA-256 */
    XLS_AK_SHA256,
    XLS_AK_SHA384,
    XLS_AK_SHA512,
};

struct xls_ak_scheme {
    enum xls_ak_sign sign;
    enum xls_ak_hash hash;
};

/* "rsassa/sha256" and the like, in static storage; and back: false when it is
 * none, and *out is untouched. */
const char *xls_ak_scheme_name(const struct xls_ak_scheme *scheme);
bool xls_ak_scheme_read(const char *name, struct xls_ak_scheme *out);

#endif
