/* SPDX-License-Identifier: LGPL-2.1-only */
/* What is staged gets its names, or goes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/audit.h"
#include "host/place-private.h"

/* --- after COMMIT -------------------------------------------------------- */

static bool give_to_owner(const struct xls_place *place, size_t i)
{
    int fd = place->item[i].fd;

    if (place->uid == (uid_t)-1) {
        return true;
    }
    for (size_t k = 0; k < place->archive.count; k++) {
        const struct xls_archive_file *f = &place->archive.file[k];

        if (f->of == i && f->name[0] != '\0' &&
            fchownat(fd, f->name, place->uid, place->gid,
                     AT_SYMLINK_NOFOLLOW) != 0) {
            return false;
        }
    }
    return fchown(fd, place->uid, place->gid) == 0 && fsync(fd) == 0;
}

static enum xls_rc cannot_sync(const char *path, struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_IO, "%s: cannot be synced: %s", path,
                       strerror(errno));
}

/* [P-81] */
static enum xls_rc settle(struct xls_place *place, size_t i,
                          struct xls_why *why)
{
    struct xls_place_item *item = &place->item[i];
    const char *path = item->path;

    if (item->step == XLS_PLACE_BEGUN &&
        (!give_to_owner(place, i) ||
         renameat2(item->parent, item->staged, item->parent, item->base,
                   RENAME_NOREPLACE) != 0)) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot get its name: %s",
                           path, strerror(errno));
    }
    item->step = XLS_PLACE_SETTLED;
    return fsync(item->parent) == 0 ? XLS_OK : cannot_sync(path, why);
}

/* Everything is here, under the one name or the other. */
static enum xls_rc judge_whole(const struct xls_place *place,
                               struct xls_why *why)
{
    for (size_t i = 0; i < place->list.count; i++) {
        const struct xls_place_item *item = &place->item[i];

        if (item->step == XLS_PLACE_NOTHING) {
            return xls_why_set(why, XLS_HOST_IO,
                               "%s: what came for it is not there any more%s",
                               item->path,
                               item->taken ? ", and something else is" : "");
        }
        if (!item->whole && item->step == XLS_PLACE_BEGUN) {
            return xls_why_set(why, XLS_HOST_IO,
                               "%s: what came for it is not whole", item->path);
        }
    }
    return XLS_OK;
}

enum xls_rc xls_place_settle(struct xls_place *place, struct xls_why *why)
{
    enum xls_rc rc = place->traces.done ? XLS_OK : judge_whole(place, why);

    for (size_t i = 0;
         rc == XLS_OK && !place->traces.done && i < place->list.count; i++) {
        const struct xls_companion *one = &place->list.list[i];

        if (one->kind == XLS_COMPANION_VTPM) {
            const struct xls_generation now = {.highest = one->generation};

            place->counted = true;
            rc = xls_generation_write(place->state, place->uuid, &now, why);
        }
        if (rc == XLS_OK) {
            rc = settle(place, i, why);
        }
    }
    return rc;
}

enum xls_rc xls_place_write_traces(const struct xls_place *place,
                                   struct xls_why *why)
{
    return xls_traces_write(place->state, XLS_ROLE_DESTINATION,
                            place->migration, &place->traces, why);
}

static enum xls_rc log_placed(const struct xls_place *place, size_t k,
                              struct xls_why *why)
{
    const struct xls_archive_file *f = &place->archive.file[k];
    char path[XLS_REAL_PATH + XLS_ARCHIVE_NAME + 2];
    const struct xls_audit line = {
        .event = "companion-placed",
        .guest = place->guest,
        .uuid = place->uuid,
        .migration = place->migration,
        .peer = place->peer,
        .file = path,
        .sum = f->sum,
        .size = f->len,
        .generation = place->list.list[f->of].generation,
        .done = place->again ? "written, synced, named; found again"
                             : "written, synced, named"};

    (void)snprintf(path, sizeof(path), "%s%s%s", place->item[f->of].path,
                   f->name[0] == '\0' ? "" : "/", f->name);
    return xls_audit_add(place->audit, &line, why);
}

enum xls_rc xls_place_done(struct xls_place *place, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    if (place->traces.done || place->list.count == 0) {
        return XLS_OK;
    }
    for (size_t k = 0; k < place->archive.count; k++) {
        enum xls_rc one = log_placed(place, k, why);

        rc = rc == XLS_OK ? one : rc;
    }
    for (size_t i = 0; i < place->list.count; i++) {
        if (!place->item[i].whole && rc == XLS_OK) {
            rc = xls_why_set(why, XLS_HOST_IO,
                             "%s: cannot be read, for the audit log",
                             place->item[i].path);
        }
        place->item[i].step = XLS_PLACE_NOTHING;
    }
    place->counted = false;
    place->ended = true;
    place->traces.done = true;
    {
        enum xls_rc one = xls_place_write_traces(place, why);

        rc = rc == XLS_OK ? one : rc;
    }
    return rc;
}

/* --- or back -------------------------------------------------------------- */

/*
 * Its staged name again: what has that is ours for certain, and its place is
 * free for the next migration before its inode is.
 */
static enum xls_rc take_back(struct xls_place *place, size_t i,
                             struct xls_why *why)
{
    struct xls_place_item *item = &place->item[i];

    if (item->taken) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: is not what came with the migration; look "
                           "what it is, and move it away",
                           item->path);
    }
    if (item->step == XLS_PLACE_SETTLED) {
        if (renameat2(item->parent, item->base, item->parent, item->staged,
                      RENAME_NOREPLACE) != 0) {
            return xls_why_set(why, XLS_HOST_IO, "%s: cannot lose its name: %s",
                               item->path, strerror(errno));
        }
        item->step = XLS_PLACE_BEGUN;
        if (fsync(item->parent) != 0) {
            return cannot_sync(item->path, why);
        }
    }
    if (i < place->traces.count) {
        place->traces.inode[i] = 0;
    }
    return XLS_OK;
}

/* [P-82] */
enum xls_rc xls_place_undo(struct xls_place *place, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;
    enum xls_rc one;
    bool told = true; /* no inode that goes is ours by what is written */

    if (place->ended) {
        return XLS_OK;
    }
    for (size_t i = 0; i < place->list.count; i++) {
        xls_place_untry(&place->item[i]);
        one = take_back(place, i, why);
        rc = rc == XLS_OK ? one : rc;
    }
    if (place->counted) {
        one = xls_generation_write(place->state, place->uuid,
                                   &place->generation, why);
        rc = rc == XLS_OK ? one : rc;
        place->counted = one != XLS_OK;
    }
    if (place->traces.there) {
        place->traces.there = rc != XLS_OK; /* what is left, if anything */
        one = xls_place_write_traces(place, why);
        rc = rc == XLS_OK ? one : rc;
        told = one == XLS_OK;
    }
    for (size_t i = 0; told && i < place->list.count; i++) {
        struct xls_place_item *item = &place->item[i];

        if (item->step == XLS_PLACE_BEGUN) {
            one = xls_place_wipe(item->parent, item->staged, item->path, why);
            rc = rc == XLS_OK ? one : rc;
            item->step = XLS_PLACE_NOTHING;
        }
    }
    return rc;
}
