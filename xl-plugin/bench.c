/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xlsec bench: a stream through guard and wire, loopback, wire and guard, as
 * the processes of a migration; only libxl is a stand-in at both ends.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/fd.h"
#include "say.h"
#include "standin.h"
#include "toolstack/receive.h"
#include "toolstack/send.h"
#include "twohosts.h"
#include "xlsec.h"

#define PROGRAM "xlsec bench"

static const char usage_text[] =
    "Usage: xlsec bench [--size <GiB>] [--input <file>] [--json]\n"
    "\n"
    "Push a stream through guard, wire, loopback, wire and guard, the very\n"
    "processes of a migration, and print what it cost. Nothing is configured\n"
    "or changed; keys are made for the run.\n"
    "\n"
    "  --size <GiB>     of data that does not compress; default 1\n"
    "  --input <file>   what xl save wrote, in place of made data\n"
    "  --libexec <dir>  where the helper programs are\n"
    "  --json           one JSON object\n";

struct options {
    unsigned size_mib;
    const char *input;
    const char *libexec;
    bool json;
};

struct bench {
    struct xls_two_hosts hosts;
    int listening;
    uint16_t port;
    struct xls_report sent;
    struct xls_report received; /* through a pipe from the child */
};

static bool listen_on_loopback(struct bench *b)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);

    b->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (b->listening < 0 ||
        bind(b->listening, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(b->listening, 1) != 0 ||
        getsockname(b->listening, (struct sockaddr *)&at, &len) != 0) {
        return false;
    }
    b->port = ntohs(at.sin_port);
    return true;
}

/* --- the run
 * ------------------------------------------------------------------------*/

static void quiet(void *ctx, const char *line)
{
    (void)ctx;
    (void)line;
}

/* The destination, in a process of its own; its report goes through out. */
_Noreturn static void receive(const struct bench *b, int out)
{
    struct xls_standin host;
    struct xls_report report;
    struct xls_why why = {""};
    struct xls_receive_setup setup = {.confdir = b->hosts.dir[1], .say = quiet};
    int fd = accept4(b->listening, NULL, NULL, SOCK_CLOEXEC);
    enum xls_rc rc;

    xls_standin_host(&host);
    setup.net[0] = setup.net[1] = fd;
    setup.ops = xls_standin_destination_ops(&host);
    setup.measure = xls_standin_measure_ops();
    rc = xls_receive(&setup, &report, &why);
    if (rc != XLS_OK) {
        xls_say_error(PROGRAM, "destination: %s", why.text);
    }
    _exit(rc == XLS_OK && xls_fd_write(out, &report, sizeof(report)) == XLS_OK
              ? 0
              : 1);
}

static bool make_guest(const struct options *o, struct xls_standin *guest,
                       struct xls_why *why)
{
    return (o->input != NULL
                ? xls_standin_file(guest, o->input, why)
                : xls_standin_made(guest, (uint64_t)o->size_mib * 256)) ==
           XLS_OK;
}

static bool run(struct bench *b, const struct options *o)
{
    struct xls_standin guest;
    struct xls_why why = {""};
    struct xls_send_setup setup = {.confdir = b->hosts.dir[0],
                                   .host = XLS_TWO_HOSTS_PEER,
                                   .cancel_fd = -1};
    int pipe[2];
    pid_t pid;
    bool ok = make_guest(o, &guest, &why) && xls_fd_pipe(pipe) == XLS_OK;

    if (ok) {
        pid = fork();
        if (pid == 0) {
            receive(b, pipe[1]);
        }
        xls_fd_close(&pipe[1]);
        setup.ops = xls_standin_source_ops(&guest);
        setup.measure = xls_standin_measure_ops();
        ok = pid > 0 && xls_send(&setup, &b->sent, &why) == XLS_MOVED;
        ok = read(pipe[0], &b->received, sizeof(b->received)) ==
                 (ssize_t)sizeof(b->received) &&
             ok;
        xls_fd_close(&pipe[0]);
        if (pid > 0) {
            (void)waitpid(pid, NULL, 0);
        }
    }
    if (!ok) {
        xls_say_error(PROGRAM, "%s", why.text);
    }
    xls_standin_free(&guest);
    return ok;
}

/* --- the figures
 * ----------------------------------------------------------------------*/

struct line {
    const char *name;
    const struct xls_usage *used;
};

static void print(const struct bench *b, bool json)
{
    const struct line lines[] = {
        {"source guard", &b->sent.guard},
        {"source wire", &b->sent.wire},
        {"destination wire", &b->received.wire},
        {"destination guard", &b->received.guard},
    };
    double bytes = (double)b->sent.stream_bytes;
    double seconds = (double)b->sent.duration_ms / 1000;
    double gib = bytes / (1 << 30);
    double mb_s = bytes / 1e6 / (seconds > 0 ? seconds : 1);
    double all = 0;

    (void)printf(json ? "{\"bytes\":%.0f,\"seconds\":%.3f,\"mb_per_s\":%.1f,"
                        "\"processes\":["
                      : "%.0f bytes of stream in %.3f s: %.1f MB/s\n",
                 bytes, seconds, mb_s);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        double cpu = (double)lines[i].used->cpu_us / 1e6;

        all += cpu;
        (void)printf(json ? "%s{\"name\":\"%s\",\"cpu_s_per_gib\":%.3f,"
                            "\"peak_kib\":%" PRIu64 "}"
                          : "%s  %-18s %6.3f CPU-s/GiB  %8" PRIu64
                            " KiB at its peak\n",
                     json && i > 0 ? "," : "", lines[i].name, cpu / gib,
                     lines[i].used->peak_kib);
    }
    (void)printf(json ? "],\"cpu_s_per_gib\":%.3f}\n"
                      : "  all four           %6.3f CPU-s/GiB\n",
                 all / gib);
}

static bool parse_size(const char *text, unsigned *mib)
{
    char *end = NULL;
    double gib = strtod(text, &end);

    if (end == text || *end != '\0' || !(gib >= 1.0 / 64) || gib > 1024) {
        return false;
    }
    *mib = (unsigned)(gib * 1024);
    return true;
}

int xlsec_cmd_bench(int argc, char **argv)
{
    enum { SIZE = 256, INPUT, LIBEXEC, JSON, HELP };
    static const struct option longs[] = {
        {"size", required_argument, NULL, SIZE},
        {"input", required_argument, NULL, INPUT},
        {"libexec", required_argument, NULL, LIBEXEC},
        {"json", no_argument, NULL, JSON},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct options o = {.size_mib = 1024, .libexec = XLS_LIBEXECDIR};
    struct bench b = {.listening = -1};
    bool ok;
    int c;

    while ((c = getopt_long(argc, argv, "h", longs, NULL)) != -1) {
        switch (c) {
        case SIZE:
            if (!parse_size(optarg, &o.size_mib)) {
                xls_say_error(PROGRAM, "--size takes GiB, 0.02 to 1024");
                return XLS_EXIT_USAGE;
            }
            break;
        case INPUT:
            o.input = optarg;
            break;
        case LIBEXEC:
            o.libexec = optarg;
            break;
        case JSON:
            o.json = true;
            break;
        case 'h':
        case HELP:
            (void)fputs(usage_text, stdout);
            return xls_say_done(PROGRAM);
        default:
            return XLS_EXIT_USAGE;
        }
    }
    if (optind != argc) {
        xls_say_error(PROGRAM, "takes no arguments; see --help");
        return XLS_EXIT_USAGE;
    }
    /* a guard that ends is an error, and not our end */
    (void)signal(SIGPIPE, SIG_IGN);
    ok = listen_on_loopback(&b) &&
         xls_two_hosts_make(&b.hosts, b.port, o.libexec, "");
    if (!ok) {
        xls_say_error(PROGRAM, "cannot prepare the run: %s", strerror(errno));
    }
    ok = ok && run(&b, &o);
    xls_two_hosts_remove(&b.hosts);
    xls_fd_close(&b.listening);
    if (ok) {
        print(&b, o.json);
    }
    return ok ? xls_say_done(PROGRAM) : 1;
}
