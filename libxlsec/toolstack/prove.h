/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * prove: what the peer has to prove of itself, and the process that judges it.
 * Level 6.
 */
#ifndef XLS_TOOLSTACK_PROVE_H
#define XLS_TOOLSTACK_PROVE_H

#include "toolstack/crew.h"

/*
 * Once the peer is known: start the verify process with what its file, our
 * appraisal policy and our memory of it say.  Nothing is started where its file
 * says `evidence = none`.
 * Errors: XLS_HOST_CONF, XLS_PEER_POLICY (its file does not say what it has to
 * prove), XLS_HOST_NOMEM, XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_prove_begin(struct xls_crew *crew,
                                         struct xls_why *why);

/* Wire has given us a piece of Evidence: crew->msg.  On to verify with it. */
XLS_MUST_USE enum xls_rc xls_prove_pass(struct xls_crew *crew);

/* All streams have ended: their sums, for verify.  Before the second Evidence.
 * Errors: as xls_ipc_send(). */
XLS_MUST_USE enum xls_rc xls_prove_sums(struct xls_crew *crew);

/* A message of verify's is in crew->msg. */
XLS_MUST_USE enum xls_rc xls_prove_heard(struct xls_crew *crew,
                                         struct xls_why *why);

#endif
