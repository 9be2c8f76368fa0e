/* SPDX-License-Identifier: LGPL-2.1-only */
/* No library of this system has ML-KEM. */
#include <stddef.h>

#include "crypto/kem.h"

const struct xls_kem_ops *xls_kem(void)
{
    return NULL;
}
