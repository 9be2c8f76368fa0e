/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/guests.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/ini.h"

enum { GUESTS_MAX = 4096 };

int xls_companion_open_parent(const char *under, const char *path,
                              char real[XLS_REAL_PATH], const char **base)
{
    char dir[XLS_REAL_PATH];
    char *slash;

    (void)snprintf(real, XLS_REAL_PATH, "%s%s", under, path);
    (void)snprintf(dir, sizeof(dir), "%s", real);
    slash = strrchr(dir, '/');
    *base = real + (slash - dir) + 1;
    slash[slash == dir ? 1 : 0] = '\0';
    return open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool guest_name(void *out, const char *value)
{
    struct xls_guest_conf *g = out;
    size_t len = strlen(value);

    if (len == 0 || len >= sizeof(g->name)) {
        return false;
    }
    memcpy(g->name, value, len + 1);
    return true;
}

static bool guest_file(void *out, const char *name, const char *value)
{
    struct xls_guest_conf *g = out;
    struct xls_companion one = {.kind = XLS_COMPANION_FILE};
    size_t len = strlen(value);

    (void)name;
    if (len > XLS_COMPANION_PATH) {
        return false;
    }
    memcpy(one.path, value, len + 1);
    return xls_companions_add(&g->files, &one);
}

static bool vtpm_state(void *out, const char *value)
{
    struct xls_guest_conf *g = out;

    if (!xls_companion_path_ok(value)) {
        return false;
    }
    memcpy(g->vtpm, value, strlen(value) + 1);
    return true;
}

static bool vtpm_socket(void *out, const char *value)
{
    struct xls_guest_conf *g = out;
    size_t len = strlen(value);

    if (value[0] != '/' || len >= sizeof(g->socket)) {
        return false;
    }
    memcpy(g->socket, value, len + 1);
    return true;
}

#define A_PATH                                                                 \
    "an absolute path, without '.' and '..', of letters, digits and "          \
    "/._+@:=~-, at most 170"

static const struct xls_ini_word words[] = {
    {"guest", "name", guest_name, "'name = NAME' (as xl list shows it)", true,
     NULL},
    {"guest", "file", NULL, A_PATH ", in no other's and at most 16 of them",
     false, guest_file},
    {"vtpm", "state", vtpm_state, A_PATH, false, NULL},
    {"vtpm", "socket", vtpm_socket,
     "the absolute path of a socket, shorter than 108", false, NULL},
};

/* What the words say together. */
static enum xls_rc judge(const struct xls_guest_conf *g, const char *path,
                         struct xls_why *why)
{
    struct xls_companions all = g->files;
    struct xls_companion one = {.kind = XLS_COMPANION_VTPM};

    if (g->vtpm[0] == '\0') {
        return g->socket[0] == '\0'
                   ? XLS_OK
                   : xls_why_set(why, XLS_HOST_CONF,
                                 "%s: [vtpm] has a 'socket' and no 'state'; "
                                 "add the directory that swtpm was given "
                                 "(--tpmstate dir=...)",
                                 path);
    }
    memcpy(one.path, g->vtpm, sizeof(one.path));
    if (!xls_companions_add(&all, &one)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: the vTPM's state and a file are in one place, "
                           "or there are more than %u companions; remove one",
                           path, XLS_COMPANIONS_MAX);
    }
    return XLS_OK;
}

enum xls_rc xls_guest_parse(const char *text, const char *path,
                            struct xls_guest_conf *out, struct xls_why *why)
{
    struct xls_guest_conf guest = {.name = ""};
    enum xls_rc rc = xls_ini_parse(
        text, path, words, sizeof(words) / sizeof(words[0]), &guest, why);

    if (rc == XLS_OK) {
        rc = judge(&guest, path, why);
    }
    if (rc == XLS_OK) {
        (void)snprintf(guest.path, sizeof(guest.path), "%s", path);
        *out = guest;
    }
    return rc;
}

static int is_guest_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".conf") == 0;
}

/* Is dir/file that guest's?  Then it is the only one. */
static enum xls_rc look(const char *dir, const char *file, const char *name,
                        struct xls_guest_conf *out, struct xls_why *why)
{
    struct xls_guest_conf guest = {.name = ""};
    char path[XLS_PATH + 256 + 16];
    char *text = NULL;
    enum xls_rc rc;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, file);
    rc = xls_conf_text(path, &text, why);
    if (rc == XLS_OK && text != NULL) {
        rc = xls_guest_parse(text, path, &guest, why);
    }
    if (rc == XLS_OK && text != NULL && strcmp(guest.name, name) == 0) {
        if (out->name[0] != '\0') {
            rc = xls_why_set(why, XLS_HOST_CONF,
                             "%s: %s names the same guest; remove one of them",
                             path, out->path);
        }
        *out = guest;
    }
    free(text);
    return rc;
}

enum xls_rc xls_guest_find(const char *confdir, const char *name,
                           struct xls_guest_conf *out, struct xls_why *why)
{
    struct dirent **files = NULL;
    char dir[XLS_PATH + 16];
    enum xls_rc rc = XLS_OK;
    int count;

    memset(out, 0, sizeof(*out));
    (void)snprintf(dir, sizeof(dir), "%s/guests.d", confdir);
    count = scandir(dir, &files, is_guest_file, alphasort);
    if (count < 0) {
        return errno == ENOENT
                   ? XLS_OK
                   : xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s",
                                 dir, strerror(errno));
    }
    if (count > GUESTS_MAX) {
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: more than %d guests", dir,
                         GUESTS_MAX);
    }
    for (int i = 0; i < count; i++) {
        if (rc == XLS_OK) {
            rc = look(dir, files[i]->d_name, name, out, why);
        }
        free(files[i]);
    }
    free((void *)files);
    if (rc != XLS_OK) {
        memset(out, 0, sizeof(*out));
    }
    return rc;
}
