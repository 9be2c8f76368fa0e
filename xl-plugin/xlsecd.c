/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsecd: the destination's listener.
 *
 * The listener only accepts; each connection is served by a process of its own
 * (this program again, with --inetd), which starts libxl only for a peer that
 * has proven itself and made an offer.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/clock.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/journal.h"
#include "host/net.h"
#include "say.h"
#include "toolstack/receive.h"
#include "toolstack/recover.h"
#include "toolstack/watch.h"
#include "toolstack/xen.h"

#define PROGRAM "xlsecd"

enum {
    SOCKETS_MAX = 16,
    SYSTEMD_FIRST = 3,
    SPARE = 4, /* sessions that may settle only, beyond max-sessions */
    RECOVER_FIRST_MS = 1000,
    RECOVER_MOST_MS = 2000,
    RECOVER_AT_ONCE = 8, /* hosts that are dealt with */
};

static const char usage_text[] =
    "Usage: xlsecd [options]\n"
    "\n"
    "Receive guests that xl migrate-secure sends here. Without options: "
    "listen\n"
    "as " XLS_CONFDIR
    "/xlsec.conf says, in the foreground, log on stderr; uses\n"
    "sockets that systemd passes when there are any.\n"
    "\n"
    "  --inetd           serve one connection on stdin and stdout\n"
    "  --no-listen       only go on with migrations that are open here\n"
    "  --confdir <dir>   configuration, default " XLS_CONFDIR "\n"
    "  -v                more of libxl's messages\n";

struct options {
    const char *confdir;
    const char *watch; /* a domain id: internal, see xls_watch_start() */
    bool inetd;
    bool deaf;    /* --no-listen */
    bool full;    /* internal, see take_connection() */
    bool recover; /* internal, see look_after() */
    xentoollog_level level;
};

static volatile sig_atomic_t stop;

static void on_stop(int sig)
{
    (void)sig;
    stop = 1;
}

static void on_child(int sig)
{
    (void)sig; /* poll() returns, and the loop looks */
}

/* --- one connection
 * ------------------------------------------------------------*/

static void log_line(void *ctx, const char *line)
{
    char when[32] = "";
    time_t now = time(NULL);
    struct tm tm;

    (void)ctx;
    if (gmtime_r(&now, &tm) != NULL) {
        (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
    }
    (void)fprintf(stderr, "%s xlsecd[%ld]: %s\n", when, (long)getpid(), line);
}

static void log_end(const struct xls_report *r, enum xls_rc rc,
                    const struct xls_why *why)
{
    char line[1024];
    const char *peer = r->peer[0] == '\0' ? "unproven peer" : r->peer;

    if (rc == XLS_OK) {
        (void)snprintf(line, sizeof(line),
                       "%s: guest '%s': %s; %" PRIu64 " bytes in %" PRIu64
                       " records, %" PRId64 " ms; peak memory: wire %" PRIu64
                       " KiB, guard %" PRIu64 " KiB",
                       peer, r->guest, r->paused ? "here, paused" : "runs here",
                       r->stream_bytes, r->records, r->duration_ms,
                       r->wire.peak_kib, r->guard.peak_kib);
    } else {
        (void)snprintf(line, sizeof(line), "%s%s%s%s: not received (%s): %s",
                       peer, r->guest[0] == '\0' ? "" : ": guest '", r->guest,
                       r->guest[0] == '\0' ? "" : "'", xls_rc_name(rc),
                       why->text);
    }
    log_line(NULL, line);
}

static int watch(const struct options *o)
{
    struct xls_why why = {""};
    struct xls_xen xen;
    enum xls_rc rc = xls_xen_open(&xen, o->level, &why);

    if (rc == XLS_OK) {
        rc = xls_watch_guest(&xen, (uint32_t)strtoul(o->watch, NULL, 10),
                             log_line, NULL);
    }
    xls_xen_close(&xen);
    return rc == XLS_OK ? 0 : 1;
}

/* Does nobody act for it, and is it not settled? */
static bool is_open(const struct xls_journal_entry *e)
{
    return !e->damaged && e->holder == 0 && !xls_journal_settled(&e->view);
}

/* Go on with what other processes left unsettled with this host, once. */
static int recover_with(const struct options *o, const uint8_t peer[XLS_KEY])
{
    struct xls_xen_recover xen = {.severity = o->level};
    const struct xls_recover_setup setup = {.confdir = o->confdir,
                                            .ops = xls_xen_recover_ops(&xen),
                                            .measure = xls_xen_measure_ops(),
                                            .say = log_line};
    struct xls_why why = {""};
    size_t open = 0;

    if (xls_recover_all(&setup, peer, &open, &why) != XLS_OK) {
        log_line(NULL, why.text);
        return 1;
    }
    return 0;
}

/* The first in the list with this other host? */
static bool is_first(const struct xls_journal_entry *list, size_t i)
{
    for (size_t j = 0; j < i; j++) {
        if (is_open(&list[j]) &&
            xls_same(list[j].view.facts.peer_key, list[i].view.facts.peer_key,
                     XLS_KEY) == XLS_OK) {
            return false;
        }
    }
    return true;
}

/* The same with all hosts: each in a process of its own, so that one that is
 * off holds up the others by one attempt at most. */
static int recover(const struct options *o)
{
    const struct xls_recover_setup setup = {.confdir = o->confdir,
                                            .say = log_line};
    struct xls_journal_entry *list = NULL;
    struct xls_why why = {""};
    struct xls_conf conf;
    size_t count = 0;
    int running = 0;
    pid_t pid;
    enum xls_rc rc = xls_conf_load(o->confdir, &conf, &why);

    (void)signal(SIGPIPE, SIG_IGN);
    if (rc == XLS_OK && xls_recover_tidy(&setup, &why) != XLS_OK) {
        log_line(NULL, why.text); /* and guests wait for the rest */
        why.text[0] = '\0';
    }
    if (rc == XLS_OK) {
        rc = xls_journal_list(conf.state, &list, &count, &why);
    }
    for (size_t i = 0; rc == XLS_OK && i < count; i++) {
        if (!is_open(&list[i]) || !is_first(list, i)) {
            continue;
        }
        if (running == RECOVER_AT_ONCE && wait(NULL) > 0) {
            running--;
        }
        pid = fork();
        if (pid == 0) {
            _exit(recover_with(o, list[i].view.facts.peer_key));
        }
        running += pid > 0 ? 1 : 0;
    }
    while (wait(NULL) > 0 || errno == EINTR) {
    }
    free(list);
    if (rc != XLS_OK) {
        log_line(NULL, why.text);
    }
    return rc == XLS_OK ? 0 : 1;
}

/* Serve the connection on stdin and stdout. */
static int serve(const struct options *o)
{
    struct xls_xen_destination *destination = NULL;
    struct xls_receive_setup setup = {
        .confdir = o->confdir, .full = o->full, .say = log_line};
    struct xls_report report = {.guest = ""};
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)signal(SIGPIPE, SIG_IGN);
    setup.net[0] = dup(STDIN_FILENO);
    setup.net[1] = dup(STDOUT_FILENO);
    if (setup.net[0] < 0 || setup.net[1] < 0 ||
        freopen("/dev/null", "r", stdin) == NULL ||
        dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
        log_line(NULL, "no connection on stdin and stdout");
        return 1;
    }
    rc = xls_xen_destination_new(o->level, &destination);
    if (rc == XLS_OK) {
        setup.ops = xls_xen_destination_ops(destination);
        setup.measure = xls_xen_measure_ops();
        rc = xls_receive(&setup, &report, &why);
    }
    xls_fd_close(&setup.net[0]);
    xls_fd_close(&setup.net[1]);
    if (rc != XLS_OK || report.guest[0] != '\0') {
        log_end(&report, rc, &why); /* what was only asked has been told */
    }
    if (report.runs) {
        xls_watch_start(xls_xen_destination_domid(destination));
    }
    xls_xen_destination_free(destination);
    return rc == XLS_OK ? 0 : 1;
}

/* --- the listener
 * ----------------------------------------------------------------*/

struct listener {
    const struct options *options;
    struct xls_conf conf;
    int fds[SOCKETS_MAX];
    size_t count;
    unsigned sessions;
    pid_t recovering;    /* 0: nobody is */
    int64_t recover_at;  /* when the next may begin */
    int64_t recover_gap; /* ms, grows while nothing changes */
    bool joined;         /* somebody has seen to it that this host joins its
                          * arbiter */
};

static void reap(struct listener *l)
{
    pid_t pid;

    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
        if (pid == l->recovering) {
            l->recovering = 0;
            l->recover_at = xls_now_ms() + l->recover_gap;
        } else if (l->sessions > 0) {
            l->sessions--;
            l->recover_gap = RECOVER_FIRST_MS; /* it may have left something */
            l->recover_at = xls_now_ms();
        }
    }
}

/* In a child: this program again, to do that. */
_Noreturn static void become(const struct listener *l, const char *what)
{
    char *const argv[] = {
        (char *)(uintptr_t)PROGRAM,
        (char *)(uintptr_t)what,
        (char *)(uintptr_t) "--confdir",
        (char *)(uintptr_t)l->options->confdir,
        l->options->level < XTL_ERROR ? (char *)(uintptr_t) "-v" : NULL,
        NULL,
    };

    if (close_range(3, ~0U, 0) == 0) {
        (void)signal(SIGCHLD, SIG_DFL);
        (void)execv(XLS_SBINDIR "/" PROGRAM, argv);
    }
    _exit(126);
}

/* Is there a migration that nobody acts for, and that is not settled, or half a
 * journal? */
static bool is_abandoned(const struct listener *l)
{
    struct xls_journal_entry *list = NULL;
    struct xls_why why = {""};
    size_t count = 0;
    bool is = xls_journal_untidy(l->conf.state);

    if (xls_journal_list(l->conf.state, &list, &count, &why) != XLS_OK) {
        return false; /* the next one tells */
    }
    for (size_t i = 0; i < count; i++) {
        is = is || is_open(&list[i]);
    }
    free(list);
    return is;
}

/* Have it gone on with, again and again with growing pauses. */
static void look_after(struct listener *l)
{
    if (l->recovering != 0 || xls_now_ms() < l->recover_at) {
        return;
    }
    l->recover_at = xls_now_ms() + RECOVER_FIRST_MS;
    if (!is_abandoned(l) && (l->conf.arbiter[0] == '\0' || l->joined)) {
        l->recover_gap = RECOVER_FIRST_MS;
        return;
    }
    l->joined = true;
    l->recovering = fork();
    if (l->recovering == 0) {
        become(l, "--recover");
    }
    l->recovering = l->recovering > 0 ? l->recovering : 0;
    l->recover_gap = 2 * l->recover_gap < RECOVER_MOST_MS ? 2 * l->recover_gap
                                                          : RECOVER_MOST_MS;
}

/* Who comes when max-sessions are served hears so once it has proven itself,
 * and what it asks of an open migration is answered: that guest waits. */
static void take_connection(struct listener *l, int listening)
{
    int fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
    pid_t pid;

    if (fd < 0) {
        return;
    }
    if (l->sessions >= l->conf.max_sessions + SPARE) {
        log_line(NULL, "a connection was dropped: max-sessions are served "
                       "already");
        xls_fd_close(&fd);
        return;
    }
    pid = fork();
    if (pid == 0) {
        if (dup2(fd, STDIN_FILENO) >= 0 && dup2(fd, STDOUT_FILENO) >= 0) {
            become(l,
                   l->sessions < l->conf.max_sessions ? "--inetd" : "--full");
        }
        _exit(126);
    }
    if (pid > 0) {
        l->sessions++;
    } else {
        log_line(NULL, "a connection was dropped: cannot start a process");
    }
    xls_fd_close(&fd);
}

/* Sockets that systemd opened for us (sd_listen_fds(3)). */
static size_t inherited(int *fds)
{
    const char *pid = getenv("LISTEN_PID");
    const char *count = getenv("LISTEN_FDS");
    long n;

    if (pid == NULL || count == NULL ||
        strtol(pid, NULL, 10) != (long)getpid()) {
        return 0;
    }
    n = strtol(count, NULL, 10);
    if (n < 1 || n > SOCKETS_MAX) {
        return 0;
    }
    for (long i = 0; i < n; i++) {
        fds[i] = SYSTEMD_FIRST + (int)i;
        (void)!xls_fd_nonblock(fds[i], true);
    }
    return (size_t)n;
}

static enum xls_rc open_sockets(struct listener *l, struct xls_why *why)
{
    enum xls_rc rc = xls_conf_load(l->options->confdir, &l->conf, why);

    if (rc != XLS_OK) {
        return rc;
    }
    if (l->options->deaf) {
        return XLS_OK;
    }
    l->count = inherited(l->fds);
    return l->count > 0 ? XLS_OK
                        : xls_net_listen(l->conf.listen, l->conf.port, l->fds,
                                         SOCKETS_MAX, &l->count, why);
}

static int listen_and_serve(const struct options *o)
{
    struct listener l = {.options = o, .recover_gap = RECOVER_FIRST_MS};
    struct pollfd p[SOCKETS_MAX];
    struct xls_why why = {""};
    struct sigaction act = {.sa_handler = on_stop};
    char line[160];

    (void)sigaction(SIGTERM, &act, NULL);
    (void)sigaction(SIGINT, &act, NULL);
    act.sa_handler = on_child;
    (void)sigaction(SIGCHLD, &act, NULL);
    if (open_sockets(&l, &why) != XLS_OK) {
        xls_say_error(PROGRAM, "%s", why.text);
        return 1;
    }
    (void)snprintf(line, sizeof(line), "ready on port %u (%zu sockets)",
                   (unsigned)l.conf.port, l.count);
    log_line(NULL, o->deaf ? "ready, and listens on no port" : line);
    while (stop == 0) {
        for (size_t i = 0; i < l.count; i++) {
            p[i] = (struct pollfd){.fd = l.fds[i], .events = POLLIN};
        }
        (void)poll(p, l.count, 1000); /* interrupted: no revents are set */
        for (size_t i = 0; i < l.count; i++) {
            if (p[i].revents != 0) {
                take_connection(&l, l.fds[i]);
            }
        }
        reap(&l);
        look_after(&l);
    }
    log_line(NULL, "ends; sessions under way go on");
    return 0;
}

/* 0, or the exit status to end with at once. */
static int parse(int argc, char **argv, struct options *o)
{
    enum { INETD = 256, FULL, DEAF, CONFDIR, HELP, WATCH, RECOVER };
    static const struct option longs[] = {
        {"inetd", no_argument, NULL, INETD},
        {"full", no_argument, NULL, FULL},
        {"no-listen", no_argument, NULL, DEAF},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {"watch", required_argument, NULL, WATCH},
        {"recover", no_argument, NULL, RECOVER},
        {NULL, 0, NULL, 0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
        switch (c) {
        case DEAF:
            o->deaf = true;
            break;
        case FULL:
            o->full = true;
            o->inetd = true;
            break;
        case INETD:
            o->inetd = true;
            break;
        case CONFDIR:
            o->confdir = optarg;
            break;
        case RECOVER:
            o->recover = true;
            break;
        case WATCH:
            o->watch = optarg;
            break;
        case 'v':
            o->level = XTL_DETAIL;
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            exit(xls_say_done(PROGRAM));
        default:
            (void)fputs("Try: xlsecd --help\n", stderr);
            return XLS_EXIT_USAGE;
        }
    }
    if (optind != argc) {
        xls_say_error(PROGRAM, "takes no arguments; see --help");
        return XLS_EXIT_USAGE;
    }
    if (o->inetd && o->deaf) {
        xls_say_error(PROGRAM, "--inetd or --no-listen, not both; see --help");
        return XLS_EXIT_USAGE;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct options o = {.confdir = XLS_CONFDIR, .level = XTL_ERROR};
    int status = parse(argc, argv, &o);

    if (status != 0) {
        return status;
    }
    if (o.watch != NULL) {
        return watch(&o);
    }
    if (o.recover) {
        return recover(&o);
    }
    return o.inetd ? serve(&o) : listen_and_serve(&o);
}
