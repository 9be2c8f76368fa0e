/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * explain: what `xlsec check --explain` says of a guest's configuration.
 */
#ifndef XLS_PLUGIN_EXPLAIN_H
#define XLS_PLUGIN_EXPLAIN_H

#include <stdbool.h>

struct xls_explain {
    const char *file;    /* for messages and in the output */
    const char *confdir; /* where peers.d is */
    const char *peer;    /* a name in it; NULL: a host without a line */
    bool json;
};

/*
 * Read fd, which is a file of `xl save` (of which the configuration alone is
 * looked at) or a configuration in JSON, and print what would be refused and
 * what would accept it.  The exit status: 0 nothing is, 65 something is, 66
 * cannot read, 70 this host's own files or memory, 2 there is no such peer.
 */
int xls_explain(const struct xls_explain *what, int fd);

#endif
