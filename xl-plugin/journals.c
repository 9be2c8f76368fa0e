/* SPDX-License-Identifier: LGPL-2.1-only */
#include "journals.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attest/reason.h"
#include "host/fd.h"

enum { FILE_MAX = 16384, PREFIX_MIN = 4, LINE_MAX_OCTETS = 512 };

enum xls_rc xls_journals_read(const char *confdir, struct xls_journals *out,
                              struct xls_why *why)
{
    struct xls_conf conf;
    enum xls_rc rc = xls_conf_load(confdir, &conf, why);

    *out = (struct xls_journals){.list = NULL};
    if (rc == XLS_OK) {
        (void)snprintf(out->state, sizeof(out->state), "%s", conf.state);
        rc = xls_journal_list(out->state, &out->list, &out->count, why);
    }
    return rc;
}

void xls_journals_free(struct xls_journals *journals)
{
    free(journals->list);
    *journals = (struct xls_journals){.list = NULL};
}

bool xls_journals_is_open(const struct xls_journal_entry *entry)
{
    return entry->damaged || !xls_journal_settled(&entry->view);
}

size_t xls_journals_open(const struct xls_journals *journals)
{
    size_t open = 0;

    for (size_t i = 0; i < journals->count; i++) {
        open += xls_journals_is_open(&journals->list[i]) ? 1 : 0;
    }
    return open;
}

/* --- which one
 * --------------------------------------------------------------*/

bool xls_journals_named(const struct xls_journal_facts *facts, const char *name)
{
    size_t len = strlen(facts->guest);

    return len > 0 && strncmp(name, facts->guest, len) == 0 &&
           (name[len] == '\0' || strcmp(name + len, "--migratedaway") == 0 ||
            strcmp(name + len, "--incoming") == 0);
}

static bool has_prefix(const struct xls_journal_facts *facts, const char *text)
{
    char id[2 * XLS_ID_LEN + 1];
    size_t len = strlen(text);

    xls_hex(id, sizeof(id), facts->id, XLS_ID_LEN);
    return len >= PREFIX_MIN && strncmp(id, text, len) == 0;
}

/* Of a guest's those that are open, or else the last. */
static size_t pick_named(const struct xls_journals *journals, const char *name,
                         bool *picked)
{
    size_t last = journals->count;
    size_t found = 0;

    for (size_t i = 0; i < journals->count; i++) {
        if (xls_journals_named(&journals->list[i].view.facts, name)) {
            picked[i] = xls_journals_is_open(&journals->list[i]);
            found += picked[i] ? 1 : 0;
            last = i;
        }
    }
    if (found == 0 && last < journals->count) {
        picked[last] = true;
        found = 1;
    }
    return found;
}

size_t xls_journals_pick(const struct xls_journals *journals, const char *text,
                         bool *picked)
{
    size_t found;

    memset(picked, 0, journals->count * sizeof(*picked));
    found = pick_named(journals, text, picked);
    if (found > 0) {
        return found;
    }
    for (size_t i = 0; i < journals->count; i++) {
        picked[i] = has_prefix(&journals->list[i].view.facts, text);
        found += picked[i] ? 1 : 0;
    }
    return found;
}

/* --- what it went through
 * ---------------------------------------------------*/

char *xls_journals_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    char *text = NULL;
    size_t len;

    if (fd >= 0 && xls_fd_slurp(fd, FILE_MAX, &text, &len) != XLS_OK) {
        text = NULL;
    }
    xls_fd_close(&fd);
    return text;
}

/* "state WORD TIME NOTE", without the sum behind it. */
static void split(const char *line, size_t len, struct xls_passed *out)
{
    char text[LINE_MAX_OCTETS + 1];
    char *word = text + strlen("state ");
    char *when;
    char *note;

    xls_why_peer(text, sizeof(text), line, len);
    text[strcspn(text, "#")] = '\0';
    for (size_t i = strlen(text); i > 0 && text[i - 1] == ' '; i--) {
        text[i - 1] = '\0';
    }
    when = word + strcspn(word, " ");
    when += *when == ' ' ? 1 : 0;
    note = when + strcspn(when, " ");
    note += *note == ' ' ? 1 : 0;
    (void)snprintf(out->state, sizeof(out->state), "%.*s",
                   (int)strcspn(word, " "), word);
    (void)snprintf(out->when, sizeof(out->when), "%.*s",
                   (int)strcspn(when, " "), when);
    (void)snprintf(out->note, sizeof(out->note), "%s", note);
}

bool xls_journals_passed(const char *text, size_t *at, struct xls_passed *out)
{
    while (text[*at] != '\0') {
        const char *line = text + *at;
        size_t len = strcspn(line, "\n");

        *at += len + (line[len] == '\n' ? 1 : 0);
        if (strncmp(line, "state ", strlen("state ")) == 0) {
            split(line, len, out);
            return true;
        }
    }
    return false;
}

/* --- times
 * ------------------------------------------------------------------*/

void xls_time_text(int64_t when, char out[XLS_TIME_TEXT])
{
    time_t t = (time_t)when;
    struct tm tm;

    if (gmtime_r(&t, &tm) == NULL ||
        strftime(out, XLS_TIME_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0) {
        (void)snprintf(out, XLS_TIME_TEXT, "?");
    }
}

void xls_age_text(int64_t when, char out[XLS_TIME_TEXT])
{
    int64_t s = (int64_t)time(NULL) - when;

    s = s < 0 ? 0 : s;
    if (s < 120) {
        (void)snprintf(out, XLS_TIME_TEXT, "%" PRId64 " s", s);
    } else if (s < 7200) {
        (void)snprintf(out, XLS_TIME_TEXT, "%" PRId64 " min", s / 60);
    } else if (s < 172800) {
        (void)snprintf(out, XLS_TIME_TEXT, "%" PRId64 " h %" PRId64 " min",
                       s / 3600, s % 3600 / 60);
    } else {
        (void)snprintf(out, XLS_TIME_TEXT, "%" PRId64 " days", s / 86400);
    }
}
