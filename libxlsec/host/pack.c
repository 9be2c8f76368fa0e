/* SPDX-License-Identifier: LGPL-2.1-only */
/* Before the guest is touched: is everything there, and could it move? */
#include "host/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/audit.h"
#include "host/fd.h"
#include "host/pack-private.h"
#include "host/swtpm.h"

enum {
    /* The guest runs on while its memory moves, and its companions may grow. */
    SLACK = 256 << 10,
};

/* --- the lock ------------------------------------------------------------ */

enum xls_rc xls_pack_lock(struct xls_pack *pack, int dir, const char *path,
                          pid_t *holder, struct xls_why *why)
{
    struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    struct stat st;
    int fd = openat(dir, XLS_SWTPM_LOCK,
                    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);

    *holder = 0;
    /* whoever runs swtpm here has to be able to open it again */
    if (fd < 0 || fstat(dir, &st) != 0 ||
        (geteuid() == 0 && fchown(fd, st.st_uid, st.st_gid) != 0)) {
        goto failed;
    }
    if (fcntl(fd, F_OFD_SETLK, &all) == 0) {
        pack->lock = fd;
        return XLS_OK;
    }
    if (fcntl(fd, F_OFD_GETLK, &all) != 0 || all.l_type == F_UNLCK) {
        goto failed; /* it has just gone: once more by hand */
    }
    *holder = all.l_pid;
    xls_fd_close(&fd);
    return XLS_OK;
failed:
    (void)xls_why_set(why, XLS_HOST_IO, "%s/" XLS_SWTPM_LOCK ": %s", path,
                      strerror(errno));
    xls_fd_close(&fd);
    return XLS_HOST_IO;
}

/* --- a vTPM -------------------------------------------------------------- */

/* Octets of the files in dir, and whether they are all of a kind that moves. */
static enum xls_rc measure(int dir, const char *path, uint64_t *octets,
                           struct xls_why *why)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *walk = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    enum xls_rc rc = XLS_OK;
    size_t files = 0;

    if (walk == NULL) {
        xls_fd_close(&copy);
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be read: %s", path,
                           strerror(errno));
    }
    *octets = 0;
    while (rc == XLS_OK && (entry = readdir(walk)) != NULL) {
        struct stat st;

        if (xls_contents_is_aside(entry->d_name) ||
            fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
            S_ISSOCK(st.st_mode) || S_ISFIFO(st.st_mode)) {
            continue;
        }
        if (!S_ISREG(st.st_mode) || st.st_nlink != 1 ||
            !xls_archive_name_ok(entry->d_name)) {
            rc = xls_why_set(why, XLS_HOST_CONF,
                             "%s/%s: only plain files that have one name can "
                             "move with a vTPM; put this somewhere else",
                             path, entry->d_name);
        }
        *octets += (uint64_t)st.st_size;
        files++;
    }
    (void)closedir(walk);
    if (rc == XLS_OK && (files == 0 || files > XLS_ARCHIVE_VTPM_FILES)) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: has %zu files; the state of a vTPM has 1 to %u",
                         path, files, XLS_ARCHIVE_VTPM_FILES);
    }
    return rc;
}

/* [P-84] Is the copy here the last one, as far as this host knows? */
static enum xls_rc judge_generation(struct xls_pack *pack, size_t i,
                                    struct xls_why *why)
{
    const struct xls_pack_item *item = &pack->item[i];
    struct xls_generation *g = &pack->generation;
    uint64_t here = 0;
    enum xls_rc rc = xls_generation_read(pack->state, pack->uuid, g, why);

    if (rc == XLS_OK) {
        rc = xls_generation_mark_read(item->dir, item->path, pack->uuid, &here,
                                      why);
    }
    if (rc == XLS_OK && g->open) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: may have moved to %s (migration %s): look there; "
                         "see xl-migrate-secure(8), IN DOUBT",
                         item->path, g->peer, g->move);
    }
    if (rc == XLS_OK && (here < g->highest || here >= UINT64_MAX - 1)) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is an old copy of the vTPM, of generation %llu: "
                         "this host had, or gave away, generation %llu",
                         item->path, (unsigned long long)here,
                         (unsigned long long)g->highest);
    }
    pack->list.list[i].generation = here + 1;
    return rc;
}

/* Nobody uses the state, or the swtpm that can be told to stop does. */
static enum xls_rc judge_use(struct xls_pack *pack, int dir, const char *path,
                             struct xls_why *why)
{
    const char *control = pack->guest.socket;
    pid_t listens = 0;
    pid_t holder;
    enum xls_rc rc = xls_pack_lock(pack, dir, path, &holder, why);

    if (rc != XLS_OK || (control[0] == '\0' && holder == 0)) {
        return rc;
    }
    if (control[0] == '\0') {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: the swtpm with the process id %d is using it; "
                           "end it, or give its control socket in %s "
                           "('socket = ...')",
                           path, (int)holder, pack->guest.path);
    }
    if (holder == 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: no swtpm is using it, though %s names a "
                           "control socket; start it, or take the line out",
                           path, pack->guest.path);
    }
    rc = xls_swtpm_open(control, &pack->swtpm, &listens, why);
    if (rc == XLS_OK && listens != holder) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is used by the process %d, and process %d "
                         "listens on %s; mend %s",
                         path, (int)holder, (int)listens, control,
                         pack->guest.path);
    }
    return rc;
}

/* --- everything ---------------------------------------------------------- */

static uint32_t most_of(uint64_t size)
{
    uint64_t most = size + SLACK;

    return most > XLS_COMPANION_MOST ? XLS_COMPANION_MOST : (uint32_t)most;
}

static enum xls_rc too_large(const char *path, struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_CONF,
                       "%s: is larger than %u MiB, the most that moves with a "
                       "guest",
                       path, XLS_COMPANION_MOST >> 20);
}

/* Hold the directory that it is in, and see that its other name is free. */
static enum xls_rc hold(struct xls_pack *pack, size_t i, const char *under,
                        struct xls_why *why)
{
    struct xls_pack_item *item = &pack->item[i];
    char away[XLS_PACK_NAME];
    struct stat st;

    item->parent = xls_companion_open_parent(under, pack->list.list[i].path,
                                             item->path, &item->base);
    if (item->parent < 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: cannot be reached: %s; %s names it as one that "
                           "moves with the guest",
                           item->path, strerror(errno), pack->guest.path);
    }
    xls_pack_name(item, true, away);
    if (fstatat(item->parent, away, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s" XLS_PACK_AWAY ": is there, from a migration "
                           "that was in doubt: look what became of it, then "
                           "remove or rename it",
                           item->path);
    }
    return XLS_OK;
}

static enum xls_rc look_vtpm(struct xls_pack *pack, size_t i,
                             struct xls_why *why)
{
    struct xls_pack_item *item = &pack->item[i];
    uint64_t size = 0;
    enum xls_rc rc;

    item->dir = openat(item->parent, item->base,
                       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (item->dir < 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: is no directory that can be opened: %s; %s "
                           "names it as the state of the guest's vTPM",
                           item->path, strerror(errno), pack->guest.path);
    }
    rc = judge_generation(pack, i, why);
    if (rc == XLS_OK) {
        rc = measure(item->dir, item->path, &size, why);
    }
    if (rc == XLS_OK && size > XLS_COMPANION_MOST) {
        rc = too_large(item->path, why);
    }
    if (rc == XLS_OK) {
        rc = judge_use(pack, item->dir, item->path, why);
    }
    pack->list.list[i].most = most_of(size);
    return rc;
}

static enum xls_rc look_file(struct xls_pack *pack, size_t i,
                             struct xls_why *why)
{
    const struct xls_pack_item *item = &pack->item[i];
    struct stat st;

    if (fstatat(item->parent, item->base, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(st.st_mode) || st.st_nlink != 1) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: is not a plain file that has one name; %s "
                           "names it as one that moves with the guest",
                           item->path, pack->guest.path);
    }
    if ((uint64_t)st.st_size > XLS_COMPANION_MOST) {
        return too_large(item->path, why);
    }
    pack->list.list[i].most = most_of((uint64_t)st.st_size);
    return XLS_OK;
}

static enum xls_rc look_at_all(struct xls_pack *pack, const char *under,
                               struct xls_why *why)
{
    struct xls_companion vtpm = {.kind = XLS_COMPANION_VTPM};
    enum xls_rc rc = XLS_OK;
    uint64_t total = 0;

    pack->list = pack->guest.files;
    if (pack->guest.vtpm[0] != '\0') {
        memcpy(vtpm.path, pack->guest.vtpm, sizeof(vtpm.path));
        if (!xls_companions_add(&pack->list, &vtpm)) {
            return XLS_BUG_CONTRACT; /* guests.c has judged it */
        }
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        rc = hold(pack, i, under, why);
        if (rc == XLS_OK) {
            rc = pack->list.list[i].kind == XLS_COMPANION_VTPM
                     ? look_vtpm(pack, i, why)
                     : look_file(pack, i, why);
        }
        total += pack->list.list[i].most;
    }
    if (rc == XLS_OK && total > XLS_COMPANIONS_TOTAL) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: all that it names is more than %u MiB, the most "
                         "that moves with a guest",
                         pack->guest.path, XLS_COMPANIONS_TOTAL >> 20);
    }
    if (rc == XLS_OK && pack->list.count > 0) {
        rc = xls_audit_open(pack->state, &pack->audit, why);
    }
    return rc;
}

struct xls_pack *xls_pack_new(const struct xls_pack_setup *setup)
{
    struct xls_pack *pack = calloc(1, sizeof(*pack));

    if (pack != NULL) {
        pack->audit = pack->lock = pack->swtpm = -1;
        for (size_t i = 0; i < XLS_COMPANIONS_MAX; i++) {
            pack->item[i].parent = pack->item[i].dir = -1;
        }
        memcpy(pack->state, setup->conf->state, sizeof(pack->state));
        memcpy(pack->uuid, setup->uuid, sizeof(pack->uuid));
    }
    return pack;
}

enum xls_rc xls_pack_open(const struct xls_pack_setup *setup,
                          struct xls_pack **out, struct xls_why *why)
{
    struct xls_pack *pack = xls_pack_new(setup);
    enum xls_rc rc;

    *out = NULL;
    if (pack == NULL) {
        return XLS_HOST_NOMEM;
    }
    rc = xls_guest_find(setup->conf->dir, setup->guest, &pack->guest, why);
    if (rc == XLS_OK) {
        rc = look_at_all(pack, setup->conf->under, why);
    }
    if (rc == XLS_OK) {
        *out = pack;
        pack = NULL; /* now the caller's */
    }
    xls_pack_free(pack);
    return rc;
}

const struct xls_companions *xls_pack_list(const struct xls_pack *pack)
{
    return &pack->list;
}

void xls_pack_free(struct xls_pack *pack)
{
    if (pack == NULL) {
        return;
    }
    for (size_t i = 0; i < XLS_COMPANIONS_MAX; i++) {
        xls_fd_close(&pack->item[i].parent);
        xls_fd_close(&pack->item[i].dir);
    }
    if (pack->octets != NULL) {
        xls_wipe(pack->octets, pack->len);
        free(pack->octets);
    }
    xls_fd_close(&pack->audit);
    xls_fd_close(&pack->lock);
    xls_fd_close(&pack->swtpm);
    free(pack);
}
