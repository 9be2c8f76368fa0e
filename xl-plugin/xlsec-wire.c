/* SPDX-License-Identifier: LGPL-2.1-only */
#include "crypto/kem.h"
#include "host/role.h"

int main(void)
{
    return xls_wire_main(xls_kem());
}
