/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * policystore: the appraisal policy that is in force on this host.  Level 5.
 *
 *   CONFDIR/policy           the text (attest/policy)
 *   CONFDIR/policy.minisig   its signature, as minisign makes it
 *   CONFDIR/policy.pub       the operator's public key, as minisign makes it
 *   STATEDIR/policy.version  the highest version that was ever accepted here
 *
 * Where there is a key, a policy counts with a good signature alone; where
 * there is none, only if xlsec.conf says so.  An older version than was ever
 * accepted is refused.  doc/EVIDENCE.md, [E-103] to [E-105].
 */
#ifndef XLS_HOST_POLICYSTORE_H
#define XLS_HOST_POLICYSTORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/minisign.h"
#include "attest/policy.h"
#include "base/rc.h"
#include "base/why.h"

/* Where it is; borrowed. */
struct xls_policystore {
    const char *confdir;
    const char *statedir;
    bool allow_unsigned; /* [policy] unsigned = yes */
};

/* A policy that was accepted; given up with xls_policy_loaded_free(). */
struct xls_policy_loaded {
    char *text; /* owned: for the process that appraises */
    size_t len;
    struct xls_policy *policy; /* owned: the same, parsed */
    bool is_signed;
    char signer[XLS_MINISIGN_ID_TEXT];  /* the key's id; empty when unsigned */
    char comment[XLS_MINISIGN_COMMENT]; /* the trusted comment, printable */
};

/* Files of a policy that is not (yet) the one in force; borrowed. */
struct xls_policy_files {
    const char *policy;
    const char *sig; /* NULL: not looked for */
    const char *pub; /* NULL: not looked for */
};

/* Is there any policy in force?  Where none is, no host can be appraised. */
bool xls_policystore_present(const struct xls_policystore *store);

/*
 * Load the policy in force; when its version is higher than any before, note
 * that.  *out is the caller's, and untouched on error; why names file, rule
 * and remedy.
 * Errors: XLS_HOST_CONF (refused), XLS_HOST_IO (a file cannot be read or
 * written), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc
xls_policystore_load(const struct xls_policystore *store,
                     struct xls_policy_loaded *out, struct xls_why *why);

/* The same without noting anything. */
XLS_MUST_USE enum xls_rc
xls_policystore_look(const struct xls_policystore *store,
                     struct xls_policy_loaded *out, struct xls_why *why);

/*
 * Judge files by themselves: form, and signature where a key is given; neither
 * what is in force nor its version is looked at.  allow_unsigned: a policy
 * without key passes.  Output and errors as above.
 */
XLS_MUST_USE enum xls_rc
xls_policystore_judge(const struct xls_policy_files *files, bool allow_unsigned,
                      struct xls_policy_loaded *out, struct xls_why *why);

/*
 * Put a policy in force: judged by the store's key, or by files->pub, which
 * becomes the store's where that has none and is refused where it is another;
 * then its version.  Nothing is changed unless it is accepted.  Each file is
 * replaced whole; a host that stops between two of them refuses what it finds
 * then, and installing again mends it.  Output and errors as above.
 */
XLS_MUST_USE enum xls_rc
xls_policystore_install(const struct xls_policystore *store,
                        const struct xls_policy_files *files,
                        struct xls_policy_loaded *out, struct xls_why *why);

/* Give up what it owns. */
void xls_policy_loaded_free(struct xls_policy_loaded *loaded);

#endif
