/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What a verifier keeps of a challenge: one file each, in the state directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/enrolment.h"
#include "host/fd.h"
#include "host/ini.h"
#include "host/keep.h"

enum { FILE_MAX = 65536, SECRET_TEXT = 512, FILE_NAME = 72, CLOCK_SLACK = 300 };

#define SPLIT "[peer]\n"

static int64_t now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

/* A clock that was set back makes nothing good again for longer. */
static bool is_over(int64_t made)
{
    int64_t age = now() - made;

    return age > XLS_CHALLENGE_SECONDS || age < -CLOCK_SLACK;
}

static void file_name(const uint8_t nonce[XLS_ENROLL_NONCE],
                      char out[FILE_NAME])
{
    xls_hex(out, FILE_NAME, nonce, XLS_ENROLL_NONCE);
}

/* --- its words ------------------------------------------------------------ */

static bool word_made(void *out, const char *value)
{
    struct xls_pending *p = out;
    size_t digits = strspn(value, "0123456789");

    p->made = strtoll(value, NULL, 10);
    return digits > 0 && digits <= 12 && value[digits] == '\0';
}

static bool word_nonce(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_pending *)out)->nonce);
}

static bool word_secret(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_pending *)out)->secret);
}

static bool word_moment(void *out, const char *value)
{
    return xls_key_decode(value, ((struct xls_pending *)out)->moment_secret);
}

static bool word_vouched(void *out, const char *value)
{
    struct xls_pending *p = out;

    p->vouched = strcmp(value, "certificate") == 0 ? XLS_VOUCHED_CERTIFICATE
                 : strcmp(value, "pinned") == 0    ? XLS_VOUCHED_PINNED
                                                   : XLS_VOUCHED_NONE;
    return p->vouched != XLS_VOUCHED_NONE;
}

static bool word_allow(void *out, const char *value)
{
    struct xls_pending *p = out;

    (void)snprintf(p->allow, sizeof(p->allow), "%s", value);
    return strlen(value) < sizeof(p->allow);
}

static bool word_class(void *out, const char *value)
{
    struct xls_pending *p = out;

    (void)snprintf(p->class, sizeof(p->class), "%s", value);
    return xls_peer_name_ok(value);
}

static const struct xls_ini_word words[] = {
    {"enroll", "made", word_made, "seconds", true, NULL},
    {"enroll", "nonce", word_nonce, "base64", true, NULL},
    {"enroll", "secret", word_secret, "base64", true, NULL},
    {"enroll", "moment-secret", word_moment, "base64", true, NULL},
    {"enroll", "vouched", word_vouched, "certificate or pinned", true, NULL},
    {"enroll", "allow", word_allow, "as in a peer file", true, NULL},
    {"enroll", "class", word_class, "a class", false, NULL},
};

/* The secret half as text; the caller wipes it. */
static void secret_text(const struct xls_pending *p, char out[SECRET_TEXT])
{
    char nonce[XLS_KEY_TEXT];
    char secret[XLS_KEY_TEXT];
    char moment[XLS_KEY_TEXT];

    xls_key_encode(p->nonce, nonce);
    xls_key_encode(p->secret, secret);
    xls_key_encode(p->moment_secret, moment);
    (void)snprintf(out, SECRET_TEXT,
                   "[enroll]\nmade = %" PRId64 "\nnonce = %s\nsecret = %s\n"
                   "moment-secret = %s\nvouched = %s\nallow = %s\n%s%s%s",
                   p->made, nonce, secret, moment,
                   p->vouched == XLS_VOUCHED_CERTIFICATE ? "certificate"
                                                         : "pinned",
                   p->allow, p->class[0] == '\0' ? "" : "class = ", p->class,
                   p->class[0] == '\0' ? "" : "\n");
    xls_wipe(secret, sizeof(secret));
    xls_wipe(moment, sizeof(moment));
}

/* Both halves of a file's text, which is cut in two. */
static enum xls_rc parse(char *text, const char *path, struct xls_pending *out,
                         struct xls_why *why)
{
    char *peer = strstr(text, SPLIT);
    enum xls_rc rc;

    if (peer == NULL || peer == text || peer[-1] != '\n') {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: is damaged; make a new challenge", path);
    }
    rc = xls_bundle_parse(peer, path, &out->bundle, why);
    *peer = '\0';
    if (rc == XLS_OK) {
        rc = xls_ini_parse(text, path, words, sizeof(words) / sizeof(words[0]),
                           out, why);
    }
    return rc;
}

/* --- files ---------------------------------------------------------------- */

/* Those that were made too long ago go, by the time in them. */
static void sweep(const char *dir)
{
    DIR *d = opendir(dir);
    struct dirent *entry;

    while (d != NULL && (entry = readdir(d)) != NULL) {
        struct stat st;

        if (strlen(entry->d_name) == (size_t)2 * XLS_ENROLL_NONCE &&
            fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            is_over(st.st_mtim.tv_sec)) {
            (void)unlinkat(dirfd(d), entry->d_name, 0);
        }
    }
    if (d != NULL) {
        (void)closedir(d);
    }
}

enum xls_rc xls_pending_keep(const char *state,
                             const struct xls_pending *pending,
                             struct xls_why *why)
{
    struct xls_pending made = *pending;
    char dir[XLS_PATH + 16];
    char name[FILE_NAME];
    char head[SECRET_TEXT];
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    enum xls_rc rc = XLS_HOST_NOMEM;

    made.made = now();
    (void)snprintf(dir, sizeof(dir), "%s/enroll", state);
    file_name(made.nonce, name);
    secret_text(&made, head);
    if (file != NULL) {
        (void)fputs(head, file);
        (void)fputs(SPLIT, file);
        xls_bundle_print_words(&made.bundle, file);
        xls_print_octets(file, "ak-area", made.bundle.ak_area,
                         made.bundle.ak_area_len);
        xls_print_octets(file, "ek", made.bundle.ek, made.bundle.ek_len);
        rc = fclose(file) == 0 ? XLS_OK : XLS_HOST_NOMEM;
    }
    if (rc == XLS_OK) {
        sweep(dir);
        rc = xls_keep(dir, name, text, len, 0600, why);
    }
    if (text != NULL) {
        xls_wipe(text, len);
        free(text);
    }
    xls_wipe(head, sizeof(head));
    xls_pending_wipe(&made);
    return rc;
}

/* Read it and remove it; a file that cannot be removed counts for nothing. */
static enum xls_rc consume(const char *path, char **text, size_t *len,
                           struct xls_why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    enum xls_rc rc;

    if (fd < 0 && errno == ENOENT) {
        return xls_why_set(why, XLS_PEER_ORDER,
                           "no challenge of this answer is open here: it was "
                           "answered before, or has expired, or was made on "
                           "another host; make a new one");
    }
    rc = fd < 0 ? XLS_HOST_IO : xls_fd_slurp(fd, FILE_MAX, text, len);
    if (rc == XLS_HOST_IO || unlink(path) != 0) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s: cannot be read and removed: %s",
                         path, strerror(errno));
    }
    xls_fd_close(&fd);
    return rc;
}

enum xls_rc xls_pending_take(const char *state,
                             const uint8_t nonce[XLS_ENROLL_NONCE],
                             struct xls_pending *out, struct xls_why *why)
{
    char path[XLS_PATH + 16 + FILE_NAME];
    char name[FILE_NAME];
    char *text = NULL;
    size_t len = 0;
    struct xls_pending *p = calloc(1, sizeof(*p));
    enum xls_rc rc = p == NULL ? XLS_HOST_NOMEM : XLS_OK;

    file_name(nonce, name);
    (void)snprintf(path, sizeof(path), "%.255s/enroll/%s", state, name);
    if (rc == XLS_OK) {
        rc = consume(path, &text, &len, why);
    }
    if (rc == XLS_OK && text != NULL) {
        rc = parse(text, path, p, why);
    }
    if (rc == XLS_OK && is_over(p->made)) {
        rc = xls_why_set(why, XLS_PEER_TIME,
                         "the challenge has expired: one is good for %d "
                         "minutes; make a new one",
                         XLS_CHALLENGE_SECONDS / 60);
    }
    if (rc == XLS_OK) {
        *out = *p;
    }
    if (text != NULL) {
        xls_wipe(text, len);
        free(text);
    }
    if (p != NULL) {
        xls_pending_wipe(p);
        free(p);
    }
    return rc;
}
