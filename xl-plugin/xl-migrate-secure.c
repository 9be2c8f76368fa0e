/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xl migrate-secure: move a running guest to another host.
 */
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "journals.h"
#include "override.h"
#include "say.h"
#include "toolstack/send.h"
#include "toolstack/xen.h"

#define PROGRAM "xl migrate-secure"

static const char usage_text[] =
    "Usage: xl [-v] migrate-secure [options] <domain> <host>\n"
    "\n"
    "Move a running guest to <host>, which is the name of a peer "
    "in\n" XLS_CONFDIR "/peers.d, over an authenticated, encrypted channel.\n"
    "\n"
    "  -C <config>       send this configuration (xl.cfg) in place of the\n"
    "                    guest's own\n"
    "  -p                leave the guest paused at the destination\n"
    "  -D                keep the domain id\n"
    "  -s <command>      use the stdin and stdout of this shell command as "
    "the\n"
    "                    link (the other end runs xlsecd --inetd)\n"
    "  --dry-run         connect, authenticate, ask to be admitted; move "
    "nothing\n"
    "  --json            one JSON object on stdout in place of the summary\n"
    "  --confdir <dir>   configuration, default " XLS_CONFDIR "\n"
    "  -v                more of libxl's messages\n"
    "\n"
    "Exit status: 0 moved; 1 failed, the guest runs here; 2 usage; 3 refused\n"
    "by policy, the guest runs here; 4 in doubt, suspended here, see\n"
    "xlsec-handover(7).\n";

struct options {
    const char *confdir;
    const char *config_file;
    bool json;
    bool quiet;
    xentoollog_level level;
    struct xls_send_setup setup;
    const char *domain;
    bool found; /* there is such a guest */
};

static int cancel_pipe[2] = {-1, -1};

/* ^C and the like: asked for once, in order; the send decides what it means. */
static void on_signal(int sig)
{
    (void)sig;
    (void)!write(cancel_pipe[1], "", 1);
}

/* 0, or the exit status to end with at once. */
static int parse(int argc, char **argv, struct options *o)
{
    enum { DRY = 256, JSON, CONFDIR, HELP, LIVE };
    static const struct option longs[] = {
        {"dry-run", no_argument, NULL, DRY},
        {"json", no_argument, NULL, JSON},
        {"confdir", required_argument, NULL, CONFDIR},
        {"help", no_argument, NULL, HELP},
        {"live", no_argument, NULL, LIVE}, /* as xl: accepted, always so */
        {NULL, 0, NULL, 0},
    };
    int c;

    while ((c = getopt_long(argc, argv, "C:pDs:vh", longs, NULL)) != -1) {
        switch (c) {
        case 'C':
            o->config_file = optarg;
            break;
        case 'p':
            o->setup.paused = true;
            break;
        case 'D':
            o->setup.keep_domid = true;
            break;
        case 's':
            o->setup.command = optarg;
            break;
        case 'v':
            o->level = o->level > XTL_DEBUG ? o->level - 1 : XTL_DEBUG;
            break;
        case DRY:
            o->setup.dry_run = true;
            break;
        case JSON:
            o->json = true;
            break;
        case CONFDIR:
            o->setup.confdir = optarg;
            break;
        case LIVE:
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            exit(xls_say_done(PROGRAM));
        default:
            (void)fputs("Try: xl migrate-secure --help\n", stderr);
            return XLS_EXIT_USAGE;
        }
    }
    if (argc - optind != 2) {
        xls_say_error(PROGRAM, "takes a domain and a host; see --help");
        return XLS_EXIT_USAGE;
    }
    o->domain = argv[optind];
    o->setup.host = argv[optind + 1];
    return 0;
}

/* What is not settled, and by what it will be. */
static void say_open(const struct xls_told *told, bool in_doubt)
{
    (void)fprintf(stderr, "%s\n%s\n", told->is, told->waits);
    if (in_doubt) {
        (void)fprintf(stderr, "Start it nowhere by hand before that.\n");
    }
    (void)fprintf(stderr,
                  "  xl secure-status %s   what is known of it\n"
                  "  xl secure-recover %s  asks now, and acts by the answer\n"
                  "  xlsec-handover(7)           when %s does not come back\n",
                  told->brief, told->brief, told->peer);
}

/* The last migration of this guest from here, when it is not settled. */
static bool find_open(const char *confdir, const char *guest,
                      struct xls_told *told)
{
    struct xls_journals all;
    struct xls_why why = {""};
    const struct xls_journal_entry *last = NULL;

    if (xls_journals_read(confdir, &all, &why) == XLS_OK) {
        for (size_t i = 0; i < all.count; i++) {
            const struct xls_journal_entry *e = &all.list[i];

            if (e->view.facts.role == XLS_ROLE_SOURCE && !e->damaged &&
                strcmp(e->view.facts.guest, guest) == 0) {
                last = e;
            }
        }
    }
    if (last != NULL) {
        xls_journals_tell(&all, last, told);
    }
    if (last != NULL && !xls_journals_is_open(last)) {
        last = NULL;
    }
    xls_journals_free(&all);
    return last != NULL;
}

static void say_where_it_is(const struct options *o, enum xls_outcome outcome,
                            const struct xls_report *report)
{
    const char *guest = report->guest[0] != '\0' ? report->guest : o->domain;
    struct xls_told told;
    bool open = o->found && !o->setup.dry_run &&
                find_open(o->setup.confdir, guest, &told);

    if (outcome == XLS_IN_DOUBT) {
        (void)fprintf(stderr, "The guest '%s' is IN DOUBT.\n", guest);
    } else if (outcome != XLS_MOVED && o->found) {
        (void)fprintf(stderr, "The guest '%s' was not moved; it stays here.\n",
                      guest);
    }
    if (outcome != XLS_MOVED && report->downtime_ms > 0) {
        (void)fprintf(stderr, "It stood still for %s%" PRId64 " ms%s.\n",
                      outcome == XLS_IN_DOUBT ? "" : "at most ",
                      report->downtime_ms,
                      outcome == XLS_IN_DOUBT ? " so far" : "");
    }
    if (outcome != XLS_MOVED && report->held_percent > 0) {
        (void)fprintf(stderr, "Its CPU was held to %u %% meanwhile.\n",
                      report->held_percent);
    }
    if (outcome != XLS_MOVED && report->not_held[0] != '\0') {
        (void)fprintf(stderr, "It was to be slowed, and could not be: %s\n",
                      report->not_held);
    }
    if (open) {
        say_open(&told, outcome == XLS_IN_DOUBT);
    }
}

static int finish(const struct options *o, enum xls_outcome outcome,
                  const struct xls_report *report, const struct xls_why *why)
{
    if (why->text[0] != '\0') {
        xls_say_error(PROGRAM, "%s", why->text);
        xls_say_lines(report->said);
    }
    say_where_it_is(o, outcome, report);
    if (o->json) {
        xls_say_report_json(report, outcome, why);
    } else if (outcome == XLS_MOVED && o->setup.dry_run) {
        (void)printf("Guest '%s' would be admitted by %s (%s); nothing was "
                     "moved.\n",
                     report->guest, report->peer, report->peer_says);
        xls_say_attested(report);
    } else if (outcome == XLS_MOVED) {
        xls_say_report(report);
    }
    return xls_say_done(PROGRAM) != 0 && outcome == XLS_MOVED ? 1
                                                              : (int)outcome;
}

static void catch_signals(void)
{
    const struct sigaction act = {.sa_handler = on_signal};

    (void)signal(SIGPIPE, SIG_IGN); /* libxl asks for this */
    (void)sigaction(SIGINT, &act, NULL);
    (void)sigaction(SIGTERM, &act, NULL);
    (void)sigaction(SIGHUP, &act, NULL);
}

int main(int argc, char **argv)
{
    struct options o = {.level = XTL_ERROR,
                        .setup = {.confdir = XLS_CONFDIR, .cancel_fd = -1}};
    struct xls_progress_line line = {.is_tty = isatty(STDERR_FILENO) == 1};
    struct xls_report report = {.guest = ""};
    struct xls_xen xen = {NULL, NULL};
    struct xls_xen_source *source = NULL;
    struct xls_why why = {""};
    enum xls_outcome outcome = XLS_STAYED;
    char *config = NULL;
    enum xls_rc rc = XLS_OK;
    int status = parse(argc, argv, &o);

    if (status != 0) {
        return status;
    }
    if (o.config_file != NULL) {
        rc = xls_override_read(o.config_file, &config, &why);
    }
    if (rc == XLS_OK) {
        rc = xls_xen_open(&xen, o.level, &why);
    }
    if (rc == XLS_OK) {
        rc = xls_xen_source_new(&xen, o.domain, config, &source, &why);
    }
    if (rc == XLS_OK && xls_fd_pipe(cancel_pipe) == XLS_OK) {
        catch_signals();
        o.found = true;
        line.what = o.domain;
        o.setup.cancel_fd = cancel_pipe[0];
        o.setup.ops = xls_xen_source_ops(source);
        o.setup.measure = xls_xen_measure_ops();
        o.setup.progress = xls_progress_show;
        o.setup.progress_ctx = &line;
        outcome = xls_send(&o.setup, &report, &why);
        xls_progress_end(&line);
    }
    status = finish(&o, outcome, &report, &why);
    xls_report_free(&report);
    xls_xen_source_free(source);
    xls_xen_close(&xen);
    free(config);
    return status;
}
