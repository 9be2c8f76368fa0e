/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * ini: one INI file against a table of the words it may hold.  Level 5.
 *
 * inih parses; this file adds the line number, refuses what is not in the
 * table, what comes twice, and what its setter does not take.
 */
#ifndef XLS_HOST_INI_H
#define XLS_HOST_INI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"

struct xls_ini_word {
    const char *section;
    const char *name;
    /* true if value was taken into what out points to */
    bool (*set)(void *out, const char *value);
    const char *expects; /* for the message: "a port, 1 to 65535" */
    bool needed;
    /* instead of set, for a word that may come more than once */
    bool (*add)(void *out, const char *name, const char *value);
};

/*
 * Parse text (a whole file; path is for messages) and call the setters.
 * At most 32 words.  Errors: XLS_HOST_CONF, and why names file and line.
 */
XLS_MUST_USE enum xls_rc xls_ini_parse(const char *text, const char *path,
                                       const struct xls_ini_word *words,
                                       size_t count, void *out,
                                       struct xls_why *why);

/* What setters share: true if value was taken.  Text of at least one character
 * that fits; a decimal number from lo to hi; a port. */
bool xls_ini_text(char *out, size_t size, const char *value);
bool xls_ini_number(unsigned *out, const char *value, unsigned lo, unsigned hi);
bool xls_ini_port(uint16_t *out, const char *value);

#endif
