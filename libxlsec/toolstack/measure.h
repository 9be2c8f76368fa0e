/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * measure: what this host is made of, for software Evidence.  Level 6.
 *
 * Texts and files of doc/EVIDENCE.md, rules [E-126] to [E-128]: each is a line
 * of a log and extends a register.  The same host gives the same octets, in
 * whichever process.  What cannot be read is an error, never left out.
 */
#ifndef XLS_TOOLSTACK_MEASURE_H
#define XLS_TOOLSTACK_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attest/softlog.h"
#include "base/rc.h"
#include "base/why.h"

/* Which register has what. */
enum xls_measure_register {
    XLS_MEASURE_XEN = 0,
    XLS_MEASURE_XEN_LINE = 1, /* its command line */
    XLS_MEASURE_KERNEL = 4,
    XLS_MEASURE_KERNEL_LINE = 8,
    XLS_MEASURE_FILES = 9,
};

/* What Xen says of itself (toolstack/xen), or a test in its place. */
struct xls_xen_facts {
    char version[48];        /* "4.17.5" */
    char changeset[80];      /* what it was built from */
    char build_id[136];      /* hexadecimal; empty: it has none */
    char compiled[176];      /* with what, by whom, when */
    char command_line[1040]; /* it keeps the first 1023 octets */
};

enum { XLS_MEASURE_PATH = 512, XLS_MEASURE_PROGRAMS = 24 };

/* What there is to be measured on a host. */
struct xls_measure_host {
    struct xls_xen_facts xen;
    bool libxl;       /* libxenlight and libxenctrl have to be mapped */
    char kernel[136]; /* release and version */
    char image[128];  /* the kernel's file, which need not be there */
    const char *line; /* a file with the kernel's command line */
    const char *maps; /* one with the mappings of this process */
    struct xls_measure_program {
        char path[XLS_MEASURE_PATH];
        bool needed; /* it has to be there */
    } programs[XLS_MEASURE_PROGRAMS];
    size_t count;
};

/*
 * This host, whose helper programs are in libexec, with Xen's facts as given.
 * It measures libxl as well.  Errors: XLS_HOST_CONF (a path is too long).
 */
XLS_MUST_USE enum xls_rc xls_measure_this_host(const struct xls_xen_facts *xen,
                                               const char *libexec,
                                               struct xls_measure_host *out,
                                               struct xls_why *why);

/* One more program, dir/name.  Errors: XLS_HOST_CONF (too long, too many). */
XLS_MUST_USE enum xls_rc xls_measure_program(struct xls_measure_host *host,
                                             const char *dir, const char *name,
                                             bool needed, struct xls_why *why);

/*
 * Remembers digests of files from one measurement to the next, which comes
 * while a guest waits: one whose size, times and inode are the same, and that
 * had not just been written then, is not read again.
 */
struct xls_measure;
struct xls_measure *xls_measure_new(void); /* NULL: no memory */
void xls_measure_free(struct xls_measure *measure);

struct xls_measured {
    struct xls_softdraft log; /* text, and registers */
    uint64_t octets;          /* of files that had to be read for it */
};

/*
 * Measure.  *out is written only on XLS_OK, and freed with
 * xls_measured_free(); why says what could not be measured.
 * Errors: XLS_HOST_IO, XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_measure(struct xls_measure *measure,
                                     const struct xls_measure_host *host,
                                     struct xls_measured *out,
                                     struct xls_why *why);
void xls_measured_free(struct xls_measured *measured);

#endif
