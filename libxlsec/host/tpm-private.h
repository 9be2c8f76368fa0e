/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * tpm-private: what the parts of host/tpm share.  Level 5.
 */
#ifndef XLS_HOST_TPM_PRIVATE_H
#define XLS_HOST_TPM_PRIVATE_H

#include <tss2/tss2_esys.h>

#include "host/tpm.h"

struct xls_tpm {
    TSS2_TCTI_CONTEXT *tcti;
    ESYS_CONTEXT *esys;
    ESYS_TR ak; /* ESYS_TR_NONE until xls_tpm_ak() */
    char name[256];
};

/*
 * XLS_OK for a good rc; else why says which TPM, what was not possible ("cannot
 * make ..."), the TPM's word, and what to do.
 */
XLS_MUST_USE enum xls_rc xls_tpm_verdict(const struct xls_tpm *tpm, TSS2_RC rc,
                                         const char *what, struct xls_why *why);

/* A TPM's rc without layer and without which of its arguments it is about. */
TSS2_RC xls_tpm_rc_bare(TSS2_RC rc);

/* Flush *object, when it is one, and set it to ESYS_TR_NONE. */
void xls_tpm_flush(struct xls_tpm *tpm, ESYS_TR *object);

/* Make a primary key of a hierarchy from a template; *area is freed with
 * Esys_Free(), and may be NULL. */
TSS2_RC xls_tpm_primary(struct xls_tpm *tpm, ESYS_TR hierarchy,
                        const TPM2B_PUBLIC *template, ESYS_TR *key,
                        TPM2B_PUBLIC **area);

#endif
