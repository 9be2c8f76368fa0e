/* SPDX-License-Identifier: LGPL-2.1-only */
/* `xlsec check` by itself, so that its tests need nothing but the parser. */
#include "check.h"

int main(int argc, char **argv)
{
    return xlsec_cmd_check(argc, argv);
}
