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
 * dir/xlsec-NAME, which is from/xlsec-NAME.  LeakSanitizer looks into its own
 * process as a debugger does, which the helpers forbid (host/cage): in a
 * sanitized build they are started without.
 */
static bool wrap_helper(const char *dir, const char *from, const char *name)
{
    char path[256];
    char text[512];
    int fd;
    bool ok;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (!is_sanitized()) {
        (void)snprintf(text, sizeof(text), "%s/%s", from, name);
        return symlink(text, path) == 0;
    }
    (void)snprintf(text, sizeof(text),
                   "#!/bin/sh\nASAN_OPTIONS=detect_leaks=0 exec %s/%s\n", from,
                   name);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    ok = fd >= 0 && xls_fd_write(fd, text, strlen(text)) == XLS_OK;
    xls_fd_close(&fd);
    return ok;
}

/* A directory below top with the helpers, keys and guard from those folders of
 * the build. */
static bool gather_helpers(const char *dir, const char *keys, const char *guard)
{
    char *real = realpath("xl-plugin", NULL);
    char *odd_keys = realpath(keys, NULL);
    char *odd_guard = realpath(guard, NULL);
    bool ok = real != NULL && odd_keys != NULL && odd_guard != NULL &&
              mkdir(dir, 0700) == 0 &&
              wrap_helper(dir, odd_keys, XLS_KEYS_PROGRAM) &&
              wrap_helper(dir, real, XLS_WIRE_PROGRAM) &&
              wrap_helper(dir, real, XLS_VERIFY_PROGRAM) &&
              wrap_helper(dir, odd_guard, XLS_GUARD_PROGRAM);

    free(real);
    free(odd_keys);
    free(odd_guard);
    return ok;
}

bool field_odd_keys(struct field *field, const char *name)
{
    char dir[64];
    char keys[64];

    (void)snprintf(dir, sizeof(dir), "%s/%s", field->hosts.top, name);
    (void)snprintf(keys, sizeof(keys), "tests/process/%s", name);
    return gather_helpers(dir, keys, "xl-plugin");
}

static bool point_to_helpers(struct field *f, enum side side, const char *name,
                             const char *guard)
{
    char dir[64];
    char text[512];

    (void)snprintf(dir, sizeof(dir), "%s/%s", f->hosts.top, name);
    (void)snprintf(text, sizeof(text),
                   "[paths]\nlibexec = %s\nstate = %s/state\n[time]\n"
                   "settle = 0\n%s",
                   dir, f->hosts.dir[side], f->more);
    return (access(dir, X_OK) == 0 ||
            gather_helpers(dir, "xl-plugin", guard)) &&
           xls_two_hosts_write(&f->hosts, (unsigned)side, "xlsec.conf", text,
                               0644);
}

bool field_odd_guard(struct field *field, enum side side, const char *guard)
{
    char dir[64];

    (void)snprintf(dir, sizeof(dir), "tests/process/%s", guard);
    return point_to_helpers(field, side, guard, dir);
}

bool field_begin(struct field *field, const char *more)
{
    uint16_t port = 0;
    uint16_t unused;

    *field = (struct field){
        .outer = listen_on(&port), .inner = listen_on(&unused), .more = more};
    /* whatever a run leaves behind becomes our child, and is seen */
    if (field->outer < 0 || field->inner < 0 ||
        !xls_two_hosts_make(&field->hosts, port, "/nonexistent", more) ||
        !point_to_helpers(field, SOURCE, "lib", "xl-plugin") ||
        !point_to_helpers(field, DESTINATION, "lib", "xl-plugin") ||
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        perror("cannot prepare two hosts");
        field_end(field);
        return false;
    }
    return true;
}

void field_end(struct field *field)
{
    xls_two_hosts_remove(&field->hosts);
    xls_fd_close(&field->outer);
    xls_fd_close(&field->inner);
}
