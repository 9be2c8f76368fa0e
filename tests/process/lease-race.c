/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * lease-race: two hosts swap one lease at the same moment, again and again.
 *
 *   lease-race PATH DIR [ROUNDS]   PATH: the arbiter's storage; DIR/0, DIR/1:
 * the two hosts' sanlock
 *
 * Exit status 0: in each round one of both had it, and both said so.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/arbiter.h"

static const uint8_t id[XLS_ID_LEN] = {7, 7, 7};
static struct xls_why why;

static struct xls_arbiter *open_as(const char *path, const char *dir,
                                   unsigned host)
{
    static struct xls_conf conf;
    struct xls_arbiter *arbiter = NULL;
    char run[256];

    (void)snprintf(run, sizeof(run), "%s/%u", dir, host);
    (void)setenv("SANLOCK_RUN_DIR", run, 1);
    (void)snprintf(conf.arbiter, sizeof(conf.arbiter), "%s", path);
    conf.arbiter_host = host + 1;
    if (xls_arbiter_open(&conf, 30000, &arbiter, &why) != XLS_OK) {
        (void)fprintf(stderr, "host %u: %s\n", host, why.text);
        exit(2);
    }
    return arbiter;
}

/* Has this host got it? */
static bool take(struct xls_arbiter *a, enum xls_lease_value to)
{
    enum xls_lease_value now = XLS_LEASE_NONE;

    if (xls_arbiter_swap(a, id, XLS_LEASE_OFFERED, to, &now, &why) != XLS_OK) {
        (void)fprintf(stderr, "%s\n", why.text);
        exit(2);
    }
    return now == to;
}

/* Host 1: told to go by an octet, answers with one. */
_Noreturn static void other(const char *path, const char *dir, int in, int out)
{
    struct xls_arbiter *a;
    char go;

    if (read(in, &go, 1) != 1) { /* the lease is there */
        _exit(2);
    }
    a = open_as(path, dir, 1);
    if (xls_arbiter_enter(a, id, &why) != XLS_OK) {
        (void)fprintf(stderr, "%s\n", why.text);
        _exit(2);
    }
    go = 'r';
    while (write(out, &go, 1) == 1 && read(in, &go, 1) == 1) {
        go = take(a, XLS_LEASE_TAKEN) ? 'y' : 'n';
    }
    _exit(0);
}

/* One round; true when exactly one had it, and it is there. */
static bool play(struct xls_arbiter *a, int in, int out, unsigned *mine)
{
    enum xls_lease_value now;
    struct xls_lease lease;
    char theirs = 'g';
    bool ours;

    if (xls_arbiter_swap(a, id, XLS_LEASE_NONE, XLS_LEASE_OFFERED, &now,
                         &why) != XLS_OK ||
        write(out, &theirs, 1) != 1) {
        return false;
    }
    ours = take(a, XLS_LEASE_SOURCE);
    if (read(in, &theirs, 1) != 1 ||
        xls_arbiter_look(a, id, &lease, &why) != XLS_OK) {
        return false;
    }
    *mine += ours ? 1 : 0;
    return ours != (theirs == 'y') && lease.source == 1 &&
           lease.destination == 2 &&
           lease.value == (ours ? XLS_LEASE_SOURCE : XLS_LEASE_TAKEN);
}

int main(int argc, char **argv)
{
    unsigned rounds = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 20;
    struct xls_arbiter *a;
    unsigned mine = 0;
    unsigned good = 0;
    int to[2];
    int from[2];
    char ready;

    if (argc < 3 || pipe(to) != 0 || pipe(from) != 0) {
        return 2;
    }
    if (fork() == 0) { /* before sanlock's library remembers its directory */
        (void)close(to[1]);
        other(argv[1], argv[2], to[0], from[1]);
    }
    (void)close(from[1]);
    a = open_as(argv[1], argv[2], 0);
    if (xls_arbiter_begin(a, id, &why) != XLS_OK || write(to[1], "g", 1) != 1) {
        (void)fprintf(stderr, "%s\n", why.text);
        return 2;
    }
    ready = (char)(read(from[0], &ready, 1) == 1 ? 'r' : 'n');
    for (unsigned i = 0; ready == 'r' && i < rounds; i++) {
        good += play(a, from[0], to[1], &mine) ? 1 : 0;
    }
    (void)close(to[1]);
    (void)wait(NULL);
    (void)printf("%u rounds, %u with one winner, %u of them host 0\n", rounds,
                 good, mine);
    if (xls_arbiter_end(a, id, &why) != XLS_OK ||
        xls_arbiter_end(a, id, &why) != XLS_OK) { /* it is done already */
        good = 0;
    }
    xls_arbiter_close(a);
    return good == rounds ? 0 : 1;
}
