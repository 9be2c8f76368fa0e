/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * pieces: the archive of a guest's companions in the wire process, between its
 * toolstack and the records of stream 1.  Level 5.
 *
 * The toolstack of a source sends a piece only when it was asked for one
 * (WIRE_NEXT), so neither waits for the other with its hands full.
 */
#ifndef XLS_HOST_PIECES_H
#define XLS_HOST_PIECES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "host/ipc.h"
#include "proto/session.h"

/* Octets of an archive in one message between the processes. */
#define XLS_PIECE_MAX 61440U

struct xls_pieces {
    uint8_t slot[XLS_RECORD_PLAIN]; /* secret; a record's plaintext */
    bool asked;                     /* source: for a piece */
    bool waits;                     /* source: it has come, and is in slot */
    bool last;
};

/*
 * Source: when it is the companions' turn and nothing waits to be sent, seal
 * the piece that has come, or ask for one.  *moved when there is something to
 * send. Errors: the session's, as xls_ipc_send().
 */
XLS_MUST_USE enum xls_rc
xls_pieces_seal(struct xls_pieces *p, struct xls_session *session, bool *moved);

/* Source: take a piece (ARCHIVE).  Errors: XLS_BUG_CONTRACT (it was not asked
 * for, or is none). */
XLS_MUST_USE enum xls_rc xls_pieces_take(struct xls_pieces *p,
                                         const struct xls_ipc_msg *msg);

/*
 * Destination, when a record of the companions waits: open it, and hand its
 * octets to the toolstack.
 * Errors: the session's, as xls_pieces_send().
 */
XLS_MUST_USE enum xls_rc xls_pieces_open(struct xls_pieces *p,
                                         struct xls_session *session);

/* Send a piece of an archive to the other process at fd.
 * Errors: as xls_ipc_send(), XLS_HOST_NOMEM. */
XLS_MUST_USE enum xls_rc xls_pieces_send(int fd, const uint8_t *octets,
                                         size_t len, bool last);

#endif
