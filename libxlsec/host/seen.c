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

enum { LINE_MAX_ = 256, PATH_MAX_ = 512 };

/* The line that is written for this AK and clock, and nothing but it is read
 * back as such. */
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

static enum xls_rc malformed(const char *path, struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "%s: is not what xlsec wrote there; restore it, or "
                       "remove it to accept that host's next quote whatever "
                       "its clock says",
                       path);
}

enum xls_rc xls_seen_read(const char *state, const char *host,
                          const uint8_t ak_name[XLS_NAME_LEN], bool *has,
                          struct xls_quote_clock *out, struct xls_why *why)
{
    struct xls_quote_clock clock = {.safe = true};
    char name[2 * XLS_NAME_LEN + 1];
    char seen[2 * XLS_NAME_LEN + 1];
    char path[PATH_MAX_];
    char again[LINE_MAX_];
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc = XLS_OK;
    int fd;

    *has = false;
    (void)snprintf(path, sizeof(path), "%s/seen/%s", state, host);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    if (fd < 0 || xls_fd_slurp(fd, LINE_MAX_ - 1, &text, &len) != XLS_OK ||
        sscanf(text,
               "ak %68[0-9a-f] resetCount %" SCNu32 " restartCount %" SCNu32
               " clock %" SCNu64,
               seen, &clock.reset_count, &clock.restart_count,
               &clock.clock) != 4) {
        rc = malformed(path, why);
        goto out;
    }
    xls_hex(name, sizeof(name), ak_name, XLS_NAME_LEN);
    if (strcmp(name, seen) != 0) {
        goto out; /* another AK was enrolled since */
    }
    (void)line_of(again, sizeof(again), ak_name, &clock);
    if (strcmp(text, again) != 0) {
        rc = malformed(path, why);
        goto out;
    }
    *has = true;
    *out = clock;
out:
    free(text);
    xls_fd_close(&fd);
    return rc;
}

enum xls_rc xls_seen_write(const char *state, const char *host,
                           const uint8_t ak_name[XLS_NAME_LEN],
                           const struct xls_quote_clock *clock,
                           struct xls_why *why)
{
    char dir[PATH_MAX_];
    char line[LINE_MAX_];
    int len = line_of(line, sizeof(line), ak_name, clock);

    (void)snprintf(dir, sizeof(dir), "%s/seen", state);
    if (len <= 0 || (size_t)len >= sizeof(line)) {
        return XLS_BUG_CONTRACT;
    }
    return xls_keep(dir, host, line, (size_t)len, 0600, why);
}
