/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/fd.h"

enum { HIGH = 64, EXEC_FAILED = 126 };

/* In the child: exactly stdio, then fds as first and up; -1 on failure. */
static int lay_out(const int *fds, size_t count, int first)
{
    int moved[XLS_SPAWN_FDS + 1];
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0) {
        return -1;
    }
    /* first out of the way, so that no dup2() hits one still to be moved */
    for (size_t i = 0; i < count; i++) {
        moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, HIGH);
        if (moved[i] < 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (dup2(moved[i], first + (int)i) < 0) {
            return -1;
        }
    }
    return close_range((unsigned)first + (unsigned)count, ~0U, 0);
}

static void clear_signals(void)
{
    sigset_t none;

    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)signal(SIGINT, SIG_DFL);
    (void)signal(SIGTERM, SIG_DFL);
}

_Noreturn static void become(const char *path, const char *program,
                             const int *fds, size_t count)
{
    const char *const argv[] = {program, NULL};
    const char *const env[] = {NULL};

    clear_signals();
    /* ^C at the terminal is for the toolstack, which then ends us in order */
    (void)setpgid(0, 0);
    if (lay_out(fds, count, XLS_CTL_FD) == 0) {
        /* execve() takes its strings as const in all but its type */
        (void)execve(path, (char *const *)(uintptr_t)argv,
                     (char *const *)(uintptr_t)env);
    }
    _exit(EXEC_FAILED);
}

enum xls_rc xls_spawn(const char *dir, const char *program, const int *fds,
                      size_t count, struct xls_child *out, struct xls_why *why)
{
    char path[512];
    int all[XLS_SPAWN_FDS + 1];
    int pair[2] = {-1, -1};
    pid_t pid;

    *out = XLS_CHILD_NONE;
    if (count > XLS_SPAWN_FDS) {
        return XLS_BUG_CONTRACT;
    }
    (void)snprintf(path, sizeof(path), "%s/%s", dir, program);
    if (access(path, X_OK) != 0) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: cannot be run: %s; is xlsec installed whole?",
                           path, strerror(errno));
    }
    if (xls_fd_pair(SOCK_SEQPACKET, pair) != XLS_OK) {
        return XLS_HOST_IO;
    }
    all[0] = pair[1];
    for (size_t i = 0; i < count; i++) {
        all[i + 1] = fds[i];
    }
    pid = fork();
    if (pid == 0) {
        become(path, program, all, count + 1);
    }
    xls_fd_close(&pair[1]);
    if (pid < 0) {
        xls_fd_close(&pair[0]);
        return xls_why_set(why, XLS_HOST_IO, "cannot start %s: %s", program,
                           strerror(errno));
    }
    *out = (struct xls_child){.pid = pid, .ctl = pair[0]};
    return XLS_OK;
}

enum xls_rc xls_spawn_shell(const char *command, int fd, pid_t *pid)
{
    *pid = fork();
    if (*pid == 0) {
        clear_signals();
        (void)setpgid(0, 0);
        if (dup2(fd, 0) == 0 && dup2(fd, 1) == 1 &&
            close_range(3, ~0U, 0) == 0) {
            (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        }
        _exit(EXEC_FAILED);
    }
    if (*pid < 0) {
        *pid = 0;
        return XLS_HOST_IO;
    }
    return XLS_OK;
}

/* The kernel's own high-water mark of the program that runs now: what wait4()
 * says counts the memory that was ours between fork and exec as well. */
static uint64_t peak_kib(pid_t pid)
{
    char path[64];
    char text[4096];
    const char *at;
    ssize_t n;
    int fd;

    (void)snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
    xls_fd_close(&fd);
    if (n <= 0) {
        return 0;
    }
    text[n] = '\0';
    at = strstr(text, "VmHWM:");
    return at == NULL ? 0 : strtoull(at + strlen("VmHWM:"), NULL, 10);
}

static uint64_t micros(const struct timeval *tv)
{
    return (uint64_t)tv->tv_sec * 1000000 + (uint64_t)tv->tv_usec;
}

void xls_pid_end(pid_t pid, int grace_ms, struct xls_usage *used)
{
    const struct timespec nap = {0, 2000000};
    int64_t deadline = xls_now_ms() + grace_ms;
    struct rusage ru = {0};
    bool killed = false;

    if (pid <= 0) {
        return;
    }
    while (wait4(pid, NULL, killed ? 0 : WNOHANG, &ru) == 0) {
        if (xls_until_ms(deadline) == 0) {
            (void)kill(pid, SIGKILL);
            killed = true;
        } else {
            (void)nanosleep(&nap, NULL);
        }
    }
    if (used->peak_kib == 0) {
        used->peak_kib = (uint64_t)ru.ru_maxrss;
    }
    used->cpu_us = micros(&ru.ru_utime) + micros(&ru.ru_stime);
}

void xls_child_end(struct xls_child *child, int grace_ms)
{
    if (child->pid > 0) {
        child->used.peak_kib = peak_kib(child->pid);
    }
    xls_fd_close(&child->ctl);
    xls_pid_end(child->pid, grace_ms, &child->used);
    child->pid = 0;
}
