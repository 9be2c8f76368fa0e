/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * identityfile: files that go from host to host by hand, and the question
 * whether an identity is the right one.
 */
#ifndef XLS_PLUGIN_IDENTITYFILE_H
#define XLS_PLUGIN_IDENTITYFILE_H

#include <stdbool.h>
#include <stdio.h>

#include "host/bundle.h"
#include "host/conf.h"

/* A text file, or stdin for "-"; NULL, and it has been told, when it is none.
 * The caller frees it. */
char *xls_file_text(const char *program, const char *file);

/* The identity in a file; false, and it has been told, when it is none, or has
 * a key that was revoked here. */
bool xls_identity_file(const char *program, const char *dir, const char *file,
                       struct xls_bundle *out);

/*
 * Is it the one with this fingerprint; or, with NULL, does a person say so?
 * What it is goes to to, with more behind it, before the question.  False, and
 * it has been told, when not.
 */
bool xls_identity_agreed(const char *program, FILE *to, const char *file,
                         const struct xls_bundle *bundle, const char *more,
                         const char *fingerprint);

/* Is that what `allow` of a peer file may say?  False, and it has been told,
 * when not. */
bool xls_allow_agreed(const char *program, const char *allow);

/* "PROGRAM: sentence": why's, or the verdict's own. */
void xls_say_why(const char *program, enum xls_rc rc,
                 const struct xls_why *why);

#endif
