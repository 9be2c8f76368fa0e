/* SPDX-License-Identifier: LGPL-2.1-only */
#include "say.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "attest/binder.h"
#include "attest/pcrs.h"

enum { TTY_MS = 100, LOG_MS = 5000 };

void xls_say_error(const char *program, const char *format, ...)
{
    va_list args;

    (void)fprintf(stderr, "%s: ", program);
    va_start(args, format);
    (void)vfprintf(stderr, format, args);
    va_end(args);
    (void)fputc('\n', stderr);
}

int xls_say_done(const char *program)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        xls_say_error(program, "cannot write the output: %s", strerror(errno));
        return 1;
    }
    return 0;
}

void xls_say_bytes(char *out, size_t size, uint64_t bytes)
{
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double n = (double)bytes;
    size_t i = 0;

    while (n >= 1024 && i + 1 < sizeof(unit) / sizeof(unit[0])) {
        n /= 1024;
        i++;
    }
    (void)snprintf(out, size, i == 0 ? "%.0f %s" : "%.1f %s", n, unit[i]);
}

void xls_say_json(const char *text)
{
    (void)putchar('"');
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;

        if (c == '"' || c == '\\') {
            (void)printf("\\%c", c);
        } else if (c < ' ') {
            (void)printf("\\u%04x", c);
        } else {
            (void)putchar(c);
        }
    }
    (void)putchar('"');
}

static void print_line(const struct xls_progress_line *line,
                       const struct xls_progress *p)
{
    char sent[32];
    char rate[32];
    uint64_t share = 0;
    uint64_t ms = p->elapsed_ms > 0 ? (uint64_t)p->elapsed_ms : 1;

    xls_say_bytes(sent, sizeof(sent), p->stream_bytes);
    xls_say_bytes(rate, sizeof(rate), p->stream_bytes * 1000 / ms);
    (void)fprintf(stderr, "%s%s: %s", line->is_tty ? "\r\033[K" : "",
                  line->what, p->phase);
    if (p->stream_bytes > 0) {
        (void)fprintf(stderr, ", %s, %s/s", sent, rate);
    }
    if (p->expected_bytes > 0 && p->stream_bytes > 0) {
        share = p->stream_bytes * 100 / p->expected_bytes;
        /* pages that change are sent again: the rest of the way is a guess */
        (void)fprintf(stderr, ", %" PRIu64 " %%", share < 99 ? share : 99);
    }
    (void)fprintf(stderr, ", %" PRIu64 ".%" PRIu64 " s", ms / 1000,
                  ms % 1000 / 100);
    (void)fputs(line->is_tty ? "" : "\n", stderr);
    (void)fflush(stderr);
}

void xls_progress_show(void *ctx, const struct xls_progress *progress)
{
    struct xls_progress_line *line = ctx;
    bool is_new = line->last != progress->phase;
    int64_t pause = line->is_tty ? TTY_MS : LOG_MS;

    if (!is_new && progress->elapsed_ms - line->last_ms < pause) {
        return;
    }
    line->last = progress->phase;
    line->last_ms = progress->elapsed_ms;
    print_line(line, progress);
    line->is_open = line->is_tty;
}

void xls_progress_end(struct xls_progress_line *line)
{
    if (line->is_open) {
        (void)fputc('\n', stderr);
        line->is_open = false;
    }
}

void xls_say_lines(const char *lines)
{
    while (lines != NULL && *lines != '\0') {
        size_t len = strcspn(lines, "\n");

        (void)fprintf(stderr, "  %.*s\n", (int)len, lines);
        lines += len + (lines[len] == '\n' ? 1 : 0);
    }
}

void xls_say_attested(const struct xls_report *r)
{
    const struct xls_attested *a = &r->attested;
    char pcrs[64];

    if (r->waived) {
        (void)printf("  not attested: nothing but its key was asked for "
                     "(evidence = none)\n");
        return;
    }
    xls_pcrs_name(pcrs, sizeof(pcrs), a->pcrs);
    (void)printf("  attested by %s Evidence, %s %s: set '%s' of class '%s', "
                 "policy '%s' version %" PRIu32 "\n",
                 xls_evidence_kind_name(a->kind),
                 a->kind == XLS_EVIDENCE_TPM ? "PCRs" : "registers", pcrs,
                 a->set, a->class, a->policy, a->version);
    if (a->kind == XLS_EVIDENCE_TPM) {
        (void)printf("  its TPM: resetCount %" PRIu32 ", restartCount %" PRIu32
                     "\n",
                     a->clock.reset_count, a->clock.restart_count);
    }
}

void xls_say_attested_json(const struct xls_report *r)
{
    const struct xls_attested *a = &r->attested;
    char pcrs[64];

    xls_pcrs_name(pcrs, sizeof(pcrs), a->pcrs);
    (void)printf(",\"evidence\":\"%s\",\"evidence_waived\":%s,\"pcrs\":\"%s\","
                 "\"policy\":",
                 xls_evidence_kind_name(a->kind), r->waived ? "true" : "false",
                 pcrs);
    xls_say_json(a->policy);
    (void)printf(",\"policy_version\":%" PRIu32 ",\"class\":", a->version);
    xls_say_json(a->class);
    (void)printf(",\"set\":");
    xls_say_json(a->set);
}

void xls_say_report(const struct xls_report *r)
{
    char print[XLS_FINGERPRINT_TEXT];
    char stream[32];
    char wire[32];
    char rate[32];
    uint64_t ms = r->duration_ms > 0 ? (uint64_t)r->duration_ms : 1;

    xls_key_fingerprint(r->peer_key, print);
    xls_say_bytes(stream, sizeof(stream), r->stream_bytes);
    xls_say_bytes(wire, sizeof(wire), r->wire_octets);
    xls_say_bytes(rate, sizeof(rate), r->stream_bytes * 1000 / ms);
    (void)printf("Guest '%s' %s on %s (%s, key %s).\n", r->guest,
                 r->paused ? "is, paused," : "now runs", r->peer, r->peer_says,
                 print);
    xls_say_attested(r);
    (void)printf("  took %" PRIu64 ".%03" PRIu64
                 " s; the guest stood still for at most %" PRId64 " ms\n",
                 ms / 1000, ms % 1000, r->downtime_ms);
    (void)printf("  %s of stream (%" PRIu64 " pages) in %" PRIu64
                 " sealed records, %s on the wire, %s/s\n",
                 stream, r->stream_pages, r->records, wire, rate);
    if (r->held_percent > 0) {
        (void)printf("  it was busy: its CPU was held to %u %% while it "
                     "moved\n",
                     r->held_percent);
    }
    if (r->not_held[0] != '\0') {
        (void)printf("  it was busy, and could not be slowed: %s\n",
                     r->not_held);
    }
    (void)printf("  key agreement: %s\n", xls_suite_text(r->suite));
    if (r->companions > 0) {
        (void)printf(
            "  %u companion%s of its (vTPM state, files) moved along\n",
            r->companions, r->companions == 1 ? "" : "s");
    }
    (void)printf("  peak memory: wire %" PRIu64 " KiB, guard %" PRIu64 " KiB\n",
                 r->wire.peak_kib, r->guard.peak_kib);
}

void xls_say_report_json(const struct xls_report *r, enum xls_outcome outcome,
                         const struct xls_why *why)
{
    char print[XLS_FINGERPRINT_TEXT] = "";

    if (r->peer[0] != '\0') {
        xls_key_fingerprint(r->peer_key, print);
    }
    (void)printf("{\"outcome\":\"%s\",\"guest\":",
                 outcome == XLS_MOVED    ? "moved"
                 : outcome == XLS_DENIED ? "refused"
                 : outcome == XLS_STAYED ? "failed"
                                         : "in-doubt");
    xls_say_json(r->guest);
    (void)printf(",\"peer\":");
    xls_say_json(r->peer);
    (void)printf(",\"peer_host\":");
    xls_say_json(r->peer_says);
    xls_say_attested_json(r);
    (void)printf(",\"peer_key\":\"%s\",\"key_agreement\":\"%s\"", print,
                 r->suite == XLS_SUITE_NONE ? "" : xls_suite_text(r->suite));
    (void)printf(
        ",\"duration_ms\":%" PRId64 ",\"downtime_ms\":%" PRId64
        ",\"stream_bytes\":%" PRIu64 ",\"stream_pages\":%" PRIu64
        ",\"records\":%" PRIu64 ",\"companions\":%u,\"cpu_held_percent\":%u"
        ",\"wire_octets\":%" PRIu64 ",\"wire_peak_kib\":%" PRIu64
        ",\"guard_peak_kib\":%" PRIu64 ",\"reason\":",
        r->duration_ms, r->downtime_ms, r->stream_bytes, r->stream_pages,
        r->records, r->companions, r->held_percent > 0 ? r->held_percent : 100,
        r->wire_octets, r->wire.peak_kib, r->guard.peak_kib);
    xls_say_json(why->text);
    (void)printf("}\n");
}
