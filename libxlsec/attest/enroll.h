/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * enroll: what a host answers to a challenge, so that its keys are tied to the
 * TPM that opened it.  Level 2.
 */
#ifndef XLS_ATTEST_ENROLL_H
#define XLS_ATTEST_ENROLL_H

#include <stdint.h>

#include "attest/name.h"

#define XLS_ENROLL_NONCE 32U
#define XLS_ENROLL_MAC   32U

/* What is tied together; borrowed. */
struct xls_enroll {
    const uint8_t *secret; /* 32: out of the credential; secret */
    const uint8_t *shared; /* 32: of the host's static key and the verifier's
                              of the moment (X25519); secret */
    const uint8_t *key;    /* 32: the host's static key */
    const uint8_t *evidence_key; /* 32, or NULL: it has none */
    const uint8_t *ak_name;      /* XLS_NAME_LEN */
    const uint8_t *moment;       /* 32: the verifier's key of the moment */
    const uint8_t *nonce;        /* XLS_ENROLL_NONCE */
};

/* [E-72] out = the answer. */
void xls_enroll_mac(const struct xls_enroll *e, uint8_t out[XLS_ENROLL_MAC]);

#endif
