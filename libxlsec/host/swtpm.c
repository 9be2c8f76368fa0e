/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/swtpm.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/rd.h"
#include "base/wr.h"
#include "host/clock.h"
#include "host/fd.h"

/* An answer comes at once, but behind the TPM command that is under way: the
 * making of an RSA key takes seconds. */
enum { ANSWER_MS = 15000 };

/* swtpm's own numbers. */
enum command {
    GET_CAPABILITY = 0x01,
    INIT = 0x02,
    SHUTDOWN = 0x03,
    GET_ESTABLISHED = 0x04,
    STORE_VOLATILE = 0x0a,
    STOP = 0x0e,
};

/* Bits of the answer to GET_CAPABILITY. */
enum {
    CAN_INIT = 1 << 0,
    CAN_SHUTDOWN = 1 << 1,
    CAN_STORE = 1 << 6,
    CAN_STOP = 1 << 10,
    CAN_ALL = CAN_INIT | CAN_SHUTDOWN | CAN_STORE | CAN_STOP,
};

/* What a TPM that is stopped has for an answer. */
enum { BAD_ORDINAL = 0x0a };

/* For INIT: the volatile state is read, and its file goes. */
enum { INIT_DELETE_VOLATILE = 1 };

static const char *name_of(enum command command)
{
    switch (command) {
    case GET_CAPABILITY:
        return "what it can do";
    case INIT:
        return "to go on";
    case SHUTDOWN:
        return "to end";
    case GET_ESTABLISHED:
        return "whether it runs";
    case STORE_VOLATILE:
        return "to store its state";
    case STOP:
        return "to stop";
    }
    return "?";
}

static enum xls_rc no_answer(enum command command, const char *how,
                             struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_IO,
                       "swtpm was asked %s, and %s (it serves one client of "
                       "its control socket at a time)",
                       name_of(command), how);
}

/* Wait for events, at most until; false: the time is up. */
static bool wait_for(int fd, short events, int64_t until)
{
    struct pollfd p = {.fd = fd, .events = events};
    int n;

    do {
        n = poll(&p, 1, xls_until_ms(until));
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

/* Exactly len octets of an answer, or why not. */
static enum xls_rc take(int fd, enum command command, uint8_t *out, size_t len,
                        struct xls_why *why)
{
    int64_t until = xls_now_ms() + ANSWER_MS;
    size_t have = 0;

    while (have < len) {
        ssize_t n;

        if (!wait_for(fd, POLLIN, until)) {
            return no_answer(command, "does not answer", why);
        }
        n = recv(fd, out + have, len - have, MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
            continue;
        }
        if (n <= 0) {
            return no_answer(command, "hung up", why);
        }
        have += (size_t)n;
    }
    return XLS_OK;
}

static enum xls_rc say(int fd, enum command command, const uint8_t *body,
                       size_t len, struct xls_why *why)
{
    uint8_t out[8];
    struct xls_wr wr = xls_wr_over(out, sizeof(out));

    xls_wr_u32be(&wr, (uint32_t)command);
    xls_wr_copy(&wr, body, len);
    if (wr.rc != XLS_OK) {
        return XLS_BUG_CONTRACT;
    }
    /* swtpm takes a command by one read() */
    return send(fd, out, wr.used, MSG_NOSIGNAL) == (ssize_t)wr.used
               ? XLS_OK
               : no_answer(command, "hung up", why);
}

/* A command with a result and nothing else. */
static enum xls_rc order(int fd, enum command command, struct xls_why *why)
{
    static const uint8_t flags[4] = {0, 0, 0, INIT_DELETE_VOLATILE};
    uint8_t answer[4] = {0};
    struct xls_rd rd = xls_rd_over(answer, sizeof(answer));
    enum xls_rc rc =
        say(fd, command, flags, command == INIT ? sizeof(flags) : 0, why);
    uint32_t result;

    if (rc == XLS_OK) {
        rc = take(fd, command, answer, sizeof(answer), why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    result = xls_rd_u32be(&rd);
    return result == 0 ? XLS_OK
                       : xls_why_set(why, XLS_HOST_IO,
                                     "swtpm was asked %s, and failed (error "
                                     "%#x; see its log)",
                                     name_of(command), (unsigned)result);
}

static enum xls_rc judge_capabilities(int fd, const char *path,
                                      struct xls_why *why)
{
    uint8_t answer[8] = {0};
    struct xls_rd rd = xls_rd_over(answer, sizeof(answer));
    enum xls_rc rc = say(fd, GET_CAPABILITY, NULL, 0, why);

    if (rc == XLS_OK) {
        rc = take(fd, GET_CAPABILITY, answer, sizeof(answer), why);
    }
    if (rc == XLS_OK && (xls_rd_u64be(&rd) & CAN_ALL) != CAN_ALL) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: what answers there cannot store its state and "
                         "stop; is it swtpm's control socket (--ctrl "
                         "type=unixio,path=...)?",
                         path);
    }
    return rc;
}

enum xls_rc xls_swtpm_open(const char *path, int *fd, pid_t *pid,
                           struct xls_why *why)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct ucred peer = {.pid = 0};
    socklen_t size = sizeof(peer);
    size_t len = strlen(path);
    enum xls_rc rc;

    *fd = -1;
    if (len == 0 || len >= sizeof(at.sun_path)) {
        return XLS_BUG_CONTRACT;
    }
    memcpy(at.sun_path, path, len + 1);
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0) {
        return XLS_HOST_IO;
    }
    if (connect(*fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: swtpm does not listen there: %s; start it, or "
                         "take the line out when it is not to run",
                         path, strerror(errno));
    } else {
        rc = judge_capabilities(*fd, path, why);
    }
    if (rc == XLS_OK &&
        getsockopt(*fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) {
        rc = XLS_HOST_IO;
    }
    *pid = peer.pid;
    if (rc != XLS_OK) {
        xls_fd_close(fd);
    }
    return rc;
}

enum xls_rc xls_swtpm_store(int fd, struct xls_why *why)
{
    return order(fd, STORE_VOLATILE, why);
}

enum xls_rc xls_swtpm_stop(int fd, struct xls_why *why)
{
    return order(fd, STOP, why);
}

enum xls_rc xls_swtpm_go_on(int fd, struct xls_why *why)
{
    return order(fd, INIT, why);
}

enum xls_rc xls_swtpm_runs(int fd, bool *runs, struct xls_why *why)
{
    uint8_t answer[4] = {0};
    struct xls_rd rd = xls_rd_over(answer, sizeof(answer));
    enum xls_rc rc = say(fd, GET_ESTABLISHED, NULL, 0, why);
    uint32_t result;

    if (rc == XLS_OK) {
        rc = take(fd, GET_ESTABLISHED, answer, sizeof(answer), why);
    }
    result = xls_rd_u32be(&rd);
    *runs = rc == XLS_OK && result == 0;
    if (*runs) { /* the bit that was asked for, in a word */
        rc = take(fd, GET_ESTABLISHED, answer, sizeof(answer), why);
        *runs = rc == XLS_OK;
        return rc;
    }
    return rc != XLS_OK || result == BAD_ORDINAL
               ? rc
               : xls_why_set(why, XLS_HOST_IO,
                             "swtpm was asked whether it runs, and failed "
                             "(error %#x; see its log)",
                             (unsigned)result);
}

enum xls_rc xls_swtpm_end(int fd, struct xls_why *why)
{
    enum xls_rc rc = order(fd, SHUTDOWN, why);
    uint8_t none;

    if (rc != XLS_OK) {
        return rc;
    }
    if (!wait_for(fd, POLLIN, xls_now_ms() + ANSWER_MS) ||
        recv(fd, &none, 1, MSG_DONTWAIT) > 0) {
        return no_answer(SHUTDOWN, "goes on", why);
    }
    return XLS_OK;
}
