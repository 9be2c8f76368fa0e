/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/archive.h"

#include <sodium.h>
#include <string.h>

#include "base/rd.h"
#include "base/secret.h"
#include "base/wr.h"

enum { VERSION = 1, MAGIC = 16 };

static const char magic[MAGIC] = "xlsec companions";

bool xls_archive_name_ok(const char *name)
{
    size_t len = strnlen(name, XLS_ARCHIVE_NAME + 1);

    if (len == 0 || len > XLS_ARCHIVE_NAME || name[0] == '.' ||
        name[0] == '-') {
        return false;
    }
    return strspn(name, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == len;
}

/* [P-77] how many files a companion has */
static size_t most_files(enum xls_companion_kind kind)
{
    return kind == XLS_COMPANION_VTPM ? XLS_ARCHIVE_VTPM_FILES : 1;
}

/* --- decoding ------------------------------------------------------------ */

/* [P-76] it is the one that was announced */
static void get_head(struct xls_rd *rd, const struct xls_companion *want,
                     size_t *files)
{
    char path[XLS_COMPANION_PATH + 1] = "";
    size_t len;

    xls_rd_range(rd, xls_rd_u8(rd), want->kind, want->kind);
    *files = xls_rd_u8(rd);
    xls_rd_range(rd, *files, 1, most_files(want->kind)); /* [P-77] */
    xls_rd_zero(rd, 2);
    xls_rd_range(rd, xls_rd_u64be(rd), want->generation, want->generation);
    len = xls_rd_u8(rd);
    xls_rd_range(rd, len, strlen(want->path), strlen(want->path));
    if (rd->rc == XLS_OK) {
        xls_rd_copy(rd, path, len);
        xls_rd_range(rd, strcmp(path, want->path) == 0, 1, 1);
    }
}

/* [P-77]; before is the name of the file in front of it, or NULL */
static void get_name(struct xls_rd *rd, enum xls_companion_kind kind,
                     const char *before, char *name)
{
    size_t len = xls_rd_u8(rd);
    bool vtpm = kind == XLS_COMPANION_VTPM;

    memset(name, 0, XLS_ARCHIVE_NAME + 1);
    xls_rd_range(rd, len, vtpm ? 1 : 0, vtpm ? XLS_ARCHIVE_NAME : 0);
    if (rd->rc != XLS_OK || !vtpm) {
        return;
    }
    xls_rd_copy(rd, name, len);
    xls_rd_range(rd, xls_archive_name_ok(name) && strlen(name) == len, 1, 1);
    xls_rd_range(rd, before == NULL || strcmp(before, name) < 0, 1, 1);
}

/* [P-79]; *room is what the companion may still bring */
static void get_content(struct xls_rd *rd, uint32_t *room,
                        struct xls_archive_file *f)
{
    struct xls_rd data;
    uint32_t len = xls_rd_u32be(rd);

    xls_rd_range(rd, len, 0, *room);
    xls_rd_copy(rd, f->sum, sizeof(f->sum));
    data = xls_rd_sub(rd, len);
    if (rd->rc == XLS_OK) {
        f->data = data.at;
        f->len = len;
        *room -= len;
    }
}

/* [P-78] only of an archive that is well-formed to its end */
static enum xls_rc judge_sums(const struct xls_archive *archive)
{
    uint8_t sum[XLS_ARCHIVE_SUM];
    enum xls_rc rc = XLS_OK;

    for (size_t i = 0; rc == XLS_OK && i < archive->count; i++) {
        const struct xls_archive_file *f = &archive->file[i];

        (void)crypto_hash_sha256(sum, f->data, f->len);
        rc = xls_same(sum, f->sum, sizeof(sum));
    }
    return rc;
}

/* The files of companion i of the announced ones. */
static void get_files(struct xls_rd *rd, const struct xls_companion *want,
                      size_t i, struct xls_archive *a)
{
    const char *before = NULL;
    uint32_t room = want->most;
    size_t files;

    get_head(rd, want, &files);
    xls_rd_range(rd, files, 1, XLS_ARCHIVE_FILES - a->count);
    while (rd->rc == XLS_OK && files-- > 0) {
        struct xls_archive_file *f = &a->file[a->count++];

        f->of = i;
        get_name(rd, want->kind, before, f->name);
        get_content(rd, &room, f);
        before = f->name;
    }
}

/* *a is to be used only on XLS_OK. */
static enum xls_rc decode(const uint8_t *in, size_t len,
                          const struct xls_companions *announced,
                          struct xls_archive *a)
{
    struct xls_rd rd = xls_rd_over(in, len);
    char head[MAGIC];
    enum xls_rc rc;

    memset(a, 0, sizeof(*a));
    xls_rd_range(&rd, len, 0, XLS_ARCHIVE_MAX);
    xls_rd_copy(&rd, head, sizeof(head)); /* [P-75] */
    xls_rd_range(&rd, xls_same(head, magic, MAGIC) == XLS_OK, 1, 1);
    xls_rd_range(&rd, xls_rd_u16be(&rd), VERSION, VERSION);
    xls_rd_range(&rd, xls_rd_u16be(&rd), announced->count, announced->count);
    for (size_t i = 0; rd.rc == XLS_OK && i < announced->count; i++) {
        get_files(&rd, &announced->list[i], i, a);
    }
    rc = xls_rd_end(&rd);
    return rc == XLS_OK ? judge_sums(a) : rc;
}

enum xls_rc xls_archive_get(const uint8_t *in, size_t len,
                            const struct xls_companions *announced,
                            struct xls_archive *out)
{
    struct xls_archive a;
    enum xls_rc rc = decode(in, len, announced, &a);

    if (rc == XLS_OK) {
        *out = a;
    }
    return rc;
}

/* --- encoding ------------------------------------------------------------ */

/* Files of companion i, which begin at file. */
static size_t files_of(const struct xls_archive *archive, size_t file, size_t i)
{
    size_t n = 0;

    while (file + n < archive->count && archive->file[file + n].of == i) {
        n++;
    }
    return n;
}

size_t xls_archive_size(const struct xls_companions *list,
                        const struct xls_archive *archive)
{
    size_t size = MAGIC + 4;

    for (size_t i = 0; i < list->count; i++) {
        size += 1 + 1 + 2 + 8 + 1 + strlen(list->list[i].path);
    }
    for (size_t i = 0; i < archive->count; i++) {
        size += 1 + strlen(archive->file[i].name) + 4 + XLS_ARCHIVE_SUM +
                archive->file[i].len;
    }
    return size;
}

static void put_file(struct xls_wr *wr, const struct xls_archive_file *f)
{
    uint8_t sum[XLS_ARCHIVE_SUM];
    size_t len = strlen(f->name);

    (void)crypto_hash_sha256(sum, f->data, f->len); /* [P-78] */
    xls_wr_u8(wr, (uint8_t)len);
    xls_wr_copy(wr, f->name, len);
    xls_wr_u32be(wr, (uint32_t)f->len);
    xls_wr_copy(wr, sum, sizeof(sum));
    xls_wr_copy(wr, f->data, f->len);
}

enum xls_rc xls_archive_put(const struct xls_companions *list,
                            const struct xls_archive *archive, uint8_t *out,
                            size_t size)
{
    struct xls_wr wr = xls_wr_over(out, size);
    struct xls_archive again;
    size_t file = 0;
    size_t used = 0;
    enum xls_rc rc;

    if (list->count > XLS_COMPANIONS_MAX ||
        archive->count > XLS_ARCHIVE_FILES || size > XLS_ARCHIVE_MAX) {
        return XLS_BUG_CONTRACT;
    }
    xls_wr_copy(&wr, magic, MAGIC); /* [P-75] */
    xls_wr_u16be(&wr, VERSION);
    xls_wr_u16be(&wr, (uint16_t)list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct xls_companion *c = &list->list[i];
        size_t len = strlen(c->path);
        size_t n = files_of(archive, file, i);

        xls_wr_u8(&wr, (uint8_t)c->kind);
        xls_wr_u8(&wr, (uint8_t)n);
        xls_wr_zero(&wr, 2);
        xls_wr_u64be(&wr, c->generation);
        xls_wr_u8(&wr, (uint8_t)len);
        xls_wr_copy(&wr, c->path, len);
        while (n-- > 0) {
            put_file(&wr, &archive->file[file++]);
        }
    }
    rc = xls_wr_end(&wr, &used);
    /* what the other end would refuse is not sent */
    if (rc != XLS_OK || file != archive->count ||
        decode(out, used, list, &again) != XLS_OK) {
        xls_wipe(out, size);
        return XLS_BUG_CONTRACT;
    }
    return XLS_OK;
}
