/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * xl: runs this project's subcommands, and hands everything else, untouched, to
 * the real xl; but it starts no guest whose migration is not settled.  Upstream
 * xl has no plugins; this stands before it on the PATH.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "openguest.h"
#include "realxl.h"

enum { ARGS_MAX = 256 };

/* The index of the subcommand behind xl's own options (-v -f -t -T -N);
 * argc when there is none. */
static int find_command(int argc, char **argv)
{
    int i = 1;

    while (i < argc && argv[i][0] == '-') {
        i++;
    }
    return i;
}

/* What may follow "xl-": nothing that could lead out of our directory. */
static int is_plain(const char *name)
{
    return name[0] != '\0' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz-") == strlen(name);
}

/* Become XLS_SBINDIR/xl-COMMAND when there is such a program. */
static void try_ours(int argc, char **argv, int command)
{
    char path[512];
    char *args[ARGS_MAX];
    int n = 0;

    if (command >= argc || argc + 1 >= ARGS_MAX || !is_plain(argv[command])) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/xl-%s", XLS_SBINDIR, argv[command]);
    if (access(path, X_OK) != 0) {
        return;
    }
    args[n++] = path;
    for (int i = 1; i < command; i++) {
        if (argv[i][1] == 'v') {
            args[n++] = argv[i]; /* the one of xl's options that we know */
        }
    }
    for (int i = command + 1; i < argc; i++) {
        args[n++] = argv[i];
    }
    args[n] = NULL;
    (void)execv(path, args);
    (void)fprintf(stderr, "xl: cannot run %s: %s\n", path, strerror(errno));
    exit(1);
}

int main(int argc, char **argv)
{
    char real[512];
    int command = find_command(argc, argv);

    try_ours(argc, argv, command);
    if (command < argc &&
        !xls_openguest_permits(XLS_CONFDIR, argc - command, argv + command)) {
        return 1;
    }
    if (!xls_real_xl(real, sizeof(real))) {
        (void)fputs("xl: Xen's own xl is not installed (Debian: "
                    "apt-get install xen-utils)\n",
                    stderr);
        return 1;
    }
    argv[0] = real;
    (void)execv(real, argv);
    (void)fprintf(stderr, "xl: cannot run %s: %s\n", real, strerror(errno));
    return 1;
}
