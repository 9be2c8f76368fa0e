/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * archive: the companions themselves, as the octets of stream 1.  Level 3.
 *
 * An archive is a row of files: for a vTPM those of its directory, for a file
 * that file.  Their contents are borrowed in both directions.
 */
#ifndef XLS_PROTO_ARCHIVE_H
#define XLS_PROTO_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/rc.h"
#include "proto/companion.h"

#define XLS_ARCHIVE_VTPM_FILES 16U /* in the directory of one vTPM */
#define XLS_ARCHIVE_NAME       64U /* of one of them, without the NUL */
#define XLS_ARCHIVE_FILES      (XLS_COMPANIONS_MAX + XLS_ARCHIVE_VTPM_FILES - 1U)
#define XLS_ARCHIVE_SUM        32U /* SHA-256 */

/* The longest archive. */
#define XLS_ARCHIVE_MAX                                                        \
    (16U + 4U +                                                                \
     XLS_COMPANIONS_MAX * (1U + 1U + 2U + 8U + 1U + XLS_COMPANION_PATH) +      \
     XLS_ARCHIVE_FILES * (1U + 4U + XLS_ARCHIVE_SUM) +                         \
     XLS_ARCHIVE_VTPM_FILES * XLS_ARCHIVE_NAME + XLS_COMPANIONS_TOTAL)

struct xls_archive_file {
    size_t of;                       /* index of its companion in the list */
    char name[XLS_ARCHIVE_NAME + 1]; /* in a vTPM's directory; a file: "" */
    const uint8_t *data;             /* borrowed; secret */
    size_t len;
    uint8_t sum[XLS_ARCHIVE_SUM]; /* SHA-256 of data */
};

struct xls_archive {
    size_t count;
    struct xls_archive_file file[XLS_ARCHIVE_FILES];
};

/* [P-77] True for what may be a file's name in a vTPM's directory: 1 to
 * XLS_ARCHIVE_NAME of letters, digits and "._-", the first none of ".-". */
bool xls_archive_name_ok(const char *name);

/* Octets that xls_archive_put() will write. */
size_t xls_archive_size(const struct xls_companions *list,
                        const struct xls_archive *archive);

/*
 * Encode, exactly xls_archive_size() octets, size being the room at out.  The
 * files are in the order of their companions, and in a vTPM of their names;
 * their sums are computed here, whatever stands in them.
 * Errors: XLS_BUG_CONTRACT (what xls_archive_get() would refuse, or no room).
 */
XLS_MUST_USE enum xls_rc xls_archive_put(const struct xls_companions *list,
                                         const struct xls_archive *archive,
                                         uint8_t *out, size_t size);

/*
 * Decode exactly len octets, which have to be those of the companions that
 * were announced.  *out, written only on XLS_OK, points into in.
 * Errors: XLS_PEER_SHORT, XLS_PEER_RANGE, XLS_PEER_TRAIL, XLS_PEER_AUTH (a sum
 * is wrong).
 */
XLS_MUST_USE enum xls_rc xls_archive_get(const uint8_t *in, size_t len,
                                         const struct xls_companions *announced,
                                         struct xls_archive *out);

#endif
