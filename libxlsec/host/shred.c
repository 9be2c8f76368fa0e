/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/shred.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "host/fd.h"

enum {
    BLOCK = 65536,
    EXTENTS = 64, /* of a file of 4 MiB: more is a file system gone to pieces */
};

/* statfs()'s own numbers, some of which no header has. */
#define FS_EXT   0xef53U
#define FS_XFS   0x58465342U
#define FS_TMPFS 0x01021994U
#define FS_RAM   0x858458f6U

const char *xls_shred_text(enum xls_shred done)
{
    switch (done) {
    case XLS_SHRED_UNLINKED:
        return "unlinked (to overwrite it means nothing on this file system)";
    case XLS_SHRED_OVERWRITTEN:
        return "overwritten, unlinked";
    case XLS_SHRED_NOTHING:
        break;
    }
    return "was not there";
}

/* True when every extent belongs to this file alone, in a place of its own. */
static bool extents_are_own(int fd)
{
    size_t size =
        sizeof(struct fiemap) + EXTENTS * sizeof(struct fiemap_extent);
    struct fiemap *map = calloc(1, size);
    bool own = false;

    if (map == NULL) {
        return false;
    }
    map->fm_length = FIEMAP_MAX_OFFSET;
    map->fm_flags = FIEMAP_FLAG_SYNC;
    map->fm_extent_count = EXTENTS;
    if (ioctl(fd, FS_IOC_FIEMAP, map) == 0 &&
        map->fm_mapped_extents < EXTENTS) {
        own = true;
        for (uint32_t i = 0; i < map->fm_mapped_extents; i++) {
            if ((map->fm_extents[i].fe_flags &
                 (FIEMAP_EXTENT_SHARED | FIEMAP_EXTENT_UNKNOWN |
                  FIEMAP_EXTENT_ENCODED)) != 0) {
                own = false;
            }
        }
    }
    free(map);
    return own;
}

/* Do new octets take the place of the old ones? */
static bool is_in_place(int fd)
{
    struct statfs fs;

    if (fstatfs(fd, &fs) != 0) {
        return false;
    }
    switch ((uint32_t)fs.f_type) {
    case FS_TMPFS:
    case FS_RAM:
        return true;
    case FS_EXT:
    case FS_XFS:
        return extents_are_own(fd);
    default:
        return false;
    }
}

/* Once is enough: nobody reads what magnetism is left of old octets any more,
 * and flash does not hear of a second time. */
static bool overwrite(int fd, off_t size)
{
    static const uint8_t zeros[BLOCK];

    for (off_t at = 0; at < size;) {
        size_t n = size - at < BLOCK ? (size_t)(size - at) : BLOCK;
        ssize_t put = pwrite(fd, zeros, n, at);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        at += put;
    }
    return fsync(fd) == 0;
}

enum xls_rc xls_shred_file(int dir, const char *name, const char *path,
                           enum xls_shred *done, struct xls_why *why)
{
    int fd = openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st = {.st_size = 0};
    bool in_place;
    bool ok = true;

    *done = XLS_SHRED_NOTHING;
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        xls_fd_close(&fd);
        return xls_why_set(why, XLS_HOST_IO,
                           "%s: is not a regular file that can be overwritten; "
                           "remove it by hand",
                           path);
    }
    in_place = is_in_place(fd);
    if (in_place) {
        ok = overwrite(fd, st.st_size);
    }
    /* what could not be overwritten goes all the same */
    if (unlinkat(dir, name, 0) != 0) {
        ok = false;
    } else {
        *done = in_place && ok ? XLS_SHRED_OVERWRITTEN : XLS_SHRED_UNLINKED;
    }
    if (!ok) {
        (void)xls_why_set(why, XLS_HOST_IO, "%s: could not be %s: %s", path,
                          *done == XLS_SHRED_UNLINKED ? "overwritten"
                                                      : "removed",
                          strerror(errno));
    }
    xls_fd_close(&fd);
    return ok ? XLS_OK : XLS_HOST_IO;
}
