/* SPDX-License-Identifier: LGPL-2.1-only */
/* What moves along with a guest: lists, archives, and a host's own files. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "fuzz.h"
#include "host/guests.h"
#include "proto/archive.h"
#include "proto/lease.h"

static void paths_are_plain(const struct xls_companions *list)
{
    uint64_t total = 0;

    FZ(list->count <= XLS_COMPANIONS_MAX);
    for (size_t i = 0; i < list->count; i++) {
        const char *path = list->list[i].path;
        size_t len = strlen(path);

        FZ(path[0] == '/' && path[len - 1] != '/' && len > 1);
        FZ(strstr(path, "//") == NULL && strstr(path, "/../") == NULL);
        FZ(len < 3 || strcmp(path + len - 3, "/..") != 0);
        FZ(i == 0 || strcmp(list->list[i - 1].path, path) < 0);
        for (size_t k = 0; k < len; k++) {
            FZ(path[k] > ' ' && path[k] < 0x7f);
        }
        total += list->list[i].most;
    }
    FZ(total <= XLS_COMPANIONS_TOTAL);
}

/* [P-70] to [P-72] what is accepted is encoded again to the same octets. */
void fz_companions(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_companions list;
    static uint8_t back[XLS_COMPANIONS_WIRE];
    struct xls_rd rd = xls_rd_over(data, len);
    struct xls_wr wr = xls_wr_over(back, sizeof(back));
    enum xls_rc rc;
    size_t used = 0;

    (void)t;
    xls_companions_get(&rd, &list);
    rc = xls_rd_end(&rd);
    if (rc != XLS_OK) {
        fz_refused(rc, NULL);
        FZ(rc == XLS_PEER_TRAIL || list.count == 0);
        return;
    }
    paths_are_plain(&list);
    xls_companions_put(&wr, &list);
    FZ(xls_wr_end(&wr, &used) == XLS_OK && used == len);
    FZ(memcmp(data, back, len) == 0);
}

/*
 * The engine guesses no SHA-256: put each sum right that stands where the
 * announced files would have it, as far as that can be followed.
 */
static void mend(uint8_t *in, size_t len, const struct xls_companions *list)
{
    size_t at = 20;

    for (size_t i = 0; i < list->count && at + 13 < len; i++) {
        size_t files = in[at + 1];

        at += 13 + (size_t)in[at + 12];
        while (files-- > 0 && at < len) {
            size_t name = in[at];
            size_t size;

            if (at + 1 + name + 4 + XLS_ARCHIVE_SUM > len) {
                return;
            }
            at += 1 + name;
            size = (size_t)in[at + 2] << 8 | in[at + 3];
            at += 4 + XLS_ARCHIVE_SUM;
            if (size > len - at) {
                return;
            }
            (void)crypto_hash_sha256(in + at - XLS_ARCHIVE_SUM, in + at, size);
            at += size;
        }
    }
}

/* An octet: are sums put right?  Then a list, its length (u16) in front of it,
 * and an archive of what it announces. */
void fz_archive(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_companions list;
    static struct xls_archive archive;
    static uint8_t in[8192];
    static uint8_t back[8192];
    struct xls_rd rd = xls_rd_over(in, len < sizeof(in) ? len : sizeof(in));
    struct xls_rd sub;
    bool good;
    enum xls_rc rc;
    size_t size;

    (void)t;
    memcpy(in, data, rd.left);
    good = xls_rd_u8(&rd) % 4U != 0;
    sub = xls_rd_sub(&rd, xls_rd_u16be(&rd));
    xls_companions_get(&sub, &list);
    if (xls_rd_end(&sub) != XLS_OK || rd.rc != XLS_OK) {
        return;
    }
    if (good) {
        mend(in + (rd.at - in), rd.left, &list);
    }
    archive.count = 4711;
    rc = xls_archive_get(rd.at, rd.left, &list, &archive);
    if (rc != XLS_OK) {
        fz_refused(rc, NULL);
        FZ(archive.count == 4711);
        return;
    }
    FZ(archive.count >= list.count && archive.count <= XLS_ARCHIVE_FILES);
    for (size_t i = 0; i < archive.count; i++) {
        const struct xls_archive_file *f = &archive.file[i];

        FZ(f->of < list.count);
        FZ(f->len <= list.list[f->of].most);
        FZ(f->len == 0 || (f->data >= rd.at && f->len <= rd.left &&
                           f->data <= rd.at + rd.left - f->len));
        FZ(strchr(f->name, '/') == NULL && strcmp(f->name, "..") != 0);
        FZ((f->name[0] == '\0') ==
           (list.list[f->of].kind == XLS_COMPANION_FILE));
    }
    size = xls_archive_size(&list, &archive);
    FZ(size == rd.left && size <= sizeof(back));
    FZ(xls_archive_put(&list, &archive, back, size) == XLS_OK);
    FZ(memcmp(rd.at, back, size) == 0);
}

/* A file of guests.d. */
void fz_guest(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static struct xls_guest_conf guest;
    char *text = malloc(len + 1);
    struct xls_why why = {""};
    enum xls_rc rc;

    (void)t;
    if (text == NULL) {
        return;
    }
    memcpy(text, data, len);
    text[len] = '\0';
    rc = xls_guest_parse(text, "file", &guest, &why);
    FZ(rc == XLS_OK || rc == XLS_HOST_CONF);
    if (rc == XLS_OK) {
        FZ(guest.name[0] != '\0');
        FZ(memchr(guest.name, 0, sizeof(guest.name)) != NULL);
        FZ(guest.vtpm[0] == '\0' || xls_companion_path_ok(guest.vtpm));
        FZ(guest.socket[0] == '\0' || guest.vtpm[0] != '\0');
        paths_are_plain(&guest.files);
    } else {
        FZ(strncmp(why.text, "file", 4) == 0);
    }
    free(text);
}

/* A lease with a good sum: what it says is what would be written, or it says
 * nothing. */
void fz_lease(const struct fz_target *t, const uint8_t *data, size_t len)
{
    static const uint8_t id[XLS_ID_LEN] = {0xab, 1};
    uint8_t wire[XLS_LEASE_WIRE] = {0};
    uint8_t again[XLS_LEASE_WIRE];
    struct xls_lease lease;
    struct xls_hash hash;

    (void)t;
    memcpy(wire, data, len < 64 ? len : 64);
    xls_hash_init(&hash);
    xls_hash_add(&hash, wire, 64);
    xls_hash_end(&hash, wire + 64);
    lease = xls_lease_get(wire, id);
    if (lease.value == XLS_LEASE_NONE) {
        FZ(lease.source == 0 && lease.destination == 0);
        return;
    }
    FZ(xls_lease_put(again, id, &lease) == XLS_OK);
    FZ(memcmp(again, wire, sizeof(wire)) == 0);
    wire[len % sizeof(wire)] ^= 1;
    FZ(xls_lease_get(wire, id).value == XLS_LEASE_NONE);
}
