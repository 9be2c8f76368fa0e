/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * measure CMD...: run it, exit as it does, and say as the last line of standard
 * error what it took: milliseconds of processor time, KiB of memory at its
 * largest.  A program of its own, because a process inherits the peak of the
 * one that it was forked from: this one has next to none.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long ms(const struct timeval *t)
{
    return (long)t->tv_sec * 1000 + (long)t->tv_usec / 1000;
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status;
    pid_t child;

    if (argc < 2 || (child = fork()) < 0) {
        return 2;
    }
    if (child == 0) {
        (void)execvp(argv[1], argv + 1);
        _exit(127);
    }
    if (wait4(child, &status, 0, &used) != child) {
        return 2;
    }
    (void)fprintf(stderr, "%ld %ld\n", ms(&used.ru_utime) + ms(&used.ru_stime),
                  used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
