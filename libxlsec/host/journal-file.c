/* SPDX-License-Identifier: LGPL-2.1-only */
/* Names, directory, locks and octets of journals. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/journal-private.h"
#include "host/keep.h"

enum { WAIT_MS = 10000 }; /* for a lock that is held for some milliseconds */

static const char *const roles[] = {
    [XLS_ROLE_SOURCE] = ".source",
    [XLS_ROLE_DESTINATION] = ".destination",
};

void xls_journal_file(enum xls_role role, const uint8_t id[XLS_ID_LEN],
                      char out[XLS_JOURNAL_FILE])
{
    char digits[2 * XLS_ID_LEN + 1];

    xls_hex(digits, sizeof(digits), id, XLS_ID_LEN);
    (void)snprintf(out, XLS_JOURNAL_FILE, "%s%s", digits, roles[role]);
}

bool xls_journal_file_read(const char *name, enum xls_role *role,
                           uint8_t id[XLS_ID_LEN])
{
    const char *end = name + strspn(name, "0123456789abcdef");
    char digits[2 * XLS_ID_LEN + 1];

    *role = strcmp(end, roles[XLS_ROLE_SOURCE]) == 0 ? XLS_ROLE_SOURCE
            : strcmp(end, roles[XLS_ROLE_DESTINATION]) == 0
                ? XLS_ROLE_DESTINATION
                : XLS_ROLE_NONE;
    (void)snprintf(digits, sizeof(digits), "%.32s", name);
    return *role != XLS_ROLE_NONE && strcspn(name, ".") == sizeof(digits) - 1 &&
           xls_hex_decode(digits, id, XLS_ID_LEN);
}

/* --- the directory -------------------------------------------------------- */

/* Is it root's, or ours, and nobody else's to change? */
static bool is_ours(const struct stat *st)
{
    return (st->st_uid == 0 || st->st_uid == geteuid()) &&
           (st->st_mode & 022) == 0;
}

enum xls_rc xls_journal_dir(const char *state, bool make, int *dir,
                            struct xls_why *why)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    char where[XLS_PATH + 16];
    struct stat st;

    (void)snprintf(where, sizeof(where), "%.*s/handover", XLS_PATH, state);
    *dir = open(where, flags);
    if (*dir < 0 && errno == ENOENT) {
        if (!make) {
            return XLS_OK;
        }
        if (xls_keep_dirs(where) == 0) {
            *dir = open(where, flags);
        }
        /* its name, and those above it, last as long as what is in it */
        if (*dir >= 0 && syncfs(*dir) != 0) {
            xls_fd_close(dir);
        }
    }
    if (*dir < 0 || fstat(*dir, &st) != 0) {
        xls_fd_close(dir);
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be used: %s", where,
                           strerror(errno));
    }
    if (!is_ours(&st)) {
        xls_fd_close(dir);
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: can be changed by others than root; chown and "
                           "chmod it",
                           where);
    }
    return XLS_OK;
}

/* --- locks ---------------------------------------------------------------- */

/* [P-97] A lock of the process, not of the descriptor: a helper that was forked
 * has it not, and who asks is told whose it is. */
int xls_journal_lock(int fd, pid_t *holder)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    *holder = 0;
    if (fcntl(fd, F_SETLK, &lock) == 0) {
        return 0;
    }
    if (errno == EACCES || errno == EAGAIN) {
        *holder = xls_journal_holder(fd);
        errno = EAGAIN;
    }
    return -1;
}

pid_t xls_journal_holder(int fd)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? lock.l_pid
                                                                    : 0;
}

enum xls_rc xls_journal_lock_dir(int dir, int *lock, struct xls_why *why)
{
    int64_t until = xls_now_ms() + WAIT_MS;
    const struct timespec nap = {.tv_nsec = 10000000};
    pid_t holder = 0;

    *lock =
        openat(dir, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    while (*lock >= 0 && xls_journal_lock(*lock, &holder) != 0) {
        if (errno != EAGAIN || xls_now_ms() > until) {
            enum xls_rc rc = errno == EAGAIN ? XLS_HOST_BUSY : XLS_HOST_IO;

            xls_fd_close(lock);
            return xls_why_set(why, rc,
                               "the lock of all migrations' journals cannot "
                               "be had (process %ld has it): %s",
                               (long)holder, strerror(errno));
        }
        (void)nanosleep(&nap, NULL);
    }
    return *lock >= 0 ? XLS_OK
                      : xls_why_set(why, XLS_HOST_IO,
                                    "the lock of all migrations' journals "
                                    "cannot be opened: %s",
                                    strerror(errno));
}

/* --- octets --------------------------------------------------------------- */

/* The whole file, line feeds behind it. */
static enum xls_rc read_octets(int fd, char *out, struct xls_why *why)
{
    size_t used = 0;
    ssize_t n = 1;

    memset(out, '\n', XLS_JOURNAL_SIZE);
    while (n > 0 && used < XLS_JOURNAL_SIZE) {
        n = pread(fd, out + used, XLS_JOURNAL_SIZE - used, (off_t)used);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        used += n > 0 ? (size_t)n : 0;
    }
    return n >= 0 ? XLS_OK
                  : xls_why_set(why, XLS_HOST_IO, "it cannot be read: %s",
                                strerror(errno));
}

enum xls_rc xls_journal_load(int fd, struct xls_journal_text *text,
                             struct xls_journal_view *view, bool *known,
                             struct xls_why *why)
{
    struct stat st;
    char *octets = NULL;
    enum xls_rc rc;

    *known = false;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !is_ours(&st) ||
        st.st_size > XLS_JOURNAL_SIZE) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "it is no plain file of the right size, or can be "
                           "changed by others than root");
    }
    octets = malloc(XLS_JOURNAL_SIZE);
    if (octets == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = read_octets(fd, octets, why);
    if (rc == XLS_OK) {
        rc = xls_journal_text_read(octets, text, view, known, why);
    }
    free(octets);
    return rc;
}
