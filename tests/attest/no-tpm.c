/* SPDX-License-Identifier: LGPL-2.1-only */
/* `xlsec check-quote` as a build without TPM support has it. */
#include "check-quote.h"

int main(int argc, char **argv)
{
    return xlsec_cmd_check_quote(argc, argv);
}
