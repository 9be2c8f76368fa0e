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

#include "attest/reason.h"
#include "host/audit.h"
#include "host/fd.h"
#include "host/place-private.h"

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

enum xls_rc xls_place_owner(struct xls_place *place, const char *name,
                            struct xls_why *why)
{
    const struct passwd *user;

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
    enum xls_rc rc = xls_place_owner(place, conf->owner, why);

    *rule = "companion-owner";
    for (size_t i = 0; rc == XLS_OK && i < place->list.count; i++) {
        rc = judge_parent(place, i, conf->under, rule, why);
        if (rc == XLS_OK) {
            rc = judge_room(place, i, rule, why);
        }
        if (rc == XLS_OK) {
            rc = judge_generation(place, i, rule, why);
        }
    }
    if (rc == XLS_OK && place->list.count > 0) {
        *rule = "companion-audit";
        rc = xls_audit_open(place->state, &place->audit, why);
    }
    return rc;
}

struct xls_place *xls_place_blank(const struct xls_place_setup *setup)
{
    struct xls_place *place = calloc(1, sizeof(*place));
    char id[33];

    if (place == NULL) {
        return NULL;
    }
    place->audit = -1;
    place->list = *setup->list;
    (void)snprintf(place->guest, sizeof(place->guest), "%s", setup->guest);
    (void)snprintf(place->peer, sizeof(place->peer), "%s", setup->peer);
    memcpy(place->state, setup->conf->state, sizeof(place->state));
    memcpy(place->uuid, setup->uuid, sizeof(place->uuid));
    memcpy(place->migration, setup->migration, sizeof(place->migration));
    xls_hex(id, sizeof(id), place->migration, sizeof(place->migration));
    for (size_t i = 0; i < XLS_COMPANIONS_MAX; i++) {
        struct xls_place_item *item = &place->item[i];

        item->parent = item->fd = -1;
        (void)snprintf(item->staged, sizeof(item->staged),
                       XLS_PLACE_STAGED "%s.%zu", id, i);
    }
    return place;
}

enum xls_rc xls_place_new(const struct xls_place_setup *setup,
                          struct xls_place **out, const char **rule,
                          struct xls_why *why)
{
    struct xls_place *place = xls_place_blank(setup);
    enum xls_rc rc;

    *out = NULL;
    *rule = "host";
    if (place == NULL) {
        return XLS_HOST_NOMEM;
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
