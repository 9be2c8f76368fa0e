/*
 * labexec SOCKETS CMD...: runs a command in a lab host through its agent.
 *
 * SOCKETS is the folder with one unix socket per port of the host, exec.N, and
 * a lock for each, exec.N.lock; a free port is taken, or waited for. Output,
 * errors and the exit status are the command's. 255: the lab's own failure.
 */
#define _GNU_SOURCE
#include "dom0/frame.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>

#define FAILED 255

struct feed {
    int open;
    unsigned char frame[LAB_HEAD_LEN + LAB_BODY_MAX];
    size_t len, sent;
};

static int fail(const char *what, const char *path)
{
    fprintf(stderr, "lab: exec: %s %s: %s\n", what, path, strerror(errno));
    return FAILED;
}

/* The lock of a port nobody uses; its number in *number. */
static int lock_port(const char *dir, int *number)
{
    char path[256];

    for (;; usleep(20000)) {
        for (int i = 0; i < LAB_PORTS; i++) {
            int fd;

            snprintf(path, sizeof(path), "%s/exec.%d.lock", dir, i);
            fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
            if (fd < 0) {
                return -1;
            }
            if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
                *number = i;
                return fd;
            }
            close(fd);
        }
    }
}

static int connect_port(const char *dir, int number)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(to.sun_path, sizeof(to.sun_path), "%.90s/exec.%d", dir, number);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to))) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Read until READY has gone by; -1 when it does not come in time. */
static int await_ready(int fd, int milliseconds)
{
    size_t matched = 0;
    char c;

    while (matched < LAB_READY_LEN) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        if (poll(&p, 1, milliseconds) <= 0 || read(fd, &c, 1) != 1) {
            return -1;
        }
        matched =
            c == LAB_READY[matched] ? matched + 1 : (c == LAB_READY[0] ? 1 : 0);
    }
    return 0;
}

/* A port with an agent that answers, or -1. */
static int open_session(const char *dir, int number, int tries)
{
    while (tries-- > 0) {
        int fd = connect_port(dir, number);

        if (fd >= 0 && await_ready(fd, 1500) == 0) {
            return fd;
        }
        if (fd >= 0) {
            close(fd);
        }
        usleep(300000);
    }
    return -1;
}

static int send_command(int fd, int argc, char **argv)
{
    static char body[LAB_BODY_MAX];
    size_t len = 0;

    for (int i = 0; i < argc; i++) {
        size_t word = strlen(argv[i]) + 1;

        if (len + word > sizeof(body)) {
            errno = E2BIG;
            return -1;
        }
        memcpy(body + len, argv[i], word);
        len += word;
    }
    return lab_send(fd, LAB_EXEC, body, len);
}

/* Take more from our input when the last of it is on its way. */
static void refill(struct feed *in)
{
    ssize_t got = read(0, in->frame + LAB_HEAD_LEN, LAB_BODY_MAX);

    if (got < 0 && errno == EINTR) {
        return;
    }
    got = got < 0 ? 0 : got;
    lab_head(in->frame, LAB_INPUT, (size_t)got);
    in->len = LAB_HEAD_LEN + (size_t)got;
    in->sent = 0;
    in->open = got > 0;
}

static void drain(struct feed *in, int fd)
{
    ssize_t put = send(fd, in->frame + in->sent, in->len - in->sent,
                       MSG_DONTWAIT | MSG_NOSIGNAL);

    in->sent += put > 0 ? (size_t)put : 0;
    if (in->sent == in->len) {
        in->sent = in->len = 0;
    }
}

/* One frame of the agent's; the exit status, or -1 to go on. */
static int receive(int fd)
{
    static unsigned char head[LAB_HEAD_LEN], body[LAB_BODY_MAX];
    size_t len;

    if (recv(fd, head, sizeof(head), MSG_WAITALL) != sizeof(head)) {
        return fail("the host went away", "");
    }
    len = lab_body_len(head);
    if (len == 0 || len > sizeof(body) ||
        recv(fd, body, len, MSG_WAITALL) != (ssize_t)len) {
        return fail("the host went away", "");
    }
    switch (head[0]) {
    case LAB_STATUS:
        return body[0];
    case LAB_OUTPUT:
        return lab_write(1, body, len) ? 141 : -1;
    case LAB_ERRORS:
        return lab_write(2, body, len) ? 141 : -1;
    default:
        errno = EPROTO;
        return fail("unexpected frame", "");
    }
}

static int carry(int fd)
{
    static struct feed in = {.open = 1};
    int status = -1;

    while (status < 0) {
        struct pollfd p[2] = {
            {.fd = fd, .events = (short)(in.len ? POLLIN | POLLOUT : POLLIN)},
            {.fd = in.open && !in.len ? 0 : -1, .events = POLLIN},
        };

        if (poll(p, 2, -1) < 0 && errno != EINTR) {
            return fail("poll", "");
        }
        if (p[1].revents) {
            refill(&in);
        }
        if (in.len) {
            drain(&in, fd);
        }
        if (p[0].revents & ~POLLOUT) {
            status = receive(fd);
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    int number = 0, lock, fd;

    if (argc < 3) {
        fprintf(stderr, "usage: labexec SOCKETS CMD...\n");
        return FAILED;
    }
    signal(SIGPIPE, SIG_IGN);
    lock = lock_port(argv[1], &number);
    if (lock < 0) {
        return fail("cannot lock a port in", argv[1]);
    }
    fd = open_session(argv[1], number, 20);
    if (fd < 0 || send_command(fd, argc - 2, argv + 2)) {
        return fail("no answer from the host behind", argv[1]);
    }
    return carry(fd);
}
