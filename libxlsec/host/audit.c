/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/conf.h"
#include "host/fd.h"

enum { LINE = 2048 };

struct line {
    char text[LINE];
    size_t used;
    bool full;
};

static void add(struct line *l, const char *text)
{
    size_t len = strlen(text);

    if (len >= sizeof(l->text) - l->used) {
        l->full = true;
        return;
    }
    memcpy(l->text + l->used, text, len + 1);
    l->used += len;
}

/* As a JSON string: what needs an escape is escaped, what is not plain ASCII is
 * not shown. */
static void add_string(struct line *l, const char *name, const char *text)
{
    add(l, l->used == 1 ? "\"" : ",\"");
    add(l, name);
    add(l, "\":\"");
    for (const char *c = text; *c != '\0'; c++) {
        char one[3] = {*c, '\0', '\0'};

        if (*c == '"' || *c == '\\') {
            one[0] = '\\';
            one[1] = *c;
        }
        add(l, *c < ' ' || *c > '~' ? "?" : one);
    }
    add(l, "\"");
}

static void add_number(struct line *l, const char *name, uint64_t n)
{
    char text[64];

    (void)snprintf(text, sizeof(text), ",\"%s\":%" PRIu64, name, n);
    add(l, text);
}

static void add_hex(struct line *l, const char *name, const uint8_t *p,
                    size_t len)
{
    char text[2 * 32 + 1] = "";

    for (size_t i = 0; i < len && i < 32; i++) {
        (void)snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x", p[i]);
    }
    add_string(l, name, text);
}

static void add_time(struct line *l)
{
    time_t now = time(NULL);
    struct tm utc;
    char text[40] = "?";

    if (gmtime_r(&now, &utc) != NULL) {
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    }
    add_string(l, "time", text);
}

enum xls_rc xls_audit_open(const char *state, int *fd, struct xls_why *why)
{
    char path[XLS_PATH + 16];

    (void)mkdir(state, 0700); /* what is there already is as good */
    (void)snprintf(path, sizeof(path), "%s/audit.log", state);
    *fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
               0600);
    return *fd >= 0 ? XLS_OK
                    : xls_why_set(why, XLS_HOST_IO,
                                  "%s: cannot be opened: %s; without it no "
                                  "companion of a guest may move",
                                  path, strerror(errno));
}

enum xls_rc xls_audit_add(int fd, const struct xls_audit *line,
                          struct xls_why *why)
{
    struct line l = {.used = 0};
    char uuid[XLS_UUID_TEXT];

    xls_uuid_text(line->uuid, uuid);
    add(&l, "{");
    add_time(&l);
    add_string(&l, "event", line->event);
    add_hex(&l, "migration", line->migration, 16);
    add_string(&l, "guest", line->guest);
    add_string(&l, "uuid", uuid);
    add_string(&l, "peer", line->peer);
    add_string(&l, "file", line->file);
    add_number(&l, "size", line->size);
    add_hex(&l, "sha256", line->sum, 32);
    if (line->generation != 0) {
        add_number(&l, "generation", line->generation);
    }
    add_string(&l, "done", line->done);
    add(&l, "}\n");
    /* one write: whole lines, whoever else writes */
    if (l.full || xls_fd_write(fd, l.text, l.used) != XLS_OK ||
        fsync(fd) != 0) {
        return xls_why_set(why, XLS_HOST_IO,
                           "a line could not be added to audit.log: %s",
                           l.full ? "it is too long" : strerror(errno));
    }
    return XLS_OK;
}
