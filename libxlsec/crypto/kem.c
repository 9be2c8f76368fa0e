/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/kem.h"

#include <stddef.h>

#include "config.h"
#include "crypto/start.h"

const char *xls_kem_by(void)
{
    return XLS_KEM_BY;
}

void xls_kem_key_random(struct xls_kem_key *out)
{
    xls_random(out->seed, sizeof(out->seed));
}
