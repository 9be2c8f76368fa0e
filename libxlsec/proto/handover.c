/* SPDX-License-Identifier: LGPL-2.1-only */
#include "proto/handover.h"

#include <stdint.h>
#include <string.h>

/* [P-92] An empty field is an event that has no place there. */
static const uint8_t source[XLS_SOURCE_STATES][XLS_SOURCE_EVENTS] = {
    [XLS_SOURCE_NONE][XLS_SOURCE_ADMITTED] = XLS_SOURCE_OPEN,

    /* nothing was promised: the source alone decides */
    [XLS_SOURCE_OPEN][XLS_SOURCE_AGREED] = XLS_SOURCE_COMMIT,
    [XLS_SOURCE_OPEN][XLS_SOURCE_LOST] = XLS_SOURCE_BACK,
    [XLS_SOURCE_OPEN][XLS_SOURCE_BURNED] = XLS_SOURCE_BACK,
    [XLS_SOURCE_OPEN][XLS_SOURCE_UNKNOWN] = XLS_SOURCE_BACK,
    [XLS_SOURCE_OPEN][XLS_SOURCE_VOUCH_BACK] = XLS_SOURCE_BACK,

    /* the guest may run there: only what the destination says counts */
    [XLS_SOURCE_COMMIT][XLS_SOURCE_LOST] = XLS_SOURCE_COMMIT,
    [XLS_SOURCE_COMMIT][XLS_SOURCE_COMMITTED] = XLS_SOURCE_MOVED,
    [XLS_SOURCE_COMMIT][XLS_SOURCE_BURNED] = XLS_SOURCE_BACK,
    [XLS_SOURCE_COMMIT][XLS_SOURCE_UNKNOWN] = XLS_SOURCE_COMMIT,
    [XLS_SOURCE_COMMIT][XLS_SOURCE_VOUCH_MOVED] = XLS_SOURCE_MOVED,
    [XLS_SOURCE_COMMIT][XLS_SOURCE_VOUCH_BACK] = XLS_SOURCE_BACK,

    [XLS_SOURCE_MOVED][XLS_SOURCE_LOST] = XLS_SOURCE_MOVED,
    [XLS_SOURCE_MOVED][XLS_SOURCE_DONE] = XLS_SOURCE_CLOSED,

    /* first the guest, and then the destination, which has to say that it has
     * nothing; who finds the guest gone and running there says so */
    [XLS_SOURCE_BACK][XLS_SOURCE_LOST] = XLS_SOURCE_BACK,
    [XLS_SOURCE_BACK][XLS_SOURCE_DONE] = XLS_SOURCE_HERE,
    [XLS_SOURCE_BACK][XLS_SOURCE_VOUCH_MOVED] = XLS_SOURCE_MOVED,

    [XLS_SOURCE_HERE][XLS_SOURCE_LOST] = XLS_SOURCE_HERE,
    [XLS_SOURCE_HERE][XLS_SOURCE_UNKNOWN] = XLS_SOURCE_HERE,
    [XLS_SOURCE_HERE][XLS_SOURCE_BURNED] = XLS_SOURCE_CLOSED,
    [XLS_SOURCE_HERE][XLS_SOURCE_VOUCH_BACK] = XLS_SOURCE_CLOSED,
    [XLS_SOURCE_HERE][XLS_SOURCE_VOUCH_MOVED] = XLS_SOURCE_CLOSED,
};

static const uint8_t
    destination[XLS_DESTINATION_STATES][XLS_DESTINATION_EVENTS] = {
        [XLS_DESTINATION_NONE][XLS_DESTINATION_BEGUN] = XLS_DESTINATION_OPEN,
        /* so that nothing of it can come any more */
        [XLS_DESTINATION_NONE][XLS_DESTINATION_ABORT] = XLS_DESTINATION_BURNED,

        [XLS_DESTINATION_OPEN][XLS_DESTINATION_LOADED] =
            XLS_DESTINATION_PREPARED,
        [XLS_DESTINATION_OPEN][XLS_DESTINATION_LOST] = XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_OPEN][XLS_DESTINATION_COMMIT] = XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_OPEN][XLS_DESTINATION_ABORT] = XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_OPEN][XLS_DESTINATION_GONE] = XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_OPEN][XLS_DESTINATION_VOUCH_BURN] =
            XLS_DESTINATION_BURNED,

        /* time alone never changes it */
        [XLS_DESTINATION_PREPARED][XLS_DESTINATION_LOST] =
            XLS_DESTINATION_PREPARED,
        [XLS_DESTINATION_PREPARED][XLS_DESTINATION_COMMIT] =
            XLS_DESTINATION_TAKING,
        [XLS_DESTINATION_PREPARED][XLS_DESTINATION_ABORT] =
            XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_PREPARED][XLS_DESTINATION_GONE] =
            XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_PREPARED][XLS_DESTINATION_VOUCH_TAKE] =
            XLS_DESTINATION_TAKING,
        [XLS_DESTINATION_PREPARED][XLS_DESTINATION_VOUCH_BURN] =
            XLS_DESTINATION_BURNED,

        /* from here on the guest may have run */
        [XLS_DESTINATION_TAKING][XLS_DESTINATION_LOST] = XLS_DESTINATION_TAKING,
        [XLS_DESTINATION_TAKING][XLS_DESTINATION_COMMIT] =
            XLS_DESTINATION_TAKING,
        [XLS_DESTINATION_TAKING][XLS_DESTINATION_ABORT] =
            XLS_DESTINATION_TAKING,
        [XLS_DESTINATION_TAKING][XLS_DESTINATION_STARTED] =
            XLS_DESTINATION_COMMITTED,
        [XLS_DESTINATION_TAKING][XLS_DESTINATION_UNSTARTABLE] =
            XLS_DESTINATION_BURNING,
        [XLS_DESTINATION_TAKING][XLS_DESTINATION_GONE] = XLS_DESTINATION_UNSURE,

        /* it has not run, and will not: what is gone now need not be doubted */
        [XLS_DESTINATION_BURNING][XLS_DESTINATION_LOST] =
            XLS_DESTINATION_BURNING,
        [XLS_DESTINATION_BURNING][XLS_DESTINATION_COMMIT] =
            XLS_DESTINATION_BURNING,
        [XLS_DESTINATION_BURNING][XLS_DESTINATION_ABORT] =
            XLS_DESTINATION_BURNING,
        [XLS_DESTINATION_BURNING][XLS_DESTINATION_GONE] =
            XLS_DESTINATION_BURNED,

        /* final, however often it is asked */
        [XLS_DESTINATION_COMMITTED][XLS_DESTINATION_COMMIT] =
            XLS_DESTINATION_COMMITTED,
        [XLS_DESTINATION_COMMITTED][XLS_DESTINATION_ABORT] =
            XLS_DESTINATION_COMMITTED,
        [XLS_DESTINATION_COMMITTED][XLS_DESTINATION_LOST] =
            XLS_DESTINATION_COMMITTED,
        [XLS_DESTINATION_BURNED][XLS_DESTINATION_COMMIT] =
            XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_BURNED][XLS_DESTINATION_ABORT] =
            XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_BURNED][XLS_DESTINATION_LOST] = XLS_DESTINATION_BURNED,

        /* a person at the source may have decided: it runs there */
        [XLS_DESTINATION_UNSURE][XLS_DESTINATION_COMMIT] =
            XLS_DESTINATION_UNSURE,
        [XLS_DESTINATION_UNSURE][XLS_DESTINATION_ABORT] =
            XLS_DESTINATION_BURNED,
        [XLS_DESTINATION_UNSURE][XLS_DESTINATION_LOST] = XLS_DESTINATION_UNSURE,
};

static const char *const source_states[XLS_SOURCE_STATES] = {
    "none", "open", "commit", "moved", "back", "here", "closed"};

static const char *const source_events[XLS_SOURCE_EVENTS] = {
    "admitted", "agreed", "lost",        "committed", "burned",
    "unknown",  "done",   "vouch-moved", "vouch-back"};

static const char *const destination_states[XLS_DESTINATION_STATES] = {
    "none",      "open",   "prepared", "taking",
    "committed", "burned", "unsure",   "burning"};

static const char *const destination_events[XLS_DESTINATION_EVENTS] = {
    "begun",   "loaded",      "lost", "commit",     "abort",
    "started", "unstartable", "gone", "vouch-take", "vouch-burn"};

enum xls_source_state xls_source_next(enum xls_source_state state,
                                      enum xls_source_event event)
{
    return (unsigned)state >= XLS_SOURCE_STATES ||
                   (unsigned)event >= XLS_SOURCE_EVENTS
               ? XLS_SOURCE_NONE
               : (enum xls_source_state)source[state][event];
}

enum xls_destination_state
xls_destination_next(enum xls_destination_state state,
                     enum xls_destination_event event)
{
    return (unsigned)state >= XLS_DESTINATION_STATES ||
                   (unsigned)event >= XLS_DESTINATION_EVENTS
               ? XLS_DESTINATION_NONE
               : (enum xls_destination_state)destination[state][event];
}

bool xls_source_settled(enum xls_source_state state)
{
    return state == XLS_SOURCE_NONE || state == XLS_SOURCE_CLOSED;
}

bool xls_destination_settled(enum xls_destination_state state)
{
    return state == XLS_DESTINATION_NONE ||
           state == XLS_DESTINATION_COMMITTED ||
           state == XLS_DESTINATION_BURNED || state == XLS_DESTINATION_UNSURE;
}

static const char *word_of(const char *const *words, unsigned count, unsigned n)
{
    return n < count ? words[n] : "none";
}

static unsigned read_word(const char *const *words, unsigned count,
                          const char *word)
{
    unsigned n = count - 1;

    while (n > 0 && strcmp(words[n], word) != 0) {
        n--;
    }
    return n;
}

const char *xls_source_state_name(enum xls_source_state state)
{
    return word_of(source_states, XLS_SOURCE_STATES, (unsigned)state);
}

const char *xls_source_event_name(enum xls_source_event event)
{
    return word_of(source_events, XLS_SOURCE_EVENTS, (unsigned)event);
}

const char *xls_destination_state_name(enum xls_destination_state state)
{
    return word_of(destination_states, XLS_DESTINATION_STATES, (unsigned)state);
}

const char *xls_destination_event_name(enum xls_destination_event event)
{
    return word_of(destination_events, XLS_DESTINATION_EVENTS, (unsigned)event);
}

enum xls_source_state xls_source_state_read(const char *word)
{
    return (enum xls_source_state)read_word(source_states, XLS_SOURCE_STATES,
                                            word);
}

enum xls_destination_state xls_destination_state_read(const char *word)
{
    return (enum xls_destination_state)read_word(destination_states,
                                                 XLS_DESTINATION_STATES, word);
}
