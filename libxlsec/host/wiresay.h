/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * wiresay: what the wire process tells its toolstack.  Level 5.
 */
#ifndef XLS_HOST_WIRESAY_H
#define XLS_HOST_WIRESAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/why.h"
#include "proto/session.h"

/* WIRE_UP: who the peer is, and what is to be bound to this session. */
XLS_MUST_USE enum xls_rc xls_wiresay_up(const struct xls_event *event);

/* WIRE_STREAM: the sums of the stream that has just ended. */
XLS_MUST_USE enum xls_rc xls_wiresay_stream(const struct xls_session *session,
                                            enum xls_stream stream);

/* WIRE_COUNT: octets on the wire so far. */
XLS_MUST_USE enum xls_rc xls_wiresay_count(uint64_t octets);

/* CONTROL: the peer's message, encoded again, for the toolstack decodes it for
 * itself.  ALIVE is not passed on.  Errors: as xls_ipc_send(), XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_wiresay_control(const struct xls_control *control);

/* The sentence for a failure that has none yet.  session may be NULL; early:
 * the handshake was not complete. */
void xls_wiresay_explain(struct xls_why *why, enum xls_rc rc,
                         const struct xls_session *session, enum xls_role role,
                         bool early);

#endif
