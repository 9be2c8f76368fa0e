/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The endorsement keys, by the TCG's default templates, and what they decrypt.
 */
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "host/tpm-private.h"

enum { NV_PIECE = 512 }; /* octets; some TPMs give no more at once */

/* PolicySecret of the endorsement hierarchy: "PolicyA" of the profile. */
#define POLICY_A                                                               \
    {                                                                          \
        .size = 32, .buffer = {                                                \
            0x83,                                                              \
            0x71,                                                              \
            0x97,                                                              \
            0x67,                                                              \
            0x44,                                                              \
            0x84,                                                              \
            0xb3,                                                              \
            0xf8,                                                              \
            0x1a,                                                              \
            0x90,                                                              \
            0xcc,                                                              \
            0x8d,                                                              \
            0x46,                                                              \
            0xa5,                                                              \
            0xd7,                                                              \
            0x24,                                                              \
            0xfd,                                                              \
            0x52,                                                              \
            0xd7,                                                              \
            0x6e,                                                              \
            0x06,                                                              \
            0x52,                                                              \
            0x0b,                                                              \
            0x64,                                                              \
            0xf2,                                                              \
            0xa1,                                                              \
            0xda,                                                              \
            0x1b,                                                              \
            0x33,                                                              \
            0x14,                                                              \
            0x69,                                                              \
            0xaa                                                               \
        }                                                                      \
    }

/* That, or what an NV index says: "PolicyB" with SHA-384. */
#define POLICY_B_384                                                           \
    {                                                                          \
        .size = 48, .buffer = {                                                \
            0xb2,                                                              \
            0x6e,                                                              \
            0x7d,                                                              \
            0x28,                                                              \
            0xd1,                                                              \
            0x1a,                                                              \
            0x50,                                                              \
            0xbc,                                                              \
            0x53,                                                              \
            0xd8,                                                              \
            0x82,                                                              \
            0xbc,                                                              \
            0xf5,                                                              \
            0xfd,                                                              \
            0x3a,                                                              \
            0x1a,                                                              \
            0x07,                                                              \
            0x41,                                                              \
            0x48,                                                              \
            0xbb,                                                              \
            0x35,                                                              \
            0xd3,                                                              \
            0xb4,                                                              \
            0xe4,                                                              \
            0xcb,                                                              \
            0x1c,                                                              \
            0x0a,                                                              \
            0xd9,                                                              \
            0xbd,                                                              \
            0xe4,                                                              \
            0x19,                                                              \
            0xca,                                                              \
            0xcb,                                                              \
            0x47,                                                              \
            0xba,                                                              \
            0x09,                                                              \
            0x69,                                                              \
            0x96,                                                              \
            0x46,                                                              \
            0x15,                                                              \
            0x0f,                                                              \
            0x9f,                                                              \
            0xc0,                                                              \
            0x00,                                                              \
            0xf3,                                                              \
            0xf8,                                                              \
            0x0e,                                                              \
            0x12                                                               \
        }                                                                      \
    }

#define EK_ATTRIBUTES                                                          \
    (TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |                          \
     TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_ADMINWITHPOLICY |           \
     TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT)

#define AES_CFB(bits)                                                          \
    {                                                                          \
        .algorithm = TPM2_ALG_AES, .keyBits.aes = (bits),                      \
        .mode.aes = TPM2_ALG_CFB                                               \
    }

/* In the order in which one with a certificate is looked for. */
static const struct template
{
    enum xls_spki_kind kind;
    TPM2_HANDLE cert; /* NV index of its certificate */
    TPMT_PUBLIC area;
}
templates[] = {
    {XLS_SPKI_ECC_P256,
     0x01c0000a,
     {.type = TPM2_ALG_ECC, /* L-2 */
      .nameAlg = TPM2_ALG_SHA256,
      .objectAttributes = EK_ATTRIBUTES,
      .authPolicy = POLICY_A,
      .parameters.eccDetail = {.symmetric = AES_CFB(128),
                               .scheme.scheme = TPM2_ALG_NULL,
                               .curveID = TPM2_ECC_NIST_P256,
                               .kdf.scheme = TPM2_ALG_NULL},
      .unique.ecc = {.x.size = 32, .y.size = 32}}},
    {XLS_SPKI_RSA_2048,
     0x01c00002,
     {.type = TPM2_ALG_RSA, /* L-1 */
      .nameAlg = TPM2_ALG_SHA256,
      .objectAttributes = EK_ATTRIBUTES,
      .authPolicy = POLICY_A,
      .parameters.rsaDetail = {.symmetric = AES_CFB(128),
                               .scheme.scheme = TPM2_ALG_NULL,
                               .keyBits = 2048},
      .unique.rsa.size = 256}},
    {XLS_SPKI_ECC_P384,
     0x01c00016,
     {.type = TPM2_ALG_ECC, /* H-3 */
      .nameAlg = TPM2_ALG_SHA384,
      .objectAttributes = EK_ATTRIBUTES | TPMA_OBJECT_USERWITHAUTH,
      .authPolicy = POLICY_B_384,
      .parameters.eccDetail = {.symmetric = AES_CFB(256),
                               .scheme.scheme = TPM2_ALG_NULL,
                               .curveID = TPM2_ECC_NIST_P384,
                               .kdf.scheme = TPM2_ALG_NULL}}},
};

#define COUNT (sizeof(templates) / sizeof(templates[0]))

/* --- the certificate ------------------------------------------------------ */

/* Octets of the DER value at the beginning: an index may be longer. */
static size_t der_len(const uint8_t *der, size_t len)
{
    struct xls_rd rd = xls_rd_over(der, len);
    unsigned tag = xls_rd_u8(&rd);
    size_t n = xls_rd_u8(&rd);

    if (n == 0x81) {
        n = xls_rd_u8(&rd);
    } else if (n == 0x82) {
        n = xls_rd_u16be(&rd);
    }
    return rd.rc == XLS_OK && tag == 0x30 && n <= rd.left
               ? (size_t)(rd.at - der) + n
               : 0;
}

/* A piece of an index, by the index's own right to be read, or the owner's. */
static TSS2_RC nv_read(struct xls_tpm *tpm, ESYS_TR index, uint16_t at,
                       uint16_t len, uint8_t *out)
{
    TPM2B_MAX_NV_BUFFER *piece = NULL;
    TSS2_RC rc = Esys_NV_Read(tpm->esys, index, index, ESYS_TR_PASSWORD,
                              ESYS_TR_NONE, ESYS_TR_NONE, len, at, &piece);

    if (rc != TSS2_RC_SUCCESS) {
        rc = Esys_NV_Read(tpm->esys, ESYS_TR_RH_OWNER, index, ESYS_TR_PASSWORD,
                          ESYS_TR_NONE, ESYS_TR_NONE, len, at, &piece);
    }
    if (rc == TSS2_RC_SUCCESS && piece->size != len) {
        rc = TSS2_ESYS_RC_MALFORMED_RESPONSE;
    }
    if (rc == TSS2_RC_SUCCESS) {
        memcpy(out, piece->buffer, len);
    }
    Esys_Free(piece);
    return rc;
}

/* The certificate in that index; out->cert_len stays 0 where there is none. */
static enum xls_rc read_cert(struct xls_tpm *tpm, TPM2_HANDLE handle,
                             struct xls_tpm_ek *out, struct xls_why *why)
{
    ESYS_TR index = ESYS_TR_NONE;
    TPM2B_NV_PUBLIC *area = NULL;
    uint16_t size = 0;
    TSS2_RC rc = Esys_TR_FromTPMPublic(tpm->esys, handle, ESYS_TR_NONE,
                                       ESYS_TR_NONE, ESYS_TR_NONE, &index);

    out->cert_len = 0;
    if (xls_tpm_rc_bare(rc) == TPM2_RC_HANDLE) {
        return XLS_OK;
    }
    if (rc == TSS2_RC_SUCCESS) {
        rc = Esys_NV_ReadPublic(tpm->esys, index, ESYS_TR_NONE, ESYS_TR_NONE,
                                ESYS_TR_NONE, &area, NULL);
    }
    if (rc == TSS2_RC_SUCCESS) {
        size = area->nvPublic.dataSize < sizeof(out->cert)
                   ? area->nvPublic.dataSize
                   : (uint16_t)sizeof(out->cert);
    }
    for (uint16_t at = 0; rc == TSS2_RC_SUCCESS && at < size;) {
        uint16_t left = (uint16_t)(size - at);
        uint16_t len = left < NV_PIECE ? left : NV_PIECE;

        rc = nv_read(tpm, index, at, len, out->cert + at);
        at = (uint16_t)(at + len);
    }
    if (rc == TSS2_RC_SUCCESS) {
        out->cert_len = der_len(out->cert, size);
    }
    Esys_Free(area);
    if (index != ESYS_TR_NONE) {
        (void)Esys_TR_Close(tpm->esys, &index); /* of our table of names */
    }
    return xls_tpm_verdict(
        tpm, rc, "cannot read the endorsement key's certificate", why);
}

/* --- the key -------------------------------------------------------------- */

static TSS2_RC make_key(struct xls_tpm *tpm, const struct template *template,
                        ESYS_TR *key, TPM2B_PUBLIC **area)
{
    const TPM2B_PUBLIC in = {.publicArea = template->area};

    return xls_tpm_primary(tpm, ESYS_TR_RH_ENDORSEMENT, &in, key, area);
}

/* The key as octets; what it is was the template's to say. */
static size_t describe(const struct template *template, const TPMT_PUBLIC *area,
                       uint8_t out[XLS_SPKI_MAX])
{
    const TPMS_ECC_POINT *point = &area->unique.ecc;

    return area->type == TPM2_ALG_RSA
               ? xls_spki_make(template->kind, area->unique.rsa.buffer,
                               area->unique.rsa.size, NULL, 0, out)
               : xls_spki_make(template->kind, point->x.buffer, point->x.size,
                               point->y.buffer, point->y.size, out);
}

/* The template of that kind; with none, the first whose key has a certificate,
 * which is then in out. */
static enum xls_rc choose(struct xls_tpm *tpm, enum xls_spki_kind kind,
                          const struct template **chosen,
                          struct xls_tpm_ek *out, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    *chosen = kind == XLS_SPKI_NONE ? &templates[0] : NULL;
    for (size_t i = 0; rc == XLS_OK && i < COUNT && out->cert_len == 0; i++) {
        if (kind != XLS_SPKI_NONE && templates[i].kind != kind) {
            continue;
        }
        rc = read_cert(tpm, templates[i].cert, out, why);
        if (kind != XLS_SPKI_NONE || out->cert_len != 0) {
            *chosen = &templates[i];
        }
    }
    return rc == XLS_OK && *chosen == NULL ? XLS_BUG_CONTRACT : rc;
}

enum xls_rc xls_tpm_ek(struct xls_tpm *tpm, enum xls_spki_kind kind,
                       struct xls_tpm_ek *out, struct xls_why *why)
{
    const struct template *template = NULL;
    struct xls_tpm_ek made = {.kind = XLS_SPKI_NONE};
    ESYS_TR key = ESYS_TR_NONE;
    TPM2B_PUBLIC *area = NULL;
    enum xls_rc rc = choose(tpm, kind, &template, &made, why);

    if (rc == XLS_OK) {
        rc = xls_tpm_verdict(tpm, make_key(tpm, template, &key, &area),
                             "cannot make the endorsement key", why);
    }
    if (rc == XLS_OK) {
        made.kind = template->kind;
        made.spki_len = describe(template, &area->publicArea, made.spki);
        rc = made.spki_len > 0
                 ? XLS_OK
                 : xls_why_set(why, XLS_HOST_IO,
                               "the TPM made another endorsement key than it "
                               "was asked for; it cannot be used here");
    }
    if (rc == XLS_OK) {
        *out = made;
    }
    Esys_Free(area);
    xls_tpm_flush(tpm, &key);
    return rc;
}

/* --- what it decrypts ----------------------------------------------------- */

/* The right to use the key: its password, or the policy's session. */
static TSS2_RC authorise(struct xls_tpm *tpm, const TPMT_PUBLIC *area,
                         ESYS_TR *session)
{
    const TPMT_SYM_DEF none = {.algorithm = TPM2_ALG_NULL};
    TSS2_RC rc;

    if ((area->objectAttributes & TPMA_OBJECT_USERWITHAUTH) != 0) {
        return TSS2_RC_SUCCESS;
    }
    rc = Esys_StartAuthSession(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE,
                               ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL,
                               TPM2_SE_POLICY, &none, area->nameAlg, session);
    if (rc == TSS2_RC_SUCCESS) {
        rc = Esys_PolicySecret(tpm->esys, ESYS_TR_RH_ENDORSEMENT, *session,
                               ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                               NULL, NULL, NULL, 0, NULL, NULL);
    }
    return rc;
}

/* The TPM's word for a credential that is not its own, or not this key's? */
static bool is_foreign(TSS2_RC rc)
{
    TSS2_RC bare = xls_tpm_rc_bare(rc);

    return bare == TPM2_RC_INTEGRITY || bare == TPM2_RC_VALUE ||
           bare == TPM2_RC_SIZE || bare == TPM2_RC_ECC_POINT ||
           bare == TPM2_RC_INSUFFICIENT;
}

static enum xls_rc open_credential(struct xls_tpm *tpm, ESYS_TR key,
                                   ESYS_TR session,
                                   const struct xls_credential *credential,
                                   uint8_t *secret, struct xls_why *why)
{
    TPM2B_ID_OBJECT blob = {.size = (uint16_t)credential->blob_len};
    TPM2B_ENCRYPTED_SECRET seed = {.size = (uint16_t)credential->seed_len};
    TPM2B_DIGEST *inner = NULL;
    TSS2_RC rc;
    enum xls_rc verdict;

    memcpy(blob.credential, credential->blob, credential->blob_len);
    memcpy(seed.secret, credential->seed, credential->seed_len);
    rc = Esys_ActivateCredential(tpm->esys, tpm->ak, key, ESYS_TR_PASSWORD,
                                 session == ESYS_TR_NONE ? ESYS_TR_PASSWORD
                                                         : session,
                                 ESYS_TR_NONE, &blob, &seed, &inner);
    if (is_foreign(rc) ||
        (rc == TSS2_RC_SUCCESS && inner->size != XLS_CREDENTIAL_SECRET)) {
        verdict = xls_why_set(why, XLS_PEER_AUTH,
                              "TPM %s: this was made for another TPM, or for "
                              "another attestation key than this host's",
                              tpm->name);
    } else {
        verdict = xls_tpm_verdict(tpm, rc, "cannot activate a credential", why);
    }
    if (verdict == XLS_OK) {
        memcpy(secret, inner->buffer, XLS_CREDENTIAL_SECRET);
    }
    if (inner != NULL) {
        xls_wipe(inner, sizeof(*inner));
    }
    Esys_Free(inner);
    return verdict;
}

enum xls_rc xls_tpm_activate(struct xls_tpm *tpm, enum xls_spki_kind kind,
                             const struct xls_credential *credential,
                             uint8_t secret[XLS_CREDENTIAL_SECRET],
                             struct xls_why *why)
{
    const struct template *template = NULL;
    ESYS_TR key = ESYS_TR_NONE;
    ESYS_TR session = ESYS_TR_NONE;
    enum xls_rc rc;

    memset(secret, 0, XLS_CREDENTIAL_SECRET);
    for (size_t i = 0; i < COUNT; i++) {
        template = templates[i].kind == kind ? &templates[i] : template;
    }
    if (template == NULL || tpm->ak == ESYS_TR_NONE ||
        credential->blob_len > sizeof(credential->blob) ||
        credential->seed_len > sizeof(credential->seed)) {
        return XLS_BUG_CONTRACT;
    }
    rc = xls_tpm_verdict(tpm, make_key(tpm, template, &key, NULL),
                         "cannot make the endorsement key", why);
    if (rc == XLS_OK) {
        rc = xls_tpm_verdict(tpm, authorise(tpm, &template->area, &session),
                             "cannot use the endorsement key", why);
    }
    if (rc == XLS_OK) {
        rc = open_credential(tpm, key, session, credential, secret, why);
    }
    xls_tpm_flush(tpm, &session);
    xls_tpm_flush(tpm, &key);
    return rc;
}
