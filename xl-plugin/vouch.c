/* SPDX-License-Identifier: LGPL-2.1-only */
#include "vouch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

/* {g} is the guest, {p} the other host. */
struct terms {
    const char *does;
    const char *only_if;
    const char *otherwise;
};

#define LOST   "What was in the guest's memory is lost."
#define TWICE  "Two copies of the guest run, and destroy its disks."
#define LOOKED "Look there (xl list; xl secure-status)"

static const struct terms commit_abort = {
    "'{g}' goes on HERE, from where it was suspended.",
    "it has not run on {p} since then, and never will. " LOOKED ", or know "
    "that {p} was off before it could start it. If nobody can know that, its "
    "disks may be newer than its memory here: say --commit, and start it anew "
    "from its disks.",
    TWICE};
static const struct terms commit_commit = {
    "the suspended copy here, '{g}--migratedaway', is DESTROYED with its "
    "memory, and what has moved along with it is deleted here.",
    "it runs on {p}, or has run there, or may have and nobody can know. If {p} "
    "holds it paused (there, xl secure-status says: prepared), say --commit "
    "there first.",
    LOST};
static const struct terms here_abort = {
    "'{g}' goes on here as it does; {p} is not told any more to destroy its "
    "copy, and this migration is over.",
    "{p} has no copy of it, and never will run one: it is gone for good, or "
    "was rebooted since.",
    "A paused copy stays on {p}; when somebody starts that, two copies run, "
    "and destroy its disks."};
static const struct terms here_commit = {
    "'{g}' counts as {p}'s, and this migration is over. Nothing is done here: "
    "a guest that runs here has to be ended first (xl destroy {g}).",
    "{p} runs it, because somebody there vouched that this host never would "
    "again, and nothing of it runs here.",
    TWICE};
static const struct terms prepared_commit = {
    "'{g}' is started HERE, from the copy that is paused here.",
    "{p} has not let it go on since this copy was made, and never will: it was "
    "lost while its copy was suspended, and is gone for good. Have its power "
    "off before you say so.",
    TWICE};
static const struct terms prepared_abort = {
    "the paused copy here, '{g}--incoming', is DESTROYED.",
    "{p} has the guest: it runs there, or is suspended there and goes on "
    "there. " LOOKED ".",
    LOST};

enum xls_recover_wish xls_verdict_wish(enum xls_verdict verdict,
                                       enum xls_role role)
{
    bool here = (role == XLS_ROLE_SOURCE) == (verdict == XLS_VERDICT_ABORT);

    return verdict == XLS_VERDICT_NONE ? XLS_WISH_NONE
           : here                      ? XLS_WISH_HERE
                                       : XLS_WISH_THERE;
}

bool xls_verdict_holds(enum xls_verdict verdict, enum xls_role role,
                       const struct xls_told *told)
{
    return told->whose == (xls_verdict_wish(verdict, role) == XLS_WISH_HERE
                               ? XLS_WHOSE_HERE
                               : XLS_WHOSE_THERE);
}

/* NULL: it has no place there. */
static const struct terms *terms_of(enum xls_verdict verdict,
                                    const struct xls_journal_entry *e)
{
    bool commit = verdict == XLS_VERDICT_COMMIT;

    if (e->view.facts.role == XLS_ROLE_DESTINATION) {
        return e->view.state != XLS_DESTINATION_PREPARED ? NULL
               : commit                                  ? &prepared_commit
                                                         : &prepared_abort;
    }
    switch ((enum xls_source_state)e->view.state) {
    case XLS_SOURCE_COMMIT:
        return commit ? &commit_commit : &commit_abort;
    case XLS_SOURCE_BACK: /* it could not be let go on here */
        return commit ? &commit_commit : NULL;
    case XLS_SOURCE_HERE:
        return commit ? &here_commit : &here_abort;
    case XLS_SOURCE_NONE:
    case XLS_SOURCE_OPEN:
    case XLS_SOURCE_MOVED:
    case XLS_SOURCE_CLOSED:
        break;
    }
    return NULL;
}

bool xls_verdict_possible(const char *program, enum xls_verdict verdict,
                          const struct xls_journal_entry *entry,
                          const struct xls_told *told)
{
    if (terms_of(verdict, entry) != NULL) {
        return true;
    }
    if (xls_verdict_holds(verdict, entry->view.facts.role, told)) {
        xls_say_error(program,
                      "%s: there is nothing to vouch for: that is whose the "
                      "guest is already, and what is left to do failed, see "
                      "above",
                      told->brief);
    } else {
        xls_say_error(program,
                      "%s: refused: whose the guest is was decided already, "
                      "and cannot be changed in the state '%s'. %s",
                      told->brief, told->state, told->is);
    }
    return false;
}

static void explain(const struct xls_journal_entry *e,
                    const struct xls_told *told, const struct terms *terms)
{
    char text[1024];
    char since[XLS_TIME_TEXT];

    xls_time_text(e->view.since, since);
    (void)fprintf(stderr,
                  "\nThe hosts cannot settle this by themselves now; your word "
                  "would:\n\n  %s  %s %s %s  %s since %s\n",
                  told->brief, told->guest, told->way, told->peer, told->state,
                  since);
    xls_told_fill(text, sizeof(text), terms->does, told);
    (void)fprintf(stderr, "\n  What happens:  %s\n", text);
    xls_told_fill(text, sizeof(text), terms->only_if, told);
    (void)fprintf(stderr, "  Only if:       %s\n", text);
    xls_told_fill(text, sizeof(text), terms->otherwise, told);
    (void)fprintf(stderr, "  Otherwise:     %s\n\n", text);
}

/* A line from the terminal, without its end. */
static bool ask(const char *program, char *answer, int size)
{
    if (isatty(STDIN_FILENO) != 1) {
        xls_say_error(program, "there is no terminal to ask at: nothing was "
                               "decided; a script says --vouch GUEST");
        return false;
    }
    (void)fputs("Type the guest's name to vouch for it: ", stderr);
    (void)fflush(stderr);
    if (fgets(answer, size, stdin) == NULL) {
        answer[0] = '\0';
    }
    answer[strcspn(answer, "\n")] = '\0';
    return true;
}

bool xls_vouched(const char *program, enum xls_verdict verdict,
                 const struct xls_journal_entry *entry,
                 const struct xls_told *told, const char *given)
{
    const struct terms *terms = terms_of(verdict, entry);
    const char *word = told->guest[0] == '\0' ? told->brief : told->guest;
    char answer[sizeof(told->guest) + 1] = "";

    if (terms == NULL) {
        return false;
    }
    explain(entry, told, terms);
    if (given == NULL && !ask(program, answer, (int)sizeof(answer))) {
        return false;
    }
    if (strcmp(given == NULL ? answer : given, word) != 0) {
        xls_say_error(program, "that is not '%s': nothing was decided", word);
        return false;
    }
    return true;
}
