/* SPDX-License-Identifier: LGPL-2.1-only */
/* Everything is written, complete and synced, under a name nobody looks for. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/fd.h"
#include "host/journal.h"
#include "host/place-private.h"
#include "host/shred.h"

/* --- wiping -------------------------------------------------------------- */

static enum xls_rc wipe_directory(int dir, const char *path,
                                  struct xls_why *why)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, NULL, NULL);
    enum xls_rc rc = count < 0 ? XLS_HOST_IO : XLS_OK;

    for (int i = 0; i < count; i++) {
        enum xls_shred done;

        if (strcmp(names[i]->d_name, ".") != 0 &&
            strcmp(names[i]->d_name, "..") != 0) {
            enum xls_rc one =
                xls_shred_file(dir, names[i]->d_name, path, &done, why);

            rc = rc == XLS_OK ? one : rc;
        }
        free(names[i]);
    }
    free((void *)names);
    return rc;
}

enum xls_rc xls_place_wipe(int dir, const char *name, const char *path,
                           struct xls_why *why)
{
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    enum xls_shred done;
    enum xls_rc rc;

    if (fd < 0) {
        rc = xls_shred_file(dir, name, path, &done, why);
    } else {
        rc = wipe_directory(fd, path, why);
        if (unlinkat(dir, name, AT_REMOVEDIR) != 0 && rc == XLS_OK) {
            rc = xls_why_set(why, XLS_HOST_IO, "%s: cannot be removed: %s",
                             path, strerror(errno));
        }
    }
    xls_fd_close(&fd);
    return fsync(dir) == 0 ? rc : XLS_HOST_IO;
}

/* --- what others left ---------------------------------------------------- */

static int is_staged(const struct dirent *entry)
{
    return strncmp(entry->d_name, XLS_PLACE_STAGED,
                   sizeof(XLS_PLACE_STAGED) - 1) == 0;
}

/* The journal of the migration that a staged name is of may say that it is to
 * be kept, process or not; no journal, or one that is over: it is not. */
static bool is_kept(const char *state, const char *name)
{
    struct xls_journal_entry *list = NULL;
    char id[2 * XLS_ID_LEN + 1];
    size_t count = 0;
    bool kept = xls_journal_list(state, &list, &count, NULL) != XLS_OK;

    for (size_t i = 0; i < count; i++) {
        const struct xls_journal_view *v = &list[i].view;

        xls_hex(id, sizeof(id), v->facts.id, sizeof(v->facts.id));
        kept = kept || (v->facts.role == XLS_ROLE_DESTINATION &&
                        strncmp(name + sizeof(XLS_PLACE_STAGED) - 1, id,
                                sizeof(id) - 1) == 0 &&
                        v->state != XLS_DESTINATION_BURNED);
    }
    free(list);
    return kept;
}

/* Wipe what nobody holds: the process that wrote it has ended in the middle. */
static void sweep(const char *state, int parent)
{
    struct dirent **names = NULL;
    int count = scandirat(parent, ".", &names, is_staged, NULL);

    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        int fd = openat(parent, name,
                        O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
            !is_kept(state, name)) {
            (void)!xls_place_wipe(parent, name, name, NULL);
        }
        xls_fd_close(&fd);
        free(names[i]);
    }
    free((void *)names);
}

/* --- writing ------------------------------------------------------------- */

static enum xls_rc cannot_write(const char *path, struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_IO, "%s: cannot be written: %s", path,
                       strerror(errno));
}

/* A new file, 0600; *fd is the caller's. */
static bool create(int dir, const char *name, int *fd)
{
    *fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                 0600);
    return *fd >= 0 && fchmod(*fd, 0600) == 0;
}

enum { TRIAL = sizeof(((struct xls_place_item *)NULL)->staged) + 2 };

static void trial_names(const struct xls_place_item *item, char from[TRIAL],
                        char to[TRIAL])
{
    (void)snprintf(from, TRIAL, "%s.a", item->staged);
    (void)snprintf(to, TRIAL, "%s.b", item->staged);
}

void xls_place_untry(const struct xls_place_item *item)
{
    char from[TRIAL];
    char to[TRIAL];

    trial_names(item, from, to);
    (void)unlinkat(item->parent, from, 0);
    (void)unlinkat(item->parent, to, 0);
}

/* The directory's lock keeps others from sweeping the file away. */
enum xls_rc xls_place_try(const struct xls_place_item *item,
                          struct xls_why *why)
{
    char from[TRIAL];
    char to[TRIAL];
    int fd = -1;
    bool made;
    bool named;
    int error;

    trial_names(item, from, to);
    made = flock(item->parent, LOCK_EX) == 0 && create(item->parent, from, &fd);
    named = made && renameat2(item->parent, from, item->parent, to,
                              RENAME_NOREPLACE) == 0;
    error = named ? 0 : errno;
    if (fd >= 0 && unlinkat(item->parent, named ? to : from, 0) != 0) {
        error = errno;
    }
    xls_fd_close(&fd);
    (void)flock(item->parent, LOCK_UN);
    if (error == 0) {
        return XLS_OK;
    }
    return xls_why_set(why, XLS_PEER_POLICY,
                       made && error == EINVAL
                           ? "%s: would come to a file system that cannot "
                             "rename without replacing (RENAME_NOREPLACE): %s; "
                             "make its directory on another, such as ext4"
                           : "%s: the directory that it would come to cannot "
                             "be written: %s",
                       item->path, strerror(error));
}

static bool fill(int fd, const struct xls_archive_file *f)
{
    return xls_fd_write(fd, f->data, f->len) == XLS_OK && fsync(fd) == 0;
}

/* The empty file or directory, with our lock on it: between its making and the
 * lock nobody sweeps, as we hold the directory around it. */
static bool begin(struct xls_place *place, size_t i)
{
    const struct xls_companion *one = &place->list.list[i];
    struct xls_place_item *item = &place->item[i];
    bool ok;

    if (flock(item->parent, LOCK_EX) != 0) {
        return false;
    }
    sweep(place->state, item->parent);
    if (one->kind == XLS_COMPANION_VTPM) {
        ok = mkdirat(item->parent, item->staged, 0700) == 0;
        if (ok) {
            item->step = XLS_PLACE_BEGUN;
            item->fd = openat(item->parent, item->staged,
                              O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
    } else {
        ok = create(item->parent, item->staged, &item->fd);
        item->step = item->fd >= 0 ? XLS_PLACE_BEGUN : XLS_PLACE_NOTHING;
    }
    ok = ok && item->fd >= 0 && flock(item->fd, LOCK_EX | LOCK_NB) == 0;
    (void)flock(item->parent, LOCK_UN);
    return ok;
}

static enum xls_rc write_vtpm(struct xls_place *place, size_t i,
                              struct xls_why *why)
{
    const struct xls_companion *one = &place->list.list[i];
    int dir = place->item[i].fd;
    enum xls_rc rc = XLS_OK;

    for (size_t k = 0; rc == XLS_OK && k < place->archive.count; k++) {
        const struct xls_archive_file *f = &place->archive.file[k];
        int fd = -1;

        if (f->of != i) {
            continue;
        }
        if (!create(dir, f->name, &fd) || !fill(fd, f)) {
            rc = cannot_write(place->item[i].path, why);
        }
        xls_fd_close(&fd);
    }
    if (rc == XLS_OK) {
        rc = xls_generation_mark_write(dir, place->uuid, one->generation, why);
    }
    if (rc == XLS_OK && fsync(dir) != 0) {
        rc = cannot_write(place->item[i].path, why);
    }
    return rc;
}

static enum xls_rc write_file(struct xls_place *place, size_t i,
                              struct xls_why *why)
{
    for (size_t k = 0; k < place->archive.count; k++) {
        const struct xls_archive_file *f = &place->archive.file[k];

        if (f->of == i && !fill(place->item[i].fd, f)) {
            return cannot_write(place->item[i].path, why);
        }
    }
    return XLS_OK;
}

enum xls_rc xls_place_stage(struct xls_place *place, const uint8_t *octets,
                            size_t len, struct xls_why *why)
{
    enum xls_rc rc =
        xls_archive_get(octets, len, &place->list, &place->archive);

    if (rc != XLS_OK) {
        return xls_why_set(why, rc,
                           "the guest's companions are not as they were "
                           "announced, or damaged: %s",
                           xls_rc_text(rc));
    }
    for (size_t i = 0; rc == XLS_OK && i < place->list.count; i++) {
        const struct xls_companion *one = &place->list.list[i];
        struct xls_place_item *item = &place->item[i];

        if (item->step != XLS_PLACE_NOTHING) {
            return XLS_BUG_CONTRACT;
        }
        if (!begin(place, i)) {
            rc = cannot_write(item->path, why);
        }
        if (rc == XLS_OK) {
            rc = one->kind == XLS_COMPANION_VTPM ? write_vtpm(place, i, why)
                                                 : write_file(place, i, why);
        }
        if (rc == XLS_OK && fsync(item->parent) != 0) {
            rc = cannot_write(item->path, why);
        }
        if (rc == XLS_OK && xls_traces_add(&place->traces, item->parent,
                                           item->staged) != XLS_OK) {
            rc = cannot_write(item->path, why);
        }
        item->whole = rc == XLS_OK;
    }
    if (rc == XLS_OK && place->list.count > 0) {
        place->traces.before = place->generation;
        rc = xls_place_write_traces(place, why);
    }
    for (size_t k = 0; k < place->archive.count; k++) {
        place->archive.file[k].data = NULL; /* the caller's octets go */
    }
    return rc;
}
