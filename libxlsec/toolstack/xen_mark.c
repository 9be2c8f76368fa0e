/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/xen_mark.h"

#include <inttypes.h>
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

static void dir_of(char dir[PATH], uint32_t domid)
{
    (void)snprintf(dir, PATH, "/local/domain/%" PRIu32 "/xlsec", domid);
}

static void key_of(char path[PATH], uint32_t domid, const char *key)
{
    (void)snprintf(path, PATH, "/local/domain/%" PRIu32 "/xlsec/%s", domid,
                   key);
}

/* The directory first, closed to the guest: what is in it inherits that. */
static bool put(struct xs_handle *xs, uint32_t domid, const char *key,
                const char *text)
{
    struct xs_permissions dom0 = {.id = 0, .perms = XS_PERM_NONE};
    char dir[PATH];
    char path[PATH];

    dir_of(dir, domid);
    key_of(path, domid, key);
    return is_there(xs, path, text) ||
           (xs_mkdir(xs, XBT_NULL, dir) &&
            xs_set_permissions(xs, XBT_NULL, dir, &dom0, 1) &&
            xs_write(xs, XBT_NULL, path, text, (unsigned)strlen(text)));
}

void xls_xen_mark(uint32_t domid, const char *key, const char *text)
{
    struct xs_handle *xs = xs_open(0);
    char dir[PATH];

    if (xs == NULL) {
        return;
    }
    dir_of(dir, domid);
    if (text != NULL) {
        (void)put(xs, domid, key, text);
    } else {
        (void)xs_rm(xs, XBT_NULL, dir);
    }
    xs_close(xs);
}

bool xls_xen_keep(uint32_t domid, const char *key, const char *text)
{
    struct xs_handle *xs = xs_open(0);
    char path[PATH];
    bool done;

    if (xs == NULL) {
        return false;
    }
    key_of(path, domid, key);
    done = text != NULL ? put(xs, domid, key, text) : xs_rm(xs, XBT_NULL, path);
    xs_close(xs);
    return done;
}

bool xls_xen_kept(uint32_t domid, const char *key, char *text, size_t size)
{
    struct xs_handle *xs = xs_open(0);
    char path[PATH];
    unsigned len = 0;
    char *found;
    bool fits;

    if (xs == NULL) {
        return false;
    }
    key_of(path, domid, key);
    found = xs_read(xs, XBT_NULL, path, &len);
    fits = found != NULL && len < size;
    if (fits) {
        memcpy(text, found, len);
        text[len] = '\0';
    }
    free(found);
    xs_close(xs);
    return fits;
}
