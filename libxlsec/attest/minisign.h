/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * minisign: signatures of files by an operator's key, as minisign(1) makes
 * them.  Level 2.
 */
#ifndef XLS_ATTEST_MINISIGN_H
#define XLS_ATTEST_MINISIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/reason.h"
#include "base/rc.h"
#include "crypto/sign.h"

#define XLS_MINISIGN_ID      8U
#define XLS_MINISIGN_ID_TEXT (2U * XLS_MINISIGN_ID + 1U)
#define XLS_MINISIGN_KEY_MAX 2048U  /* octets of a key's file */
#define XLS_MINISIGN_SIG_MAX 10240U /* of a signature's */
#define XLS_MINISIGN_COMMENT 256U

struct xls_minisign_key {
    uint8_t id[XLS_MINISIGN_ID]; /* a random number: a name, no proof */
    uint8_t pub[XLS_SIGN_PUB_LEN];
};

/*
 * Parse a file with a public key, of len octets ([E-100]).  *out is written
 * only on XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL.
 */
XLS_MUST_USE enum xls_rc xls_minisign_key_read(const void *text, size_t len,
                                               struct xls_minisign_key *out,
                                               struct xls_reason *why);

/* A key's id as minisign shows it, 16 digits; the same for two keys means
 * nothing. */
void xls_minisign_id(const struct xls_minisign_key *key,
                     char out[XLS_MINISIGN_ID_TEXT]);

/* A file that is signed, and what its signature's file says; borrowed. */
struct xls_minisign_file {
    const void *octets;
    size_t len;
    const void *sig; /* the file FILE.minisig */
    size_t sig_len;
};

/*
 * Did the key sign the file ([E-101], [E-102])?  comment, which may be NULL,
 * is the trusted comment, printable and cut to fit, and is written only on
 * XLS_OK.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL (form), XLS_PEER_AUTH
 * (another key, or another file), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_minisign_verify(const struct xls_minisign_key *key,
                    const struct xls_minisign_file *file,
                    char comment[XLS_MINISIGN_COMMENT], struct xls_reason *why);

#endif
