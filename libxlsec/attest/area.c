/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/area.h"

#include <inttypes.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "attest/spki.h"

enum { COORDINATE = 32 }; /* octets of one on P-256 */

_Static_assert(XLS_AREA_AK_ATTRIBUTES ==
                   (TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                    TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                    TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED |
                    TPMA_OBJECT_SIGN_ENCRYPT),
               "an AK's attributes");

/* [E-61] Any other attribute, there or not, is another kind of key. */
static enum xls_rc attributes(const TPMT_PUBLIC *area, struct xls_reason *why)
{
    if (area->objectAttributes == XLS_AREA_AK_ATTRIBUTES) {
        return XLS_OK;
    }
    (void)xls_reason_set(why, XLS_PEER_POLICY, "E-61",
                         "the key's attributes are not an attestation key's: "
                         "what it signs may come from outside the TPM");
    xls_reason_expected(why, "0x%08" PRIx32, XLS_AREA_AK_ATTRIBUTES);
    xls_reason_seen(why, "0x%08" PRIx32, area->objectAttributes);
    return XLS_PEER_POLICY;
}

/* [E-62] */
static enum xls_rc scheme(const TPMT_PUBLIC *area, struct xls_reason *why)
{
    const TPMS_ECC_PARMS *ecc = &area->parameters.eccDetail;
    const TPMS_ECC_POINT *point = &area->unique.ecc;
    const char *wrong = NULL;

    if (area->type != TPM2_ALG_ECC) { /* the rest is of another type's */
        wrong = "it is no elliptic curve's";
    } else if (ecc->curveID != TPM2_ECC_NIST_P256 ||
               point->x.size > COORDINATE || point->y.size > COORDINATE) {
        wrong = "its curve is not P-256";
    } else if (area->nameAlg != TPM2_ALG_SHA256) {
        wrong = "it is not named by SHA-256";
    } else if (ecc->scheme.scheme != TPM2_ALG_ECDSA ||
               ecc->scheme.details.ecdsa.hashAlg != TPM2_ALG_SHA256) {
        wrong = "it does not sign by ECDSA with SHA-256 alone";
    } else if (ecc->symmetric.algorithm != TPM2_ALG_NULL ||
               ecc->kdf.scheme != TPM2_ALG_NULL) {
        wrong = "it has a cipher or a KDF";
    } else if (area->authPolicy.size != 0) {
        wrong = "it has a policy";
    }
    return wrong == NULL
               ? XLS_OK
               : xls_reason_set(why, XLS_PEER_POLICY, "E-62",
                                "the key is not an attestation key as xlsec "
                                "makes them: %s",
                                wrong);
}

enum xls_rc xls_area_read(const void *area, size_t len, struct xls_area *out,
                          struct xls_reason *why)
{
    TPMT_PUBLIC peer = {0};
    struct xls_area made;
    uint8_t spki[XLS_SPKI_MAX];
    const TPMS_ECC_POINT *point = &peer.unique.ecc;
    size_t used = 0;
    enum xls_rc rc;

    if (len > XLS_AREA_MAX) { /* [E-60] */
        return xls_reason_set(why, XLS_PEER_RANGE, "E-60",
                              "the public area is longer than %u octets",
                              XLS_AREA_MAX);
    }
    if (Tss2_MU_TPMT_PUBLIC_Unmarshal(area, len, &used, &peer) !=
        TSS2_RC_SUCCESS) {
        return xls_reason_set(why, XLS_PEER_SHORT, "E-60",
                              "the public area is no TPMT_PUBLIC");
    }
    if (used != len) {
        return xls_reason_set(why, XLS_PEER_TRAIL, "E-60",
                              "%zu octets follow the public area", len - used);
    }
    rc = attributes(&peer, why);
    if (rc == XLS_OK) {
        rc = scheme(&peer, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    if (xls_spki_make(XLS_SPKI_ECC_P256, point->x.buffer, point->x.size,
                      point->y.buffer, point->y.size,
                      spki) != sizeof(made.spki)) {
        return XLS_BUG_CONTRACT; /* the sizes were judged */
    }
    memcpy(made.spki, spki, sizeof(made.spki));
    xls_name_of_area(area, len, made.name); /* [E-63] */
    *out = made;
    return XLS_OK;
}
