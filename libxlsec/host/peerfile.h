/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * peerfile: writing dir/peers.d/NAME.conf.  Level 5.
 */
#ifndef XLS_HOST_PEERFILE_H
#define XLS_HOST_PEERFILE_H

#include <stdbool.h>

#include "base/rc.h"
#include "base/why.h"
#include "host/bundle.h"
#include "host/conf.h"

/* What is written of a host; texts may be NULL. */
struct xls_peerfile {
    const struct xls_bundle *bundle;
    const char *evidence; /* "tpm", "software", "none": what it proves by */
    const char *allow;    /* for a new file */
    const char *class;    /* the same */
    const char *note;     /* a comment, one line */
};

/*
 * Write the file of a new host; or, where old is one that was read, the words
 * of its identity and of its Evidence in place of those that it has, and the
 * others as they are.  Keys are written as far as evidence asks for them.
 * Errors: XLS_HOST_CONF, XLS_HOST_IO, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_peerfile_write(const char *dir,
                                            const struct xls_peer *old,
                                            const struct xls_peerfile *what,
                                            struct xls_why *why);

/*
 * Revoke those keys of a host that was read that bundle does not have, or with
 * NULL all of them.
 * Errors: those of xls_revoked_add().
 */
XLS_MUST_USE enum xls_rc xls_peerfile_revoke(const char *dir,
                                             const struct xls_peer *old,
                                             const struct xls_bundle *bundle,
                                             const char *reason,
                                             struct xls_why *why);

/* [E-75] None of a bundle's keys was revoked here.  path is for messages.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_bundle_not_revoked(const char *dir,
                                                const struct xls_bundle *bundle,
                                                const char *path,
                                                struct xls_why *why);

#endif
