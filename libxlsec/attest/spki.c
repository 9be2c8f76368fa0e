/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/spki.h"

#include <string.h>

#include "base/secret.h"
#include "base/wr.h"

enum { HEAD_MAX = 33, TAIL_MAX = 5 };

/* Head, one or two numbers of a fixed size, tail. */
static const struct form {
    enum xls_spki_kind kind;
    const char *name;
    size_t numbers;
    size_t size; /* of each number */
    size_t head_len;
    uint8_t head[HEAD_MAX];
    size_t tail_len;
    uint8_t tail[TAIL_MAX];
} forms[] = {
    /* SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { SEQUENCE {
     * INTEGER n, INTEGER 65537 } } } */
    {XLS_SPKI_RSA_2048,
     "rsa-2048",
     1,
     256,
     33,
     {0x30, 0x82, 0x01, 0x22, 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48,
      0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03, 0x82, 0x01,
      0x0f, 0x00, 0x30, 0x82, 0x01, 0x0a, 0x02, 0x82, 0x01, 0x01, 0x00},
     5,
     {0x02, 0x03, 0x01, 0x00, 0x01}},
    /* SEQUENCE { SEQUENCE { ecPublicKey, prime256v1 }, BIT STRING { 4, x, y }
     * } */
    {XLS_SPKI_ECC_P256,
     "ecc-p256",
     2,
     32,
     27,
     {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
      0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
      0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04},
     0,
     {0}},
    /* the same with secp384r1 */
    {XLS_SPKI_ECC_P384,
     "ecc-p384",
     2,
     48,
     24,
     {0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
      0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04},
     0,
     {0}},
};

#define COUNT (sizeof(forms) / sizeof(forms[0]))

const char *xls_spki_name(enum xls_spki_kind kind)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (forms[i].kind == kind) {
            return forms[i].name;
        }
    }
    return "none";
}

enum xls_spki_kind xls_spki_kind_read(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(forms[i].name, name) == 0) {
            return forms[i].kind;
        }
    }
    return XLS_SPKI_NONE;
}

enum xls_spki_kind xls_spki_kind_of(const void *spki, size_t len)
{
    const uint8_t *p = spki;

    for (size_t i = 0; i < COUNT; i++) {
        const struct form *f = &forms[i];

        if (len == f->head_len + f->numbers * f->size + f->tail_len &&
            xls_same(p, f->head, f->head_len) == XLS_OK &&
            xls_same(p + len - f->tail_len, f->tail, f->tail_len) == XLS_OK &&
            /* a modulus of 2048 bits; its zero in front is in the head */
            (f->kind != XLS_SPKI_RSA_2048 || (p[f->head_len] & 0x80) != 0)) {
            return f->kind;
        }
    }
    return XLS_SPKI_NONE;
}

static void number(struct xls_wr *wr, size_t size, const uint8_t *n, size_t len)
{
    xls_wr_zero(wr, size - len);
    xls_wr_copy(wr, n, len);
}

size_t xls_spki_make(enum xls_spki_kind kind, const uint8_t *n, size_t n_len,
                     const uint8_t *y, size_t y_len, uint8_t out[XLS_SPKI_MAX])
{
    struct xls_wr wr = xls_wr_over(out, XLS_SPKI_MAX);
    size_t used = 0;

    for (size_t i = 0; i < COUNT; i++) {
        const struct form *f = &forms[i];

        if (f->kind != kind || n_len > f->size || y_len > f->size) {
            continue;
        }
        xls_wr_copy(&wr, f->head, f->head_len);
        number(&wr, f->size, n, n_len);
        if (f->numbers == 2) {
            number(&wr, f->size, y, y_len);
        }
        xls_wr_copy(&wr, f->tail, f->tail_len);
    }
    return xls_wr_end(&wr, &used) == XLS_OK ? used : 0;
}
