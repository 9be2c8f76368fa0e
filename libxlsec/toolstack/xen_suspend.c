/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/xen_suspend.h"

#include <dirent.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include <libxl_event.h>
#include <xenstore.h>

#include "host/fd.h"

/* As the kernel cuts the name of libxl-save-helper. */
#define HELPER "(libxl-save-help) "

/* How the operation is known to libxl; there is one in a context. */
static const libxl_asyncop_how how = {.callback = NULL,
                                      .u = {.for_event = 0x786c73}};

int xls_xen_suspend(const struct xls_xen *xen, uint32_t domid, int fd)
{
    int err =
        libxl_domain_suspend(xen->ctx, domid, fd, LIBXL_SUSPEND_LIVE, &how);
    bool done = err != 0;

    while (!done) {
        libxl_event *event = NULL;

        err =
            libxl_event_wait(xen->ctx, &event, LIBXL_EVENTMASK_ALL, NULL, NULL);
        done = err != 0;
        if (!done && event->type == LIBXL_EVENT_TYPE_OPERATION_COMPLETE &&
            event->for_user == how.u.for_event) {
            err = event->u.operation_complete.rc;
            done = true;
        }
        if (event != NULL) {
            libxl_event_free(xen->ctx, event);
        }
    }
    return err;
}

/* Is this process a save helper, and our child? */
static bool is_helper(const char *pid)
{
    char path[64];
    char text[256];
    const char *at;
    FILE *f;
    size_t len;

    (void)snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
    f = fopen(path, "re");
    if (f == NULL) {
        return false;
    }
    len = fread(text, 1, sizeof(text) - 1, f);
    (void)fclose(f);
    text[len] = '\0';
    at = strstr(text, HELPER); /* then a letter for its state, and its parent */
    return at != NULL && strlen(at) > strlen(HELPER) + 2 &&
           strtol(at + strlen(HELPER) + 2, NULL, 10) == (long)getpid();
}

/* Looked at again once we hold it: its number may have become another's. */
static void kill_helper(const char *pid)
{
    int fd = is_helper(pid) ? pidfd_open((pid_t)strtol(pid, NULL, 10), 0) : -1;

    if (fd >= 0 && is_helper(pid)) {
        (void)pidfd_send_signal(fd, SIGKILL, NULL, 0);
    }
    xls_fd_close(&fd);
}

void xls_xen_suspend_stop(const struct xls_xen *xen, bool force)
{
    struct dirent *entry;
    DIR *proc;

    if (!force) {
        (void)libxl_ao_abort(xen->ctx, &how);
        return;
    }
    proc = opendir("/proc");
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9') {
            kill_helper(entry->d_name);
        }
    }
    if (proc != NULL) {
        (void)closedir(proc);
    }
}

/* In a transaction: it may see it just now. */
static bool take_back(struct xs_handle *xs, const char *path)
{
    xs_transaction_t t = xs_transaction_start(xs);
    unsigned len = 0;
    char *text = t == XBT_NULL ? NULL : xs_read(xs, t, path, &len);
    bool asked = text != NULL && strcmp(text, "suspend") == 0;

    free(text);
    if (t == XBT_NULL) {
        return true;
    }
    return xs_transaction_end(xs, t, !asked || !xs_write(xs, t, path, "", 0)) ||
           !asked;
}

void xls_xen_suspend_forget(uint32_t domid)
{
    struct xs_handle *xs = xs_open(0);
    char path[64];
    int tries = 10;

    if (xs == NULL) {
        return;
    }
    (void)snprintf(path, sizeof(path),
                   "/local/domain/%" PRIu32 "/control/shutdown", domid);
    while (tries > 0 && !take_back(xs, path)) {
        tries--;
    }
    xs_close(xs);
}
