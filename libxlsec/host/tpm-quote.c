/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The attestation key, and what it signs.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "attest/area.h"
#include "base/secret.h"
#include "host/tpm-private.h"

/* PCRs move while a host measures what it runs; it never moves for ever. */
enum { TRIES = 16, QUALIFICATION = 32 };

_Static_assert(XLS_TPM_AREA_MAX == XLS_AREA_MAX,
               "host/tpm.h does without attest/area.h");

/* --- the key -------------------------------------------------------------- */

/* attest/area judges by the same. */
static const TPM2B_PUBLIC ak_template = {
    .publicArea = {
        .type = TPM2_ALG_ECC,
        .nameAlg = TPM2_ALG_SHA256,
        .objectAttributes = XLS_AREA_AK_ATTRIBUTES,
        .parameters.eccDetail =
            {
                .symmetric.algorithm = TPM2_ALG_NULL,
                .scheme = {.scheme = TPM2_ALG_ECDSA,
                           .details.ecdsa.hashAlg = TPM2_ALG_SHA256},
                .curveID = TPM2_ECC_NIST_P256,
                .kdf.scheme = TPM2_ALG_NULL,
            },
        .unique.ecc = {.x.size = XLS_TPM_SEED, .y.size = XLS_TPM_SEED},
    }};

/* The key's area as octets, judged as another host judges it. */
static enum xls_rc describe(const TPM2B_PUBLIC *area, struct xls_tpm_ak *out,
                            struct xls_why *why)
{
    struct xls_area judged;
    struct xls_reason reason = {0};
    size_t used = 0;

    if (Tss2_MU_TPMT_PUBLIC_Marshal(&area->publicArea, out->area,
                                    sizeof(out->area),
                                    &used) != TSS2_RC_SUCCESS ||
        xls_area_read(out->area, used, &judged, &reason) != XLS_OK) {
        return xls_why_set(why, XLS_HOST_IO,
                           "the TPM made another attestation key than it was "
                           "asked for (%s); it cannot be used here",
                           reason.text);
    }
    out->area_len = used;
    memcpy(out->spki, judged.spki, sizeof(out->spki));
    memcpy(out->name, judged.name, sizeof(out->name));
    return XLS_OK;
}

enum xls_rc xls_tpm_ak(struct xls_tpm *tpm, const uint8_t seed[XLS_TPM_SEED],
                       struct xls_tpm_ak *out, struct xls_why *why)
{
    TPM2B_PUBLIC template = ak_template;
    TPM2B_PUBLIC *area = NULL;
    struct xls_tpm_ak made = {0};
    enum xls_rc rc;

    xls_tpm_flush(tpm, &tpm->ak);
    memcpy(template.publicArea.unique.ecc.x.buffer, seed, XLS_TPM_SEED);
    rc = xls_tpm_verdict(tpm,
                         xls_tpm_primary(tpm, ESYS_TR_RH_ENDORSEMENT, &template,
                                         &tpm->ak, &area),
                         "cannot make the attestation key", why);
    if (rc == XLS_OK) {
        rc = describe(area, &made, why);
    }
    if (rc == XLS_OK && out != NULL) {
        *out = made;
    }
    Esys_Free(area);
    return rc;
}

/* --- values of PCRs ------------------------------------------------------- */

static void select_pcrs(TPML_PCR_SELECTION *list, uint32_t pcrs)
{
    *list = (TPML_PCR_SELECTION){.count = 1};
    list->pcrSelections[0].hash = TPM2_ALG_SHA256;
    list->pcrSelections[0].sizeofSelect = 3;
    for (unsigned i = 0; i < 3; i++) {
        list->pcrSelections[0].pcrSelect[i] = (uint8_t)(pcrs >> 8 * i);
    }
}

/* Take what one read gave; false when it gave nothing that was asked for. */
static bool take_values(const TPML_PCR_SELECTION *got,
                        const TPML_DIGEST *values, struct xls_pcrs *out)
{
    uint32_t before = out->mask;
    uint32_t mask = 0;
    uint32_t next = 0;

    if (got->count == 1 && got->pcrSelections[0].hash == TPM2_ALG_SHA256 &&
        got->pcrSelections[0].sizeofSelect <= 3) {
        for (unsigned i = 0; i < got->pcrSelections[0].sizeofSelect; i++) {
            mask |= (uint32_t)got->pcrSelections[0].pcrSelect[i] << 8 * i;
        }
    }
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((mask >> n & 1) != 0 && next < values->count &&
            values->digests[next].size == XLS_PCR_LEN) {
            memcpy(out->value[n], values->digests[next++].buffer, XLS_PCR_LEN);
            out->mask |= UINT32_C(1) << n;
        }
    }
    return out->mask != before;
}

/* A TPM gives at most eight values at a time. */
static enum xls_rc read_values(struct xls_tpm *tpm, uint32_t pcrs,
                               struct xls_pcrs *out, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    memset(out, 0, sizeof(*out));
    while (rc == XLS_OK && out->mask != pcrs) {
        TPML_PCR_SELECTION want;
        TPML_PCR_SELECTION *got = NULL;
        TPML_DIGEST *values = NULL;

        select_pcrs(&want, pcrs & ~out->mask);
        rc = xls_tpm_verdict(tpm,
                             Esys_PCR_Read(tpm->esys, ESYS_TR_NONE,
                                           ESYS_TR_NONE, ESYS_TR_NONE, &want,
                                           NULL, &got, &values),
                             "cannot read PCRs", why);
        if (rc == XLS_OK &&
            (!take_values(got, values, out) || (out->mask & ~pcrs) != 0)) {
            rc = xls_why_set(why, XLS_HOST_IO,
                             "TPM %s: has no values of SHA-256 for some of the "
                             "PCRs to be quoted; enable its bank of SHA-256 in "
                             "the firmware's setup, or name other PCRs in "
                             "xlsec.conf ([tpm] pcrs)",
                             tpm->name);
        }
        Esys_Free(got);
        Esys_Free(values);
    }
    return rc;
}

/* --- the quote ------------------------------------------------------------ */

/* Does the message speak of these values? */
static bool of_values(const TPMS_ATTEST *attest, const struct xls_pcrs *pcrs)
{
    const TPM2B_DIGEST *seen = &attest->attested.quote.pcrDigest;
    uint8_t digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;

    (void)crypto_hash_sha256_init(&hash);
    for (unsigned n = 0; n < XLS_PCR_COUNT; n++) {
        if ((pcrs->mask >> n & 1) != 0) {
            (void)crypto_hash_sha256_update(&hash, pcrs->value[n], XLS_PCR_LEN);
        }
    }
    (void)crypto_hash_sha256_final(&hash, digest);
    return attest->type == TPM2_ST_ATTEST_QUOTE &&
           seen->size == sizeof(digest) &&
           xls_same(seen->buffer, digest, sizeof(digest)) == XLS_OK;
}

/* The TPM's answer as octets; *moved when it speaks of other values. */
static enum xls_rc take_quote(const TPM2B_ATTEST *message,
                              const TPMT_SIGNATURE *signature,
                              struct xls_tpm_quote *out, bool *moved)
{
    TPMS_ATTEST attest = {0};
    size_t at = 0;

    if (message->size > sizeof(out->message) ||
        Tss2_MU_TPMS_ATTEST_Unmarshal(message->attestationData, message->size,
                                      &at, &attest) != TSS2_RC_SUCCESS) {
        return XLS_HOST_IO;
    }
    memcpy(out->message, message->attestationData, message->size);
    out->message_len = message->size;
    *moved = !of_values(&attest, &out->pcrs);
    at = 0;
    if (Tss2_MU_TPMT_SIGNATURE_Marshal(signature, out->signature,
                                       sizeof(out->signature),
                                       &at) != TSS2_RC_SUCCESS) {
        return XLS_HOST_IO;
    }
    out->signature_len = at;
    return XLS_OK;
}

/* Values, and a quote right behind them. */
static enum xls_rc try_quote(struct xls_tpm *tpm, uint32_t pcrs,
                             const TPM2B_DATA *question,
                             struct xls_tpm_quote *out, bool *moved,
                             struct xls_why *why)
{
    const TPMT_SIG_SCHEME keys_own = {.scheme = TPM2_ALG_NULL};
    TPML_PCR_SELECTION select;
    TPM2B_ATTEST *message = NULL;
    TPMT_SIGNATURE *signature = NULL;
    enum xls_rc rc = read_values(tpm, pcrs, &out->pcrs, why);

    select_pcrs(&select, pcrs);
    if (rc == XLS_OK) {
        rc = xls_tpm_verdict(tpm,
                             Esys_Quote(tpm->esys, tpm->ak, ESYS_TR_PASSWORD,
                                        ESYS_TR_NONE, ESYS_TR_NONE, question,
                                        &keys_own, &select, &message,
                                        &signature),
                             "cannot quote PCRs", why);
    }
    if (rc == XLS_OK && take_quote(message, signature, out, moved) != XLS_OK) {
        rc = xls_why_set(why, XLS_HOST_IO,
                         "TPM %s: its quote is none; update its firmware",
                         tpm->name);
    }
    Esys_Free(message);
    Esys_Free(signature);
    return rc;
}

enum xls_rc xls_tpm_quote(struct xls_tpm *tpm, uint32_t pcrs,
                          const uint8_t qualification[32],
                          struct xls_tpm_quote *out, struct xls_why *why)
{
    TPM2B_DATA question = {.size = QUALIFICATION};
    struct xls_tpm_quote made = {0};
    bool moved = true;
    enum xls_rc rc = XLS_OK;

    if (tpm->ak == ESYS_TR_NONE || pcrs == 0 || (pcrs & ~XLS_PCRS_ALL) != 0) {
        return XLS_BUG_CONTRACT;
    }
    memcpy(question.buffer, qualification, QUALIFICATION);
    for (unsigned i = 0; rc == XLS_OK && moved && i < TRIES; i++) {
        rc = try_quote(tpm, pcrs, &question, &made, &moved, why);
    }
    if (rc == XLS_OK && moved) {
        rc =
            xls_why_set(why, XLS_HOST_IO,
                        "TPM %s: PCRs changed at each of %d quotes; what "
                        "measures without end on this host? (see IMA's policy)",
                        tpm->name, TRIES);
    }
    if (rc == XLS_OK) {
        *out = made;
    }
    return rc;
}
