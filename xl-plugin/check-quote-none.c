/* SPDX-License-Identifier: LGPL-2.1-only */
#include "check-quote.h"
#include "say.h"

int xls_check_quote_run(const struct xls_check_quote *opts)
{
    (void)opts;
    xls_say_error("xlsec check-quote",
                  "nothing was verified: this xlsec was built without TPM "
                  "support; configure it where tss2-mu and libcrypto are, "
                  "without --without-tpm");
    return XLS_QUOTE_UNAVAILABLE;
}
