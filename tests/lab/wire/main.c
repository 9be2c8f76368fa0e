/*
 * wire DIR            joins the hosts that connect to DIR/nic.1 and DIR/nic.2,
 *                     and obeys what is said on DIR/wire.ctl
 * wire DIR COMMAND... says a command and prints the answer
 *
 * What the commands mean is told by "tests/lab/lab wire --help".
 */
#define _GNU_SOURCE
#include "../ctl.h"
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct wire wire;

static void record_stop(void)
{
    if (wire.record) {
        fclose(wire.record);
    }
    wire.record = NULL;
}

static int record_start(const char *path)
{
    static const unsigned char head[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0,
                                           0,    0,    0,    0,    0, 0, 0, 0,
                                           0,    0,    1,    0,    1, 0, 0, 0};
    FILE *out = fopen(path, "we");

    if (!out) {
        return -1;
    }
    record_stop();
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    fwrite(head, 1, sizeof(head), out);
    fflush(out);
    snprintf(wire.record_path, sizeof(wire.record_path), "%s", path);
    wire.record = out;
    return 0;
}

/* A decimal number up to max; -1 for anything else. */
static long number(const char *word, long max)
{
    char *end;
    long v;

    errno = 0;
    v = word && *word ? strtol(word, &end, 10) : -1;
    return v < 0 || *end || errno || v > max ? -1 : v;
}

/* [OFFSET] [from N] [port P], into a fault of this kind. */
static int set_fault(enum fault_kind kind, char **words, int count)
{
    struct fault f = {.kind = kind};
    int at = 0;

    if (count > 0 && number(words[0], 0x7fffffff) >= 0) {
        f.offset = (uint32_t)number(words[0], 0x7fffffff);
        at = 1;
    }
    for (; at + 1 < count; at += 2) {
        long v = number(words[at + 1], 65535);

        if (!strcmp(words[at], "from") && (v == 1 || v == 2)) {
            f.from = (int)v;
        } else if (!strcmp(words[at], "port") && v > 0) {
            f.port = (uint16_t)v;
        } else {
            return -1;
        }
    }
    if (at != count) {
        return -1;
    }
    wire.fault = f;
    wire.cut = 0;
    return 0;
}

static void stats(FILE *out)
{
    fprintf(out, "state %s\ndelay_ms %llu\nrate_kib %llu\n",
            wire.cut ? "cut" : "pass", (unsigned long long)(wire.delay / 1000),
            (unsigned long long)(wire.rate >> 10));
    fault_describe(&wire.fault, out);
    for (int i = 0; i < 2; i++) {
        struct side *s = &wire.sides[i];

        fprintf(out,
                "from %d connected %d frames %llu bytes %llu dropped %llu\n",
                i + 1, s->fd >= 0, (unsigned long long)s->frames,
                (unsigned long long)s->bytes, (unsigned long long)s->dropped);
    }
    fprintf(out, "record %s\n", wire.record ? wire.record_path : "off");
}

/* Carry out one command; a complaint, or NULL. */
static const char *carry_out(char **words, int count, FILE *out)
{
    const char *verb = count > 0 ? words[0] : "";

    if (!strcmp(verb, "pass") && count == 1) {
        wire.cut = 0;
        wire.delay = 0;
        wire.rate = 0;
        memset(&wire.fault, 0, sizeof(wire.fault));
    } else if (!strcmp(verb, "cut") && count == 1) {
        wire.cut = 1;
    } else if (!strcmp(verb, "cut")) {
        return set_fault(FAULT_CUT, words + 1, count - 1)
                   ? "say: cut [OFFSET] [from 1|2] [port P]"
                   : NULL;
    } else if (!strcmp(verb, "reset")) {
        return set_fault(FAULT_RESET, words + 1, count - 1)
                   ? "say: reset [OFFSET] [from 1|2] [port P]"
                   : NULL;
    } else if (!strcmp(verb, "corrupt")) {
        return count < 2 || number(words[1], 0x7fffffff) < 0 ||
                       set_fault(FAULT_CORRUPT, words + 1, count - 1)
                   ? "say: corrupt OFFSET [from 1|2] [port P]"
                   : NULL;
    } else if (!strcmp(verb, "delay") && count == 2) {
        long ms = number(words[1], 60000);

        if (ms < 0) {
            return "say: delay MS (0 to 60000)";
        }
        wire.delay = (uint64_t)ms * 1000;
    } else if (!strcmp(verb, "rate") && count == 2) {
        long kib = number(words[1], 1000000);

        if (kib < 1) {
            return "say: rate KIB (1 to 1000000)";
        }
        wire.rate = (uint64_t)kib << 10;
    } else if (!strcmp(verb, "record") && count == 2) {
        if (!strcmp(words[1], "off")) {
            record_stop();
        } else if (record_start(words[1])) {
            return strerror(errno);
        }
    } else if (!strcmp(verb, "stats") && count == 1) {
        stats(out);
    } else {
        return "unknown command: see 'lab wire --help'";
    }
    return NULL;
}

static const char *obey(char **words, int count, FILE *out)
{
    const char *complaint = carry_out(words, count, out);

    if (wire.record) {
        fflush(wire.record);
    }
    return complaint;
}

/* Until when nothing is due: milliseconds for poll. */
static int patience(void)
{
    uint64_t now = wire_now(), least = 1000000;

    for (int i = 0; i < 2; i++) {
        const struct frame *f = wire.sides[i].first;

        if (f && f->due > now && f->due - now < least) {
            least = f->due - now;
        }
    }
    return (int)((least + 999) / 1000);
}

static void serve(int control)
{
    for (;;) {
        struct pollfd p[5] = {{.fd = control, .events = POLLIN}};

        for (int i = 0; i < 2; i++) {
            struct side *s = &wire.sides[i];
            int due = s->first && s->first->due <= wire_now();
            int room = wire.sides[!i].queued <
                       (wire.rate > 0 ? QUEUE_SLOW : QUEUE_MAX);

            p[1 + i] = (struct pollfd){.fd = s->listener, .events = POLLIN};
            p[3 + i] = (struct pollfd){
                .fd = s->fd,
                .events = (short)((room ? POLLIN : 0) | (due ? POLLOUT : 0)),
            };
        }
        if (poll(p, 5, patience()) == 0 && wire.record) {
            fflush(wire.record);
        }
        if (p[0].revents) {
            ctl_answer(control, obey);
        }
        for (int i = 0; i < 2; i++) {
            if (p[3 + i].revents && wire.sides[i].fd == p[3 + i].fd) {
                link_receive(&wire, i);
            }
            if (p[1 + i].revents) {
                link_accept(&wire, i);
            }
        }
        link_flush(&wire, 0);
        link_flush(&wire, 1);
    }
}

int main(int argc, char **argv)
{
    int control;

    signal(SIGPIPE, SIG_IGN);
    if (argc > 2) {
        return ctl_ask(argv[1], "wire.ctl", argc - 2, argv + 2);
    }
    if (argc < 2) {
        fprintf(stderr, "usage: wire DIR [COMMAND...]\n");
        return 2;
    }
    umask(077);
    for (int i = 0; i < 2; i++) {
        wire.sides[i].fd = -1;
        wire.sides[i].last = &wire.sides[i].first;
        wire.sides[i].listener = ctl_listen(argv[1], i ? "nic.2" : "nic.1");
    }
    control = ctl_listen(argv[1], "wire.ctl");
    serve(control);
}
