/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/arbiter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sanlock.h>
#include <sanlock_admin.h>
#include <sanlock_resource.h>
#include <sanlock_rv.h>

#include "attest/hex.h"
#include "attest/reason.h"
#include "host/clock.h"
#include "host/fd.h"
#include "host/journal.h"

enum {
    PAUSE_MS = 20,
    POLL_MS = 200,
    HELD_MS = 5000, /* for a lease that another process has for a moment */
    SECTOR_MOST = 4096,
};

struct xls_arbiter {
    char path[XLS_PATH];
    char name[XLS_JOURNAL_ARBITER];
    uint32_t host;
    int fd;          /* of path, past every cache */
    uint64_t area;   /* octets of a resource's area */
    uint64_t sector; /* and of one of its sectors */
    uint8_t *buf;    /* one sector, as O_DIRECT wants it; owned */
};

const char *xls_arbiter_name(const struct xls_arbiter *arbiter)
{
    return arbiter->name;
}

/* --- words ---------------------------------------------------------------- */

static const char *text_of(int err)
{
    return err > -200 ? strerror(-err) : sanlock_strerror(err);
}

static enum xls_rc failed(const struct xls_arbiter *a, enum xls_rc rc,
                          const char *what, int err, struct xls_why *why)
{
    return xls_why_set(why, rc, "arbiter %s: %s: %s (sanlock %d)", a->path,
                       what, text_of(err), err);
}

static void pause_ms(int64_t ms)
{
    const struct timespec t = {.tv_nsec = (long)ms * 1000000};

    (void)nanosleep(&t, NULL);
}

/* --- the lockspace -------------------------------------------------------- */

static void lockspace_of(const struct xls_arbiter *a,
                         struct sanlk_lockspace *out)
{
    memset(out, 0, sizeof(*out));
    memcpy(out->name, a->name, strlen(a->name));
    out->host_id = a->host;
    memcpy(out->host_id_disk.path, a->path, strlen(a->path) + 1);
}

/* What sanlock's flags say of sizes. */
static bool sizes_of(uint32_t flags, struct xls_arbiter *a)
{
    static const struct {
        uint32_t flag;
        uint64_t size;
    } areas[] = {{SANLK_LSF_ALIGN1M, UINT64_C(1) << 20},
                 {SANLK_LSF_ALIGN2M, UINT64_C(1) << 21},
                 {SANLK_LSF_ALIGN4M, UINT64_C(1) << 22},
                 {SANLK_LSF_ALIGN8M, UINT64_C(1) << 23}};

    for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
        if ((flags & areas[i].flag) != 0) {
            a->area = areas[i].size;
        }
    }
    a->sector = (flags & SANLK_LSF_SECTOR4K) != 0    ? 4096
                : (flags & SANLK_LSF_SECTOR512) != 0 ? 512
                                                     : 0;
    return a->area != 0 && a->sector != 0;
}

/* The name is on the storage, so that nobody has to write it down. */
static enum xls_rc read_name(struct xls_arbiter *a, struct xls_why *why)
{
    struct sanlk_lockspace ls;
    uint32_t io_timeout = 0;
    int err;

    lockspace_of(a, &ls);
    ls.host_id = 1;
    err = sanlock_read_lockspace(&ls, 0, &io_timeout);
    if (err == -ECONNREFUSED || err == -ENOENT || err == -ECONNRESET) {
        return failed(a, XLS_HOST_IO,
                      "the sanlock daemon does not answer; start it "
                      "(systemctl start sanlock)",
                      err, why);
    }
    if (err != 0) {
        return failed(a, XLS_HOST_CONF,
                      "is no lockspace of sanlock's, or cannot be read by it; "
                      "see THE ARBITER in xlsec-handover(7)",
                      err, why);
    }
    memcpy(a->name, ls.name, SANLK_NAME_LEN);
    return sizes_of(ls.flags, a)
               ? XLS_OK
               : xls_why_set(why, XLS_HOST_CONF,
                             "arbiter %s: sanlock does not tell its sizes",
                             a->path);
}

/* [P-101] */
static enum xls_rc join(struct xls_arbiter *a, int64_t wait_ms,
                        struct xls_why *why)
{
    int64_t until = xls_now_ms() + wait_ms;
    struct sanlk_lockspace ls;
    int err;

    for (;;) {
        lockspace_of(a, &ls);
        err = sanlock_inq_lockspace(&ls, 0);
        if (err == -ENOENT) {
            lockspace_of(a, &ls);
            err = sanlock_add_lockspace(&ls, SANLK_ADD_ASYNC);
            err = err == -EEXIST ? 0 : err == 0 ? -EINPROGRESS : err;
        }
        if (err == 0) {
            return XLS_OK;
        }
        if (err != -EINPROGRESS && err != -EAGAIN) {
            return failed(
                a, XLS_HOST_IO,
                "this host cannot join it (is host-id another host's, or "
                "the lockspace's name another storage's?)",
                err, why);
        }
        if (xls_now_ms() >= until) {
            return xls_why_set(why, XLS_HOST_BUSY,
                               "arbiter %s: this host is joining it, which "
                               "takes about half a minute, and minutes after a "
                               "crash; try again then",
                               a->path);
        }
        pause_ms(POLL_MS);
    }
}

enum xls_rc xls_arbiter_open(const struct xls_conf *conf, int64_t wait_ms,
                             struct xls_arbiter **out, struct xls_why *why)
{
    struct xls_arbiter *a = calloc(1, sizeof(*a));
    enum xls_rc rc;

    *out = NULL;
    if (a == NULL) {
        return XLS_HOST_NOMEM;
    }
    a->buf = aligned_alloc(SECTOR_MOST, SECTOR_MOST);
    (void)snprintf(a->path, sizeof(a->path), "%s", conf->arbiter);
    a->host = conf->arbiter_host;
    a->fd = open(a->path, O_RDWR | O_DIRECT | O_DSYNC | O_CLOEXEC | O_NOCTTY);
    rc = a->fd >= 0 ? XLS_OK
                    : xls_why_set(why, XLS_HOST_CONF,
                                  "arbiter %s: cannot be opened: %s", a->path,
                                  strerror(errno));
    if (rc == XLS_OK) {
        rc = a->buf == NULL ? XLS_HOST_NOMEM : XLS_OK;
    }
    if (rc == XLS_OK) {
        rc = read_name(a, why);
    }
    if (rc == XLS_OK) {
        rc = join(a, wait_ms, why);
    }
    if (rc == XLS_OK) {
        *out = a;
        a = NULL; /* now the caller's */
    }
    xls_arbiter_close(a);
    return rc;
}

void xls_arbiter_close(struct xls_arbiter *arbiter)
{
    if (arbiter != NULL) {
        xls_fd_close(&arbiter->fd);
        free(arbiter->buf);
        free(arbiter);
    }
}

/* --- where a lease is ----------------------------------------------------- */

static void index_of(const struct xls_arbiter *a, struct sanlk_rindex *out)
{
    memset(out, 0, sizeof(*out));
    memcpy(out->lockspace_name, a->name, strlen(a->name));
    memcpy(out->disk.path, a->path, strlen(a->path) + 1);
    out->disk.offset = a->area; /* behind the lockspace */
}

static void entry_of(const uint8_t id[XLS_ID_LEN], struct sanlk_rentry *out)
{
    char name[2 * XLS_ID_LEN + 1];

    memset(out, 0, sizeof(*out));
    xls_hex(name, sizeof(name), id, XLS_ID_LEN);
    memcpy(out->name, name, sizeof(name) - 1);
}

/* *offset of the resource's area; 0: there is none. */
static enum xls_rc find(struct xls_arbiter *a, const uint8_t id[XLS_ID_LEN],
                        uint64_t *offset, struct xls_why *why)
{
    struct sanlk_rindex rx;
    struct sanlk_rentry re;
    int err;

    index_of(a, &rx);
    entry_of(id, &re);
    *offset = 0;
    err = sanlock_lookup_rindex(&rx, 0, &re);
    if (err == -ENOENT) {
        return XLS_OK;
    }
    if (err != 0) {
        return failed(a, XLS_HOST_IO, "its index cannot be read", err, why);
    }
    *offset = re.offset;
    return XLS_OK;
}

/* --- the value ------------------------------------------------------------ */

static enum xls_rc read_value(struct xls_arbiter *a, uint64_t offset,
                              const uint8_t id[XLS_ID_LEN],
                              struct xls_lease *out, struct xls_why *why)
{
    off_t at = (off_t)(offset + a->area - a->sector);

    if (pread(a->fd, a->buf, a->sector, at) != (ssize_t)a->sector) {
        return xls_why_set(why, XLS_HOST_IO,
                           "arbiter %s: a lease cannot be read: %s", a->path,
                           strerror(errno));
    }
    *out = xls_lease_get(a->buf, id);
    return XLS_OK;
}

/* One sector: it is there as a whole, or not. */
static enum xls_rc write_value(struct xls_arbiter *a, uint64_t offset,
                               const uint8_t id[XLS_ID_LEN],
                               const struct xls_lease *lease,
                               struct xls_why *why)
{
    off_t at = (off_t)(offset + a->area - a->sector);
    enum xls_rc rc;

    memset(a->buf, 0, SECTOR_MOST);
    rc = xls_lease_put(a->buf, id, lease);
    if (rc == XLS_OK &&
        pwrite(a->fd, a->buf, a->sector, at) != (ssize_t)a->sector) {
        rc = xls_why_set(why, XLS_HOST_DOUBT,
                         "arbiter %s: a lease cannot be written: %s", a->path,
                         strerror(errno));
    }
    return rc;
}

/* --- the lock ------------------------------------------------------------- */

/* A resource has its disks behind it. */
struct held {
    int sock; /* -1: not held */
    struct sanlk_resource *resource;
};

static bool is_held_elsewhere(int err)
{
    return err == SANLK_ACQUIRE_IDLIVE || err == SANLK_ACQUIRE_OWNED ||
           err == SANLK_ACQUIRE_OTHER || err == SANLK_ACQUIRE_OWNED_RETRY ||
           err == -EAGAIN || err == -EBUSY || err == -EEXIST;
}

static enum xls_rc acquire(struct xls_arbiter *a, uint64_t offset,
                           const uint8_t id[XLS_ID_LEN], struct held *held,
                           struct xls_why *why)
{
    int64_t until = xls_now_ms() + HELD_MS;
    struct sanlk_rentry re;
    int err;

    entry_of(id, &re);
    held->resource =
        calloc(1, sizeof(struct sanlk_resource) + sizeof(struct sanlk_disk));
    if (held->resource == NULL) {
        return XLS_HOST_NOMEM;
    }
    memcpy(held->resource->lockspace_name, a->name, strlen(a->name));
    memcpy(held->resource->name, re.name, sizeof(re.name));
    held->resource->num_disks = 1;
    memcpy(held->resource->disks[0].path, a->path, strlen(a->path) + 1);
    held->resource->disks[0].offset = offset;
    held->sock = sanlock_register();
    if (held->sock < 0) {
        return failed(a, XLS_HOST_IO, "the sanlock daemon does not answer",
                      held->sock, why);
    }
    (void)fcntl(held->sock, F_SETFD, FD_CLOEXEC);
    while ((err = sanlock_acquire(held->sock, -1, SANLK_ACQUIRE_OWNER_NOWAIT, 1,
                                  &held->resource, NULL)) != 0 &&
           is_held_elsewhere(err) && xls_now_ms() < until) {
        pause_ms(PAUSE_MS);
    }
    if (err != 0) {
        return failed(a, is_held_elsewhere(err) ? XLS_HOST_BUSY : XLS_HOST_IO,
                      "a lease cannot be acquired", err, why);
    }
    return XLS_OK;
}

/* The lease ends with the connection in any case. */
static void release(struct held *held)
{
    if (held->sock >= 0) {
        (void)sanlock_release(held->sock, -1, SANLK_REL_ALL, 0, NULL);
        (void)close(held->sock);
    }
    free(held->resource);
    *held = (struct held){-1, NULL};
}

/* --- leases --------------------------------------------------------------- */

enum xls_rc xls_arbiter_begin(struct xls_arbiter *arbiter,
                              const uint8_t id[XLS_ID_LEN], struct xls_why *why)
{
    const struct xls_lease lease = {.value = XLS_LEASE_SOURCE,
                                    .source = arbiter->host};
    int64_t until = xls_now_ms() + HELD_MS;
    struct xls_why local = {""};
    struct sanlk_rindex rx;
    struct sanlk_rentry re;
    enum xls_rc rc;
    int err;

    do {
        index_of(arbiter, &rx);
        entry_of(id, &re);
        err = sanlock_create_resource(&rx, 0, &re, 0, 0);
    } while (err != 0 && is_held_elsewhere(err) && xls_now_ms() < until &&
             (pause_ms(PAUSE_MS), true));
    if (err != 0) {
        return failed(arbiter,
                      err == -ENOSPC || is_held_elsewhere(err) ? XLS_HOST_BUSY
                                                               : XLS_HOST_IO,
                      "no lease can be made for the migration", err, why);
    }
    rc = write_value(arbiter, re.offset, id, &lease, why);
    if (rc != XLS_OK) {
        (void)!xls_arbiter_end(arbiter, id, &local);
        return XLS_HOST_IO;
    }
    return XLS_OK;
}

/* Acquire it and change it: to whatever change makes of it.  *now is what is
 * there then. */
static enum xls_rc change(struct xls_arbiter *a, const uint8_t id[XLS_ID_LEN],
                          bool (*make)(const struct xls_arbiter *a,
                                       struct xls_lease *lease,
                                       const enum xls_lease_value swap[2]),
                          const enum xls_lease_value swap[2],
                          struct xls_lease *now, struct xls_why *why)
{
    struct held held = {-1, NULL};
    uint64_t offset;
    enum xls_rc rc = find(a, id, &offset, why);

    *now = (struct xls_lease){XLS_LEASE_NONE, 0, 0};
    if (rc != XLS_OK || offset == 0) {
        return rc;
    }
    rc = acquire(a, offset, id, &held, why);
    if (rc == XLS_OK) {
        rc = read_value(a, offset, id, now, why);
    }
    if (rc == XLS_OK && now->value != XLS_LEASE_NONE) {
        struct xls_lease next = *now;

        if (make(a, &next, swap)) {
            rc = write_value(a, offset, id, &next, why);
            *now = rc == XLS_OK ? next : *now;
        }
    }
    release(&held);
    return rc;
}

static bool enter(const struct xls_arbiter *a, struct xls_lease *lease,
                  const enum xls_lease_value swap[2])
{
    (void)swap;
    if (lease->value != XLS_LEASE_SOURCE || lease->source == a->host ||
        lease->destination != 0) {
        return false;
    }
    lease->destination = a->host;
    return true;
}

enum xls_rc xls_arbiter_enter(struct xls_arbiter *arbiter,
                              const uint8_t id[XLS_ID_LEN], struct xls_why *why)
{
    struct xls_lease now;
    enum xls_rc rc = change(arbiter, id, enter, NULL, &now, why);

    if (rc != XLS_OK) {
        return rc;
    }
    if (now.value == XLS_LEASE_NONE) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "arbiter %s: has no lease of this migration: the "
                           "source's arbiter is other storage than this one",
                           arbiter->path);
    }
    if (now.source == arbiter->host || now.destination != arbiter->host) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "arbiter %s: the lease of this migration is not "
                           "one that this host (host-id %u) can have; it is "
                           "between %u and %u",
                           arbiter->path, arbiter->host, now.source,
                           now.destination);
    }
    return XLS_OK;
}

enum xls_rc xls_arbiter_look(struct xls_arbiter *arbiter,
                             const uint8_t id[XLS_ID_LEN],
                             struct xls_lease *out, struct xls_why *why)
{
    uint64_t offset;
    enum xls_rc rc = find(arbiter, id, &offset, why);

    *out = (struct xls_lease){XLS_LEASE_NONE, 0, 0};
    return rc != XLS_OK || offset == 0
               ? rc
               : read_value(arbiter, offset, id, out, why);
}

static bool swap_value(const struct xls_arbiter *a, struct xls_lease *lease,
                       const enum xls_lease_value swap[2])
{
    (void)a;
    if (swap[0] != XLS_LEASE_NONE && lease->value != swap[0]) {
        return false;
    }
    lease->value = swap[1];
    return true;
}

enum xls_rc xls_arbiter_swap(struct xls_arbiter *arbiter,
                             const uint8_t id[XLS_ID_LEN],
                             enum xls_lease_value from, enum xls_lease_value to,
                             enum xls_lease_value *now, struct xls_why *why)
{
    const enum xls_lease_value swap[2] = {from, to};
    struct xls_lease lease;
    enum xls_rc rc = change(arbiter, id, swap_value, swap, &lease, why);

    *now = lease.value;
    return rc;
}

enum xls_rc xls_arbiter_end(struct xls_arbiter *arbiter,
                            const uint8_t id[XLS_ID_LEN], struct xls_why *why)
{
    int64_t until = xls_now_ms() + HELD_MS;
    struct sanlk_rindex rx;
    struct sanlk_rentry re;
    uint64_t offset;
    enum xls_rc rc;
    int err;

    do {
        rc = find(arbiter, id, &offset, why);
        if (rc != XLS_OK || offset == 0) {
            return rc;
        }
        index_of(arbiter, &rx);
        entry_of(id, &re);
        re.offset = offset;
        err = sanlock_delete_resource(&rx, 0, &re);
    } while (err != 0 && is_held_elsewhere(err) && xls_now_ms() < until &&
             (pause_ms(PAUSE_MS), true));
    return err == 0 ? XLS_OK
                    : failed(arbiter, XLS_HOST_IO,
                             "the lease of a migration that is over cannot be "
                             "removed",
                             err, why);
}

bool xls_arbiter_down(struct xls_arbiter *arbiter, uint32_t host)
{
    struct sanlk_host *hosts = NULL;
    int count = 0;
    bool down = false;

    if (host != 0 && host != arbiter->host &&
        sanlock_get_hosts(arbiter->name, host, &hosts, &count, 0) == 0) {
        for (int i = 0; i < count; i++) {
            down =
                down || (hosts[i].host_id == host &&
                         (hosts[i].flags & SANLK_HOST_MASK) == SANLK_HOST_DEAD);
        }
    }
    free(hosts);
    return down;
}
