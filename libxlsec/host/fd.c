/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void xls_fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0) {
        (void)close(*fd); /* nothing is left to be done when this fails */
        *fd = -1;
    }
    errno = saved;
}

enum xls_rc xls_fd_nonblock(int fd, bool on)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0) {
        return XLS_HOST_IO;
    }
    flags = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) == 0 ? XLS_OK : XLS_HOST_IO;
}

enum xls_rc xls_fd_pipe(int pair[2])
{
    if (pipe2(pair, O_CLOEXEC) != 0) {
        pair[0] = pair[1] = -1;
        return XLS_HOST_IO;
    }
    /* fewer wake-ups than with the default of 64 KiB; more would only wait here
     * in front of a slow link */
    (void)fcntl(pair[1], F_SETPIPE_SZ, 1 << 18);
    return XLS_OK;
}

enum xls_rc xls_fd_pair(int type, int pair[2])
{
    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0) {
        pair[0] = pair[1] = -1;
        return XLS_HOST_IO;
    }
    return XLS_OK;
}

enum xls_rc xls_fd_write(int fd, const void *buf, size_t len)
{
    const uint8_t *at = buf;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            return XLS_HOST_IO;
        }
        at += n;
        len -= (size_t)n;
    }
    return XLS_OK;
}

enum xls_rc xls_fd_slurp(int fd, size_t max, char **out, size_t *len)
{
    char *buf = malloc(max + 2); /* one more than allowed, and the NUL */
    size_t used = 0;

    if (buf == NULL) {
        return XLS_HOST_NOMEM;
    }
    while (used <= max) {
        ssize_t n = read(fd, buf + used, max + 1 - used);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            free(buf);
            return XLS_HOST_IO;
        }
        if (n == 0) {
            buf[used] = '\0';
            *out = buf;
            *len = used;
            return XLS_OK;
        }
        used += (size_t)n;
    }
    free(buf);
    errno = EFBIG;
    return XLS_HOST_IO;
}
