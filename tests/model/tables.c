/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * tables: the handover's two tables as the code has them.
 *
 *   tables promela   for tests/model/handover.pml, which includes the kept copy
 *   tables steps     "END STATE EVENT STATE" a line, for doc/PROTOCOL.md's
 */
#include "proto/handover.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* An end, seen through functions that know no enum. */
struct end {
    const char *name;
    unsigned states, events;
    const char *(*state)(unsigned state);
    const char *(*event)(unsigned event);
    unsigned (*next)(unsigned state, unsigned event);
    bool (*settled)(unsigned state);
};

static const char *source_state(unsigned state)
{
    return xls_source_state_name((enum xls_source_state)state);
}

static const char *source_event(unsigned event)
{
    return xls_source_event_name((enum xls_source_event)event);
}

static unsigned source_next(unsigned state, unsigned event)
{
    return (unsigned)xls_source_next((enum xls_source_state)state,
                                     (enum xls_source_event)event);
}

static bool source_settled(unsigned state)
{
    return xls_source_settled((enum xls_source_state)state);
}

static const char *destination_state(unsigned state)
{
    return xls_destination_state_name((enum xls_destination_state)state);
}

static const char *destination_event(unsigned event)
{
    return xls_destination_event_name((enum xls_destination_event)event);
}

static unsigned destination_next(unsigned state, unsigned event)
{
    return (unsigned)xls_destination_next((enum xls_destination_state)state,
                                          (enum xls_destination_event)event);
}

static bool destination_settled(unsigned state)
{
    return xls_destination_settled((enum xls_destination_state)state);
}

static const struct end ends[] = {
    {"source", XLS_SOURCE_STATES, XLS_SOURCE_EVENTS, source_state, source_event,
     source_next, source_settled},
    {"destination", XLS_DESTINATION_STATES, XLS_DESTINATION_EVENTS,
     destination_state, destination_event, destination_next,
     destination_settled},
};

/* A word as a part of a macro's name. */
static void print_upper(const char *word)
{
    for (; *word != '\0'; word++) {
        putchar(*word == '-' ? '_' : toupper((unsigned char)*word));
    }
}

/* Print "END_[ON_]WORD". */
static void print_name(const struct end *end, const char *on, const char *word)
{
    print_upper(end->name);
    printf("_%s", on);
    print_upper(word);
}

static void print_numbers(const struct end *end)
{
    for (unsigned n = 0; n < end->states; n++) {
        printf("#define ");
        print_name(end, "", end->state(n));
        printf(" %u\n", n);
    }
    for (unsigned n = 0; n < end->events; n++) {
        printf("#define ");
        print_name(end, "ON_", end->event(n));
        printf(" %u\n", n);
    }
}

/* Call step for each step of an end, in the order of the table. */
static void each_step(const struct end *end,
                      void (*step)(const struct end *end, unsigned state,
                                   unsigned event))
{
    for (unsigned state = 0; state < end->states; state++) {
        for (unsigned event = 0; event < end->events; event++) {
            if (end->next(state, event) != 0) {
                step(end, state, event);
            }
        }
    }
}

static void print_choice(const struct end *end, unsigned state, unsigned event)
{
    printf("    (s) == ");
    print_name(end, "", end->state(state));
    printf(" && (e) == ");
    print_name(end, "ON_", end->event(event));
    printf(" -> ");
    print_name(end, "", end->state(end->next(state, event)));
    printf(" : ( \\\n");
}

static void print_close(const struct end *end, unsigned state, unsigned event)
{
    (void)end;
    (void)state;
    (void)event;
    putchar(')');
}

static void print_macros(const struct end *end)
{
    printf("#define ");
    print_name(end, "", "next");
    printf("(s, e) ( \\\n");
    each_step(end, print_choice);
    printf("    0");
    each_step(end, print_close);
    printf(")\n#define ");
    print_name(end, "", "settled");
    printf("(s) (");
    for (unsigned n = 0, some = 0; n < end->states; n++) {
        if (end->settled(n)) {
            printf("%s(s) == ", some++ == 0 ? "" : " || ");
            print_name(end, "", end->state(n));
        }
    }
    printf(")\n");
}

static void print_step(const struct end *end, unsigned state, unsigned event)
{
    printf("%s %s %s %s\n", end->name, end->state(state), end->event(event),
           end->state(end->next(state, event)));
}

int main(int argc, char **argv)
{
    const char *form = argc == 2 ? argv[1] : "";
    bool promela = strcmp(form, "promela") == 0;

    if (!promela && strcmp(form, "steps") != 0) {
        fprintf(stderr, "Usage: tables promela|steps\n");
        return 2;
    }
    if (promela) {
        printf("/* SPDX-License-Identifier: LGPL-2.1-only */\n"
               "/* Made by \"tables promela\" from "
               "libxlsec/proto/handover.c; not to be edited. */\n");
    }
    for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++) {
        if (promela) {
            print_numbers(&ends[n]);
            print_macros(&ends[n]);
        } else {
            each_step(&ends[n], print_step);
        }
    }
    return 0;
}
