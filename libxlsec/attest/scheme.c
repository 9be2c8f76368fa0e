/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/scheme.h"

#include <stddef.h>
#include <string.h>

/* Names of all schemes, by sign and hash, without the zeros. */
static const char *const names[3][3] = {
    {"rsassa/sha256", "rsassa/sha384", "rsassa/sha512"},
    {"rsapss/sha256", "rsapss/sha384", "rsapss/sha512"},
    {"ecdsa/sha256", "ecdsa/sha384", "ecdsa/sha512"},
};

const char *xls_ak_scheme_name(const struct xls_ak_scheme *scheme)
{
    unsigned sign = (unsigned)scheme->sign;
    unsigned hash = (unsigned)scheme->hash;

    return sign < 1 || sign > 3 || hash < 1 || hash > 3
               ? "none"
               : names[sign - 1][hash - 1];
}

bool xls_ak_scheme_read(const char *name, struct xls_ak_scheme *out)
{
    for (unsigned sign = 1; sign <= 3; sign++) {
        for (unsigned hash = 1; hash <= 3; hash++) {
            if (strcmp(name, names[sign - 1][hash - 1]) == 0) {
                *out = (struct xls_ak_scheme){(enum xls_ak_sign)sign,
                                              (enum xls_ak_hash)hash};
                return true;
            }
        }
    }
    return false;
}
