/* SPDX-License-Identifier: LGPL-2.1-only */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/measure-private.h"

enum {
    MAPS_MAX = 4 << 20,     /* of a process's mappings */
    LIBRARY_MAX = 32 << 20, /* of libxenlight */
};

/* One more, unless it is in the list. */
static enum xls_rc file_want(struct xls_measure_trial *t, const char *path,
                             bool needed)
{
    char *real = NULL;
    enum xls_rc rc = xls_measure_resolve(t, path, needed, &real);

    for (size_t i = 0; real != NULL && i < t->count; i++) {
        if (strcmp(t->files[i], real) == 0) {
            free(real);
            real = NULL;
        }
    }
    if (real == NULL) {
        return rc;
    }
    if (t->count == XLS_MEASURE_FILES_MAX) {
        free(real);
        return xls_measure_failed(t, path, "there are too many files");
    }
    t->files[t->count++] = real;
    return XLS_OK;
}

/* libxl's helper is the one whose path stands in that library; xl of some
 * distributions is beside it. */
static enum xls_rc helper_want(struct xls_measure_trial *t, const char *library)
{
    static const char name[] = "/libxl-save-helper"; /* with its NUL */
    char path[XLS_MEASURE_PATH];
    char *octets = NULL;
    size_t len = 0;
    const char *at;
    const char *begin = NULL;
    enum xls_rc rc = xls_measure_slurp(t, library, LIBRARY_MAX, &octets, &len);

    at = rc == XLS_OK ? memmem(octets, len, name, sizeof(name)) : NULL;
    for (begin = at; begin != NULL && begin > octets && begin[-1] != '\0';) {
        begin--;
    }
    if (rc == XLS_OK && (at == NULL || *begin != '/' ||
                         (size_t)(at - begin) > sizeof(path) - sizeof(name))) {
        rc = xls_measure_failed(
            t, library, "it does not say where its libxl-save-helper is");
    }
    if (rc == XLS_OK) {
        rc = file_want(t, begin, true);
    }
    if (rc == XLS_OK) {
        (void)snprintf(path, sizeof(path), "%.*s/xl", (int)(at - begin), begin);
        rc = file_want(t, path, false);
    }
    free(octets);
    return rc;
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* A line of maps: what is mapped, if it is a library of Xen's or ours. */
static enum xls_rc mapping_want(struct xls_measure_trial *t, const char *line,
                                bool *light, bool *ctrl)
{
    static const char deleted[] = " (deleted)";
    const char *path = strchr(line, '/'); /* there is none before the path */
    const char *name = path == NULL ? NULL : strrchr(path, '/') + 1;
    size_t len = path == NULL ? 0 : strlen(path);
    enum xls_rc rc;

    if (name == NULL ||
        (!begins(name, "libxen") && !begins(name, "libxlsec"))) {
        return XLS_OK;
    }
    if (len >= sizeof(deleted) &&
        strcmp(path + len - (sizeof(deleted) - 1), deleted) == 0) {
        return xls_measure_failed(
            t, path, "it was replaced since this program began; begin again");
    }
    rc = file_want(t, path, true);
    if (rc == XLS_OK && begins(name, "libxenlight.") && !*light) {
        *light = true;
        rc = helper_want(t, path);
    }
    *ctrl = *ctrl || begins(name, "libxenctrl.");
    return rc;
}

static enum xls_rc mappings_want(struct xls_measure_trial *t)
{
    char *text = NULL;
    size_t len = 0;
    bool light = false;
    bool ctrl = false;
    enum xls_rc rc = xls_measure_slurp(t, t->host->maps, MAPS_MAX, &text, &len);

    for (char *at = text; rc == XLS_OK && at != NULL;) {
        rc = mapping_want(t, strsep(&at, "\n"), &light, &ctrl);
    }
    if (rc == XLS_OK && t->host->libxl && !(light && ctrl)) {
        rc = xls_measure_failed(t, light ? "libxenctrl" : "libxenlight",
                                "it is no shared library of this program");
    }
    free(text);
    return rc;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* [E-126], sorted, so that any process on this host says the same */
enum xls_rc xls_measure_files(struct xls_measure_trial *t)
{
    enum xls_rc rc = mappings_want(t);

    for (size_t i = 0; rc == XLS_OK && i < t->host->count; i++) {
        rc = file_want(t, t->host->programs[i].path,
                       t->host->programs[i].needed);
    }
    qsort(t->files, t->count, sizeof(t->files[0]), by_path);
    for (size_t i = 0; rc == XLS_OK && i < t->count; i++) {
        rc = xls_measure_file_add(t, XLS_MEASURE_FILES, t->files[i]);
    }
    return rc;
}
