/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/generation.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/conf.h"
#include "host/fd.h"
#include "host/keep.h"

enum { TEXT = 512, NAME = XLS_UUID_TEXT + 32 };

void xls_uuid_text(const uint8_t uuid[XLS_UUID_LEN], char out[XLS_UUID_TEXT])
{
    size_t used = 0;

    for (size_t i = 0; i < XLS_UUID_LEN; i++) {
        used += (size_t)snprintf(
            out + used, XLS_UUID_TEXT - used, "%s%02x",
            i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
    }
}

/* --- words --------------------------------------------------------------- */

/* 1 to 20 digits, no zero in front, and nothing behind. */
static bool number(const char *text, uint64_t *out)
{
    uint64_t n = 0;

    if (text[0] == '\0' || text[0] == '0') {
        return false;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' ||
            __builtin_mul_overflow(n, (uint64_t)10, &n) ||
            __builtin_add_overflow(n, (uint64_t)(*c - '0'), &n)) {
            return false;
        }
    }
    *out = n;
    return true;
}

static bool take_text(char *out, size_t size, const char *value)
{
    size_t len = strlen(value);

    if (len == 0 || len >= size) {
        return false;
    }
    memcpy(out, value, len + 1);
    return true;
}

/* What both files hold. */
struct file {
    uint64_t generation;
    char uuid[XLS_UUID_TEXT];
    char move[33];
    char peer[64];
};

static bool take_line(struct file *f, const char *word, const char *value)
{
    if (strcmp(word, "generation") == 0) {
        return f->generation == 0 && number(value, &f->generation);
    }
    if (strcmp(word, "guest") == 0) {
        return f->uuid[0] == '\0' && take_text(f->uuid, sizeof(f->uuid), value);
    }
    if (strcmp(word, "open-move") == 0) {
        return f->move[0] == '\0' &&
               take_text(f->move, sizeof(f->move), value) &&
               strspn(value, "0123456789abcdef") == 32;
    }
    if (strcmp(word, "open-to") == 0) {
        return f->peer[0] == '\0' && xls_peer_name_ok(value) &&
               take_text(f->peer, sizeof(f->peer), value);
    }
    return false;
}

/* "word value" lines and comments; text is cut up in place. */
static bool parse(char *text, struct file *out)
{
    struct file f = {0};

    for (char *at = text; at != NULL && *at != '\0';) {
        char *line = strsep(&at, "\n");
        char *value = strchr(line, ' ');

        if (line[0] == '#') {
            continue;
        }
        if (at == NULL || value == NULL) {
            return false; /* the last line has its end, or was cut */
        }
        *value++ = '\0';
        if (!take_line(&f, line, value)) {
            return false;
        }
    }
    *out = f;
    return f.uuid[0] != '\0' && (f.move[0] == '\0') == (f.peer[0] == '\0');
}

/* --- files --------------------------------------------------------------- */

/* The file of that name in dir; *found is false when there is none. */
static enum xls_rc read_file(int dir, const char *name, const char *where,
                             struct file *out, bool *found, struct xls_why *why)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    char *text = NULL;
    size_t len = 0;
    bool good = false;

    *found = false;
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
        (st.st_uid == 0 || st.st_uid == geteuid()) && (st.st_mode & 022) == 0 &&
        xls_fd_slurp(fd, TEXT, &text, &len) == XLS_OK) {
        good = strlen(text) == len && parse(text, out);
    }
    free(text);
    xls_fd_close(&fd);
    *found = good;
    return good ? XLS_OK
                : xls_why_set(why, XLS_HOST_CONF,
                              "%s/%s: is not what xlsec wrote there, or does "
                              "not belong to root alone; look which generation "
                              "of the vTPM is the last one before you mend it",
                              where, name);
}

static void name_of(const uint8_t uuid[XLS_UUID_LEN], char name[NAME])
{
    char text[XLS_UUID_TEXT];

    xls_uuid_text(uuid, text);
    (void)snprintf(name, NAME, "%s.generation", text);
}

enum xls_rc xls_generation_read(const char *state,
                                const uint8_t uuid[XLS_UUID_LEN],
                                struct xls_generation *out, struct xls_why *why)
{
    char where[XLS_PATH + 8];
    char name[NAME];
    char text[XLS_UUID_TEXT];
    struct file file = {0};
    bool found = false;
    enum xls_rc rc = XLS_OK;
    int dir;

    memset(out, 0, sizeof(*out));
    xls_uuid_text(uuid, text);
    name_of(uuid, name);
    (void)snprintf(where, sizeof(where), "%s/vtpm", state);
    dir = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        return errno == ENOENT
                   ? XLS_OK
                   : xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s",
                                 where, strerror(errno));
    }
    rc = read_file(dir, name, where, &file, &found, why);
    xls_fd_close(&dir);
    if (rc == XLS_OK && found && strcmp(file.uuid, text) != 0) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s/%s: is of another guest; put the right file back",
                         where, name);
    }
    if (rc == XLS_OK && found) {
        out->highest = file.generation;
        out->open = file.move[0] != '\0';
        memcpy(out->move, file.move, sizeof(out->move));
        memcpy(out->peer, file.peer, sizeof(out->peer));
    }
    return rc;
}

enum xls_rc xls_generation_write(const char *state,
                                 const uint8_t uuid[XLS_UUID_LEN],
                                 const struct xls_generation *g,
                                 struct xls_why *why)
{
    char where[XLS_PATH + 8];
    char name[NAME];
    char guest[XLS_UUID_TEXT];
    char text[TEXT];
    int used;

    name_of(uuid, name);
    xls_uuid_text(uuid, guest);
    (void)snprintf(where, sizeof(where), "%s/vtpm", state);
    used = snprintf(text, sizeof(text),
                    "# xlsec: the last generation of a vTPM that this host "
                    "had or gave away; see xlsec.conf(5)\nguest %s\n",
                    guest);
    if (g->highest != 0) {
        used += snprintf(text + used, sizeof(text) - (size_t)used,
                         "generation %" PRIu64 "\n", g->highest);
    }
    if (g->open) {
        used += snprintf(text + used, sizeof(text) - (size_t)used,
                         "open-move %s\nopen-to %s\n", g->move, g->peer);
    }
    return xls_keep(where, name, text, (size_t)used, 0600, why);
}

enum xls_rc xls_generation_mark_read(int dir, const char *path,
                                     const uint8_t uuid[XLS_UUID_LEN],
                                     uint64_t *out, struct xls_why *why)
{
    char guest[XLS_UUID_TEXT];
    struct file file = {0};
    bool found;
    enum xls_rc rc =
        read_file(dir, XLS_GENERATION_MARK, path, &file, &found, why);

    *out = 0;
    xls_uuid_text(uuid, guest);
    if (rc == XLS_OK && found && strcmp(file.uuid, guest) != 0) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is the vTPM of the guest with the uuid %s, and "
                         "not of this one (%s); put the right directory into "
                         "the guest's file in guests.d",
                         path, file.uuid, guest);
    }
    if (rc == XLS_OK && found) {
        *out = file.generation;
    }
    return rc;
}

enum xls_rc xls_generation_mark_write(int dir, const uint8_t uuid[XLS_UUID_LEN],
                                      uint64_t generation, struct xls_why *why)
{
    char guest[XLS_UUID_TEXT];
    char text[TEXT];
    enum xls_rc rc = XLS_OK;
    int fd;

    xls_uuid_text(uuid, guest);
    (void)snprintf(text, sizeof(text),
                   "# xlsec: which copy of a vTPM this is; see xlsec.conf(5)\n"
                   "guest %s\ngeneration %" PRIu64 "\n",
                   guest, generation);
    fd = openat(dir, XLS_GENERATION_MARK,
                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || xls_fd_write(fd, text, strlen(text)) != XLS_OK ||
        fsync(fd) != 0) {
        rc = xls_why_set(why, XLS_HOST_IO,
                         XLS_GENERATION_MARK ": cannot be written: %s",
                         strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}
