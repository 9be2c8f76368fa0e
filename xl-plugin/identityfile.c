/* SPDX-License-Identifier: LGPL-2.1-only */
#include "identityfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/peerfile.h"
#include "say.h"

enum { TEXT_MAX = 65536 };

void xls_say_why(const char *program, enum xls_rc rc, const struct xls_why *why)
{
    xls_say_error(program, "%s",
                  why->text[0] != '\0' ? why->text : xls_rc_text(rc));
}

char *xls_file_text(const char *program, const char *file)
{
    bool is_stdin = strcmp(file, "-") == 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(file, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t len = 0;

    if (fd < 0 || xls_fd_slurp(fd, TEXT_MAX, &text, &len) != XLS_OK) {
        xls_say_error(program, "%s: cannot be read: %s", file, strerror(errno));
        text = NULL;
    } else if (strlen(text) != len) {
        xls_say_error(program, "%s: is not text: it holds a NUL", file);
        free(text);
        text = NULL;
    }
    xls_fd_close(&fd);
    return text;
}

bool xls_identity_file(const char *program, const char *dir, const char *file,
                       struct xls_bundle *out)
{
    char *text = xls_file_text(program, file);
    struct xls_why why = {""};
    enum xls_rc rc;

    if (text == NULL) {
        return false;
    }
    rc = xls_bundle_parse(text, file, out, &why);
    if (rc == XLS_OK) {
        rc = xls_bundle_not_revoked(dir, out, file, &why);
    }
    if (rc != XLS_OK) {
        xls_say_why(program, rc, &why);
    }
    free(text);
    return rc == XLS_OK;
}

bool xls_identity_agreed(const char *program, FILE *to, const char *file,
                         const struct xls_bundle *bundle, const char *more,
                         const char *fingerprint)
{
    char print[XLS_FINGERPRINT_TEXT];
    char answer[16] = "";

    xls_bundle_fingerprint(bundle, print);
    if (fingerprint != NULL) {
        if (strcmp(fingerprint, print) == 0) {
            return true;
        }
        xls_say_error(program,
                      "%s has the fingerprint %s, not the one given: this is "
                      "not that host's identity",
                      file, print);
        return false;
    }
    (void)fprintf(to,
                  "host         %s\naddress      %s port %u\nfingerprint  %s\n"
                  "%sDoes xlsec id on %s show the same fingerprint? (yes/no) ",
                  bundle->name, bundle->address, (unsigned)bundle->port, print,
                  more, bundle->name);
    (void)fflush(to);
    if (strcmp(file, "-") == 0) {
        xls_say_error(program, "the question cannot be answered when the "
                               "identity comes on stdin; use --fingerprint");
        return false;
    }
    if (fgets(answer, sizeof(answer), stdin) == NULL ||
        strcmp(answer, "yes\n") != 0) {
        xls_say_error(program, "not trusted, nothing was changed");
        return false;
    }
    return true;
}

bool xls_allow_agreed(const char *program, const char *allow)
{
    if (xls_peer_allow_ok(allow)) {
        return true;
    }
    xls_say_error(program,
                  "--allow %s: has to be incoming, outgoing, both with a comma "
                  "between them, or nothing",
                  allow);
    return false;
}
