/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/journal-text.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "attest/reason.h"
#include "base/wr.h"
#include "host/generation.h"

enum {
    SUM_TEXT = 2 * XLS_JOURNAL_SUM,  /* hexadecimal digits */
    COLUMN = 72,                     /* '#' stands here, or further right */
    BODY = 3200,                     /* the longest line, with a NUL */
    VALUE = 3 * XLS_JOURNAL_COMMAND, /* the longest escaped value */
    TIME_TEXT = 24,
};

/* The last second of 9999. */
#define TIME_MAX INT64_C(253402300799)

/* --- states --------------------------------------------------------------- */

bool xls_journal_follows(enum xls_role role, unsigned from, unsigned to)
{
    unsigned events = role == XLS_ROLE_SOURCE        ? XLS_SOURCE_EVENTS
                      : role == XLS_ROLE_DESTINATION ? XLS_DESTINATION_EVENTS
                                                     : 0; /* none follows */
    bool found = false;

    for (unsigned e = 0; e < events; e++) {
        unsigned next =
            role == XLS_ROLE_SOURCE
                ? (unsigned)xls_source_next((enum xls_source_state)from,
                                            (enum xls_source_event)e)
                : (unsigned)xls_destination_next(
                      (enum xls_destination_state)from,
                      (enum xls_destination_event)e);

        found = found || next == to;
    }
    return found && to != 0;
}

static const char *state_word(enum xls_role role, unsigned state)
{
    return role == XLS_ROLE_SOURCE
               ? xls_source_state_name((enum xls_source_state)state)
               : xls_destination_state_name((enum xls_destination_state)state);
}

/* --- values --------------------------------------------------------------- */

/* A value as it stands in a line: '%', '#', what is not printable ASCII, and a
 * blank at its end as %XX.  Its length; size when it does not fit. */
static size_t escape(char *out, size_t size, const char *value)
{
    size_t used = 0;

    for (const char *c = value; *c != '\0'; c++) {
        bool plain = *c >= ' ' && *c <= '~' && *c != '%' && *c != '#' &&
                     (*c != ' ' || c[1] != '\0');

        if (used + (plain ? 1 : 3) >= size) {
            return size;
        }
        (void)snprintf(out + used, size - used, plain ? "%c" : "%%%02X",
                       (unsigned char)*c);
        used += plain ? 1 : 3;
    }
    out[used] = '\0';
    return used;
}

/* A second that four digits of a year can say. */
static int64_t second_of(int64_t when)
{
    return when < 0 ? 0 : when > TIME_MAX ? TIME_MAX : when;
}

/* --- lines ---------------------------------------------------------------- */

/* [P-100] body, which ends with no blank and has no '#', gets its sum. */
static bool add_line(struct xls_journal_text *text, const char *body)
{
    int len = (int)strlen(body);
    int width = len < COLUMN ? COLUMN : len + 1;
    size_t room = sizeof(text->octets) - text->used;
    char *out = text->octets + text->used;
    uint8_t sum[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_state hash;
    char digits[SUM_TEXT + 1];

    if ((size_t)width + 1 + SUM_TEXT + 1 >= room) {
        return false;
    }
    (void)crypto_hash_sha256_init(&hash);
    (void)crypto_hash_sha256_update(&hash, text->sum, sizeof(text->sum));
    (void)crypto_hash_sha256_update(&hash, (const unsigned char *)body,
                                    strlen(body));
    (void)crypto_hash_sha256_final(&hash, sum);
    memcpy(text->sum, sum, sizeof(text->sum));
    xls_hex(digits, sizeof(digits), text->sum, sizeof(text->sum));
    text->used += (size_t)snprintf(out, room, "%-*s#%s\n", width, body, digits);
    text->octets[text->used] = '\n'; /* not the NUL */
    return true;
}

/* A line of a word and a value. */
static bool add_value(struct xls_journal_text *text, const char *word,
                      const char *value)
{
    char escaped[VALUE];
    char body[BODY];

    if (escape(escaped, sizeof(escaped), value) == sizeof(escaped)) {
        return false;
    }
    (void)snprintf(body, sizeof(body), "%s%s%s", word,
                   escaped[0] == '\0' ? "" : " ", escaped);
    return add_line(text, body);
}

static bool facts_ok(const struct xls_journal_facts *facts)
{
    uint8_t list[XLS_COMPANIONS_WIRE];
    struct xls_wr wr = xls_wr_over(list, sizeof(list));
    size_t used;

    xls_companions_put(&wr, &facts->companions);
    return xls_wr_end(&wr, &used) == XLS_OK &&
           (facts->role == XLS_ROLE_SOURCE ||
            (facts->role == XLS_ROLE_DESTINATION &&
             facts->command[0] == '\0')) &&
           strnlen(facts->peer, sizeof(facts->peer)) < sizeof(facts->peer) &&
           xls_peer_name_ok(facts->peer) &&
           strnlen(facts->guest, sizeof(facts->guest)) < sizeof(facts->guest) &&
           strnlen(facts->command, sizeof(facts->command)) <
               sizeof(facts->command) &&
           strnlen(facts->arbiter, sizeof(facts->arbiter)) <
               sizeof(facts->arbiter);
}

static const char *role_word(enum xls_role role)
{
    return role == XLS_ROLE_SOURCE ? "source" : "destination";
}

static bool add_companion(struct xls_journal_text *text,
                          const struct xls_companion *one)
{
    char body[XLS_COMPANION_PATH + 64];

    (void)snprintf(body, sizeof(body),
                   "companion %s %" PRIu64 " %" PRIu32 " %s",
                   one->kind == XLS_COMPANION_VTPM ? "vtpm" : "file",
                   one->generation, one->most, one->path);
    return add_line(text, body);
}

enum xls_rc xls_journal_text_begin(struct xls_journal_text *text,
                                   const struct xls_journal_facts *facts)
{
    char id[2 * XLS_ID_LEN + 1];
    char key[XLS_KEY_TEXT];
    char uuid[XLS_UUID_TEXT];
    char body[128];
    bool ok = facts_ok(facts);

    memset(text->octets, '\n', sizeof(text->octets));
    memset(text->sum, 0, sizeof(text->sum));
    text->used = 0;
    xls_hex(id, sizeof(id), facts->id, sizeof(facts->id));
    xls_key_encode(facts->peer_key, key);
    xls_uuid_text(facts->uuid, uuid);
    (void)snprintf(body, sizeof(body), "xlsec-journal 1 %s %s",
                   role_word(facts->role), id);
    ok = ok && add_line(text, body);
    (void)snprintf(body, sizeof(body), "peer %.63s %s", facts->peer, key);
    ok = ok && add_line(text, body) && add_value(text, "guest", facts->guest) &&
         add_value(text, "uuid", uuid) &&
         add_value(text, "paused", facts->paused ? "yes" : "no") &&
         (facts->command[0] == '\0' ||
          add_value(text, "link", facts->command)) &&
         (facts->arbiter[0] == '\0' ||
          add_value(text, "arbiter", facts->arbiter));
    for (size_t i = 0; ok && i < facts->companions.count; i++) {
        ok = add_companion(text, &facts->companions.list[i]);
    }
    return ok ? XLS_OK : XLS_BUG_CONTRACT;
}

enum xls_rc xls_journal_text_add(struct xls_journal_text *text,
                                 struct xls_journal_view *view, unsigned state,
                                 int64_t when, const char *note)
{
    char plain[XLS_JOURNAL_NOTE];
    char body[XLS_JOURNAL_STATE];
    char escaped[XLS_JOURNAL_STATE - 80];
    char moment[TIME_TEXT];
    time_t second = (time_t)second_of(when);
    struct tm tm = {0};
    size_t len;

    note = note == NULL ? "" : note;
    xls_why_peer(plain, sizeof(plain), note, strlen(note));
    len = strlen(plain);
    while (escape(escaped, sizeof(escaped), plain) == sizeof(escaped)) {
        plain[--len] = '\0';
    }
    (void)gmtime_r(&second, &tm);
    (void)strftime(moment, sizeof(moment), "%Y-%m-%dT%H:%M:%SZ", &tm);
    (void)snprintf(body, sizeof(body), "state %s %s%s%s",
                   state_word(view->facts.role, state), moment,
                   len == 0 ? "" : " ", escaped);
    if (state == 0 || !add_line(text, body)) {
        return XLS_BUG_CONTRACT;
    }
    view->began = view->state == 0 ? second : view->began;
    view->since = second;
    view->state = state;
    (void)snprintf(view->note, sizeof(view->note), "%s", plain);
    return XLS_OK;
}

struct xls_journal_mark
xls_journal_text_mark(const struct xls_journal_text *text,
                      const struct xls_journal_view *view)
{
    struct xls_journal_mark mark = {.used = text->used,
                                    .state = view->state,
                                    .since = view->since,
                                    .began = view->began};

    memcpy(mark.sum, text->sum, sizeof(mark.sum));
    memcpy(mark.note, view->note, sizeof(mark.note));
    return mark;
}

void xls_journal_text_undo(struct xls_journal_text *text,
                           struct xls_journal_view *view,
                           const struct xls_journal_mark *mark)
{
    memset(text->octets + mark->used, '\n', sizeof(text->octets) - mark->used);
    text->used = mark->used;
    memcpy(text->sum, mark->sum, sizeof(text->sum));
    view->state = mark->state;
    view->since = mark->since;
    view->began = mark->began;
    memcpy(view->note, mark->note, sizeof(view->note));
}
