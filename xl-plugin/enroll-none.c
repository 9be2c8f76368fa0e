/* SPDX-License-Identifier: LGPL-2.1-only */
#include "enroll.h"

#include "say.h"

static int none(void)
{
    xls_say_error("xlsec enroll",
                  "nothing was enrolled: this xlsec was built without TPM "
                  "support; configure it where tpm2-tss and libcrypto are, "
                  "without --without-tpm");
    return 1;
}

int xls_enroll_challenge(const struct xls_enroll_options *o)
{
    (void)o;
    return none();
}

int xls_enroll_answer(const struct xls_enroll_options *o)
{
    (void)o;
    return none();
}

int xls_enroll_finish(const struct xls_enroll_options *o)
{
    (void)o;
    return none();
}
