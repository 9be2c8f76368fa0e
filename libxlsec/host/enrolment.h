/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * enrolment: the files of `xlsec enroll`: challenge, answer, and what the
 * verifier keeps between the two.  Level 5.
 */
#ifndef XLS_HOST_ENROLMENT_H
#define XLS_HOST_ENROLMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "attest/credential.h"
#include "attest/enroll.h"
#include "attest/spki.h"
#include "base/rc.h"
#include "base/why.h"
#include "crypto/dh.h"
#include "host/bundle.h"

enum { XLS_CHALLENGE_SECONDS = 3600 }; /* that one is good for */

/* What the verifier asks; nothing in it is secret. */
struct xls_challenge {
    char name[XLS_NAME]; /* as the verifier calls the host */
    uint8_t nonce[XLS_ENROLL_NONCE];
    uint8_t moment[XLS_DH_LEN]; /* the verifier's key of the moment */
    uint8_t ak_name[XLS_NAME_LEN];
    enum xls_spki_kind ek_kind;
    uint8_t ek_digest[32]; /* SHA-256 of the EK it was made for */
    struct xls_credential credential;
};

/* What the host answers. */
struct xls_answer {
    char name[XLS_NAME];
    uint8_t nonce[XLS_ENROLL_NONCE];
    uint8_t mac[XLS_ENROLL_MAC];
};

/* Who vouches for the TPM. */
enum xls_vouched {
    XLS_VOUCHED_NONE = 0,
    XLS_VOUCHED_CERTIFICATE, /* its manufacturer, by a root that was given */
    XLS_VOUCHED_PINNED,      /* a person, for its endorsement key */
};

/* What the verifier keeps; the owner calls xls_pending_wipe(). */
struct xls_pending {
    int64_t made; /* seconds since 1970 */
    uint8_t nonce[XLS_ENROLL_NONCE];
    uint8_t secret[XLS_CREDENTIAL_SECRET]; /* secret */
    uint8_t moment_secret[XLS_DH_LEN];     /* secret */
    enum xls_vouched vouched;
    char allow[64]; /* for a new peer file */
    char class[XLS_NAME];
    struct xls_bundle bundle; /* without EK: what will be believed */
};

/* [E-77] Parse one; path is for messages only.  *out is untouched on error.
 * Errors: XLS_HOST_CONF. */
XLS_MUST_USE enum xls_rc xls_challenge_parse(const char *text, const char *path,
                                             struct xls_challenge *out,
                                             struct xls_why *why);
XLS_MUST_USE enum xls_rc xls_answer_parse(const char *text, const char *path,
                                          struct xls_answer *out,
                                          struct xls_why *why);

/* Print one; errors are the file's. */
void xls_challenge_print(const struct xls_challenge *c, FILE *to);
void xls_answer_print(const struct xls_answer *a, FILE *to);

/*
 * [E-71] Keep a challenge under the state directory, readable by root alone;
 * those that have expired go.
 * Errors: XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_pending_keep(const char *state,
                                          const struct xls_pending *pending,
                                          struct xls_why *why);

/*
 * [E-71] Take the challenge of this nonce: it is gone afterwards, whatever
 * comes of it.
 * Errors: XLS_PEER_ORDER (none is open: used, expired, or another host's),
 * XLS_PEER_TIME (expired), XLS_HOST_IO, XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_pending_take(const char *state,
                                          const uint8_t nonce[XLS_ENROLL_NONCE],
                                          struct xls_pending *out,
                                          struct xls_why *why);

/* Erase it. */
void xls_pending_wipe(struct xls_pending *pending);

/*
 * [E-73] Is this the answer of the host of which the challenge is, by both of
 * its secrets?
 * Errors: XLS_PEER_AUTH.
 */
XLS_MUST_USE enum xls_rc xls_pending_judge(const struct xls_pending *pending,
                                           const struct xls_answer *answer);

#endif
