/* SPDX-License-Identifier: LGPL-2.1-only */
#include "toolstack/receive-settle.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/secret.h"
#include "host/clock.h"

enum { GRACE_MS = 2000, ROUNDS = 3 };

/* --- going on
 * ---------------------------------------------------------------*/

/* What came along, as the process before left it. */
static enum xls_rc find_place(struct xls_destination_end *end,
                              const struct xls_conf *conf, struct xls_why *why)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    const struct xls_place_setup setup = {.conf = conf,
                                          .list = &f->companions,
                                          .guest = f->guest,
                                          .peer = f->peer,
                                          .uuid = f->uuid,
                                          .migration = f->id};

    /* those of one that is over are another migration's, perhaps */
    return f->companions.count == 0 ||
                   xls_destination_settled(xls_destination_at(end))
               ? XLS_OK
               : xls_place_again(&setup, &end->place, why);
}

/* Is the copy of this state here?  From TAKING on it may have its name, and in
 * BURNING it has not run: any other guest of that name is another time's. */
static enum xls_rc look(struct xls_destination_end *end, bool *there,
                        struct xls_why *why)
{
    const struct xls_journal_facts *f = &xls_journal_view(end->journal)->facts;
    enum xls_destination_state at = xls_destination_at(end);
    enum xls_found found = XLS_FOUND_NOTHING;
    enum xls_rc rc =
        end->ops->find(end->ops->ctx, f->uuid, f->guest, &found, why);

    *there = found == XLS_FOUND_INCOMING ||
             (found != XLS_FOUND_NOTHING && at == XLS_DESTINATION_TAKING) ||
             (found == XLS_FOUND_NAMED && at == XLS_DESTINATION_BURNING);
    return rc;
}

/* The step, and what it asks for. */
static enum xls_rc take_step(struct xls_destination_end *end,
                             enum xls_destination_event event, const char *note,
                             struct xls_why *why)
{
    enum xls_destination_state at = xls_destination_at(end);
    enum xls_rc rc;

    if (xls_destination_next(at, event) == XLS_DESTINATION_BURNED &&
        !xls_destination_settled(at)) {
        return xls_destination_burn(end, event, note, why);
    }
    rc = xls_destination_step(end, event, note, why);
    /* [P-90] what may not last is not begun: who asks next has it synced */
    if (rc == XLS_OK && xls_destination_at(end) == XLS_DESTINATION_TAKING) {
        rc = xls_destination_start(end, why);
    } else if (rc == XLS_OK &&
               xls_destination_at(end) == XLS_DESTINATION_BURNING) {
        rc = xls_destination_burn(end, XLS_DESTINATION_GONE,
                                  xls_journal_view(end->journal)->note, why);
    }
    return rc;
}

/* The copy is not here any more.  Whoever has not taken the lease has not
 * started the guest. */
static enum xls_rc gone(struct xls_destination_end *end, struct xls_why *why)
{
    int event = -1;
    enum xls_rc rc = XLS_OK;

    if (xls_destination_at(end) == XLS_DESTINATION_TAKING) {
        rc = xls_destination_consult(end, false, &event, why);
    }
    if (rc != XLS_OK) {
        return rc;
    }
    return event == XLS_DESTINATION_UNSTARTABLE
               ? take_step(end, XLS_DESTINATION_UNSTARTABLE,
                           "the copy is not here any more, and was never "
                           "started: the lease was not taken",
                           why)
               : take_step(end, XLS_DESTINATION_GONE,
                           "the copy is not here any more", why);
}

/* It is over: nothing here is touched any more.  [P-103] BURNED is said when
 * the lease is the source's. */
static enum xls_rc stay_settled(struct xls_destination_end *end,
                                enum xls_destination_event event,
                                const char *note, struct xls_why *why)
{
    struct xls_why local = {""};
    enum xls_rc rc = xls_destination_step(end, event, note, why);
    enum xls_destination_state at = xls_destination_at(end);
    enum xls_rc tidy =
        rc == XLS_OK ? xls_destination_tidy_lease(end, at, &local) : XLS_OK;

    if (tidy != XLS_OK && at == XLS_DESTINATION_BURNED) {
        rc = xls_why_set(why, tidy, "%s", local.text);
    }
    return rc;
}

/* What nobody has said, the lease may say. */
static enum xls_rc consult(struct xls_destination_end *end,
                           enum xls_destination_event *event, const char **note,
                           struct xls_why *why)
{
    int says = -1;
    enum xls_rc rc = XLS_OK;

    if (*event == XLS_DESTINATION_LOST &&
        xls_destination_at(end) == XLS_DESTINATION_PREPARED) {
        rc = xls_destination_consult(end, true, &says, why);
    }
    if (rc == XLS_OK && says >= 0) {
        *event = (enum xls_destination_event)says;
        *note = *event == XLS_DESTINATION_COMMIT
                    ? "the source has offered the lease"
                    : "the lease is the source's, whose host is down";
    }
    return rc;
}

static enum xls_rc take_steps(struct xls_destination_end *end,
                              enum xls_destination_event event,
                              const char *note, struct xls_why *why)
{
    bool there = false;
    enum xls_rc rc;

    if (xls_destination_settled(xls_destination_at(end))) {
        return stay_settled(end, event, note, why);
    }
    rc = look(end, &there, why);
    if (rc == XLS_OK && !there) {
        rc = gone(end, why);
    }
    if (rc == XLS_OK) {
        rc = consult(end, &event, &note, why);
    }
    if (rc == XLS_OK && !(xls_destination_settled(xls_destination_at(end)) &&
                          event == XLS_DESTINATION_LOST)) {
        rc = take_step(end, event, note, why);
    }
    return rc;
}

enum xls_rc xls_destination_go_on(const struct xls_receive_setup *setup,
                                  const struct xls_conf *conf,
                                  struct xls_going *going, struct xls_why *why)
{
    struct xls_destination_end end = {.journal = going->journal,
                                      .ops = &setup->ops,
                                      .lease = {.conf = conf},
                                      .say = setup->say,
                                      .say_ctx = setup->say_ctx};
    enum xls_destination_state before = xls_destination_at(&end);
    enum xls_rc rc = find_place(&end, conf, why);

    if (rc == XLS_OK) {
        rc = take_steps(&end, going->event, going->note, why);
    }
    going->runs = before != XLS_DESTINATION_COMMITTED &&
                  xls_destination_at(&end) == XLS_DESTINATION_COMMITTED;
    xls_place_free(end.place);
    xls_lease_close(&end.lease);
    return rc;
}

/* --- who has it
 * --------------------------------------------------------------*/

/* [P-97] The process of an earlier session, which has not noticed yet that its
 * connection is dead. */
static void end_holder(pid_t pid)
{
    struct pollfd p = {.fd = pidfd_open(pid, 0), .events = POLLIN};

    if (p.fd < 0 || pid == getpid()) {
        return;
    }
    (void)pidfd_send_signal(p.fd, SIGTERM, NULL, 0);
    if (poll(&p, 1, GRACE_MS) == 0) {
        (void)pidfd_send_signal(p.fd, SIGKILL, NULL, 0);
        (void)poll(&p, 1, GRACE_MS);
    }
    (void)close(p.fd);
}

/* [P-95] Is the journal of that id about this host?  Who is another one ends no
 * process here. */
static bool is_about(const struct xls_crew *crew, const uint8_t id[XLS_ID_LEN])
{
    struct xls_journal_entry *list = NULL;
    struct xls_why local = {""};
    size_t count = 0;
    bool is = false;

    if (xls_journal_list(crew->conf.state, &list, &count, &local) != XLS_OK) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct xls_journal_facts *f = &list[i].view.facts;

        is = is || (!list[i].damaged && f->role == XLS_ROLE_DESTINATION &&
                    xls_same(f->id, id, XLS_ID_LEN) == XLS_OK &&
                    xls_same(f->peer_key, crew->peer_key, XLS_KEY) == XLS_OK);
    }
    free(list);
    return is;
}

static enum xls_rc take(const struct xls_crew *crew,
                        const uint8_t id[XLS_ID_LEN], struct xls_journal **out,
                        bool *absent, struct xls_why *why)
{
    enum xls_rc rc = XLS_HOST_BUSY;

    for (int i = 0; rc == XLS_HOST_BUSY && i < ROUNDS; i++) {
        pid_t holder = 0;

        why->text[0] = '\0';
        rc = xls_journal_take(crew->conf.state, XLS_ROLE_DESTINATION, id, out,
                              absent, &holder, why);
        if (rc == XLS_HOST_BUSY && holder > 0 && is_about(crew, id)) {
            end_holder(holder);
        }
    }
    return rc;
}

/* --- the answer
 * --------------------------------------------------------------*/

static void refuse(struct xls_control *answer, const char *rule,
                   const char *text)
{
    *answer = (struct xls_control){.type = XLS_REFUSE};
    (void)snprintf(answer->u.refuse.rule, sizeof(answer->u.refuse.rule), "%s",
                   rule);
    (void)snprintf(answer->u.refuse.text, sizeof(answer->u.refuse.text),
                   "%.300s", text);
}

/* [P-94] Nothing of it has come, and after this nothing will. */
static enum xls_rc bury(const struct xls_crew *crew,
                        const struct xls_settle *asked,
                        struct xls_journal **out, struct xls_why *why)
{
    struct xls_journal_facts *f = calloc(1, sizeof(*f));
    enum xls_rc rc;

    if (f == NULL) {
        return XLS_HOST_NOMEM;
    }
    f->role = XLS_ROLE_DESTINATION;
    memcpy(f->id, asked->id, sizeof(f->id));
    memcpy(f->peer_key, crew->peer_key, XLS_KEY);
    (void)snprintf(f->peer, sizeof(f->peer), "%s", crew->peer_name);
    (void)snprintf(f->guest, sizeof(f->guest), "(never came)");
    rc = xls_journal_begin(crew->conf.state, f, XLS_DESTINATION_BURNED, out,
                           why);
    free(f);
    return rc;
}

/* What its state says. */
static void speak(const struct xls_journal_view *view,
                  struct xls_control *answer)
{
    switch ((enum xls_destination_state)view->state) {
    case XLS_DESTINATION_COMMITTED:
        *answer = (struct xls_control){.type = XLS_COMMITTED};
        answer->u.started =
            view->facts.paused ? XLS_STARTED_PAUSED : XLS_STARTED_RUNNING;
        break;
    case XLS_DESTINATION_BURNED:
        *answer = (struct xls_control){.type = XLS_BURNED};
        (void)snprintf(answer->u.text, sizeof(answer->u.text), "%s",
                       view->note);
        break;
    case XLS_DESTINATION_UNSURE:
        refuse(answer, "unsure",
               "this host was to start the guest, which is gone and may have "
               "run here: the host went down meanwhile, or somebody destroyed "
               "it");
        break;
    case XLS_DESTINATION_NONE:
    case XLS_DESTINATION_OPEN:
    case XLS_DESTINATION_PREPARED:
    case XLS_DESTINATION_TAKING:
    case XLS_DESTINATION_BURNING:
        refuse(answer, "unsettled", "it is not settled here yet");
        break;
    }
}

enum xls_rc xls_settle_answer(const struct xls_receive_setup *setup,
                              const struct xls_crew *crew,
                              const struct xls_settle *asked,
                              struct xls_control *answer, bool *runs,
                              struct xls_why *why)
{
    bool commit = asked->word == XLS_SETTLE_COMMIT;
    struct xls_journal *journal = NULL;
    bool absent = false;
    enum xls_rc rc = take(crew, asked->id, &journal, &absent, why);

    *runs = false;
    if (absent && !commit) {
        why->text[0] = '\0';
        rc = bury(crew, asked, &journal, why);
    }
    if (rc != XLS_OK && absent) {
        refuse(answer, "unknown", "this host has no journal of it");
        return XLS_OK;
    }
    if (rc != XLS_OK) {
        return rc;
    }
    if (xls_same(xls_journal_view(journal)->facts.peer_key, crew->peer_key,
                 XLS_KEY) != XLS_OK) { /* [P-95] */
        refuse(answer, "unknown", "this host has no journal of it");
    } else {
        struct xls_going going = {.journal = journal,
                                  .event = commit ? XLS_DESTINATION_COMMIT
                                                  : XLS_DESTINATION_ABORT};

        rc = xls_destination_go_on(setup, &crew->conf, &going, why);
        *runs = going.runs;
        if (rc == XLS_OK) {
            speak(xls_journal_view(journal), answer);
        } else { /* what its state asks for is not done */
            setup->say(setup->say_ctx, why->text);
            refuse(answer, "unsettled", why->text);
            why->text[0] = '\0';
            rc = XLS_OK;
        }
    }
    xls_journal_leave(journal);
    return rc;
}
