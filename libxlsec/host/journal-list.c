/* SPDX-License-Identifier: LGPL-2.1-only */
/* All journals: looked at, and those that are over removed. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/journal-private.h"
#include "host/traces.h"

static int is_journal(const struct dirent *entry)
{
    enum xls_role role;
    uint8_t id[XLS_ID_LEN];

    return xls_journal_file_read(entry->d_name, &role, id) ? 1 : 0;
}

/* What a damaged one says of itself does not count, but what it is about may:
 * peer is empty where not even that is known. */
static void forget(struct xls_journal_entry *e, bool known)
{
    const struct xls_journal_facts facts = e->view.facts;

    e->damaged = true;
    memset(&e->view, 0, sizeof(e->view));
    e->view.facts.role = facts.role;
    memcpy(e->view.facts.id, facts.id, XLS_ID_LEN);
    if (known) {
        e->view.facts = facts;
    }
}

/* One of them; false in *there: it is gone meanwhile. */
static enum xls_rc look(int dir, const char *name, struct xls_journal_entry *e,
                        struct xls_journal_text *text, bool *there)
{
    const struct xls_journal *mine = xls_journal_held(dir, name);
    bool known = false;
    enum xls_rc rc;
    int fd;

    *there = true;
    if (mine != NULL) {
        e->view = mine->view;
        e->holder = getpid();
        return XLS_OK;
    }
    fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT) {
        *there = false;
        return XLS_OK;
    }
    (void)xls_journal_file_read(name, &e->view.facts.role, e->view.facts.id);
    e->holder = fd < 0 ? 0 : xls_journal_holder(fd);
    rc = fd < 0 ? xls_why_set(&e->why, XLS_HOST_IO, "it cannot be opened: %s",
                              strerror(errno))
                : xls_journal_load(fd, text, &e->view, &known, &e->why);
    if (rc != XLS_OK) {
        forget(e, known);
    }
    xls_fd_close(&fd);
    return rc == XLS_HOST_NOMEM ? rc : XLS_OK;
}

static int by_age(const void *a, const void *b)
{
    const struct xls_journal_view *one =
        &((const struct xls_journal_entry *)a)->view;
    const struct xls_journal_view *two =
        &((const struct xls_journal_entry *)b)->view;

    return one->began < two->began ? -1 : one->began > two->began ? 1 : 0;
}

enum xls_rc xls_journal_list(const char *state, struct xls_journal_entry **list,
                             size_t *count, struct xls_why *why)
{
    struct xls_journal_text *text = NULL;
    struct dirent **names = NULL;
    int found = 0;
    int dir = -1;
    bool there;
    enum xls_rc rc;

    *list = NULL;
    *count = 0;
    rc = xls_journal_dir(state, false, &dir, why);
    if (rc == XLS_OK && dir >= 0) {
        found = scandirat(dir, ".", &names, is_journal, alphasort);
    }
    if (found < 0) {
        rc = xls_why_set(why, XLS_HOST_IO, "%s/handover: cannot be read: %s",
                         state, strerror(errno));
    } else if (found > 0) {
        text = malloc(sizeof(*text));
        *list = calloc((size_t)found, sizeof(**list));
        rc = text == NULL || *list == NULL ? XLS_HOST_NOMEM : XLS_OK;
    }
    for (int i = 0; i < found; i++) {
        if (rc == XLS_OK) {
            rc = look(dir, names[i]->d_name, &(*list)[*count], text, &there);
            *count += there ? 1 : 0;
        }
        free(names[i]);
    }
    free((void *)names);
    free(text);
    xls_fd_close(&dir);
    if (rc == XLS_OK && *count > 0) {
        qsort(*list, *count, sizeof(**list), by_age);
    }
    if (rc != XLS_OK) {
        free(*list);
        *list = NULL;
        *count = 0;
    }
    return rc;
}

/* --- those that are over -------------------------------------------------- */

/* Remove it and its traces, if no process acts for it. */
static bool removed(const char *state, int dir,
                    const struct xls_journal_facts *facts)
{
    const struct xls_traces none = {.there = false};
    char name[XLS_JOURNAL_FILE];
    pid_t holder;
    bool done = true;
    int fd;

    xls_journal_file(facts->role, facts->id, name);
    if (xls_journal_held(dir, name) != NULL) {
        return true;
    }
    fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && xls_journal_lock(fd, &holder) == 0) {
        done = xls_traces_write(state, facts->role, facts->id, &none, NULL) ==
                   XLS_OK &&
               unlinkat(dir, name, 0) == 0;
    }
    xls_fd_close(&fd);
    return done;
}

static bool prune(const char *state, int dir,
                  const struct xls_journal_entry *list, size_t count,
                  size_t keep, int64_t before)
{
    size_t kept[] = {[XLS_ROLE_SOURCE] = 0, [XLS_ROLE_DESTINATION] = 0};
    bool done = true;

    for (size_t i = count; i-- > 0;) {
        const struct xls_journal_view *view = &list[i].view;

        if (list[i].damaged || !xls_journal_settled(view)) {
            continue;
        }
        if (kept[view->facts.role] < keep || view->since > before) {
            kept[view->facts.role]++;
        } else {
            done = removed(state, dir, &view->facts) && done;
        }
    }
    return fsync(dir) == 0 && done;
}

enum xls_rc xls_journal_prune(const char *state, size_t keep, int64_t seconds,
                              struct xls_why *why)
{
    struct xls_journal_entry *list = NULL;
    size_t count = 0;
    int dir = -1;
    int lock = -1;
    enum xls_rc rc = xls_journal_dir(state, false, &dir, why);

    if (rc != XLS_OK || dir < 0) {
        return rc;
    }
    rc = xls_journal_lock_dir(dir, &lock, why);
    if (rc == XLS_OK) {
        xls_journal_tidy(dir);
        rc = xls_journal_list(state, &list, &count, why);
    }
    if (rc == XLS_OK &&
        !prune(state, dir, list, count, keep, (int64_t)time(NULL) - seconds)) {
        rc = xls_why_set(why, XLS_HOST_IO,
                         "%s/handover: a journal cannot be removed: %s", state,
                         strerror(errno));
    }
    free(list);
    xls_fd_close(&lock);
    xls_fd_close(&dir);
    return rc;
}
