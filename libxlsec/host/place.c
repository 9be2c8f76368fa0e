/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "host/audit.h"
#include "host/fd.h"
#include "host/place-private.h"
#include "host/shred.h"

/* --- before anything is written ------------------------------------------ */

/* The directory that it comes to is there, and root's alone. */
static enum xls_rc judge_parent(struct xls_place *place, size_t i,
                                const char *under, const char **rule,
                                struct xls_why *why)
{
    struct xls_place_item *item = &place->item[i];
    const char *path = item->path;
    struct stat st;

    *rule = "companion-place";
    item->parent = xls_companion_open_parent(under, place->list.list[i].path,
                                             item->path, &item->base);
    if (item->parent < 0 || fstat(item->parent, &st) != 0) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "%s: has no directory to come to: %s; make it", path,
                           strerror(errno));
    }
    if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022) != 0) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "%s: the directory that it would come to can be "
                           "changed by others than root; chown and chmod it",
                           path);
    }
    if (fstatat(item->parent, item->base, &st, AT_SYMLINK_NOFOLLOW) == 0 ||
        errno != ENOENT) {
        *rule = "companion-there";
        return xls_why_set(why, XLS_PEER_POLICY,
                           "%s: is there already, and nothing is replaced; "
                           "move it away when it is not needed any more",
                           path);
    }
    return XLS_OK;
}

static enum xls_rc judge_room(const struct xls_place *place, size_t i,
                              const char **rule, struct xls_why *why)
{
    struct statvfs fs;
    uint64_t need = 0;

    *rule = "companion-room";
    for (size_t k = 0; k < place->list.count; k++) {
        need += place->list.list[k].most;
    }
    if (fstatvfs(place->item[i].parent, &fs) != 0 || fs.f_frsize == 0 ||
        fs.f_bavail < need / fs.f_frsize + 1) {
        return xls_why_set(why, XLS_PEER_POLICY,
                           "%s: there is not enough room on the file system "
                           "(%llu KiB)",
                           place->item[i].path,
                           (unsigned long long)(need >> 10));
    }
    return XLS_OK;
}

/* [P-84] */
static enum xls_rc judge_generation(struct xls_place *place, size_t i,
                                    const char **rule, struct xls_why *why)
{
    const struct xls_companion *one = &place->list.list[i];
    struct xls_generation *g = &place->generation;
    enum xls_rc rc;

    *rule = "companion-generation";
    if (one->kind != XLS_COMPANION_VTPM) {
        return XLS_OK;
    }
    rc = xls_generation_read(place->state, place->uuid, g, why);
    if (rc == XLS_OK && one->generation <= g->highest) {
        rc = xls_why_set(why, XLS_PEER_POLICY,
                         "%s: is an old copy of the guest's vTPM: it would be "
                         "generation %llu, and this host has had generation "
                         "%llu",
                         place->item[i].path,
                         (unsigned long long)one->generation,
                         (unsigned long long)g->highest);
    }
    return rc;
}

static enum xls_rc find_owner(struct xls_place *place, const char *name,
                              const char **rule, struct xls_why *why)
{
    const struct passwd *user;

    *rule = "companion-owner";
    place->uid = (uid_t)-1; /* which chown() leaves as it is */
    place->gid = (gid_t)-1;
    if (name[0] == '\0') {
        return XLS_OK;
    }
    user = getpwnam(name);
    if (user == NULL) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "there is no user '%s' on this host; mend 'owner' "
                           "of [companions] in xlsec.conf",
                           name);
    }
    place->uid = user->pw_uid;
    place->gid = user->pw_gid;
    return XLS_OK;
}

static enum xls_rc judge(struct xls_place *place, const struct xls_conf *conf,
                         const char **rule, struct xls_why *why)
{
    enum xls_rc rc = find_owner(place, conf->owner, rule, why);

    for (size_t i = 0; rc == XLS_OK && i < place->list.count; i++) {
        rc = judge_parent(place, i, conf->under, rule, why);
        if (rc == XLS_OK) {
            rc = judge_room(place, i, rule, why);
        }
        if (rc == XLS_OK) {
            rc = judge_generation(place, i, rule, why);
        }
        if (rc == XLS_OK) {
            *rule = "companion-place";
            rc = xls_place_try(&place->item[i], why);
        }
    }
    if (rc == XLS_OK && place->list.count > 0) {
        *rule = "companion-audit";
        rc = xls_audit_open(place->state, &place->audit, why);
    }
    return rc;
}

enum xls_rc xls_place_new(const struct xls_place_setup *setup,
                          struct xls_place **out, const char **rule,
                          struct xls_why *why)
{
    struct xls_place *place = calloc(1, sizeof(*place));
    enum xls_rc rc;

    *out = NULL;
    *rule = "host";
    if (place == NULL) {
        return XLS_HOST_NOMEM;
    }
    place->audit = -1;
    place->list = *setup->list;
    (void)snprintf(place->guest, sizeof(place->guest), "%s", setup->guest);
    (void)snprintf(place->peer, sizeof(place->peer), "%s", setup->peer);
    memcpy(place->state, setup->conf->state, sizeof(place->state));
    memcpy(place->uuid, setup->uuid, sizeof(place->uuid));
    memcpy(place->migration, setup->migration, sizeof(place->migration));
    for (size_t i = 0; i < XLS_COMPANIONS_MAX; i++) {
        struct xls_place_item *item = &place->item[i];

        item->parent = item->fd = -1;
        (void)snprintf(item->staged, sizeof(item->staged), XLS_PLACE_STAGED);
        for (size_t k = 0; k < sizeof(place->migration); k++) {
            size_t used = strlen(item->staged);

            (void)snprintf(item->staged + used, sizeof(item->staged) - used,
                           "%02x", place->migration[k]);
        }
        (void)snprintf(item->staged + strlen(item->staged), 4, ".%zu", i);
    }
    rc = judge(place, setup->conf, rule, why);
    if (rc == XLS_OK) {
        *out = place;
        place = NULL; /* now the caller's */
    }
    xls_place_free(place);
    return rc;
}

void xls_place_free(struct xls_place *place)
{
    if (place == NULL) {
        return;
    }
    for (size_t i = 0; i < XLS_COMPANIONS_MAX; i++) {
        xls_fd_close(&place->item[i].parent);
        xls_fd_close(&place->item[i].fd);
    }
    xls_fd_close(&place->audit);
    free(place);
}

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

/* [P-81] */
static enum xls_rc settle(struct xls_place *place, size_t i,
                          struct xls_why *why)
{
    struct xls_place_item *item = &place->item[i];
    const char *path = item->path;

    if (!give_to_owner(place, i) ||
        renameat2(item->parent, item->staged, item->parent, item->base,
                  RENAME_NOREPLACE) != 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot get its name: %s",
                           path, strerror(errno));
    }
    item->step = XLS_PLACE_SETTLED;
    return fsync(item->parent) == 0
               ? XLS_OK
               : xls_why_set(why, XLS_HOST_IO, "%s: cannot be synced: %s", path,
                             strerror(errno));
}

enum xls_rc xls_place_settle(struct xls_place *place, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; rc == XLS_OK && i < place->list.count; i++) {
        const struct xls_companion *one = &place->list.list[i];

        if (place->item[i].step != XLS_PLACE_BEGUN) {
            return XLS_BUG_CONTRACT;
        }
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

enum xls_rc xls_place_done(struct xls_place *place, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    for (size_t k = 0; k < place->archive.count; k++) {
        const struct xls_archive_file *f = &place->archive.file[k];
        const struct xls_companion *one = &place->list.list[f->of];
        char path[XLS_REAL_PATH + XLS_ARCHIVE_NAME + 2];
        const struct xls_audit line = {.event = "companion-placed",
                                       .guest = place->guest,
                                       .uuid = place->uuid,
                                       .migration = place->migration,
                                       .peer = place->peer,
                                       .file = path,
                                       .sum = f->sum,
                                       .size = f->len,
                                       .generation = one->generation,
                                       .done = "written, synced, named"};
        enum xls_rc added;

        (void)snprintf(path, sizeof(path), "%s%s%s", place->item[f->of].path,
                       f->name[0] == '\0' ? "" : "/", f->name);
        added = xls_audit_add(place->audit, &line, why);
        rc = rc == XLS_OK ? added : rc;
    }
    for (size_t i = 0; i < place->list.count; i++) {
        place->item[i].step = XLS_PLACE_NOTHING;
    }
    place->counted = false;
    return rc;
}

/* [P-82] */
enum xls_rc xls_place_undo(struct xls_place *place, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; i < place->list.count; i++) {
        struct xls_place_item *item = &place->item[i];

        if (item->step != XLS_PLACE_NOTHING) {
            enum xls_rc one = xls_place_wipe(
                item->parent,
                item->step == XLS_PLACE_BEGUN ? item->staged : item->base,
                item->path, why);

            rc = rc == XLS_OK ? one : rc;
            item->step = XLS_PLACE_NOTHING;
        }
    }
    if (place->counted) {
        enum xls_rc one = xls_generation_write(place->state, place->uuid,
                                               &place->generation, why);

        rc = rc == XLS_OK ? one : rc;
        place->counted = one != XLS_OK;
    }
    return rc;
}
