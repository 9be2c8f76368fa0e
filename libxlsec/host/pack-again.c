/* SPDX-License-Identifier: LGPL-2.1-only */
/* What a process that died had in hand is found again. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/audit.h"
#include "host/fd.h"
#include "host/pack-private.h"
#include "host/shred.h"
#include "host/swtpm.h"

/* Which of its two names it has: by its inode, once that was written down. */
static enum xls_rc find(struct xls_pack *pack, size_t i, const char *under,
                        struct xls_why *why)
{
    const struct xls_traces *t = &pack->traces;
    struct xls_pack_item *item = &pack->item[i];
    char away[XLS_PACK_NAME];
    struct stat st;

    item->parent = xls_companion_open_parent(under, pack->list.list[i].path,
                                             item->path, &item->base);
    if (item->parent < 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be reached: %s",
                           item->path, strerror(errno));
    }
    if (t->there && !xls_traces_in(t, i, item->parent)) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: the directory is not the one that it was in "
                           "(is its file system mounted?)",
                           item->path);
    }
    xls_pack_name(item, true, away);
    item->away = t->there && xls_traces_is(t, i, item->parent, away);
    item->lost =
        t->there
            ? !item->away && !xls_traces_is(t, i, item->parent, item->base)
            : fstatat(item->parent, item->base, &st, AT_SYMLINK_NOFOLLOW) != 0;
    return XLS_OK;
}

/* [P-83] What is to be deleted, for its receipts. */
static enum xls_rc read_away(struct xls_pack *pack, size_t i)
{
    struct xls_pack_item *item = &pack->item[i];
    enum xls_rc rc;

    if (!item->away || (item->dir >= 0 && xls_contents_none(item->dir))) {
        return XLS_OK;
    }
    rc = xls_pack_contents(pack, i, &pack->archive, NULL);
    item->unread = rc != XLS_OK;
    return rc == XLS_HOST_NOMEM ? rc : XLS_OK;
}

/* The state that an swtpm stored, and then went on without having stopped: the
 * next one would begin with it. */
static void forget_stored(int dir, const char *path)
{
    static const char end[] = ".volatilestate";
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, NULL, NULL);

    for (int k = 0; k < count; k++) {
        const char *name = names[k]->d_name;
        size_t len = strlen(name);
        enum xls_shred done;

        if (len >= sizeof(end) &&
            strcmp(name + len - (sizeof(end) - 1), end) == 0) {
            (void)!xls_shred_file(dir, name, path, &done, NULL);
        }
        free(names[k]);
    }
    free((void *)names);
}

/* The vTPM's swtpm: gone, one of which nothing is known, or one that can be
 * told. */
static enum xls_rc meet(struct xls_pack *pack, size_t i, struct xls_why *why)
{
    struct xls_pack_item *item = &pack->item[i];
    char name[XLS_PACK_NAME];
    struct xls_why local = {""};
    pid_t listens = 0;
    bool runs = false;
    enum xls_rc rc;

    xls_pack_name(item, item->away, name);
    item->dir = openat(item->parent, name,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (item->dir < 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be opened: %s",
                           item->path, strerror(errno));
    }
    rc = xls_pack_lock(pack, item->dir, item->path, &pack->user, why);
    if (rc != XLS_OK || pack->user == 0 || pack->guest.socket[0] == '\0') {
        return rc;
    }
    if (xls_swtpm_open(pack->guest.socket, &pack->swtpm, &listens, &local) ==
            XLS_OK &&
        listens == pack->user &&
        xls_swtpm_runs(pack->swtpm, &runs, &local) == XLS_OK) {
        pack->user = 0;
        pack->stopped = !runs;
        if (runs) {
            forget_stored(item->dir, item->path);
        }
    } else {
        xls_fd_close(&pack->swtpm);
    }
    return XLS_OK;
}

/* [P-84] Is it written that the vTPM may be given away with this migration? */
static enum xls_rc look_generation(struct xls_pack *pack, struct xls_why *why)
{
    struct xls_generation *g = &pack->generation;
    char id[33];
    enum xls_rc rc = xls_generation_read(pack->state, pack->uuid, g, why);

    xls_hex(id, sizeof(id), pack->migration, sizeof(pack->migration));
    if (rc == XLS_OK && g->open && strcmp(g->move, id) == 0) {
        pack->opened = true;
        *g = (struct xls_generation){.highest = g->highest};
    }
    return rc;
}

static enum xls_rc find_all(struct xls_pack *pack, const struct xls_conf *conf,
                            struct xls_why *why)
{
    enum xls_rc rc = xls_traces_read(pack->state, XLS_ROLE_SOURCE,
                                     pack->migration, &pack->traces, why);

    if (rc == XLS_OK && pack->guest.vtpm[0] != '\0') {
        rc = look_generation(pack, why);
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        bool vtpm = pack->list.list[i].kind == XLS_COMPANION_VTPM;

        rc = find(pack, i, conf->under, why);
        if (rc == XLS_OK && vtpm && !pack->item[i].lost) {
            rc = meet(pack, i, why);
        }
        if (rc == XLS_OK) {
            rc = read_away(pack, i);
        }
    }
    xls_contents_sum(&pack->archive);
    if (rc == XLS_OK && pack->list.count > 0) {
        rc = xls_audit_open(pack->state, &pack->audit, why);
    }
    return rc;
}

enum xls_rc xls_pack_again(const struct xls_pack_setup *setup,
                           const struct xls_companions *list,
                           const uint8_t migration[16], const char *peer,
                           struct xls_pack **out, struct xls_why *why)
{
    struct xls_pack *pack = xls_pack_new(setup);
    enum xls_rc rc;

    *out = NULL;
    if (pack == NULL) {
        return XLS_HOST_NOMEM;
    }
    pack->again = true;
    pack->list = *list;
    memcpy(pack->migration, migration, sizeof(pack->migration));
    (void)snprintf(pack->peer, sizeof(pack->peer), "%s", peer);
    rc = xls_guest_find(setup->conf->dir, setup->guest, &pack->guest, why);
    /* of that, the socket alone: what moved is in the list */
    (void)snprintf(pack->guest.name, sizeof(pack->guest.name), "%s",
                   setup->guest);
    pack->guest.vtpm[0] = '\0';
    for (size_t i = 0; i < list->count; i++) {
        if (list->list[i].kind == XLS_COMPANION_VTPM) {
            memcpy(pack->guest.vtpm, list->list[i].path,
                   sizeof(pack->guest.vtpm));
        }
    }
    if (rc == XLS_OK) {
        rc = find_all(pack, setup->conf, why);
    }
    if (rc == XLS_OK) {
        *out = pack;
        pack = NULL; /* now the caller's */
    }
    xls_pack_free(pack);
    return rc;
}
