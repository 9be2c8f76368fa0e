/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * twohosts: the configuration of a source and a destination on this machine,
 * for one run of xlsec bench or of a test.
 */
#ifndef XLS_PLUGIN_TWOHOSTS_H
#define XLS_PLUGIN_TWOHOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/dh.h"
#include "host/keyfile.h"

/* What each of the two calls the other. */
#define XLS_TWO_HOSTS_PEER "other"

struct xls_two_hosts {
    char top[32];    /* a new directory under /tmp */
    char dir[2][64]; /* in it: the configuration of source and destination */
    struct xls_secret_key fleet;
    struct xls_dh_key key[2];
};

/*
 * New keys and two directories, each naming the other host as a peer for both
 * directions at 127.0.0.1 and port.  more is added to both xlsec.conf, such as
 * a whole section; "" for nothing.  False: errno says why.  Remove it with
 * xls_two_hosts_remove(), also after an error.
 */
bool xls_two_hosts_make(struct xls_two_hosts *out, uint16_t port,
                        const char *libexec, const char *more);

/* Write text over the file of that name in the directory of host 0 or 1, with
 * that mode.  False: errno says why. */
bool xls_two_hosts_write(const struct xls_two_hosts *hosts, unsigned which,
                         const char *name, const char *text, unsigned mode);

/* Remove everything below top, and the keys from memory. */
void xls_two_hosts_remove(struct xls_two_hosts *hosts);

#endif
