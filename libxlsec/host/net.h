/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * net: TCP to and from other hosts.  Level 5.
 */
#ifndef XLS_HOST_NET_H
#define XLS_HOST_NET_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"

/*
 * Connect to address (a name or a number) and port, trying each address it has
 * until timeout_ms has passed in all.  *fd is the caller's, -1 on error.
 * Errors: XLS_HOST_IO (why says what was tried).
 */
XLS_MUST_USE enum xls_rc xls_net_connect(const char *address, uint16_t port,
                                         int timeout_ms, int *fd,
                                         struct xls_why *why);

/*
 * Listen on address ("*": everywhere, IPv6 and IPv4) and port; up to max
 * sockets, the caller's.  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_net_listen(const char *address, uint16_t port,
                                        int *fds, size_t max, size_t *count,
                                        struct xls_why *why);

/*
 * Of a TCP socket: what is written leaves at once, and waits neither for the
 * answer to what was written before (PREPARED behind Evidence: a whole round
 * trip) nor behind much that cannot be sent yet.  Does nothing to others.
 */
void xls_net_prompt(int fd);

#endif
