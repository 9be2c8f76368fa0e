/* SPDX-License-Identifier: LGPL-2.1-only */
#include "ends.h"

#include <dirent.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "toolstack/receive.h"
#include "toolstack/send.h"

static int count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    while (dir != NULL && readdir(dir) != NULL) {
        count++;
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return count;
}

/* Everything of an end that is the same on both sides. */
static void note(struct end *end, const struct xls_standin *s, int fds)
{
    end->state = s->state;
    end->is_away = s->is_away;
    end->bytes = s->bytes;
    memcpy(end->digest, s->digest, sizeof(end->digest));
    end->fds = count_fds() - fds;
    end->children = waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD;
    end->done = true;
}

static void apply(struct xls_standin *s, const struct xls_standin *knobs)
{
    s->keep_digest = knobs->keep_digest;
    s->pause_ms = knobs->pause_ms;
    s->fail_run = knobs->fail_run;
    s->fail_save = knobs->fail_save;
    s->fail_restore = knobs->fail_restore;
    s->refuse = knobs->refuse;
}

static void be_source(struct run *run)
{
    struct end *end = &run->shared->end[SOURCE];
    struct probe probe = {.diary = &run->shared->diary,
                          .late_ms = run->late_ms};
    struct xls_send_setup setup = {.confdir = run->field->hosts.dir[SOURCE],
                                   .host = XLS_TWO_HOSTS_PEER,
                                   .paused = run->paused,
                                   .dry_run = run->dry_run,
                                   .cancel_fd = run->cancel[0]};
    enum xls_rc rc =
        run->stream != NULL
            ? xls_standin_file(&probe.standin, run->stream, &end->why)
            : xls_standin_made(&probe.standin, run->pages);
    int fds = count_fds();

    if (rc == XLS_OK) {
        apply(&probe.standin, &run->knobs);
        setup.ops = probe_source(&probe);
        setup.measure = xls_standin_measure_ops();
        end->verdict = (int)xls_send(&setup, &end->report, &end->why);
        note(end, &probe.standin, fds);
        xls_report_free(&end->report);
    }
    xls_standin_free(&probe.standin);
}

static void say(void *ctx, const char *line)
{
    struct end *end = ctx;
    size_t used = strlen(end->log);

    (void)snprintf(end->log + used, sizeof(end->log) - used, "%s\n", line);
}

/* Would PREPARED wait for the answer to Evidence?  [TCP_NODELAY] */
static bool holds(int net)
{
    int on = 0;
    socklen_t len = sizeof(on);

    return getsockopt(net, IPPROTO_TCP, TCP_NODELAY, &on, &len) != 0 || on == 0;
}

static void be_destination(struct run *run, int net)
{
    struct end *end = &run->shared->end[DESTINATION];
    struct probe probe = {.diary = &run->shared->diary};
    struct xls_receive_setup setup = {.confdir =
                                          run->field->hosts.dir[DESTINATION],
                                      .net = {net, net},
                                      .say = say,
                                      .say_ctx = end};
    int fds = count_fds();

    xls_standin_host(&probe.standin);
    apply(&probe.standin, &run->knobs);
    setup.ops = probe_destination(&probe);
    setup.measure = xls_standin_measure_ops();
    end->verdict = (int)xls_receive(&setup, &end->report, &end->why);
    end->holds = end->verdict == XLS_OK && holds(net);
    note(end, &probe.standin, fds);
    xls_standin_free(&probe.standin);
}

/* In a program built with LeakSanitizer; see below. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

pid_t end_start(struct run *run, enum side side, int net, const int hide[2])
{
    pid_t pid = fork();
    int status = 0;

    if (pid != 0) {
        return pid;
    }
    for (size_t i = 0; i < 2; i++) {
        int fd = hide[i];

        xls_fd_close(&fd);
    }
    (void)signal(SIGPIPE, SIG_IGN); /* libxl asks for this */
    if (side == SOURCE) {
        be_source(run);
    } else {
        be_destination(run, net);
    }
    if (__lsan_do_recoverable_leak_check != NULL) {
        status = __lsan_do_recoverable_leak_check();
    }
    _exit(status);
}
