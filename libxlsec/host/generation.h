/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * generation: which copy of a guest's vTPM is the last one.  Level 5.
 *
 * A vTPM's state has a generation, which is one higher after each move.  Two
 * files keep it, each a few lines of text:
 *
 *   STATE/vtpm/UUID.generation     the highest that this host has had or given
 *                                  away of that guest's, and whether a move of
 *                                  it is open
 *   TPMSTATE/xlsec.generation      that of this copy; absent: it never moved, 0
 *
 * So a copy from a backup has a lower number than the host that gave the real
 * one away, or that has it.
 */
#ifndef XLS_HOST_GENERATION_H
#define XLS_HOST_GENERATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rc.h"
#include "base/why.h"

enum { XLS_UUID_LEN = 16, XLS_UUID_TEXT = 37 };

#define XLS_GENERATION_MARK "xlsec.generation" /* in the TPM's directory */

struct xls_generation {
    uint64_t highest; /* 0: none was ever here */
    bool open;        /* highest + 1 was offered to another host, and what
                       * became of it is not known */
    char move[33];    /* then: the id of that migration in hexadecimal */
    char peer[64];    /* and that host's name */
};

/* uuid as 8-4-4-4-12 digits, with a NUL. */
void xls_uuid_text(const uint8_t uuid[XLS_UUID_LEN], char out[XLS_UUID_TEXT]);

/*
 * What this host knows of that guest's vTPM; zero when nothing.  state is the
 * state directory.  Errors: XLS_HOST_CONF (not readable, or not ours).
 */
XLS_MUST_USE enum xls_rc xls_generation_read(const char *state,
                                             const uint8_t uuid[XLS_UUID_LEN],
                                             struct xls_generation *out,
                                             struct xls_why *why);

/* Write it, synced, in place of what was there; directories are made.
 * Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc xls_generation_write(const char *state,
                                              const uint8_t uuid[XLS_UUID_LEN],
                                              const struct xls_generation *g,
                                              struct xls_why *why);

/*
 * The generation of the copy in the directory dir (open; path is for messages);
 * 0 when it has no mark.  Errors: XLS_HOST_CONF (not readable, or the mark of
 * another guest's vTPM).
 */
XLS_MUST_USE enum xls_rc
xls_generation_mark_read(int dir, const char *path,
                         const uint8_t uuid[XLS_UUID_LEN], uint64_t *out,
                         struct xls_why *why);

/* Put the mark there, which must have none; synced, but not the directory.
 * Errors: XLS_HOST_IO. */
XLS_MUST_USE enum xls_rc
xls_generation_mark_write(int dir, const uint8_t uuid[XLS_UUID_LEN],
                          uint64_t generation, struct xls_why *why);

#endif
