/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ipc: typed messages between the processes of one migration.  Level 5.
 *
 * A message is one datagram on a SOCK_SEQPACKET pair: u16 type, then a body of
 * at most XLS_IPC_BODY octets.  What the types mean is in host/msg.h.  The
 * other end is a less trusted process: bodies are read with base/rd.
 */
#ifndef XLS_HOST_IPC_H
#define XLS_HOST_IPC_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/rd.h"

enum { XLS_IPC_BODY = 65536 };

struct xls_ipc_msg {
    uint16_t type;
    size_t len;
    uint8_t body[XLS_IPC_BODY];
};

/* Send one message; waits when the other end is slow.
 * Errors: XLS_HOST_GONE (no reader), XLS_HOST_IO, XLS_BUG_CONTRACT (too long).
 */
XLS_MUST_USE enum xls_rc xls_ipc_send(int fd, uint16_t type, const void *body,
                                      size_t len);

/*
 * Take one message, waiting until deadline (see host/clock.h; negative: for
 * ever).  *out is written only on XLS_OK, but its body may be scratch space.
 * Errors: XLS_HOST_GONE (the other end is closed), XLS_PEER_TIME (deadline),
 * XLS_PEER_RANGE (not a message), XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_ipc_recv(int fd, int64_t deadline,
                                      struct xls_ipc_msg *out);

/* A reader over a message's body. */
struct xls_rd xls_ipc_body(const struct xls_ipc_msg *msg);

#endif
