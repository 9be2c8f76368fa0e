/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/traces.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/keep.h"

enum { TEXT = 2048, NAME = 2 * XLS_ID_LEN + 16, WHERE = XLS_PATH + 16 };

#define HEAD "# xlsec: which files are those of this migration\n"

static void names(const char *state, enum xls_role role,
                  const uint8_t id[XLS_ID_LEN], char where[WHERE],
                  char name[NAME])
{
    char digits[2 * XLS_ID_LEN + 1];

    xls_hex(digits, sizeof(digits), id, XLS_ID_LEN);
    (void)snprintf(where, WHERE, "%.*s/handover", XLS_PATH, state);
    (void)snprintf(name, NAME, "%s%s", digits,
                   role == XLS_ROLE_SOURCE ? ".aside" : ".placed");
}

/* The inode of that name, and when it was made: numbers are used again. */
static bool look(int dir, const char *name, uint64_t *inode, uint64_t *born)
{
    struct statx st;

    if (statx(dir, name, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &st) !=
        0) {
        return false;
    }
    *inode = st.stx_ino;
    *born = (st.stx_mask & STATX_BTIME) == 0
                ? 0
                : (uint64_t)st.stx_btime.tv_sec * 1000000000U +
                      st.stx_btime.tv_nsec;
    return true;
}

enum xls_rc xls_traces_add(struct xls_traces *traces, int dir, const char *name)
{
    uint64_t inode;
    uint64_t born;
    struct stat parent;

    if (traces->count >= XLS_COMPANIONS_MAX) {
        return XLS_BUG_CONTRACT;
    }
    if (fstat(dir, &parent) != 0 || !look(dir, name, &inode, &born)) {
        return XLS_HOST_IO;
    }
    traces->there = true;
    traces->inode[traces->count] = inode;
    traces->born[traces->count] = born;
    traces->parent[traces->count++] = parent.st_ino;
    return XLS_OK;
}

bool xls_traces_is(const struct xls_traces *traces, size_t i, int dir,
                   const char *name)
{
    uint64_t inode;
    uint64_t born;

    return i < traces->count && traces->inode[i] != 0 &&
           look(dir, name, &inode, &born) && inode == traces->inode[i] &&
           (born == 0 || traces->born[i] == 0 || born == traces->born[i]);
}

bool xls_traces_in(const struct xls_traces *traces, size_t i, int dir)
{
    struct stat st;

    return i >= traces->count ||
           (fstat(dir, &st) == 0 && st.st_ino == traces->parent[i]);
}

/* --- as text -------------------------------------------------------------- */

static size_t print(const struct xls_traces *t, char out[TEXT])
{
    const struct xls_generation *g = &t->before;
    size_t used = (size_t)snprintf(out, TEXT, HEAD);

    for (size_t i = 0; i < t->count; i++) {
        used += (size_t)snprintf(out + used, TEXT - used,
                                 "inode %" PRIu64 " born %" PRIu64
                                 " in %" PRIu64 "\n",
                                 t->inode[i], t->born[i], t->parent[i]);
    }
    used += (size_t)snprintf(out + used, TEXT - used, "before %" PRIu64 "\n",
                             g->highest);
    if (g->open) {
        used += (size_t)snprintf(out + used, TEXT - used, "open %.32s %.63s\n",
                                 g->move, g->peer);
    }
    if (t->done) {
        used += (size_t)snprintf(out + used, TEXT - used, "done\n");
    }
    return used;
}

/* The number behind this word, or 0. */
static uint64_t number_behind(const char *text, const char *word)
{
    const char *at = text == NULL ? NULL : strstr(text, word);

    return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

static void take_line(struct xls_traces *t, char *line)
{
    char *value = line;
    const char *word = strsep(&value, " ");
    const char *first = value == NULL ? "" : strsep(&value, " ");

    if (strcmp(word, "inode") == 0 && t->count < XLS_COMPANIONS_MAX) {
        t->inode[t->count] = strtoull(first, NULL, 10);
        t->born[t->count] = number_behind(value, "born ");
        t->parent[t->count++] = number_behind(value, " in ");
    } else if (strcmp(word, "before") == 0) {
        t->before.highest = strtoull(first, NULL, 10);
    } else if (strcmp(word, "open") == 0) {
        t->before.open = true;
        (void)snprintf(t->before.move, sizeof(t->before.move), "%.32s", first);
        (void)snprintf(t->before.peer, sizeof(t->before.peer), "%.63s",
                       value == NULL ? "" : value);
    } else if (strcmp(word, "done") == 0) {
        t->done = true;
    }
}

/* What is taken from it, printed, is the same text, or it is not ours. */
static bool parse(const char *text, struct xls_traces *out)
{
    struct xls_traces t = {.there = true};
    char copy[TEXT];
    char again[TEXT];
    char *rest = copy;

    (void)snprintf(copy, sizeof(copy), "%s", text);
    while (rest != NULL) {
        take_line(&t, strsep(&rest, "\n"));
    }
    (void)print(&t, again);
    if (strcmp(text, again) != 0) {
        return false;
    }
    *out = t;
    return true;
}

/* --- as a file ------------------------------------------------------------ */

enum xls_rc xls_traces_read(const char *state, enum xls_role role,
                            const uint8_t id[XLS_ID_LEN],
                            struct xls_traces *out, struct xls_why *why)
{
    char where[WHERE];
    char name[NAME];
    char path[WHERE + NAME];
    char *text = NULL;
    size_t len = 0;
    bool good = false;
    int fd;

    memset(out, 0, sizeof(*out));
    names(state, role, id, where, name);
    (void)snprintf(path, sizeof(path), "%s/%s", where, name);
    fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT
                   ? XLS_OK
                   : xls_why_set(why, XLS_HOST_IO, "%s: cannot be read: %s",
                                 path, strerror(errno));
    }
    if (xls_fd_slurp(fd, TEXT - 1, &text, &len) == XLS_OK) {
        good = strlen(text) == len && parse(text, out);
        free(text);
    }
    xls_fd_close(&fd);
    return good ? XLS_OK
                : xls_why_set(why, XLS_HOST_CONF,
                              "%s: is not what xlsec wrote there; look which "
                              "copies of the guest's companions are the right "
                              "ones",
                              path);
}

enum xls_rc xls_traces_write(const char *state, enum xls_role role,
                             const uint8_t id[XLS_ID_LEN],
                             const struct xls_traces *traces,
                             struct xls_why *why)
{
    char where[WHERE];
    char name[NAME];
    char text[TEXT];
    enum xls_rc rc = XLS_OK;
    int dir;

    names(state, role, id, where, name);
    if (traces->there) {
        return xls_keep(where, name, text, print(traces, text), 0600, why);
    }
    dir = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if ((dir < 0 && errno != ENOENT) ||
        (dir >= 0 && ((unlinkat(dir, name, 0) != 0 && errno != ENOENT) ||
                      fsync(dir) != 0))) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s/%s: cannot be removed: %s",
                         where, name, strerror(errno));
    }
    xls_fd_close(&dir);
    return rc;
}
