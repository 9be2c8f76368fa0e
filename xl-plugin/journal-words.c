/* SPDX-License-Identifier: LGPL-2.1-only */
/* What a journal says, for a person who was woken up by it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest/reason.h"
#include "journals.h"
#include "toolstack/recover.h"

/* {g} is the guest, {p} the other host. */
struct words {
    enum xls_whose whose;
    const char *is;
    const char *acted; /* in its place when a process acts for it */
    const char *waits; /* when none does; NULL: nothing more */
};

static const struct words source[XLS_SOURCE_STATES] = {
    [XLS_SOURCE_OPEN] =
        {XLS_WHOSE_HERE,
         "Nothing was given away yet when the process that moved it died: the "
         "guest is this host's, and may be suspended.",
         "The guest is being moved; it is this host's until it is handed over.",
         "Waits for xlsecd here, or xl secure-recover, to let it go on here."},
    [XLS_SOURCE_COMMIT] =
        {XLS_WHOSE_UNKNOWN,
         "The guest is suspended here as '{g}--migratedaway', and may run on "
         "{p}: that host was told to run it, and has not answered.",
         "The guest is suspended here as '{g}--migratedaway', and may run on "
         "{p}: that host was told to run it, and is being asked.",
         "Waits for an answer of {p}, which xlsecd here asks every few "
         "seconds, and xl secure-recover at once."},
    [XLS_SOURCE_MOVED] =
        {XLS_WHOSE_THERE,
         "The guest is {p}'s now. Its suspended copy '{g}--migratedaway' may "
         "still be here.",
         "The guest is {p}'s now. Its suspended copy here is being destroyed.",
         "Waits for xlsecd here, or xl secure-recover, to destroy that copy."},
    [XLS_SOURCE_BACK] =
        {XLS_WHOSE_HERE,
         "The guest is this host's, and is to go on here; it may be suspended "
         "still.",
         "The guest is this host's, and is let go on here.",
         "Waits for xlsecd here, or xl secure-recover, to let it go on."},
    [XLS_SOURCE_HERE] =
        {XLS_WHOSE_HERE,
         "The guest is this host's, and goes on here (if this host was "
         "rebooted: start it anew). {p} may still hold a paused copy of it.",
         "The guest is this host's, and goes on here. {p} is being told to "
         "destroy its copy.",
         "Waits for {p} to say that it has none; xlsecd here asks every few "
         "seconds, and xl secure-recover at once."},
    [XLS_SOURCE_CLOSED] = {XLS_WHOSE_UNKNOWN, "It is over.", NULL, NULL},
};

static const struct words destination[XLS_DESTINATION_STATES] = {
    [XLS_DESTINATION_OPEN] =
        {XLS_WHOSE_THERE,
         "The process that received the guest has died: what is here of it is "
         "no use, and the guest is {p}'s.",
         "A copy of the guest is being built here, paused. The guest is {p}'s.",
         "Waits for xlsecd here, or xl secure-recover, to destroy what is "
         "here."},
    [XLS_DESTINATION_PREPARED] =
        {XLS_WHOSE_UNKNOWN,
         "The whole guest is here, paused, as '{g}--incoming'. Whether it is "
         "to run here or goes on there, {p} alone knows.",
         NULL,
         "Waits for {p} to say so; it cannot be asked from here. See there, "
         "with "
         "xl secure-status."},
    [XLS_DESTINATION_TAKING] =
        {XLS_WHOSE_HERE,
         "The guest was given to this host; the process that was to start it "
         "has died.",
         "The guest was given to this host, and is being started.",
         "Waits for xlsecd here, or xl secure-recover, to start it."},
    [XLS_DESTINATION_COMMITTED] = {XLS_WHOSE_HERE,
                                   "The guest has come: it is this host's.",
                                   NULL, NULL},
    [XLS_DESTINATION_BURNED] =
        {XLS_WHOSE_THERE,
         "The guest did not come: nothing of it is here, and it is {p}'s.",
         NULL, NULL},
    [XLS_DESTINATION_BURNING] =
        {XLS_WHOSE_THERE,
         "The guest was given to this host and could not be started; it has "
         "not run here, and is {p}'s again. What is here of it is to be "
         "destroyed.",
         "The guest was given to this host and could not be started; it has "
         "not run here, and is {p}'s again. What is here of it is being "
         "destroyed.",
         "Waits for xlsecd here, or xl secure-recover, to destroy what is "
         "here."},
    [XLS_DESTINATION_UNSURE] =
        {XLS_WHOSE_UNKNOWN,
         "This host was to start the guest, and what was here of it is gone: "
         "the host went down meanwhile, or somebody destroyed it. The guest "
         "may have run here.",
         NULL,
         "If {p} still waits, a person has to settle it there: xl "
         "secure-recover, on {p}."},
};

static const struct words is_theirs = {
    XLS_WHOSE_THERE, "It is over: by a person's word the guest is {p}'s.", NULL,
    NULL};
static const struct words has_moved = {
    XLS_WHOSE_THERE, "The guest has moved: it is {p}'s.", NULL, NULL};
static const struct words has_stayed = {
    XLS_WHOSE_HERE,
    "The guest did not move: it is this host's, and {p} has nothing of it.",
    NULL, NULL};

void xls_told_fill(char *out, size_t size, const char *text,
                   const struct xls_told *told)
{
    size_t used = 0;

    out[0] = '\0';
    while (text != NULL && *text != '\0' && used < size) {
        bool guest = strncmp(text, "{g}", 3) == 0;
        bool peer = strncmp(text, "{p}", 3) == 0;
        size_t len = guest || peer ? 3 : 1 + strcspn(text + 1, "{");
        int n = guest || peer
                    ? snprintf(out + used, size - used, "%s",
                               guest ? told->guest : told->peer)
                    : snprintf(out + used, size - used, "%.*s", (int)len, text);

        used += n > 0 ? (size_t)n : 0;
        text += len;
    }
}

/* How a source's journal was closed: by the state before. */
static const struct words *how_closed(const char *path)
{
    char *text = xls_journals_file(path);
    const struct words *words = &source[XLS_SOURCE_CLOSED];
    struct xls_passed passed;
    size_t at = 0;

    while (text != NULL && xls_journals_passed(text, &at, &passed)) {
        enum xls_source_state state = xls_source_state_read(passed.state);

        words = state == XLS_SOURCE_MOVED  ? &has_moved
                : state == XLS_SOURCE_HERE ? &has_stayed
                                           : words;
        if (state == XLS_SOURCE_CLOSED && words == &has_stayed &&
            strcmp(passed.note, XLS_NOTE_THERE) == 0) {
            words = &is_theirs;
        }
    }
    free(text);
    return words;
}

static void tell_good(const struct xls_journal_entry *e, struct xls_told *out)
{
    bool leaves = e->view.facts.role == XLS_ROLE_SOURCE;
    const struct words *words =
        leaves ? &source[e->view.state] : &destination[e->view.state];

    if (leaves && e->view.state == XLS_SOURCE_CLOSED) {
        words = how_closed(out->file);
    }
    out->state =
        leaves ? xls_source_state_name((enum xls_source_state)e->view.state)
               : xls_destination_state_name(
                     (enum xls_destination_state)e->view.state);
    out->whose = words->whose;
    xls_told_fill(
        out->is, sizeof(out->is),
        e->holder != 0 && words->acted != NULL ? words->acted : words->is, out);
    if (e->holder == 0 || words->acted == NULL) {
        xls_told_fill(out->waits, sizeof(out->waits), words->waits, out);
    }
}

static void tell_damaged(const struct xls_journal_entry *e,
                         struct xls_told *out)
{
    out->state = "damaged";
    (void)snprintf(out->is, sizeof(out->is),
                   "THIS JOURNAL IS DAMAGED: %.300s. Nothing is settled by it, "
                   "and %s.",
                   e->why.text,
                   out->peer[0] == '\0'
                       ? "which guest it is about is not known"
                       : "where the guest is has to be looked at");
    (void)snprintf(out->waits, sizeof(out->waits),
                   "Waits for a person: see where the guest runs (xl list, on "
                   "both hosts; xl secure-status %s on the other one). When "
                   "that is clear: mv %s %s.damaged",
                   out->brief, out->file, out->file);
}

void xls_journals_tell(const struct xls_journals *journals,
                       const struct xls_journal_entry *entry,
                       struct xls_told *out)
{
    const struct xls_journal_facts *f = &entry->view.facts;
    bool leaves = f->role == XLS_ROLE_SOURCE;

    *out = (struct xls_told){.role = leaves ? "source" : "destination",
                             .way = leaves ? "leaves for" : "comes from",
                             .whose = XLS_WHOSE_UNKNOWN};
    xls_hex(out->id, sizeof(out->id), f->id, XLS_ID_LEN);
    (void)snprintf(out->brief, sizeof(out->brief), "%.*s", XLS_BRIEF_ID,
                   out->id);
    (void)snprintf(out->file, sizeof(out->file), "%.*s/handover/%s.%s",
                   XLS_PATH, journals->state, out->id, out->role);
    xls_why_peer(out->guest, sizeof(out->guest), f->guest, strlen(f->guest));
    xls_why_peer(out->peer, sizeof(out->peer), f->peer, strlen(f->peer));
    xls_why_peer(out->note, sizeof(out->note), entry->view.note,
                 strlen(entry->view.note));
    if (entry->damaged) {
        tell_damaged(entry, out);
    } else {
        tell_good(entry, out);
    }
}

const char *xls_whose_name(enum xls_whose whose)
{
    switch (whose) {
    case XLS_WHOSE_HERE:
        return "here";
    case XLS_WHOSE_THERE:
        return "there";
    case XLS_WHOSE_UNKNOWN:
        break;
    }
    return "unknown";
}

void xls_journals_show(FILE *to, const struct xls_journal_entry *e,
                       const struct xls_told *told)
{
    char since[XLS_TIME_TEXT];
    char age[XLS_TIME_TEXT];

    if (e->damaged) {
        (void)fprintf(to, "%s  DAMAGED  %s %s %s\n", told->brief,
                      told->guest[0] == '\0' ? "(guest unknown)" : told->guest,
                      told->way,
                      told->peer[0] == '\0' ? "(host unknown)" : told->peer);
    } else {
        xls_time_text(e->view.since, since);
        xls_age_text(e->view.since, age);
        (void)fprintf(to, "%s  %s %s %s  %s since %s (%s)\n", told->brief,
                      told->guest, told->way, told->peer, told->state, since,
                      age);
    }
    (void)fprintf(to, "    %s\n", told->is);
    if (told->waits[0] != '\0') {
        (void)fprintf(to, "    %s\n", told->waits);
    }
    if (e->holder != 0) {
        (void)fprintf(to, "    Process %ld acts for it.\n", (long)e->holder);
    }
}
