/* SPDX-License-Identifier: LGPL-2.1-only */
/* A journal is begun, or another one stands in the way. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host/fd.h"
#include "host/journal-private.h"
#include "host/keep.h"

#define TEMPORARY ".tmp-"

static enum xls_rc say_conflict(const struct xls_journal_entry *e,
                                const char *state, struct xls_why *why)
{
    const struct xls_journal_facts *f = &e->view.facts;
    bool source = f->role == XLS_ROLE_SOURCE;
    char guest[XLS_NAME_MAX + 1];
    char file[XLS_JOURNAL_FILE];

    xls_journal_file(f->role, f->id, file);
    if (e->damaged) {
        return xls_why_set(why, XLS_HOST_BUSY,
                           "%s/handover/%s: is damaged (%.200s), and may be "
                           "of this guest; see 'xl secure-recover', and move "
                           "it away when it is known who has the guest",
                           state, file, e->why.text);
    }
    xls_why_peer(guest, sizeof(guest), f->guest, strlen(f->guest));
    return xls_why_set(
        why, XLS_HOST_BUSY,
        "there is a migration of '%.100s' %s %s already, which is in the state "
        "'%s' (%.32s); see 'xl secure-recover'",
        guest, source ? "to" : "from", f->peer,
        source ? xls_source_state_name((enum xls_source_state)e->view.state)
               : xls_destination_state_name(
                     (enum xls_destination_state)e->view.state),
        file);
}

/* Is e of this guest and role, and not settled?  One in HERE does not count:
 * the guest is here again, and may go elsewhere. */
static bool is_open_of(const struct xls_journal_entry *e, enum xls_role role,
                       const uint8_t uuid[16])
{
    const struct xls_journal_facts *f = &e->view.facts;

    return f->role == role && memcmp(f->uuid, uuid, sizeof(f->uuid)) == 0 &&
           (e->damaged ||
            (!xls_journal_settled(&e->view) &&
             (f->role != XLS_ROLE_SOURCE || e->view.state != XLS_SOURCE_HERE)));
}

/* May it be of any guest? */
static bool is_unknown(const struct xls_journal_entry *e, enum xls_role role)
{
    return e->damaged && e->view.facts.role == role &&
           e->view.facts.peer[0] == '\0';
}

/* Does e forbid that a migration of these facts begins in this state? */
static bool forbids(const struct xls_journal_entry *e,
                    const struct xls_journal_facts *facts, bool settled)
{
    const struct xls_journal_facts *f = &e->view.facts;

    if (f->role == facts->role &&
        memcmp(f->id, facts->id, sizeof(f->id)) == 0) {
        return true; /* [P-94] */
    }
    return !settled && (is_unknown(e, facts->role) ||
                        is_open_of(e, facts->role, facts->uuid));
}

enum xls_rc xls_journal_may_begin(const char *state, enum xls_role role,
                                  const uint8_t uuid[16], struct xls_why *why)
{
    struct xls_journal_entry *list = NULL;
    size_t count = 0;
    enum xls_rc rc = xls_journal_list(state, &list, &count, why);

    for (size_t i = 0; rc == XLS_OK && i < count; i++) {
        const struct xls_journal_entry *e = &list[i];

        if (is_unknown(e, role) || is_open_of(e, role, uuid) ||
            (role == XLS_ROLE_DESTINATION &&
             is_open_of(e, XLS_ROLE_SOURCE, uuid))) {
            rc = say_conflict(e, state, why);
        }
    }
    free(list);
    return rc;
}

static enum xls_rc judge(const char *state, const struct xls_journal *journal,
                         struct xls_why *why)
{
    struct xls_journal_entry *list = NULL;
    size_t count = 0;
    enum xls_rc rc = xls_journal_list(state, &list, &count, why);

    for (size_t i = 0; rc == XLS_OK && i < count; i++) {
        if (forbids(&list[i], &journal->view.facts,
                    xls_journal_settled(&journal->view))) {
            rc = say_conflict(&list[i], state, why);
        }
    }
    free(list);
    return rc;
}

static int is_temporary(const struct dirent *entry)
{
    return strncmp(entry->d_name, TEMPORARY, strlen(TEMPORARY)) == 0 ||
                   xls_keep_is_left(entry->d_name, NULL)
               ? 1
               : 0;
}

void xls_journal_tidy(int dir)
{
    struct dirent **names = NULL;
    int count = scandirat(dir, ".", &names, is_temporary, NULL);

    for (int i = 0; i < count; i++) {
        (void)unlinkat(dir, names[i]->d_name, 0);
        free(names[i]);
    }
    free((void *)names);
}

bool xls_journal_untidy(const char *state)
{
    struct xls_why local = {""};
    struct dirent **names = NULL;
    int dir = -1;
    int count = 0;

    if (xls_journal_dir(state, false, &dir, &local) == XLS_OK && dir >= 0) {
        count = scandirat(dir, ".", &names, is_temporary, NULL);
    }
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free((void *)names);
    xls_fd_close(&dir);
    return count > 0;
}

/* The file: whole, synced and locked before it has its name. */
static enum xls_rc create(struct xls_journal *journal, int dir,
                          const char *name, struct xls_why *why)
{
    char temporary[XLS_JOURNAL_FILE + 8];
    bool named = false;
    pid_t holder;
    enum xls_rc rc = XLS_OK;

    xls_journal_tidy(dir);
    (void)snprintf(temporary, sizeof(temporary), TEMPORARY "%s", name);
    journal->fd =
        openat(dir, temporary,
               O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (journal->fd < 0 || xls_journal_lock(journal->fd, &holder) != 0 ||
        xls_journal_write(journal, 0) < XLS_JOURNAL_SIZE ||
        fsync(journal->fd) != 0) {
        rc = xls_journal_cannot(journal, "written", why);
    }
    if (rc == XLS_OK) {
        named = renameat2(dir, temporary, dir, name, RENAME_NOREPLACE) == 0;
        if (!named || fsync(dir) != 0 || !xls_journal_hold(journal)) {
            rc = xls_journal_cannot(journal, "begun", why);
        }
    }
    if (rc != XLS_OK) {
        (void)unlinkat(dir, named ? name : temporary, 0);
    }
    journal->synced = journal->text.used;
    return rc;
}

/* [P-94] No other migration of the guest is open here, and none is begun
 * meanwhile; then the file. */
static enum xls_rc begin(struct xls_journal *journal, const char *state,
                         const char *name, struct xls_why *why)
{
    int dir = -1;
    int lock = -1;
    enum xls_rc rc = xls_journal_dir(state, true, &dir, why);

    if (rc == XLS_OK) {
        rc = xls_journal_lock_dir(dir, &lock, why);
    }
    if (rc == XLS_OK) {
        rc = judge(state, journal, why);
    }
    if (rc == XLS_OK) {
        rc = create(journal, dir, name, why);
    }
    xls_fd_close(&lock);
    xls_fd_close(&dir);
    return rc;
}

enum xls_rc xls_journal_begin(const char *state,
                              const struct xls_journal_facts *facts,
                              unsigned first, struct xls_journal **out,
                              struct xls_why *why)
{
    struct xls_journal *journal;
    char name[XLS_JOURNAL_FILE];
    enum xls_rc rc;

    *out = NULL;
    if (!xls_journal_follows(facts->role, 0, first)) {
        return XLS_BUG_CONTRACT;
    }
    xls_journal_file(facts->role, facts->id, name);
    journal = xls_journal_new(state, name);
    if (journal == NULL) {
        return XLS_HOST_NOMEM;
    }
    journal->view.facts = *facts;
    rc = xls_journal_text_begin(&journal->text, facts);
    if (rc == XLS_OK) {
        rc = xls_journal_text_add(&journal->text, &journal->view, first,
                                  time(NULL), NULL);
    }
    if (rc == XLS_OK) {
        rc = begin(journal, state, name, why);
    }
    if (rc == XLS_OK) {
        *out = journal;
        journal = NULL; /* now the caller's */
    }
    xls_journal_leave(journal);
    return rc;
}
