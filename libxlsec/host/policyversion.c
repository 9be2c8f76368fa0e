/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/policyversion.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/hex.h"
#include "host/conf.h"
#include "host/fd.h"

enum { FILE_MAX = 4096, NUMBER_MAX = 10 };

static const char head[] =
    "# The highest appraisal policy that was accepted here: version, SHA-256.\n"
    "# An older one is refused.\n";

static enum xls_rc path_of(const char *statedir, char *path, size_t size,
                           struct xls_why *why)
{
    int len = snprintf(path, size, "%s/policy.version", statedir);

    return len < 0 || (size_t)len >= size
               ? xls_why_set(why, XLS_HOST_IO,
                             "the state directory's name is longer than %d "
                             "characters",
                             XLS_PATH - 1)
               : XLS_OK;
}

enum xls_rc xls_policyversion_lock(const char *statedir, int *fd,
                                   struct xls_why *why)
{
    if (mkdir(statedir, 0700) != 0 && errno != EEXIST) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: cannot be created: %s; the version of the "
                           "appraisal policy is kept there",
                           statedir, strerror(errno));
    }
    *fd = open(statedir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    while (*fd >= 0 && flock(*fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            xls_fd_close(fd);
        }
    }
    return *fd >= 0 ? XLS_OK
                    : xls_why_set(why, XLS_HOST_IO, "%s: cannot be locked: %s",
                                  statedir, strerror(errno));
}

/* "VERSION HEX\n" behind the comment, and nothing else. */
static bool parse(const char *text, struct xls_policy_version *out)
{
    uint64_t n = 0;
    size_t digits;

    while (*text == '#') {
        text += strcspn(text, "\n");
        text += *text == '\n' ? 1 : 0;
    }
    digits = strspn(text, "0123456789");
    if (digits == 0 || digits > NUMBER_MAX || text[digits] != ' ') {
        return false;
    }
    for (size_t i = 0; i < digits; i++) {
        n = n * 10 + (uint64_t)(text[i] - '0');
    }
    text += digits + 1;
    out->version = n <= UINT32_MAX ? (uint32_t)n : 0;
    return out->version != 0 &&
           strlen(text) == 2 * (size_t)XLS_POLICY_DIGEST + 1 &&
           text[2 * (size_t)XLS_POLICY_DIGEST] == '\n' &&
           xls_hex_read(text, 2 * (size_t)XLS_POLICY_DIGEST, out->digest);
}

enum xls_rc xls_policyversion_read(const char *statedir,
                                   struct xls_policy_version *out,
                                   struct xls_why *why)
{
    struct xls_policy_version version = {0};
    char path[XLS_PATH + 32];
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc = path_of(statedir, path, sizeof(path), why);
    int fd;

    if (rc != XLS_OK) {
        return rc;
    }
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        *out = version;
        return XLS_OK;
    }
    rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, FILE_MAX, &text, &len);
    if (rc == XLS_HOST_IO) {
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s", path,
                         strerror(errno));
    } else if (rc == XLS_OK &&
               (strlen(text) != len || !parse(text, &version))) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is not as xlsec writes it [E-105]; restore it, "
                         "or, when you know that the policy in force is not an "
                         "old one, remove it",
                         path);
    }
    if (rc == XLS_OK) {
        *out = version;
    }
    free(text);
    xls_fd_close(&fd);
    return rc;
}

enum xls_rc xls_policyversion_write(const char *statedir,
                                    const struct xls_policy_version *version,
                                    struct xls_why *why)
{
    char path[XLS_PATH + 32];
    char hex[2 * XLS_POLICY_DIGEST + 1];
    char text[sizeof(head) + 96];
    enum xls_rc rc = path_of(statedir, path, sizeof(path), why);
    int len;

    xls_hex(hex, sizeof(hex), version->digest, sizeof(version->digest));
    len = snprintf(text, sizeof(text), "%s%" PRIu32 " %s\n", head,
                   version->version, hex);
    return rc == XLS_OK ? xls_file_replace(path, text, (size_t)len, why) : rc;
}

/* Sync the directory that path is in. */
static bool sync_dir(const char *path)
{
    char dir[XLS_PATH + 64];
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 1 : (size_t)(slash - path);
    int fd;
    bool ok;

    (void)snprintf(dir, sizeof(dir), "%.*s", (int)len,
                   slash == NULL ? "." : path);
    fd = open(dir[0] == '\0' ? "/" : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok = fd >= 0 && fsync(fd) == 0;
    xls_fd_close(&fd);
    return ok;
}

enum xls_rc xls_file_replace(const char *path, const void *p, size_t len,
                             struct xls_why *why)
{
    char next[XLS_PATH + 64];
    int said = snprintf(next, sizeof(next), "%s.new", path);
    int fd = -1;
    bool ok;

    if (said < 0 || (size_t)said >= sizeof(next)) {
        return xls_why_set(why, XLS_HOST_IO, "%s: the name is too long", path);
    }
    (void)unlink(next); /* left by one that was stopped */
    fd = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ok = fd >= 0 && xls_fd_write(fd, p, len) == XLS_OK &&
         fchmod(fd, 0644) == 0 && fsync(fd) == 0 && rename(next, path) == 0 &&
         sync_dir(path);
    if (!ok) {
        (void)xls_why_set(why, XLS_HOST_IO, "%s: cannot be written: %s", path,
                          strerror(errno));
        (void)unlink(next);
    }
    xls_fd_close(&fd);
    return ok ? XLS_OK : XLS_HOST_IO;
}
