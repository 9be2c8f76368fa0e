/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/companion.h"

#include <string.h>

const char *xls_companion_kind_name(enum xls_companion_kind kind)
{
    switch (kind) {
    case XLS_COMPANION_VTPM:
        return "vTPM state";
    case XLS_COMPANION_FILE:
        return "file";
    case XLS_COMPANION_NONE:
        break;
    }
    return "nothing";
}

/* --- paths --------------------------------------------------------------- */

/* Octets that mean nothing to a shell, a log or a configuration file. */
static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("/._+@:=~-", c) != NULL);
}

bool xls_companion_path_ok(const char *path)
{
    size_t len = strnlen(path, XLS_COMPANION_PATH + 1);
    const char *at = path;

    if (len < 2 || len > XLS_COMPANION_PATH || path[0] != '/') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!plain(path[i])) {
            return false;
        }
    }
    while (*at == '/') {
        size_t n = strcspn(++at, "/");

        if (n == 0 || (n == 1 && at[0] == '.') ||
            (n == 2 && at[0] == '.' && at[1] == '.')) {
            return false;
        }
        at += n;
    }
    return true;
}

/* The same place, or one inside the other. */
static bool clash(const char *a, const char *b)
{
    size_t n = strlen(a) < strlen(b) ? strlen(a) : strlen(b);

    return strncmp(a, b, n) == 0 && (a[n] == '\0' || a[n] == '/') &&
           (b[n] == '\0' || b[n] == '/');
}

/* --- lists --------------------------------------------------------------- */

static bool one_ok(const struct xls_companion *c)
{
    return (c->kind == XLS_COMPANION_VTPM || c->kind == XLS_COMPANION_FILE) &&
           (c->kind == XLS_COMPANION_VTPM) == (c->generation != 0) &&
           c->most >= 1 && c->most <= XLS_COMPANION_MOST &&
           xls_companion_path_ok(c->path);
}

/* [P-71], [P-72] */
static bool list_ok(const struct xls_companions *list)
{
    uint32_t total = 0; /* at most 16 times 4 MiB */
    size_t vtpms = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct xls_companion *c = &list->list[i];

        if (!one_ok(c)) {
            return false;
        }
        if (i > 0 && strcmp(list->list[i - 1].path, c->path) >= 0) {
            return false;
        }
        for (size_t k = 0; k < i; k++) {
            if (clash(list->list[k].path, c->path)) {
                return false;
            }
        }
        total += c->most;
        vtpms += c->kind == XLS_COMPANION_VTPM ? 1 : 0;
    }
    return vtpms <= 1 && total <= XLS_COMPANIONS_TOTAL;
}

bool xls_companions_add(struct xls_companions *list,
                        const struct xls_companion *one)
{
    size_t at = list->count;

    if (list->count >= XLS_COMPANIONS_MAX ||
        !xls_companion_path_ok(one->path)) {
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        if (clash(list->list[i].path, one->path)) {
            return false;
        }
    }
    while (at > 0 && strcmp(list->list[at - 1].path, one->path) > 0) {
        list->list[at] = list->list[at - 1];
        at--;
    }
    list->list[at] = *one;
    list->count++;
    return true;
}

void xls_companions_put(struct xls_wr *wr, const struct xls_companions *list)
{
    if (list->count > XLS_COMPANIONS_MAX || !list_ok(list)) {
        wr->rc = XLS_BUG_CONTRACT;
        return;
    }
    xls_wr_u8(wr, (uint8_t)list->count); /* [P-70] */
    for (size_t i = 0; i < list->count; i++) {
        const struct xls_companion *c = &list->list[i];
        size_t len = strlen(c->path);

        xls_wr_u8(wr, (uint8_t)c->kind);
        xls_wr_u64be(wr, c->generation);
        xls_wr_u32be(wr, c->most);
        xls_wr_u8(wr, (uint8_t)len);
        xls_wr_copy(wr, c->path, len);
    }
}

static void get_one(struct xls_rd *rd, struct xls_companion *c)
{
    size_t len;

    c->kind = (enum xls_companion_kind)xls_rd_u8(rd);
    c->generation = xls_rd_u64be(rd);
    c->most = xls_rd_u32be(rd);
    len = xls_rd_u8(rd);
    xls_rd_range(rd, len, 2, XLS_COMPANION_PATH);
    if (rd->rc == XLS_OK) {
        xls_rd_copy(rd, c->path, len); /* the rest is zero; a NUL is refused */
        xls_rd_range(rd, strlen(c->path), len, len);
    }
}

void xls_companions_get(struct xls_rd *rd, struct xls_companions *out)
{
    memset(out, 0, sizeof(*out));
    out->count = xls_rd_u8(rd); /* [P-70] */
    xls_rd_range(rd, out->count, 0, XLS_COMPANIONS_MAX);
    for (size_t i = 0; rd->rc == XLS_OK && i < out->count; i++) {
        get_one(rd, &out->list[i]);
    }
    if (rd->rc == XLS_OK) {
        xls_rd_range(rd, list_ok(out), 1, 1);
    }
    if (rd->rc != XLS_OK) {
        memset(out, 0, sizeof(*out));
    }
}
