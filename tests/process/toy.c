/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * toy: hosts whose guests are lines of a file, for faults in the handover.
 *
 *   toy hosts LIBEXEC         two configurations; prints their directory and a
 *                             port
 *   toy listen HOST           serve connections at that host (0 or 1)
 *   toy serve HOST            serve the one on stdin and stdout
 *   toy migrate               move the guest from host 0 to host 1
 *   toy recover HOST          go on with what is open there; 0: nothing is
 *   toy rekey                 give host 0 another key; prints the public one
 *   toy check                 replay the file: was there ever more than one?
 *
 * TOY_TOP is what hosts printed first, TOY_PORT the second.  TOY_FAIL names
 * acts that fail, such as run1 (at host 1), and TOY_FAIL_LATER those that do
 * for who serves a later connection than the first; TOY_STRACE is put before
 * the command that serves the first.  What a guest does is one line of
 * TOP/world, written by one system call: so whatever is killed, the file says
 * how it stands.
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
#include "madestream.h"
#include "standin.h"
#include "toolstack/receive.h"
#include "toolstack/recover.h"
#include "toolstack/send.h"
#include "twohosts.h"

enum { PAGES = 1024, LINE = 64 };

/* --- the world
 * ---------------------------------------------------------------*/

struct guest {
    bool exists;
    bool built;
    bool runs;
    bool away;
    bool incoming;
};

static char world[128];

static void replay_line(struct guest guests[2], const char *line)
{
    struct guest *g = &guests[line[0] == '1'];
    const char *verb = line + 2;

    if (strcmp(verb, "build") == 0) {
        *g = (struct guest){.exists = true, .incoming = true};
    } else if (strcmp(verb, "built") == 0) {
        g->built = true;
    } else if (strcmp(verb, "name") == 0) {
        g->incoming = false;
    } else if (strcmp(verb, "run") == 0) {
        g->runs = true;
    } else if (strcmp(verb, "stop") == 0) {
        g->runs = false;
    } else if (strcmp(verb, "away") == 0) {
        g->away = true;
    } else if (strcmp(verb, "back") == 0) {
        g->away = false;
    } else { /* destroy; down: the host was */
        *g = (struct guest){.exists = false};
    }
}

static bool ran_there; /* at host 1, at some time */

/* Does it break a rule that the line comes now? */
static const char *broken(const struct guest g[2], const char *line)
{
    int host = line[0] == '1';
    const char *verb = line + 2;

    if (strcmp(verb, "run") == 0) {
        if (!g[host].exists || !g[host].built) {
            return "what is not there runs";
        }
        if (g[1 - host].runs) {
            return "two run";
        }
        if (host == 1 && g[0].exists && !g[0].away) {
            return "it runs there and was not given away here";
        }
    }
    if (strcmp(verb, "destroy") == 0 && g[host].runs) {
        return "what runs is destroyed";
    }
    if (host == 0 && strcmp(verb, "destroy") == 0 && !ran_there) {
        return "a copy is destroyed that was never taken over";
    }
    return NULL;
}

static void each_line(void (*fn)(struct guest g[2], const char *line),
                      struct guest guests[2])
{
    char line[LINE];
    FILE *f = fopen(world, "r");

    memset(guests, 0, 2 * sizeof(*guests));
    while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        fn(guests, line);
    }
    if (f != NULL) {
        (void)fclose(f);
    }
}

static int wrongs;

static void check_line(struct guest g[2], const char *line)
{
    const char *why = broken(g, line);

    if (why != NULL) {
        (void)printf("WRONG: %s: %s\n", line, why);
        wrongs++;
    }
    ran_there = ran_there || strcmp(line, "1 run") == 0;
    replay_line(g, line);
}

static struct guest at(int host)
{
    struct guest g[2];

    each_line(replay_line, g);
    return g[host];
}

static void happen(int host, const char *verb)
{
    char line[LINE];
    int len = snprintf(line, sizeof(line), "%d %s\n", host, verb);
    int fd = open(world, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, line, (size_t)len) != len) {
        abort();
    }
    (void)close(fd);
}

/* --- acts
 * --------------------------------------------------------------------*/

struct toy {
    int host;
};

/* Is this act one of those that are to fail? */
static enum xls_rc perhaps(const struct toy *t, const char *act,
                           struct xls_why *why)
{
    const char *fail = getenv("TOY_FAIL");
    char word[LINE];

    (void)snprintf(word, sizeof(word), "%s%d", act, t->host);
    return fail == NULL || strstr(fail, word) == NULL
               ? XLS_OK
               : xls_why_set(why, XLS_HOST_XEN, "the toy does not %s", act);
}

static enum xls_rc describe(void *ctx, char **json, struct xls_offer *offer,
                            struct xls_why *why)
{
    struct xls_standin made;
    enum xls_rc rc = xls_standin_made(&made, PAGES);

    (void)ctx;
    (void)why;
    offer->xen_major = 4;
    offer->xen_minor = 17;
    (void)snprintf(offer->xen, sizeof(offer->xen), "toy");
    if (rc == XLS_OK) {
        *json = strdup(made.json);
        xls_standin_free(&made);
    }
    return rc;
}

static enum xls_rc put(void *ctx, const void *p, size_t len)
{
    return xls_fd_write(*(int *)ctx, p, len);
}

static enum xls_rc save(void *ctx, int fd, struct xls_why *why)
{
    struct toy *t = ctx;
    enum xls_rc rc = perhaps(t, "save", why);

    happen(t->host, "stop");
    if (rc == XLS_OK && xls_made_stream(PAGES, put, &fd) != XLS_OK) {
        rc = xls_why_set(why, XLS_HOST_XEN, "the toy could not write");
    }
    return rc;
}

static bool is_down(void *ctx)
{
    struct guest g = at(((struct toy *)ctx)->host);

    return g.exists && !g.runs;
}

static enum xls_rc resume(void *ctx, struct xls_why *why)
{
    struct toy *t = ctx;
    enum xls_rc rc = perhaps(t, "resume", why);

    if (rc == XLS_OK && is_down(t)) {
        happen(t->host, "run");
    }
    return rc;
}

static enum xls_rc rename_guest(void *ctx, bool away, struct xls_why *why)
{
    struct toy *t = ctx;
    struct guest g = at(t->host);
    enum xls_rc rc = perhaps(t, away ? "away" : "back", why);

    if (rc == XLS_OK && g.exists && g.away != away) {
        happen(t->host, away ? "away" : "back");
    }
    return rc;
}

static enum xls_rc destroy_source(void *ctx, struct xls_why *why)
{
    struct toy *t = ctx;
    struct guest g = at(t->host);
    enum xls_rc rc = perhaps(t, "destroy", why);

    if (rc == XLS_OK && g.exists && g.away && !g.runs) {
        happen(t->host, "destroy");
    }
    return rc;
}

static enum xls_rc admit(void *ctx, const struct xls_incoming *guest,
                         struct xls_admit *out, const char **rule,
                         struct xls_why *why)
{
    struct toy *t = ctx;
    enum xls_rc rc = perhaps(t, "admit", why);

    if (rc == XLS_OK && at(t->host).exists) {
        rc = xls_why_set(why, XLS_PEER_POLICY, "it is here already");
    }
    *rule = "toy";
    out->free_kib = guest->facts->max_memkb;
    out->xen_major = 4;
    out->xen_minor = 17;
    (void)snprintf(out->host, sizeof(out->host), "toy");
    return rc;
}

static enum xls_rc restore(void *ctx, const struct xls_incoming *guest, int fd,
                           struct xls_why *why)
{
    struct toy *t = ctx;
    char buf[4096];
    ssize_t n;
    enum xls_rc rc;

    (void)guest;
    happen(t->host, "build");
    while ((n = read(fd, buf, sizeof(buf))) > 0) {
    }
    if (perhaps(t, "hurry", why) != XLS_OK) {
        (void)sleep(6);
        why->text[0] = '\0';
    }
    rc = n < 0 ? XLS_HOST_XEN : perhaps(t, "restore", why);
    if (rc == XLS_OK) {
        happen(t->host, "built");
    }
    return rc;
}

static enum xls_rc run(void *ctx, bool paused, struct xls_why *why)
{
    struct toy *t = ctx;
    struct guest g = at(t->host);
    enum xls_rc rc = perhaps(t, "name", why);

    if (rc == XLS_OK && g.incoming) {
        happen(t->host, "name");
    }
    rc = rc == XLS_OK ? perhaps(t, "run", why) : rc;
    if (rc == XLS_OK && !g.runs && !paused) {
        happen(t->host, "run");
    }
    return rc;
}

static enum xls_rc destroy_destination(void *ctx, struct xls_why *why)
{
    struct toy *t = ctx;
    enum xls_rc rc = perhaps(t, "destroy", why);

    if (rc == XLS_OK && at(t->host).exists) {
        happen(t->host, "destroy");
    }
    return rc;
}

static enum xls_rc find(void *ctx, const uint8_t uuid[16], const char *name,
                        enum xls_found *found, struct xls_why *why)
{
    struct guest g = at(((struct toy *)ctx)->host);

    (void)uuid;
    (void)name;
    (void)why;
    *found = !g.exists    ? XLS_FOUND_NOTHING
             : g.incoming ? XLS_FOUND_INCOMING
             : g.runs     ? XLS_FOUND_STARTED
                          : XLS_FOUND_NAMED;
    return XLS_OK;
}

static struct xls_source_ops source_ops(struct toy *t)
{
    return (struct xls_source_ops){.ctx = t,
                                   .describe = describe,
                                   .save = save,
                                   .is_down = is_down,
                                   .resume = resume,
                                   .rename = rename_guest,
                                   .destroy = destroy_source};
}

static struct xls_destination_ops destination_ops(struct toy *t)
{
    return (struct xls_destination_ops){.ctx = t,
                                        .admit = admit,
                                        .restore = restore,
                                        .run = run,
                                        .destroy = destroy_destination,
                                        .find = find};
}

/* --- commands
 * ----------------------------------------------------------------*/

static char confdir[128];

static void say(void *ctx, const char *line)
{
    (void)ctx;
    (void)fprintf(stderr, "host %s: %s\n", confdir + strlen(confdir) - 1, line);
}

static int migrate(void)
{
    struct toy t = {.host = 0};
    struct xls_send_setup setup = {.confdir = confdir,
                                   .host = XLS_TWO_HOSTS_PEER,
                                   .cancel_fd = -1,
                                   .ops = source_ops(&t),
                                   .measure = xls_standin_measure_ops()};
    struct xls_report report;
    struct xls_why why = {""};
    enum xls_outcome outcome = xls_send(&setup, &report, &why);

    (void)fprintf(stderr, "outcome %d: %s\n", (int)outcome, why.text);
    xls_report_free(&report);
    return (int)outcome;
}

static int serve(int host)
{
    struct toy t = {.host = host};
    struct xls_receive_setup setup = {.confdir = confdir,
                                      .ops = destination_ops(&t),
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

static enum xls_rc give_source(void *ctx, const struct xls_journal_facts *facts,
                               struct xls_source_ops *ops, struct xls_why *why)
{
    (void)facts;
    (void)why;
    *ops = source_ops(ctx);
    return XLS_OK;
}

static void end_source(void *ctx, struct xls_source_ops *ops)
{
    (void)ctx;
    (void)ops;
}

static enum xls_rc give_destination(void *ctx, struct xls_destination_ops *ops,
                                    struct xls_why *why)
{
    (void)why;
    *ops = destination_ops(ctx);
    return XLS_OK;
}

static void end_destination(void *ctx, struct xls_destination_ops *ops)
{
    (void)ctx;
    (void)ops;
}

static int recover(int host)
{
    struct toy t = {.host = host};
    const struct xls_recover_setup setup = {
        .confdir = confdir,
        .ops = {.ctx = &t,
                .source = give_source,
                .source_end = end_source,
                .destination = give_destination,
                .destination_end = end_destination,
                .started = end_destination},
        .measure = xls_standin_measure_ops(),
        .say = say};
    struct xls_why why = {""};
    size_t open = 0;
    enum xls_rc rc = xls_recover_all(&setup, &open, &why);

    if (rc != XLS_OK) {
        say(NULL, why.text);
    }
    return rc == XLS_OK && open == 0 ? 0 : 1;
}

static int check(void)
{
    struct guest g[2];

    each_line(check_line, g);
    for (int i = 0; i < 2; i++) {
        (void)printf("%d=%s%s%s ", i,
                     !g[i].exists ? "none"
                     : g[i].runs  ? "runs"
                                  : "stopped",
                     g[i].away ? ",away" : "",
                     g[i].incoming ? ",incoming" : "");
    }
    (void)printf("\n");
    return wrongs == 0 ? 0 : 1;
}

static int hosts(const char *libexec)
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
                            "settle = 2\ndowntime = 2\n")) {
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
    int host = argc > 2 ? argv[2][0] - '0' : 0;

    if (argc == 3 && strcmp(argv[1], "hosts") == 0) {
        return hosts(argv[2]);
    }
    if (argc < 2 || top == NULL || host < 0 || host > 1) {
        (void)fprintf(stderr, "see the top of toy.c\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* as libxl does */
    (void)snprintf(world, sizeof(world), "%s/world", top);
    (void)snprintf(confdir, sizeof(confdir), "%s/%d", top, host);
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
    return check();
}
