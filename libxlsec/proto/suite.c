/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/suite.h"

const char *xls_suite_text(uint16_t suite)
{
    return suite == XLS_SUITE_X25519   ? "X25519"
           : suite == XLS_SUITE_HYBRID ? "X25519 + ML-KEM-768"
                                       : "none";
}
