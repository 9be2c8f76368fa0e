/* SPDX-License-Identifier: LGPL-2.1-only */
/* The hosts of a test, and what it takes to run the helpers. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/role.h"
#include "run.h"

/* There in a program built with AddressSanitizer, whatever the compiler. */
extern void __asan_init(void) __attribute__((weak));

bool is_sanitized(void)
{
    return __asan_init != NULL;
}

static int listen_on(uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0) {
        xls_fd_close(&fd);
    }
    *port = ntohs(at.sin_port);
    return fd;
}

/*
 * LeakSanitizer looks into its own process as a debugger does, which the
 * helpers forbid (host/cage): in a sanitized build they are started without.
 */
static bool wrap_helper(const char *dir, const char *real, const char *name)
{
    char path[256];
    char text[512];
    int fd;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    (void)snprintf(text, sizeof(text),
                   "#!/bin/sh\nASAN_OPTIONS=detect_leaks=0 exec %s/%s\n", real,
                   name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    ok = fd >= 0 && xls_fd_write(fd, text, strlen(text)) == XLS_OK;
    xls_fd_close(&fd);
    return ok;
}

static bool find_helpers(struct field *f)
{
    static const char *const names[] = {XLS_KEYS_PROGRAM, XLS_WIRE_PROGRAM,
                                        XLS_GUARD_PROGRAM};
    char *real = realpath("xl-plugin", NULL);
    bool ok = real != NULL;

    if (ok && !is_sanitized()) {
        (void)snprintf(f->libexec, sizeof(f->libexec), "%s", real);
    } else if (ok) {
        (void)snprintf(f->libexec, sizeof(f->libexec), "/tmp/xlsec-lib-XXXXXX");
        ok = mkdtemp(f->libexec) != NULL;
        for (size_t i = 0; ok && i < sizeof(names) / sizeof(names[0]); i++) {
            ok = wrap_helper(f->libexec, real, names[i]);
        }
    }
    free(real);
    return ok;
}

bool field_begin(struct field *field, const char *more)
{
    uint16_t port = 0;
    uint16_t unused;

    *field =
        (struct field){.outer = listen_on(&port), .inner = listen_on(&unused)};
    /* whatever a run leaves behind becomes our child, and is seen */
    if (field->outer < 0 || field->inner < 0 || !find_helpers(field) ||
        !xls_two_hosts_make(&field->hosts, port, field->libexec, more) ||
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        perror("cannot prepare two hosts");
        field_end(field);
        return false;
    }
    return true;
}

void field_end(struct field *field)
{
    if (is_sanitized() && field->libexec[0] != '\0') {
        char command[192];

        (void)snprintf(command, sizeof(command), "rm -rf '%s'", field->libexec);
        (void)!system(command);
    }
    xls_two_hosts_remove(&field->hosts);
    xls_fd_close(&field->outer);
    xls_fd_close(&field->inner);
}
