/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/role.h"

int main(void)
{
    return xls_verify_main();
}
