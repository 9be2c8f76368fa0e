/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * A secret that only this TPM opens.
 *
 * It is bound to the TPM and to no PCR: a kernel update must not cost the host
 * its key, and what was booted is what the other host's policy judges.
 */
#include <string.h>
#include <tss2/tss2_mu.h>

#include "base/secret.h"
#include "host/tpm-private.h"

/* The storage key as the TCG's templates have it (ECC P-256). */
static const TPM2B_PUBLIC storage_template = {
    .publicArea = {
        .type = TPM2_ALG_ECC,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_SENSITIVEDATAORIGIN |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA |
                            TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT,
        .parameters.eccDetail =
            {
                .symmetric = {.algorithm = TPM2_ALG_AES,
                              .keyBits.aes = 128,
                              .mode.aes = TPM2_ALG_CFB},
                .scheme.scheme = TPM2_ALG_NULL,
                .curveID = TPM2_ECC_NIST_P256,
                .kdf.scheme = TPM2_ALG_NULL,
            },
        .unique.ecc = {.x.size = 32, .y.size = 32},
    }};

static const TPM2B_PUBLIC sealed_template = {
    .publicArea = {
        .type = TPM2_ALG_KEYEDHASH,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                            TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA,
        .parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL,
    }};

/*
 * The storage key, and a session whose secret only the TPM can read: the wires
 * to the TPM do not carry ours in the clear.
 */
static enum xls_rc begin(struct xls_tpm *tpm, ESYS_TR *storage,
                         ESYS_TR *session, struct xls_why *why)
{
    const TPMT_SYM_DEF cipher = {.algorithm = TPM2_ALG_AES,
                                 .keyBits.aes = 128,
                                 .mode.aes = TPM2_ALG_CFB};
    const TPMA_SESSION both = TPMA_SESSION_DECRYPT | TPMA_SESSION_ENCRYPT |
                              TPMA_SESSION_CONTINUESESSION;
    TSS2_RC rc = xls_tpm_primary(tpm, ESYS_TR_RH_OWNER, &storage_template,
                                 storage, NULL);

    if (rc == TSS2_RC_SUCCESS) {
        rc = Esys_StartAuthSession(tpm->esys, *storage, ESYS_TR_NONE,
                                   ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                   NULL, TPM2_SE_HMAC, &cipher, TPM2_ALG_SHA256,
                                   session);
    }
    if (rc == TSS2_RC_SUCCESS) {
        rc = Esys_TRSess_SetAttributes(tpm->esys, *session, both, 0xff);
    }
    return xls_tpm_verdict(tpm, rc, "cannot make the storage key", why);
}

static enum xls_rc encode(const TPM2B_PUBLIC *area, const TPM2B_PRIVATE *secret,
                          struct xls_tpm_sealed *out)
{
    size_t used = 0;

    if (Tss2_MU_TPM2B_PUBLIC_Marshal(area, out->octets, sizeof(out->octets),
                                     &used) != TSS2_RC_SUCCESS ||
        Tss2_MU_TPM2B_PRIVATE_Marshal(secret, out->octets, sizeof(out->octets),
                                      &used) != TSS2_RC_SUCCESS) {
        return XLS_BUG_CONTRACT;
    }
    out->len = used;
    return XLS_OK;
}

/* There is one form of it: tpm2-tss does not look at all of the octets. */
static bool decode(const struct xls_tpm_sealed *sealed, TPM2B_PUBLIC *area,
                   TPM2B_PRIVATE *secret)
{
    struct xls_tpm_sealed again = {.len = 0};
    size_t used = 0;

    return sealed->len <= sizeof(sealed->octets) &&
           Tss2_MU_TPM2B_PUBLIC_Unmarshal(sealed->octets, sealed->len, &used,
                                          area) == TSS2_RC_SUCCESS &&
           Tss2_MU_TPM2B_PRIVATE_Unmarshal(sealed->octets, sealed->len, &used,
                                           secret) == TSS2_RC_SUCCESS &&
           used == sealed->len && encode(area, secret, &again) == XLS_OK &&
           again.len == sealed->len &&
           xls_same(again.octets, sealed->octets, again.len) == XLS_OK;
}

enum xls_rc xls_tpm_seal(struct xls_tpm *tpm,
                         const uint8_t secret[XLS_TPM_SECRET],
                         struct xls_tpm_sealed *out, struct xls_why *why)
{
    TPM2B_SENSITIVE_CREATE sensitive = {.sensitive.data.size = XLS_TPM_SECRET};
    const TPM2B_DATA outside = {0};
    const TPML_PCR_SELECTION none = {0};
    ESYS_TR storage = ESYS_TR_NONE;
    ESYS_TR session = ESYS_TR_NONE;
    TPM2B_PRIVATE *sealed = NULL;
    TPM2B_PUBLIC *area = NULL;
    struct xls_tpm_sealed made = {{0}, 0};
    enum xls_rc rc = begin(tpm, &storage, &session, why);

    memcpy(sensitive.sensitive.data.buffer, secret, XLS_TPM_SECRET);
    if (rc == XLS_OK) {
        rc = xls_tpm_verdict(tpm,
                             Esys_Create(tpm->esys, storage, session,
                                         ESYS_TR_NONE, ESYS_TR_NONE, &sensitive,
                                         &sealed_template, &outside, &none,
                                         &sealed, &area, NULL, NULL, NULL),
                             "cannot seal a key", why);
    }
    if (rc == XLS_OK) {
        rc = encode(area, sealed, &made);
    }
    if (rc == XLS_OK) {
        *out = made;
    }
    xls_wipe(&sensitive, sizeof(sensitive));
    Esys_Free(sealed);
    Esys_Free(area);
    xls_tpm_flush(tpm, &session);
    xls_tpm_flush(tpm, &storage);
    return rc;
}

enum xls_rc xls_tpm_unseal(struct xls_tpm *tpm,
                           const struct xls_tpm_sealed *sealed,
                           uint8_t secret[XLS_TPM_SECRET], struct xls_why *why)
{
    TPM2B_PUBLIC area = {0};
    TPM2B_PRIVATE inner = {0};
    ESYS_TR storage = ESYS_TR_NONE;
    ESYS_TR session = ESYS_TR_NONE;
    ESYS_TR object = ESYS_TR_NONE;
    TPM2B_SENSITIVE_DATA *data = NULL;
    enum xls_rc rc;

    memset(secret, 0, XLS_TPM_SECRET);
    if (!decode(sealed, &area, &inner)) {
        return xls_why_set(why, XLS_HOST_CONF, "the sealed key is damaged");
    }
    rc = begin(tpm, &storage, &session, why);
    if (rc == XLS_OK) {
        rc = xls_tpm_verdict(tpm,
                             Esys_Load(tpm->esys, storage, ESYS_TR_PASSWORD,
                                       ESYS_TR_NONE, ESYS_TR_NONE, &inner,
                                       &area, &object),
                             "cannot load the sealed key", why);
    }
    if (rc == XLS_OK) {
        rc = xls_tpm_verdict(tpm,
                             Esys_Unseal(tpm->esys, object, session,
                                         ESYS_TR_NONE, ESYS_TR_NONE, &data),
                             "cannot open the sealed key", why);
    }
    if (rc == XLS_OK && data->size != XLS_TPM_SECRET) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "what was sealed is not a key: it has %u octets",
                         data->size);
    }
    if (rc == XLS_OK) {
        memcpy(secret, data->buffer, XLS_TPM_SECRET);
    }
    if (data != NULL) {
        xls_wipe(data, sizeof(*data));
    }
    Esys_Free(data);
    xls_tpm_flush(tpm, &object);
    xls_tpm_flush(tpm, &session);
    xls_tpm_flush(tpm, &storage);
    return rc;
}
