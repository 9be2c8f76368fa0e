/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * bundle: a host's identity as one file of text: what `xlsec id` prints, and
 * `xlsec trust` and `xlsec enroll` take.  Level 5.
 *
 * INI, one section [peer]; nothing in it is secret, and nothing believed: a
 * person compares its fingerprint, which covers every key.
 */
#ifndef XLS_HOST_BUNDLE_H
#define XLS_HOST_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "attest/spki.h"
#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "host/tpm.h"

struct xls_bundle {
    char name[XLS_NAME];
    char address[XLS_ADDRESS]; /* the name again when none is given */
    uint16_t port;
    uint8_t key[XLS_KEY]; /* the static key */
    bool has_evidence_key;
    uint8_t evidence_key[XLS_KEY];

    /* the TPM's attestation key; area_len 0: none */
    uint8_t ak_area[XLS_TPM_AREA_MAX]; /* TPMT_PUBLIC, not judged */
    size_t ak_area_len;
    uint8_t ak_der[XLS_AK_DER_MAX]; /* not judged: see attest/area */
    size_t ak_len;
    bool has_ak_name;
    uint8_t ak_name[XLS_NAME_LEN]; /* what ak_area has */

    uint8_t ek[XLS_SPKI_MAX]; /* an endorsement key, in DER */
    size_t ek_len;            /* 0: none */
    uint8_t ek_cert[XLS_TPM_EK_CERT_MAX];
    size_t ek_cert_len; /* 0: none */
};

/*
 * [E-77] Parse a bundle's text; path is for messages only.  What a host decides
 * for itself (allow, accept-..., evidence, class) is none of an identity's.
 * *out is untouched on error.
 * Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_bundle_parse(const char *text, const char *path,
                                          struct xls_bundle *out,
                                          struct xls_why *why);

/* Print it, with its fingerprint and what a person wants to know; errors are
 * the file's. */
void xls_bundle_print(const struct xls_bundle *bundle, FILE *to);

/* The words of section [peer] alone, as far as a host keeps them. */
void xls_bundle_print_words(const struct xls_bundle *bundle, FILE *to);

/* A word and octets in base64: pieces that fit on a line, each with the word.
 */
void xls_print_octets(FILE *to, const char *word, const uint8_t *octets,
                      size_t len);

/* [E-76] The one fingerprint of all of its keys: static, evidence, attestation
 * key. */
void xls_bundle_fingerprint(const struct xls_bundle *bundle,
                            char out[XLS_FINGERPRINT_TEXT]);

#endif
