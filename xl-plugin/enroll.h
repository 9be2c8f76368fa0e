/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * enroll: the `xlsec enroll` command.
 */
#ifndef XLS_PLUGIN_ENROLL_H
#define XLS_PLUGIN_ENROLL_H

/* The command line, as it was given; NULL is an option that was not. */
struct xls_enroll_options {
    const char *dir;
    const char *file;
    const char *ek_roots;
    const char *ek_pinned;
    const char *fingerprint;
    const char *allow;
    const char *class;
};

/* The steps, each giving the exit status: enroll-challenge.c, enroll-steps.c,
 * or enroll-none.c in a build without TPMs. */
int xls_enroll_challenge(const struct xls_enroll_options *o);
int xls_enroll_answer(const struct xls_enroll_options *o);
int xls_enroll_finish(const struct xls_enroll_options *o);

#endif
