/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-host-swtpm: the control channel's client against a server that does as each
 * case says.  A real swtpm is in tests/companions.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/clock.h"
#include "host/fd.h"
#include "host/swtpm.h"
#include "t.h"

static char dir[32];
static char path[64];

/* What the server takes and answers, in order; a NULL answer: it hangs up. */
struct turn {
    const char *command;
    size_t command_len;
    const char *answer;
    size_t answer_len;
    bool last; /* and then it ends */
};

/* No wait of the client's is longer here. */
int __real_xls_until_ms(int64_t deadline);
int __wrap_xls_until_ms(int64_t deadline);
int __wrap_xls_until_ms(int64_t deadline)
{
    int ms = __real_xls_until_ms(deadline);

    return ms > 300 ? 300 : ms;
}

#define CAN "\0\0\0\0\0\0\xff\xff"

static const struct turn caps = {"\0\0\0\1", 4, CAN, 8, false};

static void serve(int listening, const struct turn *turns, size_t count)
{
    int fd = accept(listening, NULL, NULL);
    char got[64];

    for (size_t i = 0; i < count; i++) {
        ssize_t n = read(fd, got, sizeof(got));

        if (n != (ssize_t)turns[i].command_len ||
            memcmp(got, turns[i].command, turns[i].command_len) != 0) {
            _exit(2);
        }
        /* octet by octet: an answer may come in pieces */
        for (size_t k = 0; k < turns[i].answer_len; k++) {
            if (write(fd, turns[i].answer + k, 1) != 1) {
                _exit(3);
            }
        }
        if (turns[i].last) {
            _exit(0);
        }
    }
    _exit(read(fd, got, 1) == 0 ? 0 : 4);
}

static pid_t start(const struct turn *turns, size_t count)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t pid;

    strcpy(dir, "/tmp/xlsec-swtpm-XXXXXX");
    T(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof(path), "%s/ctrl", dir);
    strcpy(at.sun_path, path);
    T(bind(listening, (struct sockaddr *)&at, sizeof(at)) == 0);
    T(listen(listening, 1) == 0);
    pid = fork();
    if (pid == 0) {
        serve(listening, turns, count);
    }
    xls_fd_close(&listening);
    return pid;
}

static void finish(pid_t pid, int *fd)
{
    int status;

    xls_fd_close(fd);
    T(waitpid(pid, &status, 0) == pid);
    ck_assert_int_eq(status, 0);
    (void)unlink(path);
    (void)rmdir(dir);
}

/* Running, stopped, and out of order. */
START_TEST(whether_it_runs)
{
    const struct turn turns[] = {
        caps,
        {"\0\0\0\4", 4, "\0\0\0\0\1\0\0\0", 8, false},
        {"\0\0\0\4", 4, "\0\0\0\x0a", 4, false},
        {"\0\0\0\4", 4, "\0\0\0\0\0\0\0\0", 8, false},
        {"\0\0\0\4", 4, "\0\0\0\x09", 4, false},
        {"\0\0\0\4", 4, "\0\0\0\0\0\0", 6, true},
    };
    struct xls_why why = {""};
    bool runs = false;
    int fd;
    pid_t pid;
    pid_t server = start(turns, T_COUNT(turns));

    T(xls_swtpm_open(path, &fd, &pid, &why) == XLS_OK);
    T(xls_swtpm_runs(fd, &runs, &why) == XLS_OK && runs);
    T(xls_swtpm_runs(fd, &runs, &why) == XLS_OK && !runs);
    T(xls_swtpm_runs(fd, &runs, &why) == XLS_OK && runs);
    T(xls_swtpm_runs(fd, &runs, &why) == XLS_HOST_IO && !runs);
    T(strstr(why.text, "whether it runs, and failed (error 0x9") != NULL);
    why.text[0] = '\0';
    T(xls_swtpm_runs(fd, &runs, &why) == XLS_HOST_IO);
    T(strstr(why.text, "whether it runs, and hung up") != NULL);
    finish(server, &fd);
}
END_TEST

START_TEST(the_whole_way)
{
    const struct turn turns[] = {
        caps,
        {"\0\0\0\x0a", 4, "\0\0\0\0", 4, false},
        {"\0\0\0\x0e", 4, "\0\0\0\0", 4, false},
        {"\0\0\0\2\0\0\0\1", 8, "\0\0\0\0", 4, false},
        {"\0\0\0\3", 4, "\0\0\0\0", 4, true},
    };
    struct xls_why why = {""};
    pid_t listens = 0;
    int fd;
    pid_t pid = start(turns, T_COUNT(turns));

    T(xls_swtpm_open(path, &fd, &listens, &why) == XLS_OK);
    T(listens == getpid()); /* who called listen() */
    T(xls_swtpm_store(fd, &why) == XLS_OK);
    T(xls_swtpm_stop(fd, &why) == XLS_OK);
    T(xls_swtpm_go_on(fd, &why) == XLS_OK);
    T(xls_swtpm_end(fd, &why) == XLS_OK);
    T(why.text[0] == '\0');
    finish(pid, &fd);
}
END_TEST

START_TEST(what_cannot_do_it)
{
    static const char *const cans[] = {
        "\0\0\0\0\0\0\xff\xbf", "\0\0\0\0\0\0\xfb\xff", "\0\0\0\0\0\0\xff\xfe",
        "\0\0\0\0\0\0\xff\xfd", "\xff\xff\xff\xff\xff\xff\0\0"};

    for (size_t i = 0; i < T_COUNT(cans); i++) {
        const struct turn turns[] = {{"\0\0\0\1", 4, cans[i], 8, false}};
        struct xls_why why = {""};
        pid_t listens;
        int fd = 7;
        pid_t pid = start(turns, 1);

        T(xls_swtpm_open(path, &fd, &listens, &why) == XLS_HOST_CONF);
        T(fd == -1 && strstr(why.text, "is it swtpm's control") != NULL);
        finish(pid, &fd);
    }
}
END_TEST

START_TEST(nobody_there)
{
    struct xls_why why = {""};
    pid_t listens;
    int fd = 7;
    char longest[256];

    T(xls_swtpm_open("/nonexistent/ctrl", &fd, &listens, &why) ==
      XLS_HOST_CONF);
    T(fd == -1);
    ck_assert_str_eq(why.text, "/nonexistent/ctrl: swtpm does not listen "
                               "there: No such file or directory; start it, or "
                               "take the line out when it is not to run");
    memset(longest, 'a', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    T(xls_swtpm_open(longest, &fd, &listens, &why) == XLS_BUG_CONTRACT);
    T(xls_swtpm_open("", &fd, &listens, &why) == XLS_BUG_CONTRACT);
}
END_TEST

START_TEST(errors_and_hang_ups_are_told)
{
    static const struct {
        struct turn turn;
        const char *words;
    } cases[] = {
        {{"\0\0\0\x0a", 4, "\0\0\0\x0a", 4, false},
         "swtpm was asked to store its state, and failed (error 0xa"},
        {{"\0\0\0\x0a", 4, "", 0, true}, "hung up"},
        {{"\0\0\0\x0a", 4, "\x80\0\0\0", 4, false}, "error 0x80000000"},
    };

    for (size_t i = 0; i < T_COUNT(cases); i++) {
        const struct turn turns[] = {caps, cases[i].turn};
        struct xls_why why = {""};
        pid_t listens;
        int fd;
        pid_t pid = start(turns, 2);

        T(xls_swtpm_open(path, &fd, &listens, &why) == XLS_OK);
        T(xls_swtpm_store(fd, &why) == XLS_HOST_IO);
        ck_assert_msg(strstr(why.text, cases[i].words) != NULL, "%s", why.text);
        finish(pid, &fd);
    }
}
END_TEST

/* Ended means that it has closed the channel. */
START_TEST(who_goes_on_has_not_ended)
{
    const struct turn turns[] = {caps, {"\0\0\0\3", 4, "\0\0\0\0", 4, false}};
    struct xls_why why = {""};
    pid_t listens;
    int fd;
    pid_t pid = start(turns, 2);

    T(xls_swtpm_open(path, &fd, &listens, &why) == XLS_OK);
    T(xls_swtpm_end(fd, &why) == XLS_HOST_IO);
    T(strstr(why.text, "goes on") != NULL);
    finish(pid, &fd);
}
END_TEST

/* One that serves somebody else: connected, and never heard. */
START_TEST(who_is_busy_does_not_answer)
{
    struct xls_why why = {""};
    pid_t listens;
    int first;
    int fd;
    pid_t pid = start(&caps, 1);

    T(xls_swtpm_open(path, &first, &listens, &why) == XLS_OK);
    T(xls_swtpm_open(path, &fd, &listens, &why) == XLS_HOST_IO && fd == -1);
    T(strstr(why.text, "it serves one client of its control") != NULL);
    finish(pid, &first);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        whether_it_runs,
        the_whole_way,
        what_cannot_do_it,
        nobody_there,
        errors_and_hang_ups_are_told,
        who_goes_on_has_not_ended,
        who_is_busy_does_not_answer,
    };

    return t_run("host-swtpm", tests, T_COUNT(tests));
}
