/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/fd.h"

enum { DIR_MAX = 512, FILE_MAX = 320 };

static enum xls_rc failed(struct xls_why *why, const char *dir,
                          const char *file)
{
    return xls_why_set(why, XLS_HOST_IO, "%s/%s: cannot be written: %s", dir,
                       file, strerror(errno));
}

int xls_keep_dirs(const char *dir)
{
    char path[DIR_MAX];
    size_t len = strlen(dir);

    if (len == 0 || len >= sizeof(path)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(path, dir, len + 1);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0') {
            continue;
        }
        path[i] = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST) {
            return -1;
        }
        path[i] = i < len ? '/' : '\0';
    }
    return 0;
}

/* The new file under a name of its own, whole and on the disk. */
static int write_new(int dir_fd, const char *name, const void *octets,
                     size_t len, mode_t mode)
{
    int fd = openat(dir_fd, name,
                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    int rc = -1;

    if (fd >= 0 && xls_fd_write(fd, octets, len) == XLS_OK && fsync(fd) == 0) {
        rc = 0;
    }
    xls_fd_close(&fd);
    return rc;
}

bool xls_keep_is_left(const char *name, const char *file)
{
    const char *dot = strrchr(name, '.');
    long pid;

    if (name[0] != '.' || dot == name || dot[1] == '\0' ||
        strspn(dot + 1, "0123456789") != strlen(dot + 1)) {
        return false;
    }
    if (file != NULL && (strncmp(name + 1, file, strlen(file)) != 0 ||
                         name + 1 + strlen(file) != dot)) {
        return false;
    }
    pid = strtol(dot + 1, NULL, 10);
    return pid > 0 && pid <= INT_MAX && kill((pid_t)pid, 0) != 0 &&
           errno == ESRCH;
}

/* What processes that are gone had half made of the file. */
static void tidy(int dir_fd, const char *file)
{
    struct dirent **names = NULL;
    int count = scandirat(dir_fd, ".", &names, NULL, NULL);

    for (int i = 0; i < count; i++) {
        if (xls_keep_is_left(names[i]->d_name, file)) {
            (void)unlinkat(dir_fd, names[i]->d_name, 0);
        }
        free(names[i]);
    }
    free((void *)names);
}

enum xls_rc xls_keep(const char *dir, const char *file, const void *octets,
                     size_t len, mode_t mode, struct xls_why *why)
{
    char name[FILE_MAX];
    int dir_fd = -1;
    enum xls_rc rc = XLS_OK;
    int n = snprintf(name, sizeof(name), ".%s.%ld", file, (long)getpid());

    if (n < 0 || (size_t)n >= sizeof(name)) {
        errno = ENAMETOOLONG;
        return failed(why, dir, file);
    }
    if (xls_keep_dirs(dir) == 0) {
        dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    }
    if (dir_fd < 0) {
        return failed(why, dir, file);
    }
    tidy(dir_fd, file);
    (void)unlinkat(dir_fd, name, 0); /* of a process of this number that died */
    if (write_new(dir_fd, name, octets, len, mode) != 0 ||
        renameat(dir_fd, name, dir_fd, file) != 0 || fsync(dir_fd) != 0) {
        rc = failed(why, dir, file);
        (void)unlinkat(dir_fd, name, 0); /* nothing half-made stays */
    }
    xls_fd_close(&dir_fd);
    return rc;
}
