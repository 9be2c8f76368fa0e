/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/fd.h"

enum { FILE_MAX = 4096, COMMENT_MAX = 200 };

bool xls_keyfile_exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

static enum xls_rc check_owner(int fd, const char *path, struct xls_why *why)
{
    struct stat st;

    if (fstat(fd, &st) != 0) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be examined: %s",
                           path, strerror(errno));
    }
    if (!S_ISREG(st.st_mode)) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: is not a regular file; restore the key file, "
                           "or move this away and make new keys with xlsec "
                           "init",
                           path);
    }
    if (st.st_uid != 0 && st.st_uid != geteuid()) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: belongs to uid %ju, and has to belong to root; "
                           "run: chown root %s",
                           path, (uintmax_t)st.st_uid, path);
    }
    if ((st.st_mode & 077) != 0) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s: mode %04o lets others read or change a secret "
                           "key; run: chmod 600 %s, and think about whether "
                           "the key is still secret",
                           path, (unsigned)st.st_mode & 07777U, path);
    }
    return XLS_OK;
}

#define SEALED "sealed "

enum {
    KEY_LINE = sizeof(SEALED) +
               sodium_base64_ENCODED_LEN(XLS_SEALED_MAX,
                                         sodium_base64_VARIANT_ORIGINAL),
};

/* One line: the key, or what a TPM has made of it. */
static bool parse_line(const char *line, struct xls_stored_key *out)
{
    if (strncmp(line, SEALED, strlen(SEALED)) != 0) {
        return xls_key_decode(line, out->key.bytes);
    }
    out->is_sealed = xls_base64_append(line + strlen(SEALED), out->sealed,
                                       sizeof(out->sealed), &out->sealed_len);
    return out->is_sealed;
}

/* One such line among comments; text is cut up in place. */
static enum xls_rc parse(char *text, const char *path,
                         struct xls_stored_key *out, struct xls_why *why)
{
    bool found = false;
    unsigned line = 0;

    for (char *at = text; at != NULL;) {
        char *here = strsep(&at, "\n");

        line++;
        here[strcspn(here, "\r")] = '\0';
        if (here[0] == '#' || here[0] == '\0') {
            continue;
        }
        if (found || !parse_line(here, out)) {
            xls_wipe(out, sizeof(*out));
            return xls_why_set(
                why, XLS_HOST_CONF,
                found ? "%s:%u: a second key; a key file holds one"
                      : "%s:%u: is not a key (44 characters of base64); "
                        "restore the file, or make new keys with xlsec init",
                path, line);
        }
        found = true;
    }
    if (!found) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "%s:%u: holds no key; restore the file, or make new "
                           "keys with xlsec init",
                           path, line);
    }
    return XLS_OK;
}

enum xls_rc xls_keyfile_load(const char *path, struct xls_stored_key *out,
                             struct xls_why *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    char *text = NULL;
    size_t len = 0;
    enum xls_rc rc;

    memset(out, 0, sizeof(*out));
    if (fd < 0) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be opened: %s%s",
                           path, strerror(errno),
                           errno == ENOENT ? "; run: xlsec init" : "");
    }
    rc = check_owner(fd, path, why);
    if (rc != XLS_OK) {
        goto out;
    }
    rc = xls_fd_slurp(fd, FILE_MAX, &text, &len);
    if (rc != XLS_OK) {
        rc = xls_why_set(why, rc == XLS_HOST_NOMEM ? rc : XLS_HOST_CONF,
                         "%s: cannot be read: %s", path, strerror(errno));
        goto out;
    }
    rc = strlen(text) != len
             ? xls_why_set(why, XLS_HOST_CONF,
                           "%s: is not text; restore the file, or make new "
                           "keys with xlsec init",
                           path)
             : parse(text, path, out, why);
out:
    if (text != NULL) {
        xls_wipe(text, len);
        free(text);
    }
    xls_fd_close(&fd);
    return rc;
}

enum xls_rc xls_keyfile_read(const char *path, struct xls_secret_key *out,
                             struct xls_why *why)
{
    struct xls_stored_key stored;
    enum xls_rc rc = xls_keyfile_load(path, &stored, why);

    memset(out, 0, sizeof(*out));
    if (rc == XLS_OK && stored.is_sealed) {
        rc = xls_why_set(why, XLS_HOST_CONF,
                         "%s: is sealed to a TPM, and only a host.key may be; "
                         "restore the file, or make new keys with xlsec init",
                         path);
    }
    if (rc == XLS_OK) {
        *out = stored.key;
    }
    xls_wipe(&stored, sizeof(stored));
    return rc;
}

/* A comment and a line, in a new file; the line is wiped by the caller. */
static enum xls_rc write_new(const char *path, const char *comment,
                             const char *line, struct xls_why *why)
{
    char text[COMMENT_MAX + KEY_LINE + 8];
    int fd = -1;
    int len = snprintf(text, sizeof(text), "# %s\n%s\n", comment, line);
    enum xls_rc rc = XLS_OK;

    if (strlen(comment) > COMMENT_MAX || len < 0 ||
        (size_t)len >= sizeof(text)) {
        xls_wipe(text, sizeof(text));
        return XLS_BUG_CONTRACT;
    }
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        xls_wipe(text, sizeof(text));
        return xls_why_set(why, XLS_HOST_CONF, "%s: cannot be created: %s",
                           path, strerror(errno));
    }
    if (xls_fd_write(fd, text, (size_t)len) != XLS_OK || fsync(fd) != 0) {
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: cannot be written: %s", path,
                         strerror(errno));
    }
    xls_wipe(text, sizeof(text));
    if (rc != XLS_OK) {
        (void)unlink(path); /* nothing half-made stays */
    }
    xls_fd_close(&fd);
    return rc;
}

enum xls_rc xls_keyfile_write(const char *path,
                              const struct xls_secret_key *key,
                              const char *comment, struct xls_why *why)
{
    char line[XLS_KEY_TEXT];
    enum xls_rc rc;

    xls_key_encode(key->bytes, line);
    rc = write_new(path, comment, line, why);
    xls_wipe(line, sizeof(line));
    return rc;
}

enum xls_rc xls_keyfile_write_sealed(const char *path, const uint8_t *sealed,
                                     size_t len, const char *comment,
                                     struct xls_why *why)
{
    char line[KEY_LINE] = SEALED;

    if (len > XLS_SEALED_MAX) {
        return XLS_BUG_CONTRACT;
    }
    (void)sodium_bin2base64(line + strlen(SEALED),
                            sizeof(line) - strlen(SEALED), sealed, len,
                            sodium_base64_VARIANT_ORIGINAL);
    return write_new(path, comment, line, why);
}
