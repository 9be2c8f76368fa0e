/* SPDX-License-Identifier: LGPL-2.1-only */
/* The guest is suspended: stop its vTPM, and read everything. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/fd.h"
#include "host/pack-private.h"
#include "host/swtpm.h"

/* --- the vTPM stops ------------------------------------------------------ */

/* [P-85] From here on nothing changes the files, and nobody uses them. */
static enum xls_rc stop(struct xls_pack *pack, int dir, const char *path,
                        struct xls_why *why)
{
    pid_t holder;
    enum xls_rc rc;

    if (pack->swtpm < 0) {
        return XLS_OK; /* none runs, and we have had the lock since open */
    }
    rc = xls_swtpm_store(pack->swtpm, why);
    if (rc != XLS_OK) {
        return rc;
    }
    pack->stopped = true; /* also when that fails: INIT takes what it stored */
    rc = xls_swtpm_stop(pack->swtpm, why);
    /* it keeps its lock while it lives; one that does not leaves it to us */
    return rc == XLS_OK ? xls_pack_lock(pack, dir, path, &holder, why) : rc;
}

/* --- contents ------------------------------------------------------------ */

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
    return xls_pack_is_aside(entry->d_name) || entry->d_type == DT_SOCK ||
                   entry->d_type == DT_FIFO
               ? 0
               : 1;
}

static enum xls_rc read_vtpm(struct xls_pack *pack, size_t i,
                             struct xls_archive *archive, struct xls_why *why)
{
    const struct xls_companion *one = &pack->list.list[i];
    const char *path = pack->item[i].path;
    int dir = pack->item[i].dir;
    uint32_t room = one->most;
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, moves, by_name);
    enum xls_rc rc = XLS_OK;

    if (count <= 0 || count > (int)XLS_ARCHIVE_VTPM_FILES) {
        rc = not_as_before(path, "", why);
    }
    for (int k = 0; k < count; k++) {
        struct xls_archive_file *f = &archive->file[archive->count];

        if (rc == XLS_OK && !xls_archive_name_ok(names[k]->d_name)) {
            rc = not_as_before(path, "", why);
        }
        if (rc == XLS_OK) {
            f->of = i;
            (void)snprintf(f->name, sizeof(f->name), "%.64s", names[k]->d_name);
            rc = read_one(dir, f->name, path, &room, archive, why);
        }
        free(names[k]);
    }
    free((void *)names);
    return rc;
}

static enum xls_rc read_file(struct xls_pack *pack, size_t i,
                             struct xls_archive *archive, struct xls_why *why)
{
    const struct xls_companion *one = &pack->list.list[i];
    uint32_t room = one->most;

    archive->file[archive->count].of = i;
    return read_one(pack->item[i].parent, pack->item[i].base,
                    pack->item[i].path, &room, archive, why);
}

/* --- the archive --------------------------------------------------------- */

static enum xls_rc encode(struct xls_pack *pack,
                          const struct xls_archive *archive)
{
    enum xls_rc rc;

    pack->len = xls_archive_size(&pack->list, archive);
    pack->octets = malloc(pack->len);
    if (pack->octets == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = xls_archive_put(&pack->list, archive, pack->octets, pack->len);
    if (rc == XLS_OK) {
        /* the sums, and data that lives as long as the pack */
        rc = xls_archive_get(pack->octets, pack->len, &pack->list,
                             &pack->archive);
    }
    return rc;
}

enum xls_rc xls_pack_read(struct xls_pack *pack, const uint8_t **octets,
                          size_t *len, struct xls_why *why)
{
    struct xls_archive *archive = calloc(1, sizeof(*archive));
    enum xls_rc rc = archive == NULL ? XLS_HOST_NOMEM : XLS_OK;

    if (pack->octets != NULL) {
        free(archive);
        return XLS_BUG_CONTRACT;
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        bool vtpm = pack->list.list[i].kind == XLS_COMPANION_VTPM;

        if (vtpm) {
            rc = stop(pack, pack->item[i].dir, pack->item[i].path, why);
        }
        if (rc == XLS_OK) {
            rc = vtpm ? read_vtpm(pack, i, archive, why)
                      : read_file(pack, i, archive, why);
        }
    }
    if (rc == XLS_OK) {
        rc = encode(pack, archive);
    }
    for (size_t i = 0; archive != NULL && i < archive->count; i++) {
        void *data = (void *)(uintptr_t)archive->file[i].data;

        xls_wipe(data, archive->file[i].len);
        free(data);
    }
    free(archive);
    if (rc == XLS_OK) {
        *octets = pack->octets;
        *len = pack->len;
    }
    return rc;
}
