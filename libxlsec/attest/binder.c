/* SPDX-License-Identifier: LGPL-2.1-only */
#include "attest/binder.h"

#include <sodium.h>

static void number(crypto_hash_sha256_state *state, uint32_t v, size_t octets)
{
    uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8),
                     (uint8_t)v};

    (void)crypto_hash_sha256_update(state, be + sizeof(be) - octets, octets);
}

void xls_binder(const struct xls_binder *b, uint8_t out[XLS_BINDER_LEN])
{
    static const uint8_t label[16] = "xlsec evidence 1"; /* without a NUL */
    crypto_hash_sha256_state state;

    /* [P-57], to be read downwards */
    (void)crypto_hash_sha256_init(&state);
    (void)crypto_hash_sha256_update(&state, label, sizeof(label));
    number(&state, b->role, 1);
    number(&state, (uint32_t)b->kind, 1);
    number(&state, b->suite, 2);
    number(&state, b->epoch, 4);
    (void)crypto_hash_sha256_update(&state, b->h, 64);
    (void)crypto_hash_sha256_update(&state, b->attester, 32);
    (void)crypto_hash_sha256_update(&state, b->verifier, 32);
    (void)crypto_hash_sha256_update(&state, b->nonce, 32);
    (void)crypto_hash_sha256_update(&state, b->id, 16);
    (void)crypto_hash_sha256_update(&state, b->policy, 32);
    (void)crypto_hash_sha256_update(&state, b->logs, 32);
    (void)crypto_hash_sha256_update(&state, b->sums, XLS_BINDER_SUMS);
    (void)crypto_hash_sha256_final(&state, out);
}

const char *xls_evidence_kind_name(enum xls_evidence_kind kind)
{
    switch (kind) {
    case XLS_EVIDENCE_TPM:
        return "TPM";
    case XLS_EVIDENCE_SOFTWARE:
        return "software";
    case XLS_EVIDENCE_NONE:
        break;
    }
    return "none";
}
