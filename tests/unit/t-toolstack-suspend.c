/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-toolstack-suspend: how a save is waited for and ended: whose helper is
 * killed, and when a request to suspend is taken back.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libxl_event.h>
#include <xenstore.h>

#include "host/fd.h"
#include "t.h"
#include "toolstack/xen_suspend.h"

#define HELPER "libxl-save-helper" /* the kernel cuts it */

/* --- libxl -------------------------------------------------------------- */

static libxl_asyncop_how started;
static int start_err, wait_err, other_events, freed, aborts;

int __wrap_libxl_domain_suspend(libxl_ctx *ctx, uint32_t domid, int fd,
                                int flags, const libxl_asyncop_how *how);
int __wrap_libxl_event_wait(libxl_ctx *ctx, libxl_event **event, uint64_t mask,
                            libxl_event_predicate *predicate, void *user);
void __wrap_libxl_event_free(libxl_ctx *ctx, libxl_event *event);
int __wrap_libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how);

int __wrap_libxl_domain_suspend(libxl_ctx *ctx, uint32_t domid, int fd,
                                int flags, const libxl_asyncop_how *how)
{
    T(ctx == NULL && domid == 7 && fd == 5 && flags == LIBXL_SUSPEND_LIVE);
    T(how != NULL && how->callback == NULL);
    started = *how;
    return start_err;
}

int __wrap_libxl_event_wait(libxl_ctx *ctx, libxl_event **event, uint64_t mask,
                            libxl_event_predicate *predicate, void *user)
{
    libxl_event *e = calloc(1, sizeof(*e));

    T(ctx == NULL && mask == LIBXL_EVENTMASK_ALL && predicate == NULL &&
      user == NULL && e != NULL);
    if (wait_err != 0) {
        free(e);
        return wait_err;
    }
    e->type = LIBXL_EVENT_TYPE_OPERATION_COMPLETE;
    e->for_user = started.u.for_event;
    e->u.operation_complete.rc = ERROR_ABORTED;
    if (other_events == 2) {
        e->type = LIBXL_EVENT_TYPE_DOMAIN_DEATH;
    } else if (other_events == 1) {
        e->for_user = started.u.for_event + 1;
    }
    other_events -= other_events > 0 ? 1 : 0;
    *event = e;
    return 0;
}

void __wrap_libxl_event_free(libxl_ctx *ctx, libxl_event *event)
{
    T(ctx == NULL);
    freed++;
    free(event);
}

int __wrap_libxl_ao_abort(libxl_ctx *ctx, const libxl_asyncop_how *how)
{
    T(ctx == NULL && how->callback == NULL);
    T(how->u.for_event == started.u.for_event);
    aborts++;
    return 0;
}

static const struct xls_xen xen = {NULL, NULL};

START_TEST(waited_for)
{
    T(xls_xen_suspend(&xen, 7, 5) == ERROR_ABORTED && freed == 1);
    other_events = 2;
    T(xls_xen_suspend(&xen, 7, 5) == ERROR_ABORTED && freed == 4);
    xls_xen_suspend_stop(&xen, false);
    T(aborts == 1);
    wait_err = ERROR_FAIL;
    T(xls_xen_suspend(&xen, 7, 5) == ERROR_FAIL);
    start_err = ERROR_INVAL;
    T(xls_xen_suspend(&xen, 7, 5) == ERROR_INVAL && freed == 4);
}
END_TEST

/* --- its helper ----------------------------------------------------------- */

/* A process of this name that waits to be killed. */
static pid_t child(const char *name)
{
    int ready[2];
    char c;
    pid_t pid;

    T(pipe(ready) == 0);
    pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_NAME, name);
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)!write(ready[1], "", 1);
        for (;;) {
            (void)pause();
        }
    }
    T(pid > 0 && read(ready[0], &c, 1) == 1);
    (void)close(ready[0]);
    (void)close(ready[1]);
    return pid;
}

static bool was_killed(pid_t pid)
{
    const struct timespec nap = {0, 20000000};
    int status = 0;

    for (int i = 0; i < 50; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid) {
            return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        }
        (void)nanosleep(&nap, NULL);
    }
    return false;
}

static bool lives(pid_t pid)
{
    return waitpid(pid, NULL, WNOHANG) == 0;
}

/* valgrind of Debian 12 does not know it. */
static bool has_pidfd(void)
{
    int fd = pidfd_open(getpid(), 0);
    bool is = fd >= 0;

    if (!is) {
        (void)fprintf(stderr, "no helper is killed here: pidfd_open: %s\n",
                      strerror(errno));
    }
    xls_fd_close(&fd);
    return is;
}

START_TEST(our_helper_is_killed)
{
    pid_t helper = child(HELPER);
    pid_t stopped = child(HELPER);
    pid_t other = child("libxl-save-hel");

    T(kill(stopped, SIGSTOP) == 0);
    xls_xen_suspend_stop(&xen, true);
    if (!has_pidfd()) {
        (void)kill(helper, SIGKILL);
        (void)kill(stopped, SIGKILL);
    }
    T(was_killed(helper) && was_killed(stopped));
    T(lives(other));
    (void)kill(other, SIGKILL);
    T(was_killed(other));
}
END_TEST

/* One of another migration's. */
START_TEST(no_other_is)
{
    pid_t helper = child(HELPER);
    pid_t migration = fork();
    int status = 0;

    if (migration == 0) {
        xls_xen_suspend_stop(&xen, true);
        _exit(0);
    }
    T(waitpid(migration, &status, 0) == migration && status == 0);
    T(lives(helper));
    (void)kill(helper, SIGKILL);
    T(was_killed(helper));
}
END_TEST

/* --- the request ---------------------------------------------------------- */

static const char *asked; /* what stands there; NULL: nothing */
static int clashes;       /* so many transactions have to be tried again */
static int written, ended, opened;
static bool no_store, no_transaction, no_write;

struct xs_handle *__wrap_xs_open(unsigned long flags);
void __wrap_xs_close(struct xs_handle *xs);
xs_transaction_t __wrap_xs_transaction_start(struct xs_handle *xs);
bool __wrap_xs_transaction_end(struct xs_handle *xs, xs_transaction_t t,
                               bool abort);
void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     unsigned int *len);
bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len);

struct xs_handle *__wrap_xs_open(unsigned long flags)
{
    static char one;

    T(flags == 0);
    opened += no_store ? 0 : 1;
    return no_store ? NULL : (struct xs_handle *)(void *)&one;
}

void __wrap_xs_close(struct xs_handle *xs)
{
    T(xs != NULL);
    opened--;
}

xs_transaction_t __wrap_xs_transaction_start(struct xs_handle *xs)
{
    T(xs != NULL);
    return no_transaction ? XBT_NULL : 3;
}

bool __wrap_xs_transaction_end(struct xs_handle *xs, xs_transaction_t t,
                               bool abort)
{
    T(xs != NULL && t == 3);
    ended++;
    if (abort) {
        return true;
    }
    clashes--;
    if (clashes >= 0) {
        return false;
    }
    asked = "";
    return true;
}

void *__wrap_xs_read(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     unsigned int *len)
{
    T(xs != NULL && t == 3);
    T(strcmp(path, "/local/domain/7/control/shutdown") == 0);
    *len = asked == NULL ? 0 : (unsigned)strlen(asked);
    return asked == NULL ? NULL : strdup(asked);
}

bool __wrap_xs_write(struct xs_handle *xs, xs_transaction_t t, const char *path,
                     const void *data, unsigned int len)
{
    T(xs != NULL && t == 3 && data != NULL && len == 0);
    T(strcmp(path, "/local/domain/7/control/shutdown") == 0);
    written++;
    return !no_write;
}

static bool forgotten(const char *what)
{
    asked = what;
    written = ended = 0;
    xls_xen_suspend_forget(7);
    T(opened == 0);
    return written > 0;
}

START_TEST(a_request_is_taken_back)
{
    T(forgotten("suspend") && asked[0] == '\0' && ended == 1);
    clashes = 3;
    T(forgotten("suspend") && asked[0] == '\0' && ended == 4);
    clashes = 1000; /* not for ever */
    T(forgotten("suspend") && ended == 10);
    no_write = true;
    T(forgotten("suspend") && ended == 1);
}
END_TEST

START_TEST(nothing_else_is)
{
    clashes = 0;
    no_write = false;
    T(!forgotten("") && !forgotten(NULL) && !forgotten("poweroff"));
    T(strcmp(asked, "poweroff") == 0);
    no_transaction = true;
    T(!forgotten("suspend") && ended == 0);
    no_store = true;
    T(!forgotten("suspend"));
}
END_TEST

int main(void)
{
    const TTest *const list[] = {waited_for, our_helper_is_killed, no_other_is,
                                 a_request_is_taken_back, nothing_else_is};

    return t_run("toolstack/suspend", list, T_COUNT(list));
}
