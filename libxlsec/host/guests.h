/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * guests: what moves along with which guest of this host.  Level 5.
 *
 *   guests.d/X.conf   one guest: its name, its vTPM, its files (INI; see
 *                     xlsec.conf(5))
 */
#ifndef XLS_HOST_GUESTS_H
#define XLS_HOST_GUESTS_H

#include "base/rc.h"
#include "base/why.h"
#include "host/conf.h"
#include "proto/companion.h"

enum {
    XLS_GUEST_NAME = 256,  /* with its NUL; that of a Xen guest */
    XLS_SOCKET_PATH = 108, /* with its NUL; what a Unix socket may have */
};

struct xls_guest_conf {
    char name[XLS_GUEST_NAME];
    char path[XLS_PATH + 256 + 16];    /* its file; for messages */
    char vtpm[XLS_COMPANION_PATH + 1]; /* swtpm's state; empty: no vTPM */
    char socket[XLS_SOCKET_PATH];      /* swtpm's control; may be empty */
    struct xls_companions files;       /* FILE, most not filled */
};

/* With its NUL: the path of a companion below conf->under. */
enum { XLS_REAL_PATH = XLS_PATH + XLS_COMPANION_PATH + 1 };

/*
 * The directory that a companion of this path is in, or comes to, on this host;
 * -1 and errno when it cannot be opened.  The caller closes it.  real is the
 * whole path, and *base, in it, its name in that directory.
 */
int xls_companion_open_parent(const char *under, const char *path,
                              char real[XLS_REAL_PATH], const char **base);

/*
 * Parse one file's text; path is for messages.  Errors: XLS_HOST_CONF.
 */
XLS_MUST_USE enum xls_rc xls_guest_parse(const char *text, const char *path,
                                         struct xls_guest_conf *out,
                                         struct xls_why *why);

/*
 * What confdir/guests.d says of the guest of that name; *out is zero, with an
 * empty name, when nothing does.  Every file there is read, and an error in
 * any is an error: it could be this guest's.
 * Errors: XLS_HOST_CONF, XLS_HOST_NOMEM.
 */
XLS_MUST_USE enum xls_rc xls_guest_find(const char *confdir, const char *name,
                                        struct xls_guest_conf *out,
                                        struct xls_why *why);

#endif
