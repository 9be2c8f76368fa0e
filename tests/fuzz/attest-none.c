/* SPDX-License-Identifier: LGPL-2.1-only */
/* In place of attest.c in a build without TPM support: no such targets. */
#include "fuzz.h"

const size_t fz_absent = 6;

void fz_quote(const struct fz_target *t, const uint8_t *data, size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    fz_broken(__FILE__, __LINE__, "reached");
}

void fz_signature(const struct fz_target *t, const uint8_t *data, size_t len)
{
    fz_quote(t, data, len);
}

void fz_values(const struct fz_target *t, const uint8_t *data, size_t len)
{
    fz_quote(t, data, len);
}

void fz_area(const struct fz_target *t, const uint8_t *data, size_t len)
{
    fz_quote(t, data, len);
}

void fz_ek(const struct fz_target *t, const uint8_t *data, size_t len)
{
    fz_quote(t, data, len);
}

void fz_ek_cert(const struct fz_target *t, const uint8_t *data, size_t len)
{
    fz_quote(t, data, len);
}

size_t fz_enrolled_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size)
{
    return fz_attest_seed(n, target, out, size);
}

size_t fz_attest_seed(unsigned n, const char **target, uint8_t *out,
                      size_t size)
{
    (void)n;
    (void)target;
    (void)out;
    (void)size;
    return 0;
}
