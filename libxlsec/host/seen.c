/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/seen.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/fd.h"
#include "host/keep.h"

enum { LINE_SIZE = 256, PATH_SIZE = 512 };

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

enum xls_rc xls_seen_read(const char *state, const char *host,
                          const uint8_t ak_name[XLS_NAME_LEN], bool *has,
                          struct xls_quote_clock *out, struct xls_why *why)
{
    struct xls_quote_clock clock = {.safe = true};
    char head[2 * XLS_NAME_LEN + 8] = "ak ";
    char path[PATH_SIZE];
    char again[LINE_SIZE];
    char *text = NULL;
    enum xls_rc rc;

    *has = false;
    (void)snprintf(path, sizeof(path), "%s/seen/%s", state, host);
    rc = read_line(path, &text, why);
    if (rc != XLS_OK || text == NULL) {
        return rc;
    }
    clock.reset_count = (uint32_t)number_behind(text, " resetCount ");
    clock.restart_count = (uint32_t)number_behind(text, " restartCount ");
    clock.clock = number_behind(text, " clock ");
    (void)line_of(again, sizeof(again), ak_name, &clock);
    xls_hex(head + 3, sizeof(head) - 3, ak_name, XLS_NAME_LEN);
    if (strcmp(text, again) == 0) {
        *has = true;
        *out = clock;
    } else if (strncmp(text, "ak ", 3) != 0 ||
               strncmp(text, head, strlen(head)) == 0) {
        rc = malformed(path, why); /* else another AK was enrolled since */
    }
    free(text);
    return rc;
}

enum xls_rc xls_seen_write(const char *state, const char *host,
                           const uint8_t ak_name[XLS_NAME_LEN],
                           const struct xls_quote_clock *clock,
                           struct xls_why *why)
{
    char dir[PATH_SIZE];
    char line[LINE_SIZE];
    int len = line_of(line, sizeof(line), ak_name, clock);

    (void)snprintf(dir, sizeof(dir), "%s/seen", state);
    if (len <= 0 || (size_t)len >= sizeof(line)) {
        return XLS_BUG_CONTRACT;
    }
    return xls_keep(dir, host, line, (size_t)len, 0600, why);
}
