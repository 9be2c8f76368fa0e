/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/ipc.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "host/clock.h"

enum xls_rc xls_ipc_send(int fd, uint16_t type, const void *body, size_t len)
{
    /* borrowed: sendmsg does not write through it */
    struct iovec iov[2] = {{&type, sizeof(type)}, {NULL, len}};
    struct msghdr head = {.msg_iov = iov, .msg_iovlen = 2};
    ssize_t n;

    if (len > XLS_IPC_BODY) {
        return XLS_BUG_CONTRACT;
    }
    iov[1].iov_base = (void *)(uintptr_t)body;
    do {
        n = sendmsg(fd, &head, MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n >= 0) {
        return XLS_OK;
    }
    return errno == EPIPE || errno == ECONNRESET ? XLS_HOST_GONE : XLS_HOST_IO;
}

static enum xls_rc await(int fd, int64_t deadline)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n;

    do {
        n = poll(&p, 1, xls_until_ms(deadline));
    } while (n < 0 && errno == EINTR);
    if (n == 0) {
        return XLS_PEER_TIME;
    }
    return n < 0 ? XLS_HOST_IO : XLS_OK;
}

enum xls_rc xls_ipc_recv(int fd, int64_t deadline, struct xls_ipc_msg *out)
{
    uint16_t type = 0;
    struct iovec iov[2] = {{&type, sizeof(type)}, {out->body, XLS_IPC_BODY}};
    struct msghdr head = {.msg_iov = iov, .msg_iovlen = 2};
    enum xls_rc rc = await(fd, deadline);
    bool again = true;
    ssize_t n = -1;

    if (rc != XLS_OK) {
        return rc;
    }
    while (n < 0) {
        n = recvmsg(fd, &head, MSG_CMSG_CLOEXEC);
        /* Whoever ends before it has read all that we said resets us, once;
         * its own last words come behind that. */
        if (n < 0 && errno == ECONNRESET && again) {
            again = false;
        } else if (n < 0 && errno != EINTR) {
            break;
        }
    }
    if (n == 0 || (n < 0 && errno == ECONNRESET)) {
        return XLS_HOST_GONE;
    }
    if (n < 0) {
        return XLS_HOST_IO;
    }
    if ((size_t)n < sizeof(type) || (head.msg_flags & MSG_TRUNC) != 0) {
        return XLS_PEER_RANGE;
    }
    out->type = type;
    out->len = (size_t)n - sizeof(type);
    return XLS_OK;
}

struct xls_rd xls_ipc_body(const struct xls_ipc_msg *msg)
{
    return xls_rd_over(msg->body, msg->len);
}
