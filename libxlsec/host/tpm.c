/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/tpm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_rc.h>
#include <tss2/tss2_tctildr.h>

#include "host/tpm-private.h"

/* --- what went wrong ------------------------------------------------------ */

/* A TPM's words for which there is something to do. */
static const struct advice {
    TSS2_RC rc;
    const char *text;
} advices[] = {
    {TPM2_RC_BAD_AUTH, "a hierarchy of this TPM has a password, which xlsec "
                       "does not use: set it to none (tpm2_changeauth)"},
    {TPM2_RC_AUTH_FAIL, "a hierarchy of this TPM has a password, which xlsec "
                        "does not use: set it to none (tpm2_changeauth)"},
    {TPM2_RC_HIERARCHY, "a hierarchy of this TPM is turned off: enable it in "
                        "the firmware's setup"},
    {TPM2_RC_INITIALIZE, "the TPM was not started: enable it in the firmware's "
                         "setup"},
    {TPM2_RC_FAILURE, "the TPM is in failure mode: power the host off and on "
                      "again, and look at the kernel's log"},
    {TPM2_RC_OBJECT_MEMORY, "other keys fill the TPM: use the kernel's "
                            "resource manager (tcti = device:/dev/tpmrm0)"},
    {TPM2_RC_SESSION_MEMORY, "other sessions fill the TPM: use the kernel's "
                             "resource manager (tcti = device:/dev/tpmrm0)"},
    {TPM2_RC_LOCKOUT, "the TPM is locked out after wrong passwords: wait, or "
                      "run: tpm2_dictionarylockout --clear-lockout"},
    {TPM2_RC_INTEGRITY, "it was made by another TPM, or this one has been "
                        "cleared since: run: xlsec init --rotate"},
    {TPM2_RC_CURVE, "this TPM has no elliptic curve P-256, which xlsec needs"},
};

TSS2_RC xls_tpm_rc_bare(TSS2_RC rc)
{
    TSS2_RC layer = rc & TSS2_RC_LAYER_MASK;

    /* a resource manager reports the TPM's own words in its layer */
    if (layer != TSS2_TPM_RC_LAYER && layer != TSS2_RESMGR_TPM_RC_LAYER) {
        return rc;
    }
    rc &= ~TSS2_RC_LAYER_MASK;
    return (rc & TPM2_RC_FMT1) != 0 ? rc & ~(TPM2_RC_N_MASK | TPM2_RC_P) : rc;
}

enum xls_rc xls_tpm_verdict(const struct xls_tpm *tpm, TSS2_RC rc,
                            const char *what, struct xls_why *why)
{
    TSS2_RC bare = xls_tpm_rc_bare(rc);
    const char *text = "look at the kernel's log, and try tpm2_getcap on it";

    if (rc == TSS2_RC_SUCCESS) {
        return XLS_OK;
    }
    if (rc == TSS2_ESYS_RC_MEMORY || rc == TSS2_TCTI_RC_MEMORY) {
        return XLS_HOST_NOMEM;
    }
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        text = advices[i].rc == bare ? advices[i].text : text;
    }
    return xls_why_set(why, XLS_HOST_IO, "TPM %s: %s: %s; %s", tpm->name, what,
                       Tss2_RC_Decode(rc), text);
}

/* --- open and close ------------------------------------------------------- */

bool xls_tpm_built(void)
{
    return true;
}

enum xls_rc xls_tpm_open(const char *tcti, struct xls_tpm **out,
                         struct xls_why *why)
{
    struct xls_tpm *tpm = calloc(1, sizeof(*tpm));
    TSS2_RC rc;

    if (tpm == NULL) {
        return XLS_HOST_NOMEM;
    }
    tpm->ak = ESYS_TR_NONE;
    (void)snprintf(tpm->name, sizeof(tpm->name), "%s", tcti);
    /* tpm2-tss tells stderr what it met; the verdict does already */
    (void)setenv("TSS2_LOG", "all+NONE", 0);
    rc = Tss2_TctiLdr_Initialize(tcti, &tpm->tcti);
    if (rc == TSS2_RC_SUCCESS) {
        rc = Esys_Initialize(&tpm->esys, tpm->tcti, NULL);
    }
    if (rc != TSS2_RC_SUCCESS) {
        xls_tpm_close(tpm);
        return xls_why_set(why, XLS_HOST_CONF,
                           "TPM %s: cannot be opened: %s; name this host's TPM "
                           "in xlsec.conf ([tpm] tcti, such as "
                           "device:/dev/tpmrm0, or none), and have the library "
                           "for it installed (Debian: libtss2-tcti-device0)",
                           tcti, Tss2_RC_Decode(rc));
    }
    *out = tpm;
    return XLS_OK;
}

void xls_tpm_close(struct xls_tpm *tpm)
{
    if (tpm == NULL) {
        return;
    }
    if (tpm->esys != NULL) {
        xls_tpm_flush(tpm, &tpm->ak);
        Esys_Finalize(&tpm->esys);
    }
    Tss2_TctiLdr_Finalize(&tpm->tcti);
    free(tpm);
}

/* --- objects -------------------------------------------------------------- */

void xls_tpm_flush(struct xls_tpm *tpm, ESYS_TR *object)
{
    if (*object != ESYS_TR_NONE) {
        /* what stays is flushed by the resource manager when we close */
        (void)Esys_FlushContext(tpm->esys, *object);
        *object = ESYS_TR_NONE;
    }
}

TSS2_RC xls_tpm_primary(struct xls_tpm *tpm, ESYS_TR hierarchy,
                        const TPM2B_PUBLIC *template, ESYS_TR *key,
                        TPM2B_PUBLIC **area)
{
    const TPM2B_SENSITIVE_CREATE sensitive = {0};
    const TPM2B_DATA outside = {0};
    const TPML_PCR_SELECTION none = {0};

    return Esys_CreatePrimary(tpm->esys, hierarchy, ESYS_TR_PASSWORD,
                              ESYS_TR_NONE, ESYS_TR_NONE, &sensitive, template,
                              &outside, &none, key, area, NULL, NULL, NULL);
}
