/* SPDX-License-Identifier: LGPL-2.1-only */
/* A side's Evidence as octets. */
#include <stdlib.h>
#include <string.h>

#include "attest/evidence.h"
#include "fuzz.h"

/* What is accepted is, encoded again, the same octets; and lies within them. */
void fz_evidence(const struct fz_target *t, const uint8_t *data, size_t len)
{
    struct xls_evidence e;
    uint8_t *back = NULL;
    size_t back_len = 0;
    enum xls_rc rc = xls_evidence_get(data, len, &e);

    (void)t;
    if (rc != XLS_OK) {
        fz_refused(rc, NULL);
        return;
    }
    FZ(e.epoch <= 1 && e.pcrs.mask <= XLS_PCRS_ALL);
    FZ(e.message_len + e.signature_len + e.log_len + e.list_len < len);
    FZ(e.kind != XLS_EVIDENCE_NONE || len == 56);
    FZ(xls_evidence_put(&e, &back, &back_len) == XLS_OK);
    FZ(back_len == len && memcmp(back, data, len) == 0);
    free(back);
}

size_t fz_evidence_seed(unsigned n, const char **target, uint8_t *out,
                        size_t size)
{
    static const uint8_t octets[256] = {1};
    struct xls_evidence e = {.kind = XLS_EVIDENCE_NONE, .epoch = n & 1};
    uint8_t *seed = NULL;
    size_t len = 0;

    if (n > 5) {
        return 0;
    }
    *target = "evidence";
    e.kind = (enum xls_evidence_kind)(n / 2);
    if (e.kind != XLS_EVIDENCE_NONE) {
        e.message = octets;
        e.message_len = 145;
        e.signature = octets;
        e.signature_len = 72;
        e.pcrs.mask = 0x409;
        e.log = octets;
        e.log_len = n & 1 ? 0 : 200;
        e.list = octets;
        e.list_len = 106;
    }
    FZ(xls_evidence_put(&e, &seed, &len) == XLS_OK && len <= size);
    memcpy(out, seed, len);
    free(seed);
    return len;
}
