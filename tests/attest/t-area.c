/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The public area of an attestation key: ours, and every one that is a little
 * different.
 */
#include <stdio.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "attest/ak.h"
#include "attest/area.h"
#include "t.h"

#define NAME                                                                   \
    "000ba6a93d3fa9fd3ce591c630992c857dd01b37b7ba08faf9c46ce240674419a946"
#define QUALIFIED                                                              \
    "000b0afa353848c2982344948043d44afa7f6d4080ea09f6a1e196f8190652a5fe73"

/* The generator of P-256: a point that libcrypto takes. */
static const uint8_t gx[32] = {0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47,
                               0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2,
                               0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0,
                               0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96};
static const uint8_t gy[32] = {0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b,
                               0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16,
                               0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
                               0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5};

static void honest(TPMT_PUBLIC *p)
{
    memset(p, 0, sizeof(*p));
    p->type = TPM2_ALG_ECC;
    p->nameAlg = TPM2_ALG_SHA256;
    p->objectAttributes = 0x00050472;
    p->parameters.eccDetail.symmetric.algorithm = TPM2_ALG_NULL;
    p->parameters.eccDetail.scheme.scheme = TPM2_ALG_ECDSA;
    p->parameters.eccDetail.scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA256;
    p->parameters.eccDetail.curveID = TPM2_ECC_NIST_P256;
    p->parameters.eccDetail.kdf.scheme = TPM2_ALG_NULL;
    p->unique.ecc.x.size = 32;
    p->unique.ecc.y.size = 32;
    memcpy(p->unique.ecc.x.buffer, gx, 32);
    memcpy(p->unique.ecc.y.buffer, gy, 32);
}

static size_t octets(const TPMT_PUBLIC *p, uint8_t out[XLS_AREA_MAX])
{
    size_t used = 0;

    T(Tss2_MU_TPMT_PUBLIC_Marshal(p, out, XLS_AREA_MAX, &used) ==
      TSS2_RC_SUCCESS);
    return used;
}

/* The area is refused by this rule, and nothing is given. */
static void refused(const void *area, size_t len, const char *rule)
{
    struct xls_area out = {.name = {7}};
    struct xls_reason why = {0};
    enum xls_rc rc = xls_area_read(area, len, &out, &why);

    T(xls_rc_is_peer(rc));
    ck_assert_str_eq(why.rule, rule);
    T(why.text[0] != '\0' && out.name[0] == 7);
    T(xls_area_read(area, len, &out, NULL) == rc);
}

static void refused_area(const TPMT_PUBLIC *p, const char *rule)
{
    uint8_t area[XLS_AREA_MAX];

    refused(area, octets(p, area), rule);
}

/* [E-63] */
START_TEST(ours_is_taken_and_named)
{
    static const uint8_t short_y[32] = {0};
    const struct xls_ak_scheme scheme = {XLS_AK_ECDSA, XLS_AK_SHA256};
    TPMT_PUBLIC p;
    uint8_t area[XLS_AREA_MAX];
    struct xls_area out;
    struct xls_ak *ak = NULL;
    char hex[2 * XLS_NAME_LEN + 1];
    uint8_t name[XLS_NAME_LEN];
    size_t len;

    honest(&p);
    len = octets(&p, area);
    T(len == 88);
    T(xls_area_read(area, len, &out, NULL) == XLS_OK);
    T(xls_ak_new_der(out.spki, sizeof(out.spki), &scheme, &ak, NULL) == XLS_OK);
    xls_ak_free(ak);
    /* by hashlib, of the octets as part 2 of the TPM's library has them */
    xls_hex(hex, sizeof(hex), out.name, sizeof(out.name));
    ck_assert_str_eq(hex, NAME);
    xls_name_qualified(out.name, name);
    xls_hex(hex, sizeof(hex), name, sizeof(name));
    ck_assert_str_eq(hex, QUALIFIED);
    /* zeros that a TPM left out in front come back */
    p.unique.ecc.x.size = 31;
    p.unique.ecc.y.size = 0;
    len = octets(&p, area);
    T(xls_area_read(area, len, &out, NULL) == XLS_OK);
    T(out.spki[27] == 0 && memcmp(out.spki + 28, gx, 31) == 0);
    T(memcmp(out.spki + 59, short_y, 32) == 0);
}
END_TEST

/* [E-60] */
START_TEST(form)
{
    TPMT_PUBLIC p;
    uint8_t area[XLS_AREA_MAX + 2] = {0};
    size_t len;

    honest(&p);
    len = octets(&p, area);
    for (size_t i = 0; i < len; i++) {
        refused(area, i, "E-60");
    }
    refused(area, len + 1, "E-60");
    refused(area, XLS_AREA_MAX, "E-60");
    refused(area, XLS_AREA_MAX + 1, "E-60");
    refused(NULL, 0, "E-60");
}
END_TEST

/* [E-61] Each attribute, turned. */
START_TEST(attributes)
{
    TPMT_PUBLIC p;

    for (unsigned bit = 0; bit < 32; bit++) {
        honest(&p);
        p.objectAttributes ^= UINT32_C(1) << bit;
        refused_area(&p, "E-61");
    }
}
END_TEST

/* [E-62] */
START_TEST(other_keys)
{
    TPMS_ECC_PARMS *ecc;
    TPMT_PUBLIC p;

    ecc = &p.parameters.eccDetail;
    honest(&p);
    ecc->curveID = TPM2_ECC_NIST_P384;
    refused_area(&p, "E-62");
    honest(&p);
    p.unique.ecc.x.size = 33;
    refused_area(&p, "E-62");
    honest(&p);
    p.unique.ecc.y.size = 48;
    refused_area(&p, "E-62");
    honest(&p);
    p.nameAlg = TPM2_ALG_SHA384;
    refused_area(&p, "E-62");
    honest(&p);
    ecc->scheme.scheme = TPM2_ALG_NULL;
    refused_area(&p, "E-62");
    honest(&p);
    ecc->scheme.scheme = TPM2_ALG_ECDAA;
    refused_area(&p, "E-62");
    honest(&p);
    ecc->scheme.details.ecdsa.hashAlg = TPM2_ALG_SHA1;
    refused_area(&p, "E-62");
    honest(&p);
    ecc->symmetric.algorithm = TPM2_ALG_AES;
    ecc->symmetric.keyBits.aes = 128;
    ecc->symmetric.mode.aes = TPM2_ALG_CFB;
    refused_area(&p, "E-62");
    honest(&p);
    ecc->kdf.scheme = TPM2_ALG_KDF1_SP800_108;
    ecc->kdf.details.kdf1_sp800_108.hashAlg = TPM2_ALG_SHA256;
    refused_area(&p, "E-62");
    honest(&p);
    p.authPolicy.size = 32;
    refused_area(&p, "E-62");
    honest(&p);
    p.type = TPM2_ALG_RSA;
    memset(&p.parameters, 0, sizeof(p.parameters));
    p.parameters.rsaDetail.symmetric.algorithm = TPM2_ALG_NULL;
    p.parameters.rsaDetail.scheme.scheme = TPM2_ALG_RSASSA;
    p.parameters.rsaDetail.scheme.details.rsassa.hashAlg = TPM2_ALG_SHA256;
    p.parameters.rsaDetail.keyBits = 2048;
    memset(&p.unique, 0, sizeof(p.unique));
    p.unique.rsa.size = 256;
    refused_area(&p, "E-62");
    honest(&p);
    p.type = TPM2_ALG_KEYEDHASH;
    p.parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL;
    memset(&p.unique, 0, sizeof(p.unique));
    refused_area(&p, "E-62");
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        ours_is_taken_and_named,
        form,
        attributes,
        other_keys,
    };

    (void)setenv("TSS2_LOG", "all+NONE", 1);
    return t_run("area", list, T_COUNT(list));
}
