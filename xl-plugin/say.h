/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * say: how the programs speak to a person.
 */
#ifndef XLS_PLUGIN_SAY_H
#define XLS_PLUGIN_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/why.h"
#include "toolstack/report.h"

enum { XLS_EXIT_USAGE = 2 };

/* "PROGRAM: sentence" on stderr. */
__attribute__((format(printf, 2, 3))) void
xls_say_error(const char *program, const char *format, ...);

/* Make sure that a flush of stdout that failed is seen: 0, or 1 and a word. */
int xls_say_done(const char *program);

/* A figure of bytes with a unit ("12.3 MiB"), into out. */
void xls_say_bytes(char *out, size_t size, uint64_t bytes);

/* A string as JSON, with its quotes, on stdout. */
void xls_say_json(const char *text);

/* The running line of a migration; the ctx of xls_progress_show(). */
struct xls_progress_line {
    const char *what; /* the guest */
    const char *last; /* the phase shown last */
    int64_t last_ms;
    bool is_tty;
    bool is_open; /* a line without its newline is on the screen */
};

/* Show progress on stderr: one line that changes on a terminal, else a line
 * for each phase and one every five seconds. */
void xls_progress_show(void *ctx, const struct xls_progress *progress);

/* End the open line. */
void xls_progress_end(struct xls_progress_line *line);

/* Each of these lines, indented, on stderr; NULL: none. */
void xls_say_lines(const char *lines);

/* What the other host has proven of itself: a line for people, indented; or
 * members of a JSON object, with a comma before them. */
void xls_say_attested(const struct xls_report *report);
void xls_say_attested_json(const struct xls_report *report);

/* What was moved, where to, how long it took: for people, or as JSON. */
void xls_say_report(const struct xls_report *report);
void xls_say_report_json(const struct xls_report *report,
                         enum xls_outcome outcome, const struct xls_why *why);

#endif
