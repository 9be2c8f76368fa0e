/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * host/tpm in a build without TPM support: it says so, and never pretends.
 */
#include <string.h>

#include "host/tpm.h"

static enum xls_rc none(struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "this xlsec was built without TPM support; configure it "
                       "where tpm2-tss and libcrypto are, without "
                       "--without-tpm");
}

bool xls_tpm_built(void)
{
    return false;
}

enum xls_rc xls_tpm_open(const char *tcti, struct xls_tpm **out,
                         struct xls_why *why)
{
    (void)tcti;
    (void)out;
    return none(why);
}

void xls_tpm_close(struct xls_tpm *tpm)
{
    (void)tpm;
}

enum xls_rc xls_tpm_ak(struct xls_tpm *tpm, const uint8_t seed[XLS_TPM_SEED],
                       struct xls_tpm_ak *out, struct xls_why *why)
{
    (void)tpm;
    (void)seed;
    (void)out;
    return none(why);
}

enum xls_rc xls_tpm_quote(struct xls_tpm *tpm, uint32_t pcrs,
                          const uint8_t qualification[32],
                          struct xls_tpm_quote *out, struct xls_why *why)
{
    (void)tpm;
    (void)pcrs;
    (void)qualification;
    (void)out;
    return none(why);
}

enum xls_rc xls_tpm_seal(struct xls_tpm *tpm,
                         const uint8_t secret[XLS_TPM_SECRET],
                         struct xls_tpm_sealed *out, struct xls_why *why)
{
    (void)tpm;
    (void)secret;
    (void)out;
    return none(why);
}

enum xls_rc xls_tpm_unseal(struct xls_tpm *tpm,
                           const struct xls_tpm_sealed *sealed,
                           uint8_t secret[XLS_TPM_SECRET], struct xls_why *why)
{
    (void)tpm;
    (void)sealed;
    memset(secret, 0, XLS_TPM_SECRET);
    return none(why);
}

enum xls_rc xls_tpm_ek(struct xls_tpm *tpm, enum xls_spki_kind kind,
                       struct xls_tpm_ek *out, struct xls_why *why)
{
    (void)tpm;
    (void)kind;
    (void)out;
    return none(why);
}

enum xls_rc xls_tpm_activate(struct xls_tpm *tpm, enum xls_spki_kind kind,
                             const struct xls_credential *credential,
                             uint8_t secret[XLS_CREDENTIAL_SECRET],
                             struct xls_why *why)
{
    (void)tpm;
    (void)kind;
    (void)credential;
    memset(secret, 0, XLS_CREDENTIAL_SECRET);
    return none(why);
}
