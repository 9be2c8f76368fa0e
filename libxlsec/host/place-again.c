/* SPDX-License-Identifier: LGPL-2.1-only */
/* What a process that died has staged or settled is found again. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "host/audit.h"
#include "host/contents.h"
#include "host/fd.h"
#include "host/place-private.h"

/* Names, lengths and sums, for owner and log. */
static enum xls_rc read_contents(struct xls_place *place, size_t i,
                                 const char *name)
{
    const struct xls_companion *one = &place->list.list[i];
    struct xls_place_item *item = &place->item[i];
    const struct xls_contents_of of = {i, item->path, one->most};
    enum xls_rc rc =
        one->kind == XLS_COMPANION_VTPM
            ? xls_contents_vtpm(item->fd, &of, &place->archive, NULL)
            : xls_contents_file(item->parent, name, &of, &place->archive, NULL);

    item->whole = rc == XLS_OK;
    return rc == XLS_HOST_NOMEM ? rc : XLS_OK;
}

/* What has the companion's name is that which was staged: the same inode, and
 * a vTPM has the mark that it was given. */
static bool is_ours(const struct xls_place *place, size_t i)
{
    const struct xls_companion *one = &place->list.list[i];
    const struct xls_place_item *item = &place->item[i];
    uint64_t generation = 0;

    return xls_traces_is(&place->traces, i, item->parent, item->base) &&
           (one->kind != XLS_COMPANION_VTPM ||
            (xls_generation_mark_read(item->fd, item->path, place->uuid,
                                      &generation, NULL) == XLS_OK &&
             generation == one->generation));
}

static enum xls_rc find_settled(struct xls_place *place, size_t i)
{
    struct xls_place_item *item = &place->item[i];

    item->fd = openat(item->parent, item->base,
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (item->fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    if (item->fd >= 0 && is_ours(place, i)) {
        item->step = XLS_PLACE_SETTLED;
        return read_contents(place, i, item->base);
    }
    item->taken = place->traces.there && place->traces.inode[i] != 0;
    xls_fd_close(&item->fd);
    return XLS_OK;
}

static enum xls_rc find(struct xls_place *place, size_t i, const char *under,
                        struct xls_why *why)
{
    const struct xls_traces *t = &place->traces;
    struct xls_place_item *item = &place->item[i];

    item->parent = xls_companion_open_parent(under, place->list.list[i].path,
                                             item->path, &item->base);
    if (item->parent < 0) {
        return xls_why_set(why, XLS_HOST_IO, "%s: cannot be reached: %s",
                           item->path, strerror(errno));
    }
    if (t->there && !xls_traces_in(t, i, item->parent)) {
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: the directory is not the one that it came to "
                           "(is its file system mounted?)",
                           item->path);
    }
    item->fd = openat(item->parent, item->staged,
                      O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (item->fd < 0) {
        return errno == ENOENT
                   ? find_settled(place, i)
                   : xls_why_set(why, XLS_HOST_IO,
                                 "%s: what came for it cannot be opened: %s",
                                 item->path, strerror(errno));
    }
    if (flock(item->fd, LOCK_EX | LOCK_NB) != 0) {
        return xls_why_set(why, XLS_HOST_BUSY, "%s: a process is writing it",
                           item->path);
    }
    item->step = XLS_PLACE_BEGUN;
    return read_contents(place, i, item->staged);
}

/* [P-84] As it was before, when ours is what is written now. */
static enum xls_rc look_generation(struct xls_place *place, size_t i,
                                   struct xls_why *why)
{
    const struct xls_traces *t = &place->traces;
    struct xls_generation *g = &place->generation;
    enum xls_rc rc = xls_generation_read(place->state, place->uuid, g, why);

    if (rc == XLS_OK && t->there && !g->open &&
        g->highest == place->list.list[i].generation) {
        place->counted = true;
        *g = t->before;
    }
    return rc;
}

static enum xls_rc find_all(struct xls_place *place,
                            const struct xls_conf *conf, struct xls_why *why)
{
    enum xls_rc rc = xls_traces_read(place->state, XLS_ROLE_DESTINATION,
                                     place->migration, &place->traces, why);

    if (rc == XLS_OK) {
        rc = xls_place_owner(place, conf->owner, why);
    }
    for (size_t i = 0; rc == XLS_OK && i < place->list.count; i++) {
        rc = find(place, i, conf->under, why);
        if (rc == XLS_OK && place->list.list[i].kind == XLS_COMPANION_VTPM) {
            rc = look_generation(place, i, why);
        }
    }
    xls_contents_sum(&place->archive);
    if (rc == XLS_OK && place->list.count > 0) {
        rc = xls_audit_open(place->state, &place->audit, why);
    }
    return rc;
}

enum xls_rc xls_place_again(const struct xls_place_setup *setup,
                            struct xls_place **out, struct xls_why *why)
{
    struct xls_place *place = xls_place_blank(setup);
    enum xls_rc rc;

    *out = NULL;
    if (place == NULL) {
        return XLS_HOST_NOMEM;
    }
    place->again = true;
    rc = find_all(place, setup->conf, why);
    if (rc == XLS_OK) {
        *out = place;
        place = NULL; /* now the caller's */
    }
    xls_place_free(place);
    return rc;
}
