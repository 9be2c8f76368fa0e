/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * measure-private: one measurement, in the making.  Level 6.
 *
 * measure.c has texts and files, measure-files.c which files there are.
 */
#ifndef XLS_TOOLSTACK_MEASURE_PRIVATE_H
#define XLS_TOOLSTACK_MEASURE_PRIVATE_H

#include "toolstack/measure.h"

enum { XLS_MEASURE_FILES_MAX = 64 };

struct xls_measure_trial {
    struct xls_measure *measure;
    const struct xls_measure_host *host;
    struct xls_measured out;
    struct xls_why *why;
    char *files[XLS_MEASURE_FILES_MAX]; /* owned; of register 9 */
    size_t count;
};

/* [E-128] Say that path could not be measured, and why; XLS_HOST_IO. */
enum xls_rc xls_measure_failed(struct xls_measure_trial *t, const char *path,
                               const char *what);

/* All of the file at path, at most max octets, and a NUL; *text is freed by the
 * caller. */
XLS_MUST_USE enum xls_rc xls_measure_slurp(struct xls_measure_trial *t,
                                           const char *path, size_t max,
                                           char **text, size_t *len);

/* The file behind path: *out is freed by the caller, and NULL where it need not
 * be there and is not. */
XLS_MUST_USE enum xls_rc xls_measure_resolve(struct xls_measure_trial *t,
                                             const char *path, bool needed,
                                             char **out);

/* A line for the file at path, which is its own. */
XLS_MUST_USE enum xls_rc xls_measure_file_add(struct xls_measure_trial *t,
                                              unsigned reg, const char *path);

/* All lines of register 9. */
XLS_MUST_USE enum xls_rc xls_measure_files(struct xls_measure_trial *t);

#endif
