/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * toy: hosts whose guests are lines of a file, for faults in the handover.
 *
 *   toy hosts LIBEXEC [PATH]  two configurations; prints their directory and a
 *                             port; PATH is that of an arbiter
 *   toy listen HOST           serve connections at that host (0 or 1)
 *   toy serve HOST            serve the one on stdin and stdout
 *   toy migrate               move the guest from host 0 to host 1
 *   toy recover HOST          go on with what is open there; 0: nothing is
 *   toy vouch HOST here|there what a person decides of what is open there: the
 *                             guest is this host's, or the other one's
 *   toy rekey                 give host 0 another key; prints the public one
 *   toy check [GUEST]         replay its file: was there ever more than one?
 *
 * TOY_SANLOCK has host N's sanlock in it, below N.
 * TOY_TOP is what hosts printed first, TOY_PORT the second; TOY_STRACE is put
 * before the command that serves the first connection; TOY_FAIL_LATER is
 * TOY_FAIL for who serves a later one.  The rest is in toys.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/fd.h"
#include "standin.h"
#include "toolstack/receive.h"
#include "toolstack/recover.h"
#include "toolstack/send.h"
#include "toys.h"
#include "twohosts.h"

/* --- commands
 * ----------------------------------------------------------------*/

static char confdir[128];
static char run_dir[128];

static void say(void *ctx, const char *line)
{
    (void)ctx;
    (void)fprintf(stderr, "host %s: %s\n", confdir + strlen(confdir) - 1, line);
}

/* Each phase, once. */
static void show(void *ctx, const struct xls_progress *progress)
{
    static const char *last;

    (void)ctx;
    if (progress->phase != last) {
        (void)fprintf(stderr, "phase: %s\n", progress->phase);
    }
    last = progress->phase;
}

static int cancel[2] = {-1, -1};

static void on_term(int sig)
{
    (void)sig;
    (void)!write(cancel[1], "", 1);
}

static int migrate(void)
{
    struct toy t = {.guest = TOY_GUEST};
    struct xls_send_setup setup = {.confdir = confdir,
                                   .host = XLS_TWO_HOSTS_PEER,
                                   .cancel_fd = -1,
                                   .progress = show,
                                   .ops = toy_source_ops(&t),
                                   .measure = xls_standin_measure_ops()};
    struct xls_report report;
    struct xls_why why = {""};
    enum xls_outcome outcome;

    if (xls_fd_pipe(cancel) == XLS_OK) {
        setup.cancel_fd = cancel[0];
        (void)signal(SIGTERM, on_term);
    }
    outcome = xls_send(&setup, &report, &why);
    (void)fprintf(stderr, "outcome %d, held to %u %%: %s\n", (int)outcome,
                  report.held_percent, why.text);
    if (report.not_held[0] != '\0') {
        (void)fprintf(stderr, "not held: %s\n", report.not_held);
    }
    xls_report_free(&report);
    return (int)outcome;
}

static int serve(int host)
{
    struct toy t = {.host = host, .guest = TOY_GUEST};
    struct xls_receive_setup setup = {.confdir = confdir,
                                      .ops = toy_destination_ops(&t),
                                      .measure = xls_standin_measure_ops(),
                                      .say = say};
    struct xls_report report;
    struct xls_why why = {""};
    enum xls_rc rc;

    setup.net[0] = dup(STDIN_FILENO);
    setup.net[1] = dup(STDOUT_FILENO);
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    rc = xls_receive(&setup, &report, &why);
    if (rc != XLS_OK) {
        say(NULL, why.text);
    }
    xls_report_free(&report);
    return rc == XLS_OK ? 0 : 1;
}

static struct xls_recover_setup recover_setup(struct toy *t)
{
    return (struct xls_recover_setup){.confdir = confdir,
                                      .ops = toy_recover_ops(t),
                                      .measure = xls_standin_measure_ops(),
                                      .say = say};
}

static int vouch(int host, const char *whose)
{
    struct toy t = {.host = host, .guest = TOY_GUEST};
    const struct xls_recover_setup setup = recover_setup(&t);
    enum xls_recover_wish wish =
        strcmp(whose, "here") == 0 ? XLS_WISH_HERE : XLS_WISH_THERE;
    struct xls_journal_entry *list = NULL;
    static struct xls_journal_view view; /* large, both of them */
    static struct xls_conf conf;
    struct xls_why why = {""};
    size_t count = 0;
    enum xls_rc rc = xls_conf_load(confdir, &conf, &why);

    if (rc == XLS_OK) {
        rc = xls_journal_list(conf.state, &list, &count, &why);
    }
    for (size_t i = 0; rc == XLS_OK && i < count; i++) {
        if (!xls_journal_settled(&list[i].view)) {
            rc = xls_recover_one(&setup, list[i].view.facts.role,
                                 list[i].view.facts.id, wish, &view, &why);
        }
    }
    free(list);
    if (rc != XLS_OK) {
        say(NULL, why.text);
    }
    return rc == XLS_OK ? 0 : 1;
}

static int recover(int host)
{
    struct toy t = {.host = host, .guest = TOY_GUEST};
    const struct xls_recover_setup setup = recover_setup(&t);
    struct xls_why why = {""};
    size_t open = 0;
    enum xls_rc rc = xls_recover_tidy(&setup, &why);

    if (rc == XLS_OK) {
        rc = xls_recover_all(&setup, NULL, &open, &why);
    }
    if (rc != XLS_OK) {
        say(NULL, why.text);
    }
    return rc == XLS_OK && open == 0 ? 0 : 1;
}

/* Both hosts are at one arbiter. */
static bool join(const struct xls_two_hosts *two, const char *arbiter)
{
    bool ok = true;

    for (unsigned i = 0; ok && i < 2; i++) {
        char path[sizeof(two->dir[i]) + 16];
        FILE *f;

        (void)snprintf(path, sizeof(path), "%s/xlsec.conf", two->dir[i]);
        f = fopen(path, "a");
        ok = f != NULL && fprintf(f, "[arbiter]\npath = %s\nhost-id = %u\n",
                                  arbiter, i + 1) > 0;
        ok = f != NULL && fclose(f) == 0 && ok;
    }
    return ok;
}

static int hosts(const char *libexec, const char *arbiter)
{
    struct xls_two_hosts two;
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof(where);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&where, sizeof(where)) != 0 ||
        getsockname(fd, (struct sockaddr *)&where, &len) != 0 ||
        !xls_two_hosts_make(&two, ntohs(where.sin_port), libexec,
                            "[time]\nhandshake = 5\nstall = 3\nfinish = 5\n"
                            "settle = 2\ndowntime = 2\n") ||
        (arbiter != NULL && !join(&two, arbiter))) {
        perror("toy hosts");
        return 1;
    }
    (void)close(fd);
    (void)printf("%s %u\n", two.top, (unsigned)ntohs(where.sin_port));
    return 0;
}

static int rekey(void)
{
    struct xls_two_hosts two = {.top = ""};
    char secret[XLS_KEY_TEXT];
    char pub[XLS_KEY_TEXT];

    (void)snprintf(two.dir[0], sizeof(two.dir[0]), "%.63s", confdir);
    if (xls_crypto_start() != XLS_OK) {
        return 1;
    }
    xls_dh_key_random(&two.key[0]);
    xls_key_encode(two.key[0].secret, secret);
    xls_key_encode(two.key[0].pub, pub);
    (void)puts(pub);
    return xls_two_hosts_write(&two, 0, "host.key", secret, 0600) ? 0 : 1;
}

_Noreturn static void become_server(int fd, int host, bool first)
{
    const char *trace = getenv("TOY_STRACE");
    const char *fail = getenv("TOY_FAIL_LATER");
    char command[512];

    if (!first && fail != NULL) {
        (void)setenv("TOY_FAIL", fail, 1);
    }
    (void)dup2(fd, STDIN_FILENO);
    (void)dup2(fd, STDOUT_FILENO);
    (void)snprintf(command, sizeof(command), "exec %s \"$TOY\" serve %d",
                   first && trace != NULL ? trace : "", host);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(126);
}

static int listen_at(int host)
{
    const char *port = getenv("TOY_PORT");
    struct sockaddr_in where = {.sin_family = AF_INET};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port =
        htons((uint16_t)strtoul(port == NULL ? "" : port, NULL, 10));
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    (void)signal(SIGCHLD, SIG_IGN);
    if (bind(fd, (struct sockaddr *)&where, sizeof(where)) != 0 ||
        listen(fd, 16) != 0) {
        perror("toy listen");
        return 1;
    }
    (void)fprintf(stderr, "listening\n");
    for (bool first = true;; first = false) {
        int one = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

        if (one >= 0 && fork() == 0) {
            (void)signal(SIGCHLD, SIG_DFL);
            become_server(one, host, first);
        }
        (void)close(one);
    }
}

int main(int argc, char **argv)
{
    const char *top = getenv("TOY_TOP");
    bool checks = argc > 1 && strcmp(argv[1], "check") == 0;
    int host = argc > 2 && !checks ? argv[2][0] - '0' : 0;

    if (argc >= 3 && strcmp(argv[1], "hosts") == 0) {
        return hosts(argv[2], argc == 4 ? argv[3] : NULL);
    }
    if (argc < 2 || top == NULL || host < 0 || host > 1) {
        (void)fprintf(stderr, "see the top of toy.c\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* as libxl does */
    (void)snprintf(confdir, sizeof(confdir), "%s/%d", top, host);
    if (getenv("TOY_SANLOCK") != NULL) {
        (void)snprintf(run_dir, sizeof(run_dir), "%s/%d", getenv("TOY_SANLOCK"),
                       host);
        (void)setenv("SANLOCK_RUN_DIR", run_dir, 1);
    }
    if (strcmp(argv[1], "migrate") == 0) {
        return migrate();
    }
    if (strcmp(argv[1], "rekey") == 0) {
        return rekey();
    }
    if (strcmp(argv[1], "serve") == 0) {
        return serve(host);
    }
    if (strcmp(argv[1], "listen") == 0) {
        return listen_at(host);
    }
    if (strcmp(argv[1], "recover") == 0) {
        return recover(host);
    }
    if (argc == 4 && strcmp(argv[1], "vouch") == 0) {
        return vouch(host, argv[3]);
    }
    return toy_check(argc > 2 ? argv[2] : TOY_GUEST) ? 0 : 1;
}
