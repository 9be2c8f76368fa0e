/* SPDX-License-Identifier: LGPL-2.1-only */
/* The copies here: set aside, and put back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attest/reason.h"
#include "host/fd.h"
#include "host/pack-private.h"
#include "host/swtpm.h"

#define LOST_TEXT                                                              \
    "%s: neither it nor what was set aside of it is there, or it is another "  \
    "one; look for the guest's copy"

/* --- names --------------------------------------------------------------- */

void xls_pack_name(const struct xls_pack_item *item, bool away,
                   char out[XLS_PACK_NAME])
{
    (void)snprintf(out, XLS_PACK_NAME, "%s%s", item->base,
                   away ? XLS_PACK_AWAY : "");
}

/* Rename it, away or back; nothing is ever replaced. */
static enum xls_rc turn(struct xls_pack *pack, size_t i, bool away,
                        struct xls_why *why)
{
    struct xls_pack_item *item = &pack->item[i];
    const char *path = item->path;
    char from[XLS_PACK_NAME];
    char to[XLS_PACK_NAME];

    xls_pack_name(item, !away, from);
    xls_pack_name(item, away, to);
    if (item->away != away && renameat2(item->parent, from, item->parent, to,
                                        RENAME_NOREPLACE) != 0) {
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

/* Which files are set aside, before the first one is. */
static enum xls_rc write_traces(struct xls_pack *pack, struct xls_why *why)
{
    struct xls_traces traces = {.there = true};
    enum xls_rc rc = XLS_OK;

    if (pack->traces.there || pack->list.count == 0) {
        return XLS_OK;
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        const struct xls_pack_item *item = &pack->item[i];

        rc = xls_traces_add(&traces, item->parent, item->base);
        if (rc != XLS_OK) {
            return xls_why_set(why, rc, "%s: is not there any more",
                               item->path);
        }
    }
    rc = xls_traces_write(pack->state, XLS_ROLE_SOURCE, pack->migration,
                          &traces, why);
    pack->traces = traces; /* also when it may have been written */
    return rc;
}

enum xls_rc xls_pack_drop_traces(struct xls_pack *pack, struct xls_why *why)
{
    if (!pack->traces.there) {
        return XLS_OK;
    }
    memset(&pack->traces, 0, sizeof(pack->traces));
    return xls_traces_write(pack->state, XLS_ROLE_SOURCE, pack->migration,
                            &pack->traces, why);
}

enum xls_rc xls_pack_in_use(const struct xls_pack *pack, const char *path,
                            struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_IO,
                       "%s: is used by the swtpm with the process id %ld, "
                       "which cannot be told to stop; end it",
                       path, (long)pack->user);
}

/* [P-84] The vTPM may be given away from here on. */
static enum xls_rc open_generation(struct xls_pack *pack, struct xls_why *why)
{
    struct xls_generation g = pack->generation;

    g.open = true;
    xls_hex(g.move, sizeof(g.move), pack->migration, sizeof(pack->migration));
    (void)snprintf(g.peer, sizeof(g.peer), "%s", pack->peer);
    pack->opened = true;
    return xls_generation_write(pack->state, pack->uuid, &g, why);
}

enum xls_rc xls_pack_commit(struct xls_pack *pack, const uint8_t migration[16],
                            const char *peer, struct xls_why *why)
{
    enum xls_rc rc;

    memcpy(pack->migration, migration, sizeof(pack->migration));
    (void)snprintf(pack->peer, sizeof(pack->peer), "%s", peer);
    rc = write_traces(pack, why);
    if (rc == XLS_OK && has_vtpm(pack)) {
        rc = open_generation(pack, why);
    }
    for (size_t i = 0; rc == XLS_OK && i < pack->list.count; i++) {
        const struct xls_pack_item *item = &pack->item[i];
        bool vtpm = pack->list.list[i].kind == XLS_COMPANION_VTPM;

        if (item->lost) {
            rc = xls_why_set(why, XLS_HOST_IO, LOST_TEXT, item->path);
        } else if (vtpm && pack->user != 0) {
            rc = xls_pack_in_use(pack, item->path, why);
        } else if (vtpm && pack->again && !pack->stopped) {
            rc = xls_pack_stop(pack, item->dir, item->path, why);
        }
        if (rc == XLS_OK) {
            rc = turn(pack, i, true, why);
        }
    }
    return rc;
}

/* The swtpm of the guest goes on from where it was stopped. */
static enum xls_rc go_on(struct xls_pack *pack, struct xls_why *why)
{
    struct xls_why local = {""};
    enum xls_rc rc = XLS_OK;

    xls_fd_close(&pack->lock); /* swtpm takes it again */
    if (pack->stopped && xls_swtpm_go_on(pack->swtpm, &local) != XLS_OK) {
        rc = xls_why_set(why, XLS_HOST_IO,
                         "the guest's vTPM does not go on: %.400s; see "
                         "swtpm_ioctl(8), -i",
                         local.text);
    }
    pack->stopped = false;
    if (pack->user != 0 && pack->guest.socket[0] != '\0') {
        rc = xls_why_set(why, XLS_HOST_IO,
                         "the guest's vTPM, process %ld, cannot be asked "
                         "whether it is stopped; see swtpm_ioctl(8), -i",
                         (long)pack->user);
    }
    return rc;
}

enum xls_rc xls_pack_put_back(struct xls_pack *pack, struct xls_why *why)
{
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; i < pack->list.count; i++) {
        const struct xls_pack_item *item = &pack->item[i];
        enum xls_rc one = XLS_OK;

        if (!item->lost) {
            one = turn(pack, i, false, why);
        } else if (pack->traces.there) {
            one = xls_why_set(why, XLS_HOST_IO, LOST_TEXT, item->path);
        }
        rc = rc == XLS_OK ? one : rc;
    }
    if (pack->opened) {
        enum xls_rc one = xls_generation_write(pack->state, pack->uuid,
                                               &pack->generation, why);

        pack->opened = one != XLS_OK;
        rc = rc == XLS_OK ? one : rc;
    }
    if (rc == XLS_OK) {
        rc = xls_pack_drop_traces(pack, why);
    }
    {
        enum xls_rc one = go_on(pack, why);

        rc = rc == XLS_OK ? one : rc;
    }
    return rc;
}
