/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * tpm: this host's TPM 2.0.  Level 5.
 *
 * Open it as root; what is open serves on after root was given up.  Nothing
 * stays in the TPM: keys are made anew from its seeds when they are used, and
 * flushed when it is closed.
 *
 * What goes wrong is told in why: what was tried, the TPM's own word for it,
 * and what to do.  Unless a function says more, its errors are XLS_HOST_IO (the
 * TPM refused or failed), XLS_HOST_CONF (no such TPM, or a build without TPM
 * support) and XLS_HOST_NOMEM, and an output is untouched then.
 */
#ifndef XLS_HOST_TPM_H
#define XLS_HOST_TPM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/credential.h"
#include "attest/name.h"
#include "attest/pcrs.h"
#include "attest/spki.h"
#include "base/rc.h"
#include "base/why.h"

#define XLS_TPM_SEED          32U
#define XLS_TPM_AREA_MAX      1024U /* octets of a TPMT_PUBLIC */
#define XLS_TPM_MESSAGE_MAX   349U  /* octets of a TPMS_ATTEST of a quote */
#define XLS_TPM_SIGNATURE_MAX 518U  /* octets of a TPMT_SIGNATURE */

struct xls_tpm;

/* This host's attestation key; nothing in it is secret. */
struct xls_tpm_ak {
    uint8_t area[XLS_TPM_AREA_MAX]; /* TPMT_PUBLIC */
    size_t area_len;
    uint8_t spki[XLS_SPKI_P256]; /* SubjectPublicKeyInfo in DER */
    uint8_t name[XLS_NAME_LEN];
};

/* A quote, as attest/quote takes it. */
struct xls_tpm_quote {
    uint8_t message[XLS_TPM_MESSAGE_MAX]; /* TPMS_ATTEST */
    size_t message_len;
    uint8_t signature[XLS_TPM_SIGNATURE_MAX]; /* TPMT_SIGNATURE */
    size_t signature_len;
    struct xls_pcrs pcrs; /* the values that were quoted */
};

/* False in a build without TPM support. */
bool xls_tpm_built(void);

/*
 * The TCTI to open, given what [tpm] tcti of xlsec.conf says ("" for nothing):
 * that; or the kernel's resource manager where there is one.  NULL when there
 * is no TPM to use: "none", or no device, or a build without TPM support and
 * nothing configured.  Borrowed, or static.
 */
const char *xls_tpm_which(const char *configured);

/* Open the TPM behind a TCTI, such as device:/dev/tpmrm0; the caller closes
 * *out with xls_tpm_close(). */
XLS_MUST_USE enum xls_rc xls_tpm_open(const char *tcti, struct xls_tpm **out,
                                      struct xls_why *why);

/* Flush what was loaded, and close; NULL does nothing. */
void xls_tpm_close(struct xls_tpm *tpm);

/*
 * The attestation key that belongs to a seed (the same one every time, until
 * the TPM's endorsement seed changes).  It stays loaded, for xls_tpm_quote();
 * another call replaces it.  out may be NULL.
 */
XLS_MUST_USE enum xls_rc xls_tpm_ak(struct xls_tpm *tpm,
                                    const uint8_t seed[XLS_TPM_SEED],
                                    struct xls_tpm_ak *out,
                                    struct xls_why *why);

/*
 * A quote of these PCRs (SHA-256) by the key of xls_tpm_ak(), with this
 * qualification.  Values and quote are taken again while PCRs change between
 * the two.  Errors: also XLS_BUG_CONTRACT (no key, no PCR, or one above 23).
 */
XLS_MUST_USE enum xls_rc xls_tpm_quote(struct xls_tpm *tpm, uint32_t pcrs,
                                       const uint8_t qualification[32],
                                       struct xls_tpm_quote *out,
                                       struct xls_why *why);

/* A secret of 32 octets, sealed: octets that only this TPM opens. */
#define XLS_TPM_SECRET     32U
#define XLS_TPM_SEALED_MAX 512U

struct xls_tpm_sealed {
    uint8_t octets[XLS_TPM_SEALED_MAX]; /* TPM2B_PUBLIC, TPM2B_PRIVATE */
    size_t len;
};

/* Seal a secret under the storage key of the owner's hierarchy. */
XLS_MUST_USE enum xls_rc xls_tpm_seal(struct xls_tpm *tpm,
                                      const uint8_t secret[XLS_TPM_SECRET],
                                      struct xls_tpm_sealed *out,
                                      struct xls_why *why);

/* And open it; secret is all zero on error. */
XLS_MUST_USE enum xls_rc xls_tpm_unseal(struct xls_tpm *tpm,
                                        const struct xls_tpm_sealed *sealed,
                                        uint8_t secret[XLS_TPM_SECRET],
                                        struct xls_why *why);

/* An endorsement key (EK) of the TCG's default templates. */
#define XLS_TPM_EK_CERT_MAX 4096U /* octets of its certificate */

struct xls_tpm_ek {
    enum xls_spki_kind kind;
    uint8_t spki[XLS_SPKI_MAX]; /* SubjectPublicKeyInfo in DER */
    size_t spki_len;
    uint8_t cert[XLS_TPM_EK_CERT_MAX]; /* the manufacturer's, in DER */
    size_t cert_len;                   /* 0: the TPM has none for it */
};

/*
 * The TPM's EK of that kind, or with XLS_SPKI_NONE the first of P-256, RSA-2048
 * and P-384 that has a certificate in the TPM, P-256 when none has.  A key of
 * RSA may take a TPM many seconds.
 */
XLS_MUST_USE enum xls_rc xls_tpm_ek(struct xls_tpm *tpm,
                                    enum xls_spki_kind kind,
                                    struct xls_tpm_ek *out,
                                    struct xls_why *why);

/*
 * Open a credential (attest/credential) that was made for this TPM's EK of that
 * kind and for the key of xls_tpm_ak().  secret is all zero on error.
 * Errors: also XLS_PEER_AUTH (it was made for another TPM or another key),
 * XLS_BUG_CONTRACT (no key).
 */
XLS_MUST_USE enum xls_rc
xls_tpm_activate(struct xls_tpm *tpm, enum xls_spki_kind kind,
                 const struct xls_credential *credential,
                 uint8_t secret[XLS_CREDENTIAL_SECRET], struct xls_why *why);

#endif
