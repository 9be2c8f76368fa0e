/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * A journal is read: a line is taken apart without much care, printed again
 * with all of it, and compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/generation.h"
#include "host/journal-text.h"

enum {
    BODY = 3200, /* the longest line, with a NUL */
    DIGITS = 2 * XLS_JOURNAL_SUM,
};

/* --- values --------------------------------------------------------------- */

static int digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

/* What a value says that may have %XX in it; false: none, or too long. */
static bool unescape(char *out, size_t size, const char *text)
{
    size_t used = 0;

    for (; *text != '\0'; text++) {
        if (used + 1 >= size) {
            return false;
        }
        out[used] = *text;
        if (*text == '%') {
            int high = digit(text[1]);
            int low = high < 0 ? -1 : digit(text[2]);

            if (low < 0 || high + low == 0) {
                return false;
            }
            out[used] = (char)(high * 16 + low);
            text += 2;
        }
        used++;
    }
    out[used] = '\0';
    return true;
}

static bool time_read(const char *text, int64_t *out)
{
    struct tm tm = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

    *out = end == NULL || *end != '\0' ? -1 : timegm(&tm);
    return *out >= 0;
}

static bool uuid_read(const char *text, uint8_t out[16])
{
    char digits[33];
    size_t used = 0;

    for (; *text != '\0' && used < sizeof(digits) - 1; text++) {
        if (*text != '-') {
            digits[used++] = *text;
        }
    }
    digits[used] = '\0';
    return *text == '\0' && used == 32 && xls_hex_decode(digits, out, 16);
}

/* The word before the next blank, which text then stands behind; an empty one
 * at the end. */
static const char *word_of(char **text)
{
    char *word = *text == NULL ? NULL : strsep(text, " ");

    return word == NULL ? "" : word;
}

/* What is left: "" at the end. */
static const char *rest_of(const char *text)
{
    return text == NULL ? "" : text;
}

/* --- facts ---------------------------------------------------------------- */

/* Where the reading is; body is the line there, without its blanks and sum. */
struct reading {
    const char *octets;
    size_t at;
    char body[BODY];
};

/* The line at r->at; false when there is none that has a '#'. */
static bool look(struct reading *r)
{
    const char *from = r->octets + r->at;
    const char *end = memchr(from, '\n', XLS_JOURNAL_SIZE - r->at);
    const char *mark =
        end == NULL ? NULL : memchr(from, '#', (size_t)(end - from));
    size_t len = mark == NULL ? 0 : (size_t)(mark - from);

    if (len == 0 || len >= sizeof(r->body)) {
        return false;
    }
    while (len > 0 && from[len - 1] == ' ') {
        len--;
    }
    memcpy(r->body, from, len);
    r->body[len] = '\0';
    return true;
}

static void skip(struct reading *r)
{
    const char *from = r->octets + r->at;
    const char *end = memchr(from, '\n', XLS_JOURNAL_SIZE - r->at);

    r->at = (size_t)(end - r->octets) + 1;
}

/* Is the line there one of this word?  *value is what follows the word. */
static bool is_line(struct reading *r, const char *word, char **value)
{
    *value = r->body;
    return look(r) && strcmp(word_of(value), word) == 0;
}

/* The same of a line that has to be there. */
static bool take(struct reading *r, const char *word, char **value)
{
    if (!is_line(r, word, value)) {
        return false;
    }
    skip(r);
    return true;
}

static bool companion_read(char *value, struct xls_companions *list)
{
    struct xls_companion one = {0};
    const char *kind = word_of(&value);

    one.kind = strcmp(kind, "vtpm") == 0   ? XLS_COMPANION_VTPM
               : strcmp(kind, "file") == 0 ? XLS_COMPANION_FILE
                                           : XLS_COMPANION_NONE;
    one.generation = strtoull(word_of(&value), NULL, 10);
    one.most = (uint32_t)strtoul(word_of(&value), NULL, 10);
    (void)snprintf(one.path, sizeof(one.path), "%s", rest_of(value));
    return xls_companions_add(list, &one);
}

static bool facts_read(struct reading *r, struct xls_journal_facts *facts)
{
    char *value;
    bool ok = take(r, "xlsec-journal", &value) && take(r, "peer", &value);

    if (!ok) {
        return false;
    }
    (void)snprintf(facts->peer, sizeof(facts->peer), "%s", word_of(&value));
    ok = xls_key_decode(rest_of(value), facts->peer_key) &&
         take(r, "guest", &value) &&
         unescape(facts->guest, sizeof(facts->guest), rest_of(value)) &&
         take(r, "uuid", &value) && uuid_read(rest_of(value), facts->uuid) &&
         take(r, "paused", &value);
    facts->paused = ok && strcmp(rest_of(value), "yes") == 0;
    if (ok && is_line(r, "link", &value)) {
        ok = unescape(facts->command, sizeof(facts->command), rest_of(value));
        skip(r);
    }
    if (ok && is_line(r, "arbiter", &value)) {
        ok = unescape(facts->arbiter, sizeof(facts->arbiter), rest_of(value));
        skip(r);
    }
    while (ok && is_line(r, "companion", &value)) {
        ok = companion_read(value, &facts->companions);
        skip(r);
    }
    return ok;
}

/* --- states --------------------------------------------------------------- */

/* Are the lines of text in octets, too? */
static bool same(const struct xls_journal_text *text, const char *octets)
{
    return memcmp(text->octets, octets, text->used) == 0;
}

/* [P-92] One more state, which can follow the one before. */
static bool state_read(struct reading *r, struct xls_journal_text *text,
                       struct xls_journal_view *view)
{
    enum xls_role role = view->facts.role;
    char note[XLS_JOURNAL_NOTE];
    char *value;
    const char *word;
    const struct xls_journal_mark before = xls_journal_text_mark(text, view);
    unsigned state;
    int64_t when;

    if (!is_line(r, "state", &value)) {
        return false;
    }
    word = word_of(&value);
    state = role == XLS_ROLE_SOURCE
                ? (unsigned)xls_source_state_read(word)
                : (unsigned)xls_destination_state_read(word);
    if (!time_read(word_of(&value), &when) ||
        !unescape(note, sizeof(note), rest_of(value)) ||
        !xls_journal_follows(role, view->state, state) ||
        xls_journal_text_add(text, view, state, when, note) != XLS_OK) {
        return false;
    }
    if (!same(text, r->octets)) {
        xls_journal_text_undo(text, view, &before);
        return false;
    }
    return true;
}

/*
 * [P-100] Is what stands at octets + at and behind it half a line at most?  It
 * has a front or an end of one, or nothing; a whole line with a wrong sum is
 * no half one, and neither are two.
 */
static bool is_half(const char *octets, size_t at, bool *torn)
{
    size_t from = at;
    size_t to = XLS_JOURNAL_SIZE;
    const char *mark;
    size_t digits = 0;

    while (from < to && octets[from] == '\n') {
        from++;
    }
    while (to > from && octets[to - 1] == '\n') {
        to--;
    }
    *torn = to > from;
    if (to - from >= XLS_JOURNAL_STATE ||
        memchr(octets + from, '\n', to - from) != NULL) {
        return false;
    }
    mark = memchr(octets + from, '#', to - from);
    if (mark == NULL) {
        return true;
    }
    while (++mark < octets + to) {
        if (strchr("0123456789abcdef", *mark) == NULL || *mark == '\0') {
            return false;
        }
        digits++;
    }
    return digits < DIGITS || (digits == DIGITS && from > at);
}

enum xls_rc xls_journal_text_read(const char *octets,
                                  struct xls_journal_text *text,
                                  struct xls_journal_view *view, bool *known,
                                  struct xls_why *why)
{
    struct reading r = {.octets = octets};
    enum xls_role role = view->facts.role;
    uint8_t id[XLS_ID_LEN];

    memcpy(id, view->facts.id, sizeof(id));
    memset(view, 0, sizeof(*view));
    view->facts.role = role;
    memcpy(view->facts.id, id, sizeof(id));
    *known = facts_read(&r, &view->facts) &&
             xls_journal_text_begin(text, &view->facts) == XLS_OK &&
             text->used == r.at && same(text, octets);
    if (!*known) {
        return xls_why_set(why, XLS_HOST_CONF,
                           "what it is about cannot be read");
    }
    while (state_read(&r, text, view)) {
        r.at = text->used;
    }
    return view->state != 0 && is_half(octets, text->used, &view->torn)
               ? XLS_OK
               : xls_why_set(why, XLS_HOST_CONF,
                             "a line %s is not what xlsec wrote",
                             view->state == 0 ? "of its first state"
                                              : "behind its last good one");
}
