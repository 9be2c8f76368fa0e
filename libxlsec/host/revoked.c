/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/revoked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attest/reason.h"
#include "base/secret.h"
#include "host/conf.h"
#include "host/fd.h"
#include "host/keep.h"
#include "host/keytext.h"

enum { REVOKED_MAX = 1 << 20, ENTRIES_MAX = 4096, LINE = 512 };

#define HEAD "# xlsec: keys that are not trusted again; see xlsec-revoke(8)\n"

static const struct kind {
    enum xls_revoked_kind kind;
    const char *name;
    size_t len;
    const char *what;
} kinds[] = {
    {XLS_REVOKED_KEY, "key", XLS_KEY, "static key"},
    {XLS_REVOKED_AK_NAME, "ak-name", XLS_NAME_LEN, "attestation key"},
    {XLS_REVOKED_EVIDENCE_KEY, "evidence-key", XLS_KEY, "evidence key"},
};

static const struct kind *kind_of(enum xls_revoked_kind kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].kind == kind) {
            return &kinds[i];
        }
    }
    return NULL;
}

/* --- a line --------------------------------------------------------------- */

/* The octets of a kind, in its own form. */
static bool read_octets(const struct kind *kind, const char *text, uint8_t *out)
{
    return kind->kind == XLS_REVOKED_AK_NAME
               ? xls_hex_decode(text, out, kind->len)
               : xls_key_decode(text, out);
}

static bool is_date(const char *text)
{
    static const char form[] = "dddd-dd-dd";

    if (strlen(text) != sizeof(form) - 1) {
        return false;
    }
    for (size_t i = 0; form[i] != '\0'; i++) {
        if (form[i] == 'd' ? text[i] < '0' || text[i] > '9'
                           : text[i] != form[i]) {
            return false;
        }
    }
    return true;
}

static bool is_printable(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text < 0x20 || *text > 0x7e) {
            return false;
        }
    }
    return true;
}

/* One line without its newline, cut up in place. */
static bool read_line(char *line, struct xls_revoked_entry *out)
{
    const char *date = strsep(&line, " ");
    const char *name = strsep(&line, " ");
    const char *octets = strsep(&line, " ");
    const char *host = strsep(&line, " ");
    const struct kind *kind = NULL;

    for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]);
         i++) {
        kind = strcmp(kinds[i].name, name) == 0 ? &kinds[i] : kind;
    }
    if (kind == NULL || octets == NULL || host == NULL || !is_date(date) ||
        !read_octets(kind, octets, out->octets) || !xls_peer_name_ok(host) ||
        (line != NULL &&
         (!is_printable(line) || strlen(line) >= sizeof(out->reason)))) {
        return false;
    }
    out->kind = kind->kind;
    (void)snprintf(out->date, sizeof(out->date), "%s", date);
    (void)snprintf(out->host, sizeof(out->host), "%s", host);
    (void)snprintf(out->reason, sizeof(out->reason), "%s",
                   line == NULL ? "" : line);
    return true;
}

static void write_line(const struct xls_revoked_entry *e, char out[LINE])
{
    const struct kind *kind = kind_of(e->kind);
    char octets[2 * XLS_NAME_LEN + 1];

    if (e->kind == XLS_REVOKED_AK_NAME) {
        xls_hex(octets, sizeof(octets), e->octets, XLS_NAME_LEN);
    } else {
        xls_key_encode(e->octets, octets);
    }
    (void)snprintf(out, LINE, "%s %s %s %s%s%s\n", e->date, kind->name, octets,
                   e->host, e->reason[0] == '\0' ? "" : " ", e->reason);
}

/* --- the file ------------------------------------------------------------- */

enum xls_rc xls_revoked_parse(char *text, const char *path,
                              struct xls_revoked *out, struct xls_why *why)
{
    unsigned line = 0;

    *out = (struct xls_revoked){calloc(ENTRIES_MAX, sizeof(*out->list)), 0};
    if (out->list == NULL) {
        return XLS_HOST_NOMEM;
    }
    for (char *at = text; at != NULL;) {
        char *here = strsep(&at, "\n");

        line++;
        if (here[0] == '#' || here[0] == '\0') {
            continue;
        }
        if (out->count == ENTRIES_MAX) {
            return xls_why_set(why, XLS_HOST_CONF,
                               "%s: more than %d keys; remove the oldest", path,
                               ENTRIES_MAX);
        }
        if (!read_line(here, &out->list[out->count])) {
            return xls_why_set(
                why, XLS_HOST_CONF,
                "%s:%u: is not 'DATE key BASE64 HOST [reason]', with ak-name "
                "and hexadecimal, or evidence-key, in place of key; mend the "
                "line or put '#' before it",
                path, line);
        }
        out->count++;
    }
    return XLS_OK;
}

enum xls_rc xls_revoked_load(const char *dir, struct xls_revoked *out,
                             struct xls_why *why)
{
    char path[XLS_PATH + 32];
    char *text = NULL;
    size_t len = 0;
    int fd;
    enum xls_rc rc;

    *out = (struct xls_revoked){NULL, 0};
    (void)snprintf(path, sizeof(path), "%.255s/revoked", dir);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        return XLS_OK;
    }
    rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, REVOKED_MAX, &text, &len);
    if (rc == XLS_HOST_IO) {
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s", path,
                         strerror(errno));
    }
    if (rc == XLS_OK && text != NULL && strlen(text) != len) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is not text (it has NUL characters); restore it",
                         path);
    }
    if (rc == XLS_OK && text != NULL) {
        rc = xls_revoked_parse(text, path, out, why);
    }
    free(text);
    xls_fd_close(&fd);
    return rc;
}

void xls_revoked_free(struct xls_revoked *revoked)
{
    free(revoked->list);
    *revoked = (struct xls_revoked){NULL, 0};
}

static const struct xls_revoked_entry *find(const struct xls_revoked *revoked,
                                            enum xls_revoked_kind kind,
                                            const uint8_t *octets)
{
    const struct kind *k = kind_of(kind);

    for (size_t i = 0; k != NULL && i < revoked->count; i++) {
        if (revoked->list[i].kind == kind &&
            xls_same(revoked->list[i].octets, octets, k->len) == XLS_OK) {
            return &revoked->list[i];
        }
    }
    return NULL;
}

enum xls_rc xls_revoked_check(const struct xls_revoked *revoked,
                              enum xls_revoked_kind kind, const uint8_t *octets,
                              const char *what, struct xls_why *why)
{
    const struct kind *k = kind_of(kind);
    const struct xls_revoked_entry *e =
        octets == NULL ? NULL : find(revoked, kind, octets);

    if (k == NULL || e == NULL) {
        return k == NULL ? XLS_BUG_CONTRACT : XLS_OK;
    }
    return xls_why_set(why, XLS_HOST_CONF,
                       "%s: its %s was revoked on %s, as one of %s%s%s; remove "
                       "it, or, if that was a mistake, the line in the file "
                       "'revoked'",
                       what, k->what, e->date, e->host,
                       e->reason[0] == '\0' ? "" : ": ", e->reason);
}

/* --- more of them --------------------------------------------------------- */

static void today(char out[XLS_REVOKED_DATE])
{
    struct timespec now;
    struct tm tm;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &tm) == NULL ||
        strftime(out, XLS_REVOKED_DATE, "%Y-%m-%d", &tm) == 0) {
        (void)snprintf(out, XLS_REVOKED_DATE, "0000-00-00");
    }
}

/* The file as it is, or the head of a new one, with room behind it. */
static enum xls_rc whole(const char *dir, size_t room, char **out,
                         struct xls_why *why)
{
    char path[XLS_PATH + 32];
    char *text = NULL;
    char *more;
    size_t len = 0;
    int fd;

    (void)snprintf(path, sizeof(path), "%.255s/revoked", dir);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && xls_fd_slurp(fd, REVOKED_MAX, &text, &len) != XLS_OK) {
        xls_fd_close(&fd);
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be read: %s", path,
                           strerror(errno));
    }
    xls_fd_close(&fd);
    if (text == NULL) {
        text = strdup(HEAD);
        len = strlen(HEAD);
    }
    more = text == NULL ? NULL : realloc(text, len + room + 2);
    if (more == NULL) {
        free(text);
        return XLS_HOST_NOMEM;
    }
    if (len > 0 && more[len - 1] != '\n') {
        more[len] = '\n';
        more[len + 1] = '\0';
    }
    *out = more;
    return XLS_OK;
}

enum xls_rc xls_revoked_add(const char *dir,
                            const struct xls_revoked_entry *list, size_t count,
                            struct xls_why *why)
{
    struct xls_revoked known;
    char *text = NULL;
    enum xls_rc rc = xls_revoked_load(dir, &known, why);

    if (rc == XLS_OK && count > ENTRIES_MAX) {
        rc = XLS_BUG_CONTRACT;
    }
    if (rc == XLS_OK) {
        rc = whole(dir, count * LINE, &text, why);
    }
    for (size_t i = 0; text != NULL && i < count; i++) {
        struct xls_revoked_entry e = list[i];
        char line[LINE];

        if (find(&known, e.kind, e.octets) == NULL) {
            size_t len = strlen(text);

            today(e.date);
            write_line(&e, line);
            memcpy(text + len, line, strlen(line) + 1);
        }
    }
    if (text != NULL) {
        rc = xls_keep(dir, "revoked", text, strlen(text), 0644, why);
    }
    free(text);
    xls_revoked_free(&known);
    return rc;
}
