/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/seen.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/keep.h"

enum { LINE_SIZE = 256, PATH_SIZE = 512 };

struct item {
    char host[XLS_NAME];
    char *text; /* NULL: there is something, and it cannot be read */
};

struct xls_seen {
    char dir[PATH_SIZE];
    struct item *items;
    size_t count;
};

/* [E-133] The line that is written for this AK and clock, and nothing but it is
 * read back as such. */
static int line_of(char *out, size_t size, const uint8_t ak_name[XLS_NAME_LEN],
                   const struct xls_quote_clock *clock)
{
    char name[2 * XLS_NAME_LEN + 1];

    xls_hex(name, sizeof(name), ak_name, XLS_NAME_LEN);
    return snprintf(out, size,
                    "ak %s resetCount %" PRIu32 " restartCount %" PRIu32
                    " clock %" PRIu64 "\n",
                    name, clock->reset_count, clock->restart_count,
                    clock->clock);
}

/* The number behind this word, or 0: the line is written again and compared. */
static uint64_t number_behind(const char *text, const char *word)
{
    const char *at = strstr(text, word);

    return at == NULL ? 0 : strtoull(at + strlen(word), NULL, 10);
}

static enum xls_rc malformed(const char *path, struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "%s: is not what xlsec wrote there; restore it, or "
                       "remove it to accept that host's next quote whatever "
                       "its clock says",
                       path);
}

/* The whole file; *text NULL where there is none. */
static enum xls_rc read_line(const char *path, char **text, struct xls_why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    size_t len = 0;
    enum xls_rc rc = XLS_OK;

    *text = NULL;
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    if (fd < 0 || xls_fd_slurp(fd, LINE_SIZE - 1, text, &len) != XLS_OK) {
        *text = NULL;
        rc = malformed(path, why);
    }
    xls_fd_close(&fd);
    return rc;
}

/* What a file says of this AK. */
static enum xls_rc parse(const char *text, const char *path,
                         const uint8_t ak_name[XLS_NAME_LEN], bool *has,
                         struct xls_quote_clock *out, struct xls_why *why)
{
    struct xls_quote_clock clock = {.safe = true};
    char head[2 * XLS_NAME_LEN + 8] = "ak ";
    char again[LINE_SIZE];

    clock.reset_count = (uint32_t)number_behind(text, " resetCount ");
    clock.restart_count = (uint32_t)number_behind(text, " restartCount ");
    clock.clock = number_behind(text, " clock ");
    (void)line_of(again, sizeof(again), ak_name, &clock);
    xls_hex(head + 3, sizeof(head) - 3, ak_name, XLS_NAME_LEN);
    *has = strcmp(text, again) == 0;
    if (*has) {
        *out = clock;
    } else if (strncmp(text, "ak ", 3) != 0 ||
               strncmp(text, head, strlen(head)) == 0) {
        return malformed(path, why);
    } /* else another AK was enrolled since */
    return XLS_OK;
}

/* --- at one moment -------------------------------------------------------- */

static int is_host(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strlen(entry->d_name) < XLS_NAME ? 1 : 0;
}

static enum xls_rc read_all(struct xls_seen *seen, struct dirent **names,
                            int count)
{
    seen->items = calloc((size_t)count + 1, sizeof(*seen->items));
    if (seen->items == NULL) {
        return XLS_HOST_NOMEM;
    }
    for (int i = 0; i < count; i++) {
        struct item *item = &seen->items[seen->count++];
        char path[PATH_SIZE + XLS_NAME];

        (void)snprintf(item->host, sizeof(item->host), "%.*s", XLS_NAME - 1,
                       names[i]->d_name);
        (void)snprintf(path, sizeof(path), "%s/%s", seen->dir, item->host);
        /* who is not the peer is not in its way */
        (void)!read_line(path, &item->text, &(struct xls_why){""});
    }
    return XLS_OK;
}

enum xls_rc xls_seen_look(const char *state, struct xls_seen **out,
                          struct xls_why *why)
{
    struct xls_seen *seen = calloc(1, sizeof(*seen));
    struct dirent **names = NULL;
    int count;
    enum xls_rc rc = XLS_OK;

    *out = NULL;
    if (seen == NULL) {
        return XLS_HOST_NOMEM;
    }
    (void)snprintf(seen->dir, sizeof(seen->dir), "%s/seen", state);
    count = scandir(seen->dir, &names, is_host, alphasort);
    if (count < 0 && errno != ENOENT) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s: cannot be read: %s", seen->dir,
                         strerror(errno));
    } else {
        rc = read_all(seen, names, count < 0 ? 0 : count);
    }
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free((void *)names);
    if (rc == XLS_OK) {
        *out = seen;
        seen = NULL; /* now the caller's */
    }
    xls_seen_free(seen);
    return rc;
}

enum xls_rc xls_seen_find(const struct xls_seen *seen, const char *host,
                          const uint8_t ak_name[XLS_NAME_LEN], bool *has,
                          struct xls_quote_clock *out, struct xls_why *why)
{
    char path[PATH_SIZE + XLS_NAME];

    *has = false;
    (void)snprintf(path, sizeof(path), "%s/%s", seen->dir, host);
    for (size_t i = 0; i < seen->count; i++) {
        const struct item *item = &seen->items[i];

        if (strcmp(item->host, host) == 0) {
            return item->text == NULL
                       ? malformed(path, why)
                       : parse(item->text, path, ak_name, has, out, why);
        }
    }
    return XLS_OK;
}

void xls_seen_free(struct xls_seen *seen)
{
    if (seen != NULL) {
        for (size_t i = 0; i < seen->count; i++) {
            free(seen->items[i].text);
        }
        free(seen->items);
        free(seen);
    }
}

/* --- from then on --------------------------------------------------------- */

/* Sessions with the same host keep one after another.  The lock is the
 * directory's, and ends with the process. */
static enum xls_rc lock(const char *dir, int *fd, struct xls_why *why)
{
    *fd = xls_keep_dirs(dir) == 0
              ? open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
              : -1;
    while (*fd >= 0 && flock(*fd, LOCK_EX) != 0) {
        if (errno != EINTR) {
            xls_fd_close(fd);
        }
    }
    return *fd >= 0 ? XLS_OK
                    : xls_why_set(why, XLS_HOST_IO, "%s: cannot be locked: %s",
                                  dir, strerror(errno));
}

/* [E-133] The later of the two stays. */
static enum xls_rc keep(const char *dir, const char *host,
                        const uint8_t ak_name[XLS_NAME_LEN],
                        const struct xls_quote_clock *clock,
                        struct xls_why *why)
{
    struct xls_quote_clock last;
    char path[PATH_SIZE + XLS_NAME];
    char line[LINE_SIZE];
    char *text = NULL;
    bool has = false;
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, host);
    rc = read_line(path, &text, why);
    if (rc == XLS_OK && text != NULL) {
        rc = parse(text, path, ak_name, &has, &last, why);
    }
    free(text);
    if (rc != XLS_OK || (has && xls_quote_clock_follows(clock, &last))) {
        return rc;
    }
    if (has && !xls_quote_clock_follows(&last, clock)) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "[E-25] of two quotes that were accepted at the "
                           "same time neither can be the later one: the TPM's "
                           "clock ran backwards between them");
    }
    (void)line_of(line, sizeof(line), ak_name, clock);
    return xls_keep(dir, host, line, strlen(line), 0600, why);
}

enum xls_rc xls_seen_keep(const char *state, const char *host,
                          const uint8_t ak_name[XLS_NAME_LEN],
                          const struct xls_quote_clock *clock,
                          struct xls_why *why)
{
    char dir[PATH_SIZE];
    int fd = -1;
    enum xls_rc rc;

    (void)snprintf(dir, sizeof(dir), "%s/seen", state);
    rc = lock(dir, &fd, why);
    if (rc == XLS_OK) {
        rc = keep(dir, host, ak_name, clock, why);
    }
    xls_fd_close(&fd);
    return rc;
}
