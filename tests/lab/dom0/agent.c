/*
 * Process 1 of a lab host: one worker per virtio-serial port runs what the
 * lab's clients ask for, one command at a time (frame.h says how they talk);
 * process 1 itself starts workers again and reaps what others leave behind.
 */
#define _GNU_SOURCE
#include "frame.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#define WORDS_MAX 512

/* One command under way. */
struct job {
    int port; /* to the client */
    pid_t pid;
    int input; /* the command's; -1 when closed */
    int output, errors;
    unsigned char in[LAB_HEAD_LEN + LAB_BODY_MAX]; /* bytes from the client */
    size_t in_len;
    size_t written; /* of the frame at the head of in, to the command */
};

static char port_path[300];
static sigset_t sigio; /* sent when a client comes or goes */

/* The device whose name, under /sys, is exec.N. */
static int find_port(int number)
{
    char want[16], path[300], name[32] = "";
    struct dirent *entry;
    DIR *dir = opendir("/sys/class/virtio-ports");
    FILE *file;

    snprintf(want, sizeof(want), "exec.%d\n", number);
    while (dir && (entry = readdir(dir))) {
        snprintf(path, sizeof(path), "/sys/class/virtio-ports/%.200s/name",
                 entry->d_name);
        file = fopen(path, "r");
        if (!file) {
            continue;
        }
        if (!fgets(name, sizeof(name), file)) {
            name[0] = '\0';
        }
        fclose(file);
        if (!strcmp(name, want)) {
            snprintf(port_path, sizeof(port_path), "/dev/%.200s",
                     entry->d_name);
            closedir(dir);
            return 0;
        }
    }
    if (dir) {
        closedir(dir);
    }
    return -1;
}

static int hung_up(int fd)
{
    struct pollfd p = {.fd = fd, .events = 0};

    return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* Read exactly, or fail when the client has gone. */
static int read_all(int fd, unsigned char *to, size_t len)
{
    while (len > 0) {
        ssize_t got = read(fd, to, len);

        if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
            struct pollfd p = {.fd = fd, .events = POLLIN};

            poll(&p, 1, -1);
            continue;
        }
        if (got <= 0) {
            return -1;
        }
        to += got;
        len -= (size_t)got;
    }
    return 0;
}

static void run(char *body, size_t len, const int *in, const int *out,
                const int *err)
{
    char *words[WORDS_MAX + 1];
    int count = 0;

    for (size_t at = 0; at < len && count < WORDS_MAX;
         at += strlen(body + at) + 1) {
        words[count++] = body + at;
    }
    words[count] = NULL;
    setsid();
    dup2(in[0], 0);
    dup2(out[1], 1);
    dup2(err[1], 2);
    for (int fd = 3; fd < 64; fd++) {
        close(fd);
    }
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &sigio, NULL);
    if (chdir("/root") == 0 && count > 0) {
        execvp(words[0], words);
    }
    fprintf(stderr, "%s: %s\n", count ? words[0] : "(no command)",
            strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
}

static int start(struct job *j, char *body, size_t len)
{
    int in[2], out[2], err[2];

    if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) ||
        pipe2(err, O_CLOEXEC)) {
        return -1;
    }
    j->pid = fork();
    if (j->pid == 0) {
        run(body, len, in, out, err);
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    fcntl(in[1], F_SETFL, O_NONBLOCK);
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(err[0], F_SETFL, O_NONBLOCK);
    j->input = in[1];
    j->output = out[0];
    j->errors = err[0];
    return j->pid > 0 ? 0 : -1;
}

/* One read of the command's; 1 passed on, 0 nothing now, -1 it has ended. */
static int pass_on(struct job *j, int *fd, enum lab_type type)
{
    unsigned char body[LAB_BODY_MAX];
    ssize_t got = *fd < 0 ? 0 : read(*fd, body, sizeof(body));

    if (got > 0) {
        return lab_send(j->port, type, body, (size_t)got) ? -1 : 1;
    }
    if (got == 0 && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    return got < 0 ? 0 : -1;
}

static void close_input(struct job *j)
{
    if (j->input >= 0) {
        close(j->input);
        j->input = -1;
    }
}

/* Write what the client sent to the command; whole frames leave j->in. */
static void feed(struct job *j)
{
    while (j->in_len >= LAB_HEAD_LEN) {
        size_t len = lab_body_len(j->in), size = LAB_HEAD_LEN + len;
        size_t have = j->in_len - LAB_HEAD_LEN;
        ssize_t put = 0;

        if (len > LAB_BODY_MAX || j->in[0] != LAB_INPUT || len == 0) {
            close_input(j);
        }
        if (len > LAB_BODY_MAX) {
            j->in_len = 0;
            return;
        }
        have = have < len ? have : len;
        if (j->input >= 0 && have > j->written) {
            put = write(j->input, j->in + LAB_HEAD_LEN + j->written,
                        have - j->written);
            if (put < 0 && errno != EAGAIN) {
                close_input(j);
            }
        }
        j->written += put > 0 ? (size_t)put : 0;
        if (j->in_len < size || (j->input >= 0 && j->written < len)) {
            return;
        }
        memmove(j->in, j->in + size, j->in_len - size);
        j->in_len -= size;
        j->written = 0;
    }
}

/* Wait for anything to do; -1 when the client has gone. */
static int turn(struct job *j)
{
    int full = j->in_len == sizeof(j->in);
    int waiting = j->in_len > LAB_HEAD_LEN && j->input >= 0;
    struct pollfd p[4] = {
        {.fd = j->port, .events = full ? 0 : POLLIN},
        {.fd = j->output, .events = POLLIN},
        {.fd = j->errors, .events = POLLIN},
        {.fd = waiting ? j->input : -1, .events = POLLOUT},
    };

    poll(p, 4, j->output < 0 && j->errors < 0 ? 5 : 100);
    if (p[0].revents & (POLLHUP | POLLERR)) {
        return -1;
    }
    if (p[0].revents & POLLIN) {
        ssize_t got =
            read(j->port, j->in + j->in_len, sizeof(j->in) - j->in_len);

        j->in_len += got > 0 ? (size_t)got : 0;
    }
    feed(j);
    pass_on(j, &j->output, LAB_OUTPUT);
    pass_on(j, &j->errors, LAB_ERRORS);
    return 0;
}

/* Run one command to its end, or until the client goes. */
static void serve(struct job *j)
{
    unsigned char code;
    int status = 0;

    for (;;) {
        pid_t done;

        if (turn(j)) {
            kill(-j->pid, SIGKILL);
            waitpid(j->pid, &status, 0);
            return;
        }
        done = waitpid(j->pid, &status, WNOHANG);
        if (done == j->pid) {
            break;
        }
    }
    while (pass_on(j, &j->output, LAB_OUTPUT) > 0) {
    }
    while (pass_on(j, &j->errors, LAB_ERRORS) > 0) {
    }
    code = (unsigned char)(WIFEXITED(status) ? WEXITSTATUS(status)
                                             : 128 + WTERMSIG(status));
    lab_send(j->port, LAB_STATUS, &code, 1);
}

static void session(int port)
{
    static struct job j;
    static unsigned char body[LAB_BODY_MAX + 1];
    unsigned char head[LAB_HEAD_LEN];
    size_t len;

    memset(&j, 0, sizeof(j));
    j.port = port;
    j.input = j.output = j.errors = -1;
    if (lab_write(port, LAB_READY, LAB_READY_LEN) ||
        read_all(port, head, sizeof(head))) {
        return;
    }
    len = lab_body_len(head);
    if (head[0] != LAB_EXEC || len > LAB_BODY_MAX ||
        read_all(port, body, len)) {
        return;
    }
    body[len] = '\0';
    if (start(&j, (char *)body, len) == 0) {
        serve(&j);
    }
    close_input(&j);
    close(j.output);
    close(j.errors);
}

/* Sleep until a client has come (or gone). */
static void await_change(int port, int from)
{
    struct timespec second = {1, 0};

    while (hung_up(port) == from) {
        sigtimedwait(&sigio, NULL, &second);
    }
}

/* A worker: one session after another on its port. */
static void work(int number)
{
    sigprocmask(SIG_BLOCK, &sigio, NULL);
    while (find_port(number)) {
        usleep(100000);
    }
    for (;;) {
        int port = open(port_path, O_RDWR | O_CLOEXEC);

        if (port < 0) {
            usleep(100000);
            continue;
        }
        fcntl(port, F_SETOWN, getpid());
        fcntl(port, F_SETFL, O_ASYNC);
        await_change(port, 1);
        session(port);
        await_change(port, 0);
        close(port);
    }
}

int main(void)
{
    pid_t workers[LAB_PORTS] = {0};

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&sigio);
    sigaddset(&sigio, SIGIO);
    for (;;) {
        pid_t gone;

        for (int i = 0; i < LAB_PORTS; i++) {
            if (workers[i] == 0 && (workers[i] = fork()) == 0) {
                work(i);
            }
        }
        gone = wait(NULL);
        for (int i = 0; i < LAB_PORTS; i++) {
            workers[i] = workers[i] == gone ? 0 : workers[i];
        }
    }
}
