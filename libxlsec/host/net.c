/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/net.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/fd.h"

enum { UNSENT = 262144 };

static enum xls_rc resolve(const char *address, uint16_t port, int flags,
                           struct addrinfo **out, struct xls_why *why)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = flags | AI_NUMERICSERV};
    char service[8];
    int err;

    (void)snprintf(service, sizeof(service), "%u", (unsigned)port);
    err = getaddrinfo(address, service, &hints, out);
    if (err != 0) {
        *out = NULL;
        return xls_why_set(why, XLS_HOST_IO, "%s: no such address: %s",
                           address == NULL ? "*" : address, gai_strerror(err));
    }
    return XLS_OK;
}

/* One address; 0, or what went wrong as errno has it. */
static int try_one(const struct addrinfo *ai, int64_t deadline, int *out)
{
    struct pollfd p = {.events = POLLOUT};
    socklen_t len = sizeof(int);
    int err = 0;

    p.fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                  ai->ai_protocol);
    if (p.fd < 0) {
        return errno;
    }
    if (connect(p.fd, ai->ai_addr, ai->ai_addrlen) != 0) {
        err = errno;
        if (err == EINPROGRESS) {
            err = poll(&p, 1, xls_until_ms(deadline)) == 1 ? 0 : ETIMEDOUT;
        }
        if (err == 0 && getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &err, &len)) {
            err = errno;
        }
    }
    if (err != 0) {
        xls_fd_close(&p.fd);
        return err;
    }
    *out = p.fd;
    return 0;
}

enum xls_rc xls_net_connect(const char *address, uint16_t port, int timeout_ms,
                            int *fd, struct xls_why *why)
{
    int64_t deadline = xls_now_ms() + timeout_ms;
    struct addrinfo *all = NULL;
    enum xls_rc rc;
    int err = ETIMEDOUT;

    *fd = -1;
    rc = resolve(address, port, AI_ADDRCONFIG, &all, why);
    if (rc != XLS_OK) {
        return rc;
    }
    for (const struct addrinfo *ai = all; ai != NULL && err != 0;
         ai = ai->ai_next) {
        err = try_one(ai, deadline, fd);
    }
    freeaddrinfo(all);
    if (err != 0) {
        return xls_why_set(why, XLS_HOST_IO,
                           "cannot connect to %s port %u: %s; is xlsecd "
                           "running there, and does a firewall let us through?",
                           address, (unsigned)port, strerror(err));
    }
    return XLS_OK;
}

void xls_net_prompt(int fd)
{
    const int on = 1;
    const int unsent = UNSENT;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent,
                     sizeof(unsent));
}

static int listen_one(const struct addrinfo *ai)
{
    const int on = 1;
    int fd =
        socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
               ai->ai_protocol);

    if (fd < 0) {
        return -1;
    }
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (ai->ai_family == AF_INET6) {
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, 64) != 0) {
        xls_fd_close(&fd);
    }
    return fd;
}

enum xls_rc xls_net_listen(const char *address, uint16_t port, int *fds,
                           size_t max, size_t *count, struct xls_why *why)
{
    struct addrinfo *all = NULL;
    const char *node = strcmp(address, "*") == 0 ? NULL : address;
    enum xls_rc rc = resolve(node, port, AI_PASSIVE, &all, why);
    int err = 0;

    *count = 0;
    if (rc != XLS_OK) {
        return rc;
    }
    for (const struct addrinfo *ai = all; ai != NULL && *count < max;
         ai = ai->ai_next) {
        int fd = listen_one(ai);

        if (fd >= 0) {
            fds[(*count)++] = fd;
        } else {
            err = errno;
        }
    }
    freeaddrinfo(all);
    if (*count == 0) {
        return xls_why_set(why, XLS_HOST_IO, "cannot listen on %s port %u: %s",
                           address, (unsigned)port, strerror(err));
    }
    return XLS_OK;
}
