/* SPDX-License-Identifier: LGPL-2.1-only */
#include "config.h"
#include "host/arbiter.h"

const char *xls_arbiter_by(void)
{
    return XLS_ARBITER_BY;
}
