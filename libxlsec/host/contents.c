/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/contents.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/fd.h"
#include "host/generation.h"

bool xls_contents_is_aside(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
           strcmp(name, XLS_SWTPM_LOCK) == 0 ||
           strcmp(name, XLS_GENERATION_MARK) == 0;
}

static enum xls_rc not_as_before(const char *path, const char *name,
                                 struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "%s%s%s: is not as it was when the migration began "
                       "(no plain file, or too large)",
                       path, name[0] == '\0' ? "" : "/", name);
}

/* One file into a buffer of its own, at the end of archive. */
static enum xls_rc read_one(int dir, const char *name, const char *path,
                            uint32_t *room, struct xls_archive *archive,
                            struct xls_why *why)
{
    struct xls_archive_file *f = &archive->file[archive->count];
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    char *data = NULL;
    size_t len = 0;
    enum xls_rc rc = XLS_OK;

    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
        st.st_nlink != 1 || st.st_size > *room) {
        rc = not_as_before(path, f->name, why);
    }
    if (rc == XLS_OK) {
        rc = xls_fd_slurp(fd, *room, &data, &len);
    }
    if (rc == XLS_OK) {
        f->data = (const uint8_t *)data;
        f->len = len;
        *room -= (uint32_t)len;
        archive->count++;
    } else {
        rc = xls_why_set(why, rc, "%s: cannot be read: %s", path,
                         strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name); /* [P-77] octet by octet */
}

static int moves(const struct dirent *entry)
{
    return xls_contents_is_aside(entry->d_name) || entry->d_type == DT_SOCK ||
                   entry->d_type == DT_FIFO
               ? 0
               : 1;
}

bool xls_contents_none(int dir)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, moves, NULL);

    for (int k = 0; k < count; k++) {
        free(names[k]);
    }
    free((void *)names);
    return count == 0;
}

static void drop(struct xls_archive *archive, size_t from)
{
    for (size_t i = from; i < archive->count; i++) {
        struct xls_archive_file *f = &archive->file[i];
        void *data = (void *)(uintptr_t)f->data;

        if (data != NULL) {
            xls_wipe(data, f->len);
            free(data);
        }
        f->data = NULL;
    }
}

enum xls_rc xls_contents_vtpm(int dir, const struct xls_contents_of *of,
                              struct xls_archive *archive, struct xls_why *why)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, moves, by_name);
    uint32_t room = of->most;
    size_t before = archive->count;
    enum xls_rc rc = XLS_OK;

    if (count <= 0 || count > (int)XLS_ARCHIVE_VTPM_FILES) {
        rc = not_as_before(of->path, "", why);
    }
    for (int k = 0; k < count; k++) {
        struct xls_archive_file *f = &archive->file[archive->count];

        if (rc == XLS_OK && !xls_archive_name_ok(names[k]->d_name)) {
            rc = not_as_before(of->path, "", why);
        }
        if (rc == XLS_OK) {
            f->of = of->place;
            (void)snprintf(f->name, sizeof(f->name), "%.64s", names[k]->d_name);
            rc = read_one(dir, f->name, of->path, &room, archive, why);
        }
        free(names[k]);
    }
    free((void *)names);
    if (rc != XLS_OK) {
        drop(archive, before);
        archive->count = before;
    }
    return rc;
}

enum xls_rc xls_contents_file(int dir, const char *name,
                              const struct xls_contents_of *of,
                              struct xls_archive *archive, struct xls_why *why)
{
    uint32_t room = of->most;

    archive->file[archive->count].of = of->place;
    archive->file[archive->count].name[0] = '\0';
    return read_one(dir, name, of->path, &room, archive, why);
}

void xls_contents_drop(struct xls_archive *archive)
{
    drop(archive, 0);
}

void xls_contents_sum(struct xls_archive *archive)
{
    for (size_t i = 0; i < archive->count; i++) {
        struct xls_archive_file *f = &archive->file[i];

        if (f->data != NULL) {
            (void)crypto_hash_sha256(f->sum, f->data, f->len);
        }
    }
    xls_contents_drop(archive);
}
