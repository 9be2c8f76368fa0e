/* SPDX-License-Identifier: LGPL-2.1-only */
/* The copies here: set aside, put back, deleted. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/audit.h"
#include "host/fd.h"
#include "host/pack-private.h"
#include "host/shred.h"
#include "host/swtpm.h"

enum {
    BASE_ROOM = XLS_COMPANION_PATH + sizeof(XLS_PACK_AWAY),
    PATH_ROOM = XLS_REAL_PATH + XLS_ARCHIVE_NAME + 2,
};

/* --- names --------------------------------------------------------------- */

static void away_name(const struct xls_pack_item *item, char out[BASE_ROOM])
{
    (void)snprintf(out, BASE_ROOM, "%s" XLS_PACK_AWAY, item->base);
}

/* Rename it, away or back; nothing is ever replaced. */
static enum xls_rc turn(struct xls_pack *pack, size_t i, bool away,
                        struct xls_why *why)
{
    struct xls_pack_item *item = &pack->item[i];
    const char *path = item->path;
    char other[BASE_ROOM];

    if (item->away == away) {
        return XLS_OK;
    }
    away_name(item, other);
    if (renameat2(item->parent, away ? item->base : other, item->parent,
                  away ? other : item->base, RENAME_NOREPLACE) != 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be renamed %s: %s",
                           path, away ? "to ..." XLS_PACK_AWAY : "back",
                           strerror(errno));
    }
    item->away = away;
    if (fsync(item->parent) != 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be synced: %s", path,
                           strerror(errno));
    }
    return XLS_OK;
}

/* --- commit, and back ---------------------------------------------------- */

static bool has_vtpm(const struct xls_pack *pack)
{
    return pack->guest.vtpm[0] != '\0';
}

enum xls_rc xls_pack_commit(struct xls_pack *pack, const uint8_t migration[16],
                            const char *peer, struct xls_why *why)
{
    struct xls_generation g = pack->generation;
    enum xls_rc rc = XLS_OK;

    memcpy(pack->migration, migration, sizeof(pack->migration));
    (void)snprintf(pack->peer, sizeof(pack->peer), "%s", peer);
    if (has_vtpm(pack)) {
        g.open = true;
        for (size_t i = 0; i < sizeof(pack->migration); i++) {
            (void)snprintf(g.move + 2 * i, sizeof(g.move) - 2 * i, "%02x",
                           migration[i]);
        }
        (void)snprintf(g.peer, sizeof(g.peer), "%s", peer);
        pack->opened = true;
        rc = xls_generation_write(pack->state, pack->uuid, &g, why);
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        rc = turn(pack, i, true, why);
    }
    return rc;
}

enum xls_rc xls_pack_put_back(struct xls_pack *pack, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; i < pack->list.count; i++) {
        enum xls_rc one = turn(pack, i, false, why);

        rc = rc == XLS_OK ? one : rc;
    }
    if (pack->opened) {
        enum xls_rc one = xls_generation_write(pack->state, pack->uuid,
                                               &pack->generation, why);

        pack->opened = one != XLS_OK;
        rc = rc == XLS_OK ? one : rc;
    }
    xls_fd_close(&pack->lock); /* swtpm takes it again */
    if (pack->stopped) {
        struct xls_why local = {""};

        if (xls_swtpm_go_on(pack->swtpm, &local) != XLS_OK) {
            rc = xls_why_set(why, XLS_HOST_IO,
                             "the guest's vTPM does not go on: %.400s; see "
                             "swtpm_ioctl(8), -i",
                             local.text);
        }
        pack->stopped = false;
    }
    return rc;
}

/* --- deleting ------------------------------------------------------------ */

struct deletion {
    struct xls_pack *pack;
    enum xls_rc rc; /* the first error */
    struct xls_why *why;
};

static void note(struct deletion *d, enum xls_rc rc)
{
    d->rc = d->rc == XLS_OK ? rc : d->rc;
}

/* [P-83] the receipt */
static void receipt(struct deletion *d, const struct xls_archive_file *f,
                    enum xls_shred done, bool synced)
{
    struct xls_pack *pack = d->pack;
    const struct xls_companion *one = &pack->list.list[f->of];
    char path[PATH_ROOM];
    char text[160];
    const struct xls_audit line = {
        .event = "companion-deleted",
        .guest = pack->guest.name,
        .uuid = pack->uuid,
        .migration = pack->migration,
        .peer = pack->peer,
        .file = path,
        .sum = f->sum,
        .size = f->len,
        .generation = one->generation,
        .done = text,
    };

    (void)snprintf(path, sizeof(path), "%s%s%s", pack->item[f->of].path,
                   f->name[0] == '\0' ? "" : "/", f->name);
    (void)snprintf(text, sizeof(text), "%s%s", xls_shred_text(done),
                   synced ? ", directory synced" : "");
    note(d, xls_audit_add(pack->audit, &line, d->why));
}

static void delete_file(struct deletion *d, const struct xls_archive_file *f)
{
    struct xls_pack_item *item = &d->pack->item[f->of];
    char away[BASE_ROOM];
    enum xls_shred done;

    away_name(item, away);
    note(d, xls_shred_file(item->parent, item->away ? away : item->base,
                           item->path, &done, d->why));
    receipt(d, f, done, fsync(item->parent) == 0);
}

/* What is no part of the state: locks, marks, sockets, and what has come
 * meanwhile, which is told. */
static void clear_directory(struct deletion *d, int dir, const char *path)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, NULL, NULL);

    for (int k = 0; k < count; k++) {
        const char *name = names[k]->d_name;
        enum xls_shred done;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        if (xls_pack_is_aside(name) || names[k]->d_type == DT_SOCK ||
            names[k]->d_type == DT_FIFO) {
            (void)unlinkat(dir, name, 0);
        } else {
            note(d, xls_shred_file(dir, name, path, &done, d->why));
        }
    }
    for (int k = 0; k < count; k++) {
        free(names[k]);
    }
    free((void *)names);
}

static void delete_vtpm(struct deletion *d, size_t i)
{
    struct xls_pack *pack = d->pack;
    struct xls_pack_item *item = &pack->item[i];
    const char *path = item->path;
    enum xls_shred done[XLS_ARCHIVE_FILES] = {XLS_SHRED_NOTHING};
    char away[BASE_ROOM];
    bool synced;

    for (size_t k = 0; k < pack->archive.count; k++) {
        const struct xls_archive_file *f = &pack->archive.file[k];

        if (f->of == i) {
            note(d, xls_shred_file(item->dir, f->name, path, &done[k], d->why));
        }
    }
    clear_directory(d, item->dir, path);
    synced = fsync(item->dir) == 0;
    for (size_t k = 0; k < pack->archive.count; k++) {
        if (pack->archive.file[k].of == i) {
            receipt(d, &pack->archive.file[k], done[k], synced);
        }
    }
    away_name(item, away);
    if (unlinkat(item->parent, item->away ? away : item->base, AT_REMOVEDIR) !=
            0 ||
        fsync(item->parent) != 0) {
        note(d, xls_why_set(d->why, XLS_HOST_IO,
                            "%s: the directory cannot be removed: %s", path,
                            strerror(errno)));
    }
}

/* The generation is given away before its files go: whatever is left of them
 * then is an old copy. */
static void give_away(struct deletion *d, const struct xls_companion *one)
{
    const struct xls_generation given = {.highest = one->generation};

    note(d,
         xls_generation_write(d->pack->state, d->pack->uuid, &given, d->why));
    if (d->pack->swtpm >= 0) {
        note(d, xls_swtpm_end(d->pack->swtpm, d->why));
    }
}

enum xls_rc xls_pack_delete(struct xls_pack *pack, struct xls_why *why)
{
    struct deletion d = {.pack = pack, .why = why};

    for (size_t i = 0; i < pack->list.count; i++) {
        if (pack->list.list[i].kind == XLS_COMPANION_VTPM) {
            give_away(&d, &pack->list.list[i]);
            delete_vtpm(&d, i);
        }
    }
    for (size_t k = 0; k < pack->archive.count; k++) {
        const struct xls_archive_file *f = &pack->archive.file[k];

        if (pack->list.list[f->of].kind == XLS_COMPANION_FILE) {
            delete_file(&d, f);
        }
    }
    return d.rc;
}
