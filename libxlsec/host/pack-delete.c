/* SPDX-License-Identifier: LGPL-2.1-only */
/* The other host has the guest: the copies here go. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/audit.h"
#include "host/pack-private.h"
#include "host/shred.h"
#include "host/swtpm.h"

enum { PATH_ROOM = XLS_REAL_PATH + XLS_ARCHIVE_NAME + 2 };

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
    char name[XLS_PACK_NAME];
    enum xls_shred done;

    xls_pack_name(item, item->away, name);
    note(d, xls_shred_file(item->parent, name, item->path, &done, d->why));
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
        if (xls_contents_is_aside(name) || names[k]->d_type == DT_SOCK ||
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

/* Each file and its receipt, so that a crash costs one line at most. */
static void delete_vtpm(struct deletion *d, size_t i)
{
    struct xls_pack *pack = d->pack;
    struct xls_pack_item *item = &pack->item[i];
    const char *path = item->path;
    char name[XLS_PACK_NAME];

    for (size_t k = 0; k < pack->archive.count; k++) {
        const struct xls_archive_file *f = &pack->archive.file[k];
        enum xls_shred done = XLS_SHRED_NOTHING;

        if (f->of == i) {
            note(d, xls_shred_file(item->dir, f->name, path, &done, d->why));
            receipt(d, f, done, fsync(item->dir) == 0);
        }
    }
    clear_directory(d, item->dir, path);
    xls_pack_name(item, item->away, name);
    if (unlinkat(item->parent, name, AT_REMOVEDIR) != 0 ||
        fsync(item->parent) != 0) {
        note(d, xls_why_set(d->why, XLS_HOST_IO,
                            "%s: the directory cannot be removed: %s", path,
                            strerror(errno)));
    }
}

/* The generation is given away before its files go: whatever is left of them
 * then is an old copy.  The guest may be back with a later one, when this was
 * not ended at once. */
static void give_away(struct deletion *d, const struct xls_companion *one)
{
    const struct xls_generation given = {.highest = one->generation};
    struct xls_generation now;

    note(d, xls_generation_read(d->pack->state, d->pack->uuid, &now, d->why));
    if (now.highest <= given.highest) {
        note(d, xls_generation_write(d->pack->state, d->pack->uuid, &given,
                                     d->why));
    }
    if (d->pack->swtpm >= 0) {
        note(d, xls_swtpm_end(d->pack->swtpm, d->why));
    }
}

/* May the i-th be deleted?  After a crash only what this migration has set
 * aside, and of that what can have its receipt. */
static bool is_to_go(struct deletion *d, size_t i)
{
    const struct xls_pack *pack = d->pack;
    const struct xls_pack_item *item = &pack->item[i];
    enum xls_rc rc = XLS_OK;

    if (item->lost) {
        return false; /* it is gone */
    }
    if (pack->again && !item->away) {
        rc = xls_why_set(d->why, XLS_HOST_IO,
                         "%s: has got its name back, though the guest has "
                         "moved; see that nobody uses it, and remove it",
                         item->path);
    } else if (item->unread) {
        rc = xls_why_set(d->why, XLS_HOST_IO,
                         "%s" XLS_PACK_AWAY ": cannot be read, for its "
                         "receipt; remove it by hand",
                         item->path);
    } else if (item->dir >= 0 && pack->user != 0) {
        rc = xls_pack_in_use(pack, item->path, d->why);
    }
    note(d, rc);
    return rc == XLS_OK;
}

enum xls_rc xls_pack_delete(struct xls_pack *pack, struct xls_why *why)
{
    struct deletion d = {.pack = pack, .why = why};
    bool go[XLS_COMPANIONS_MAX] = {false};

    if (pack->again && !pack->traces.there) {
        return XLS_OK; /* it was done */
    }
    for (size_t i = 0; i < pack->list.count; i++) {
        bool vtpm = pack->list.list[i].kind == XLS_COMPANION_VTPM;

        go[i] = is_to_go(&d, i);
        if (vtpm) {
            give_away(&d, &pack->list.list[i]);
        }
        if (vtpm && go[i]) {
            delete_vtpm(&d, i);
        }
    }
    for (size_t k = 0; k < pack->archive.count; k++) {
        const struct xls_archive_file *f = &pack->archive.file[k];

        if (pack->list.list[f->of].kind == XLS_COMPANION_FILE && go[f->of]) {
            delete_file(&d, f);
        }
    }
    if (d.rc == XLS_OK) {
        note(&d, xls_pack_drop_traces(pack, why));
    }
    return d.rc;
}
