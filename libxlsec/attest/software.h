/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * software: software Evidence, the statement of a host without a TPM about
 * itself.  Level 2.
 *
 * It is weaker than a quote (attest/quote), and never stands for one: whoever
 * has root on that host can state what he likes.  doc/EVIDENCE.md section 6
 * says what it is good for, and has every check, in order; the first that
 * fails is the verdict.  Octets in, verdict out: no I/O, no state.
 */
#ifndef XLS_ATTEST_SOFTWARE_H
#define XLS_ATTEST_SOFTWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/pcrs.h"
#include "attest/reason.h"
#include "attest/softlog.h"
#include "base/rc.h"
#include "crypto/sign.h"

#define XLS_SOFTWARE_BINDER_LEN 32
#define XLS_BOOT_ID_LEN         16
/* Octets of a statement: with one register, and with all 16. */
#define XLS_SOFTWARE_MIN 108U
#define XLS_SOFTWARE_MAX 588U

/* What a TPM's clockInfo is to a quote. */
struct xls_software_clock {
    uint8_t boot_id[XLS_BOOT_ID_LEN]; /* random, one a boot; never zeros */
    uint64_t uptime;                  /* ms; never goes back in one boot */
};

/* What a host claims; borrowed. */
struct xls_software {
    const uint8_t *message;
    size_t message_len;
    const uint8_t *signature;
    size_t signature_len;
    const struct xls_pcrs *pcrs; /* the registers, as given beside it */
    const void *log;
    size_t log_len;
};

/* What it is held against; borrowed, and NULL where there is nothing. */
struct xls_software_want {
    const uint8_t *key;    /* the enrolled evidence key; never NULL */
    const uint8_t *binder; /* what it has to answer; never NULL */
    uint32_t pcrs;         /* exactly these registers; not 0 unless any_pcrs */
    bool any_pcrs;         /* whichever were signed, and pcrs is 0 */
    const struct xls_software_clock *last;  /* of the last one accepted */
    const struct xls_software_clock *first; /* of this migration's first */
};

/* What then was signed by that host. */
struct xls_software_facts {
    struct xls_software_clock clock;
    struct xls_pcrs pcrs;
    struct xls_softlog log; /* borrows the log; replays to pcrs */
};

/*
 * *facts is written only on XLS_OK, why only on another verdict; both may be
 * NULL.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL (form), XLS_PEER_AUTH
 * (signature, binder, values, log), XLS_PEER_POLICY (registers, clock),
 * XLS_BUG_CONTRACT (no key, no binder, no required registers, no values).
 */
XLS_MUST_USE enum xls_rc
xls_software_check(const struct xls_software *software,
                   const struct xls_software_want *want,
                   struct xls_software_facts *facts, struct xls_reason *why);

/* What a host states; borrowed. */
struct xls_software_state {
    const uint8_t *binder; /* XLS_SOFTWARE_BINDER_LEN octets */
    const struct xls_software_clock *clock;
    const struct xls_pcrs *pcrs;
};

/*
 * The statement at message, *len octets, and the key's signature of it.
 * Errors: XLS_BUG_CONTRACT (no register, or one that there is not; the boot id
 * is zeros); the outputs are then untouched.
 */
XLS_MUST_USE enum xls_rc xls_software_sign(
    const struct xls_software_state *state, const struct xls_sign_key *key,
    uint8_t message[XLS_SOFTWARE_MAX], size_t *len, uint8_t sig[XLS_SIGN_LEN]);

#endif
