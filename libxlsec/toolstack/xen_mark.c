/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/xen_mark.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xenstore.h>

enum { PATH = 64 };

/* Watchers are not woken up for nothing. */
static bool is_there(struct xs_handle *xs, const char *path, const char *text)
{
    unsigned len = 0;
    char *now = xs_read(xs, XBT_NULL, path, &len);
    bool is = now != NULL && strlen(text) == len && strcmp(now, text) == 0;

    free(now);
    return is;
}

/* The directory first, closed to the guest: what is in it inherits that. */
static void put(struct xs_handle *xs, const char *dir, const char *key,
                const char *text)
{
    struct xs_permissions dom0 = {.id = 0, .perms = XS_PERM_NONE};
    char path[PATH + 16];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, key);
    if (!is_there(xs, path, text) && xs_mkdir(xs, XBT_NULL, dir) &&
        xs_set_permissions(xs, XBT_NULL, dir, &dom0, 1)) {
        (void)xs_write(xs, XBT_NULL, path, text, (unsigned)strlen(text));
    }
}

void xls_xen_mark(uint32_t domid, const char *key, const char *text)
{
    struct xs_handle *xs = xs_open(0);
    char dir[PATH];

    if (xs == NULL) {
        return;
    }
    (void)snprintf(dir, sizeof(dir), "/local/domain/%" PRIu32 "/xlsec", domid);
    if (text != NULL) {
        put(xs, dir, key, text);
    } else {
        (void)xs_rm(xs, XBT_NULL, dir);
    }
    xs_close(xs);
}
