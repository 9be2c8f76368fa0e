/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * identity: who this host is: the public halves of its keys.  Level 5.
 */
#ifndef XLS_HOST_IDENTITY_H
#define XLS_HOST_IDENTITY_H

#include "base/rc.h"
#include "base/why.h"
#include "crypto/dh.h"
#include "host/bundle.h"
#include "host/conf.h"
#include "host/tpm.h"

struct xls_identity {
    struct xls_dh_key host; /* secret */
    struct xls_tpm *tpm;    /* owned; NULL without an attestation key */
};

/*
 * Read this host's keys from conf->dir: all words of *out but name and address
 * are filled, those of the EK (of that kind, see xls_tpm_ek()) where there is
 * an attestation key.  The caller calls xls_identity_close(), also after an
 * error.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_identity_open(const struct xls_conf *conf,
                                           enum xls_spki_kind ek,
                                           struct xls_identity *id,
                                           struct xls_bundle *out,
                                           struct xls_why *why);

/* Erase the secret and close the TPM. */
void xls_identity_close(struct xls_identity *id);

#endif
