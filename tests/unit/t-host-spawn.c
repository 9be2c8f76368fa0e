/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * How the helpers are started and ended, and what they give up.  This program
 * is its own helper: t-host-spawn is run again through a link with the name of
 * what it is to do.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/cage.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/net.h"
#include "host/spawn.h"
#include "t.h"

static char dir[32];

/* --- what the helper does
 * ---------------------------------------------------------- */

/* Every open descriptor and its type, and the environment, as one message. */
static int tell_layout(void)
{
    char text[2048] = "";
    size_t used = 0;
    sigset_t mask;

    for (int fd = 0; fd < 1024; fd++) {
        struct stat st;

        if (fstat(fd, &st) == 0) {
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, "%d%c ", fd,
                                 S_ISSOCK(st.st_mode)   ? 's'
                                 : S_ISFIFO(st.st_mode) ? 'p'
                                 : S_ISCHR(st.st_mode)  ? 'c'
                                                        : '?');
        }
    }
    used += (size_t)snprintf(text + used, sizeof(text) - used, "env");
    for (char **at = environ; *at != NULL; at++) {
        if (strncmp(*at, "ASAN_OPTIONS=", 13) != 0) {
            used +=
                (size_t)snprintf(text + used, sizeof(text) - used, " %s", *at);
        }
    }
    (void)sigprocmask(SIG_SETMASK, NULL, &mask);
    used += (size_t)snprintf(text + used, sizeof(text) - used, " sig %d %d %d",
                             sigismember(&mask, SIGTERM),
                             signal(SIGPIPE, SIG_DFL) == SIG_DFL,
                             getpgrp() == getpid());
    return send(XLS_CTL_FD, text, used, 0) == (ssize_t)used ? 0 : 1;
}

/* What the first two descriptors after the control socket carry. */
static int tell_order(void)
{
    char text[2] = "";

    return read(XLS_CTL_FD + 1, text, 1) == 1 &&
                   read(XLS_CTL_FD + 2, text + 1, 1) == 1 &&
                   send(XLS_CTL_FD, text, 2, 0) == 2
               ? 0
               : 1;
}

_Noreturn static void stay_for_ever(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)send(XLS_CTL_FD, "here", 4, 0);
    for (;;) {
        (void)pause();
    }
}

static int end_with_ctl(void)
{
    char c;
    volatile unsigned long spin = 0;
    static volatile char memory[8 << 20];

    for (size_t i = 0; i < sizeof(memory); i += 1024) {
        memory[i] = 1;
    }
    for (unsigned long i = 0; i < 20000000; i++) {
        spin = spin + i;
    }
    (void)send(XLS_CTL_FD, "here", 4, 0);
    return read(XLS_CTL_FD, &c, 1) == 0 ? 0 : 1;
}

/* --- start
 * ---------------------------------------------------------------------------
 */

static void begin(void)
{
    static const char *const names[] = {"layout", "order", "stay", "end"};
    char self[256];
    char path[64];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    T(n > 0);
    self[n] = '\0';
    (void)strcpy(dir, "/tmp/xlsec-spawn-XXXXXX");
    T(mkdtemp(dir) != NULL);
    for (size_t i = 0; i < T_COUNT(names); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
        T(symlink(self, path) == 0);
    }
}

static void end(void)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
    T(system(command) == 0);
}

static void hear(const struct xls_child *child, char *text, size_t size)
{
    struct pollfd p = {.fd = child->ctl, .events = POLLIN};
    ssize_t n = -1;

    if (poll(&p, 1, 10000) == 1) {
        n = recv(child->ctl, text, size - 1, 0);
    }
    text[n < 0 ? 0 : n] = '\0';
}

START_TEST(a_child_has_what_it_was_given)
{
    struct xls_child child;
    struct xls_why why = {""};
    int pipe[2];
    int pair[2];
    int stray[8];
    char text[2048];
    sigset_t mask;

    begin();
    /* much is open, some without close-on-exec, and signals are set */
    for (size_t i = 0; i < T_COUNT(stray); i++) {
        stray[i] = dup(0);
    }
    T(dup2(0, 200) == 200);
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &mask, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setenv("SECRET", "x", 1);
    T(xls_fd_pipe(pipe) == XLS_OK && xls_fd_pair(SOCK_STREAM, pair) == XLS_OK);
    {
        const int fds[] = {pipe[0], pair[0], pipe[0], pair[1]};

        T(xls_spawn(dir, "layout", fds, 4, &child, &why) == XLS_OK);
    }
    hear(&child, text, sizeof(text));
    /* stderr is ours, whatever that is */
    T(strncmp(text, "0c 1c 2", 7) == 0);
    ck_assert_str_eq(text + 8, " 3s 4p 5s 6p 7s env sig 0 1 1");
    xls_child_end(&child, 5000);
    T(child.pid == 0 && child.ctl == -1);
    (void)sigprocmask(SIG_UNBLOCK, &mask, NULL);
    for (size_t i = 0; i < T_COUNT(stray); i++) {
        xls_fd_close(&stray[i]);
    }
    (void)close(200);
    for (int i = 0; i < 2; i++) {
        xls_fd_close(&pipe[i]);
        xls_fd_close(&pair[i]);
    }
    end();
}
END_TEST

START_TEST(descriptors_keep_their_order)
{
    struct xls_child child;
    struct xls_why why = {""};
    int a[2];
    int b[2];
    char text[64];

    begin();
    T(xls_fd_pipe(a) == XLS_OK && xls_fd_pipe(b) == XLS_OK);
    T(write(a[1], "a", 1) == 1 && write(b[1], "b", 1) == 1);
    {
        /* numbers in the other order than the places, and among them */
        const int fds[] = {b[0], a[0]};

        T(xls_spawn(dir, "order", fds, 2, &child, &why) == XLS_OK);
    }
    hear(&child, text, sizeof(text));
    ck_assert_str_eq(text, "ba");
    xls_child_end(&child, 5000);
    for (int i = 0; i < 2; i++) {
        xls_fd_close(&a[i]);
        xls_fd_close(&b[i]);
    }
    end();
}
END_TEST

START_TEST(what_cannot_be_started)
{
    const int fds[XLS_SPAWN_FDS + 1] = {0};
    struct xls_child child = {.pid = 7, .ctl = 8};
    struct xls_why why = {""};

    T(xls_spawn("/nonexistent", "x", NULL, 0, &child, &why) == XLS_HOST_IO);
    T(child.pid == 0 && child.ctl == -1);
    ck_assert_str_eq(why.text, "/nonexistent/x: cannot be run: No such file or "
                               "directory; is xlsec installed whole?");
    T(xls_spawn("/", "x", fds, XLS_SPAWN_FDS + 1, &child, &why) ==
      XLS_BUG_CONTRACT);
    /* a file that is no program: the child ends, and that is how it is seen */
    T(xls_spawn("/proc/self", "fd", NULL, 0, &child, &why) == XLS_OK);
    {
        char text[8];

        hear(&child, text, sizeof(text));
        T(text[0] == '\0');
    }
    xls_child_end(&child, 5000);
    xls_child_end(&child, 5000);
    T(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
}
END_TEST

/* --- end
 * --------------------------------------------------------------------------------
 */

START_TEST(a_child_ends_when_its_socket_closes)
{
    struct xls_child child;
    struct xls_why why = {""};
    char text[64];
    int64_t began;

    begin();
    T(xls_spawn(dir, "end", NULL, 0, &child, &why) == XLS_OK);
    hear(&child, text, sizeof(text));
    ck_assert_str_eq(text, "here");
    began = xls_now_ms();
    xls_child_end(&child, 20000);
    T(xls_now_ms() - began < 15000);
    T(child.used.cpu_us > 0 && child.used.peak_kib >= 8192);
    T(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    end();
}
END_TEST

START_TEST(a_child_that_stays_is_killed)
{
    struct xls_child child;
    struct xls_why why = {""};
    char text[64];
    int64_t began;

    begin();
    T(xls_spawn(dir, "stay", NULL, 0, &child, &why) == XLS_OK);
    hear(&child, text, sizeof(text));
    ck_assert_str_eq(text, "here");
    began = xls_now_ms();
    xls_child_end(&child, 200);
    T(xls_now_ms() - began >= 200);
    T(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
    xls_pid_end(0, 0, &(struct xls_usage){0, 0});
    end();
}
END_TEST

START_TEST(a_command_has_its_link)
{
    int pair[2];
    char text[64] = "";
    pid_t pid;
    ssize_t n = 0;
    size_t used = 0;

    T(xls_fd_pair(SOCK_STREAM, pair) == XLS_OK);
    T(xls_spawn_shell("read line; echo \"got $line\"; ls /proc/self/fd | wc -w",
                      pair[1], &pid) == XLS_OK);
    xls_fd_close(&pair[1]);
    T(write(pair[0], "a\n", 2) == 2);
    while (used < sizeof(text) - 1 &&
           (n = read(pair[0], text + used, sizeof(text) - 1 - used)) > 0) {
        used += (size_t)n;
    }
    /* 0, 1, 2, and the directory that ls itself reads */
    ck_assert_str_eq(text, "got a\n4\n");
    xls_pid_end(pid, 5000, &(struct xls_usage){0, 0});
    xls_fd_close(&pair[0]);
}
END_TEST

/* --- the cage
 * ----------------------------------------------------------------------------
 */

START_TEST(a_caged_process_has_given_up)
{
    int status = 1;
    pid_t pid = fork();

    if (pid == 0) {
        struct rlimit core = {1, 1};
        bool ok = xls_cage_common() == XLS_OK && xls_cage_drop() == XLS_OK;

        ok = ok && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 &&
             prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 &&
             getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 &&
             core.rlim_max == 0 && signal(SIGPIPE, SIG_DFL) == SIG_IGN &&
             geteuid() != 0 && getuid() != 0 && getegid() != 0 &&
             setuid(0) != 0 && getgroups(0, NULL) == 0;
        _exit(ok ? 0 : getuid() == 0 ? 2 : 1);
    }
    T(waitpid(pid, &status, 0) == pid);
    T(WIFEXITED(status));
    /* someone who is not root keeps their groups: there is nothing to give up
     */
    T(WEXITSTATUS(status) == 0 || geteuid() != 0);
}
END_TEST

/* --- the network
 * ---------------------------------------------------------------------------
 */

static uint16_t port_of(int fd)
{
    struct sockaddr_in at = {.sin_port = 0};
    socklen_t len = sizeof(at);

    T(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    return ntohs(at.sin_port);
}

static int tcp_option(int fd, int option)
{
    int value = -1;
    socklen_t len = sizeof(value);

    T(getsockopt(fd, IPPROTO_TCP, option, &value, &len) == 0);
    return value;
}

START_TEST(connections)
{
    struct xls_why why = {""};
    int fds[4];
    size_t count;
    int fd;
    int peer;
    char want[256];
    uint16_t port;

    T(xls_net_listen("127.0.0.1", 0, fds, 4, &count, &why) == XLS_OK);
    T(count == 1);
    port = port_of(fds[0]);
    T(xls_net_connect("127.0.0.1", port, 5000, &fd, &why) == XLS_OK);
    T((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    peer = accept4(fds[0], NULL, NULL, SOCK_CLOEXEC);
    T(peer >= 0 && write(peer, "x", 1) == 1);
    T(tcp_option(peer, TCP_NODELAY) == 0);
    xls_net_prompt(peer);
    T(tcp_option(peer, TCP_NODELAY) == 1);
    T(tcp_option(peer, TCP_NOTSENT_LOWAT) == 262144);
    xls_fd_close(&peer);
    xls_fd_close(&fd);
    /* the port is taken */
    T(xls_net_listen("127.0.0.1", port, &fds[1], 3, &count, &why) ==
      XLS_HOST_IO);
    (void)snprintf(want, sizeof(want),
                   "cannot listen on 127.0.0.1 port %u: "
                   "Address already in use",
                   (unsigned)port);
    ck_assert_str_eq(why.text, want);
    xls_fd_close(&fds[0]);
    why.text[0] = '\0';
    T(xls_net_connect("127.0.0.1", port, 5000, &fd, &why) == XLS_HOST_IO);
    T(fd == -1);
    (void)snprintf(want, sizeof(want),
                   "cannot connect to 127.0.0.1 port %u: Connection refused; "
                   "is xlsecd running there, and does a firewall let us "
                   "through?",
                   (unsigned)port);
    ck_assert_str_eq(why.text, want);
    why.text[0] = '\0';
    T(xls_net_connect("no.such.host.invalid", 1, 5000, &fd, &why) ==
      XLS_HOST_IO);
    T(strncmp(why.text, "no.such.host.invalid: no such address: ", 39) == 0);
    why.text[0] = '\0';
    T(xls_net_listen("999.0.0.1", 1, fds, 4, &count, &why) == XLS_HOST_IO);
    T(count == 0 && why.text[0] != '\0');
}
END_TEST

START_TEST(a_connection_has_its_time)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    struct xls_why why = {""};
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int full[4] = {-1, -1, -1, -1};
    int fd = -1;
    int64_t began;
    enum xls_rc rc = XLS_OK;

    /* a queue that is full: the next one gets no answer */
    T(bind(listening, (struct sockaddr *)&at, len) == 0 &&
      listen(listening, 0) == 0 &&
      getsockname(listening, (struct sockaddr *)&at, &len) == 0);
    began = xls_now_ms();
    for (size_t i = 0; i < T_COUNT(full) && rc == XLS_OK; i++) {
        began = xls_now_ms();
        rc = xls_net_connect("127.0.0.1", ntohs(at.sin_port), 300, &full[i],
                             &why);
    }
    T(rc == XLS_HOST_IO && xls_now_ms() - began >= 300);
    T(strstr(why.text, "timed out") != NULL);
    for (size_t i = 0; i < T_COUNT(full); i++) {
        xls_fd_close(&full[i]);
    }
    xls_fd_close(&fd);
    xls_fd_close(&listening);
}
END_TEST

int main(int argc, char **argv)
{
    const TTest *const list[] = {
        a_child_has_what_it_was_given, descriptors_keep_their_order,
        what_cannot_be_started,        a_child_ends_when_its_socket_closes,
        a_child_that_stays_is_killed,  a_command_has_its_link,
        a_caged_process_has_given_up,  connections,
        a_connection_has_its_time,
    };
    const char *name = argc > 0 ? argv[0] : "";

    if (strcmp(name, "layout") == 0) {
        return tell_layout();
    }
    if (strcmp(name, "order") == 0) {
        return tell_order();
    }
    if (strcmp(name, "stay") == 0) {
        stay_for_ever();
    }
    if (strcmp(name, "end") == 0) {
        return end_with_ctl();
    }
    return t_run("host-spawn", list, T_COUNT(list));
}
