/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/journal-private.h"

/* --- what this process has ------------------------------------------------ */

static struct xls_journal *held;

const struct xls_journal *xls_journal_held(int dir, const char *name)
{
    struct stat st;
    const struct xls_journal *j = held;

    if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
        return NULL;
    }
    while (j != NULL &&
           (j->ino != st.st_ino || j->dev != st.st_dev || j->pid != getpid())) {
        j = j->next;
    }
    return j;
}

bool xls_journal_hold(struct xls_journal *journal)
{
    struct stat st;

    if (fstat(journal->fd, &st) != 0) {
        return false;
    }
    journal->dev = st.st_dev;
    journal->ino = st.st_ino;
    journal->pid = getpid();
    journal->next = held;
    held = journal;
    return true;
}

void xls_journal_leave(struct xls_journal *journal)
{
    struct xls_journal **at = &held;

    if (journal == NULL) {
        return;
    }
    while (*at != NULL && *at != journal) {
        at = &(*at)->next;
    }
    if (*at != NULL) {
        *at = journal->next;
    }
    xls_fd_close(&journal->fd);
    free(journal);
}

struct xls_journal *xls_journal_new(const char *state, const char *name)
{
    struct xls_journal *journal = calloc(1, sizeof(*journal));

    if (journal != NULL) {
        journal->fd = -1;
        (void)snprintf(journal->path, sizeof(journal->path), "%.*s/handover/%s",
                       XLS_PATH, state, name);
    }
    return journal;
}

const struct xls_journal_view *
xls_journal_view(const struct xls_journal *journal)
{
    return &journal->view;
}

void xls_journal_mark(const struct xls_journal *journal,
                      char text[XLS_JOURNAL_MARK])
{
    const struct xls_journal_facts *f = &journal->view.facts;
    char id[2 * XLS_ID_LEN + 1];

    xls_hex(id, sizeof(id), f->id, XLS_ID_LEN);
    (void)snprintf(text, XLS_JOURNAL_MARK, "%s %s", id, f->peer);
}

bool xls_journal_settled(const struct xls_journal_view *view)
{
    return view->facts.role == XLS_ROLE_SOURCE
               ? xls_source_settled((enum xls_source_state)view->state)
               : xls_destination_settled(
                     (enum xls_destination_state)view->state);
}

/* --- writing -------------------------------------------------------------- */

size_t xls_journal_write(const struct xls_journal *journal, size_t at)
{
    while (at < XLS_JOURNAL_SIZE) {
        ssize_t n = pwrite(journal->fd, journal->text.octets + at,
                           XLS_JOURNAL_SIZE - at, (off_t)at);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        at += (size_t)n;
    }
    return at;
}

enum xls_rc xls_journal_cannot(const struct xls_journal *journal,
                               const char *what, struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_IO, "%s: cannot be %s: %s", journal->path,
                       what, strerror(errno));
}

/*
 * The new line could not be written: put line feeds in its place.  True: it is
 * not entered, for half a line is none, or what was there is there again.
 */
static bool put_back(struct xls_journal *journal, size_t came,
                     const struct xls_journal_mark *before)
{
    bool whole = came + 1 >= journal->text.used; /* its line feed was there */

    xls_journal_text_undo(&journal->text, &journal->view, before);
    return (xls_journal_write(journal, journal->synced) == XLS_JOURNAL_SIZE &&
            fdatasync(journal->fd) == 0) ||
           !whole;
}

enum xls_rc xls_journal_enter(struct xls_journal *journal, unsigned state,
                              const char *note, struct xls_why *why)
{
    const struct xls_journal_mark before =
        xls_journal_text_mark(&journal->text, &journal->view);
    int64_t now = (int64_t)time(NULL);
    bool again = state == before.state;
    enum xls_rc rc = XLS_OK;
    size_t came;

    if (journal->pid != getpid() ||
        !xls_journal_follows(journal->view.facts.role, before.state, state)) {
        return XLS_BUG_CONTRACT;
    }
    if (again && journal->synced == journal->text.used) {
        return XLS_OK; /* it is there; so the number of lines has an end */
    }
    if (!again) {
        rc = xls_journal_text_add(&journal->text, &journal->view, state, now,
                                  note);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    came = xls_journal_write(journal, journal->synced);
    if (came < XLS_JOURNAL_SIZE) {
        rc = xls_journal_cannot(journal, "written", why);
        if (put_back(journal, came, &before) || again) {
            return rc;
        }
        rc = xls_journal_text_add(&journal->text, &journal->view, state, now,
                                  note);
        return rc == XLS_OK ? XLS_HOST_DOUBT : rc;
    }
    if (fdatasync(journal->fd) != 0) {
        /* [P-90] the next entry writes this line once more */
        return xls_why_set(why, XLS_HOST_DOUBT, "%s: cannot be synced: %s",
                           journal->path, strerror(errno));
    }
    journal->synced = journal->text.used;
    journal->view.torn = false;
    return XLS_OK;
}

/* --- take ----------------------------------------------------------------- */

static enum xls_rc say_holder(const struct xls_journal *journal, pid_t holder,
                              struct xls_why *why)
{
    return xls_why_set(why, XLS_HOST_BUSY,
                       "%s: process %ld acts for this migration", journal->path,
                       (long)holder);
}

/*
 * The lock, what is there, and that once more: whoever wrote it may have died
 * before it was synced, and what another process reads has to last.
 */
static enum xls_rc take_over(struct xls_journal *journal, pid_t *holder,
                             struct xls_why *why)
{
    struct xls_why local = {""};
    bool known;
    enum xls_rc rc;

    if (xls_journal_lock(journal->fd, holder) != 0) {
        return errno == EAGAIN ? say_holder(journal, *holder, why)
                               : xls_journal_cannot(journal, "locked", why);
    }
    rc = xls_journal_load(journal->fd, &journal->text, &journal->view, &known,
                          &local);
    if (rc != XLS_OK) {
        return xls_why_set(why, rc, "%s: is not usable: %.300s", journal->path,
                           local.text);
    }
    if (xls_journal_write(journal, 0) < XLS_JOURNAL_SIZE ||
        fdatasync(journal->fd) != 0) {
        return xls_journal_cannot(journal, "written", why);
    }
    journal->synced = journal->text.used;
    return xls_journal_hold(journal) ? XLS_OK
                                     : xls_journal_cannot(journal, "used", why);
}

/* Open the file; true in *absent when there is none. */
static enum xls_rc open_file(struct xls_journal *journal, int dir,
                             const char *name, bool *absent, pid_t *holder,
                             struct xls_why *why)
{
    if (dir >= 0 && xls_journal_held(dir, name) != NULL) {
        *holder = getpid();
        return say_holder(journal, *holder, why);
    }
    errno = ENOENT;
    journal->fd =
        dir < 0
            ? -1
            : openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    *absent = journal->fd < 0 && errno == ENOENT;
    if (*absent) {
        return xls_why_set(why, XLS_HOST_CONF, "%s: there is none",
                           journal->path);
    }
    return journal->fd >= 0 ? XLS_OK
                            : xls_journal_cannot(journal, "opened", why);
}

/* NOLINTNEXTLINE(readability-function-size): seven parameters, with why */
enum xls_rc xls_journal_take(const char *state, enum xls_role role,
                             const uint8_t id[XLS_ID_LEN],
                             struct xls_journal **out, bool *absent,
                             pid_t *holder, struct xls_why *why)
{
    struct xls_journal *journal = NULL;
    char name[XLS_JOURNAL_FILE];
    struct stat st;
    int dir = -1;
    enum xls_rc rc;

    *out = NULL;
    *absent = false;
    *holder = 0;
    xls_journal_file(role, id, name);
    journal = xls_journal_new(state, name);
    if (journal == NULL) {
        return XLS_HOST_NOMEM;
    }
    journal->view.facts.role = role;
    memcpy(journal->view.facts.id, id, XLS_ID_LEN);
    rc = xls_journal_dir(state, false, &dir, why);
    if (rc == XLS_OK) {
        rc = open_file(journal, dir, name, absent, holder, why);
    }
    if (rc == XLS_OK) {
        rc = take_over(journal, holder, why);
    }
    if (rc == XLS_OK && (fstat(journal->fd, &st) != 0 || st.st_nlink == 0)) {
        *absent = true; /* it was pruned meanwhile */
        rc = xls_why_set(why, XLS_HOST_CONF, "%s: there is none any more",
                         journal->path);
    }
    if (rc == XLS_OK) {
        *out = journal;
        journal = NULL; /* now the caller's */
    }
    xls_fd_close(&dir);
    xls_journal_leave(journal);
    return rc;
}
