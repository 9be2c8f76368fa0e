/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * tables: the handover's two tables as the code has them.
 *
 *   tables promela   for tests/model/handover.pml, which includes the kept copy
 *   tables steps     "END STATE EVENT STATE" a line, for doc/PROTOCOL.md's
 *   tables lease     "END STATE lease VALUE COPY DOWN WORD" a line, the same;
 *                    WORD is an event or "to-VALUE"
 */
#include "proto/handover.h"
#include "proto/lease.h"

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
    struct xls_lease_step (*lease)(unsigned state, enum xls_lease_value value,
                                   struct xls_lease_sight sight);
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

static struct xls_lease_step source_lease(unsigned state,
                                          enum xls_lease_value value,
                                          struct xls_lease_sight sight)
{
    return xls_source_lease((enum xls_source_state)state, value, sight);
}

static struct xls_lease_step destination_lease(unsigned state,
                                               enum xls_lease_value value,
                                               struct xls_lease_sight sight)
{
    return xls_destination_lease((enum xls_destination_state)state, value,
                                 sight);
}

static const struct end ends[] = {
    {"source", XLS_SOURCE_STATES, XLS_SOURCE_EVENTS, source_state, source_event,
     source_next, source_settled, source_lease},
    {"destination", XLS_DESTINATION_STATES, XLS_DESTINATION_EVENTS,
     destination_state, destination_event, destination_next,
     destination_settled, destination_lease},
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

/* --- the lease ------------------------------------------------------------ */

/* A step that the lease leads to, and when. */
struct led {
    unsigned state;
    enum xls_lease_value value;
    struct xls_lease_sight sight;
    struct xls_lease_step step;
};

/* Call say for each of an end's; how many there are. */
static unsigned each_led(const struct end *end,
                         bool (*say)(const struct end *end,
                                     const struct led *led))
{
    unsigned said = 0;

    for (unsigned n = 0; n < end->states * XLS_LEASE_VALUES * 4; n++) {
        struct led led = {n / 4 / XLS_LEASE_VALUES,
                          (enum xls_lease_value)(n / 4 % XLS_LEASE_VALUES),
                          {n % 4 / 2 != 0, n % 2 != 0},
                          {XLS_LEASE_NONE, -1}};

        led.step = end->lease(led.state, led.value, led.sight);
        if ((led.step.swap != XLS_LEASE_NONE || led.step.event >= 0) &&
            say(end, &led)) {
            said++;
        }
    }
    return said;
}

static void print_when(const struct end *end, const struct led *led)
{
    printf("    (s) == ");
    print_name(end, "", end->state(led->state));
    printf(" && (v) == LEASE_");
    print_upper(xls_lease_name(led->value));
    printf(" && (c) == %d && (d) == %d -> ", led->sight.copy, led->sight.down);
}

static bool print_to(const struct end *end, const struct led *led)
{
    if (led->step.swap == XLS_LEASE_NONE) {
        return false;
    }
    print_when(end, led);
    printf("LEASE_");
    print_upper(xls_lease_name(led->step.swap));
    printf(" : ( \\\n");
    return true;
}

static bool print_on(const struct end *end, const struct led *led)
{
    if (led->step.event < 0) {
        return false;
    }
    print_when(end, led);
    print_name(end, "ON_", end->event((unsigned)led->step.event));
    printf(" : ( \\\n");
    return true;
}

static void
print_lease_macro(const struct end *end, const char *word, const char *none,
                  bool (*say)(const struct end *end, const struct led *led))
{
    printf("#define ");
    print_name(end, "LEASE_", word);
    printf("(s, v, c, d) ( \\\n");
    unsigned said = each_led(end, say);
    printf("    %s", none);
    while (said-- > 0) {
        putchar(')');
    }
    printf(")\n");
}

static void print_lease_macros(void)
{
    for (unsigned n = 0; n < XLS_LEASE_VALUES; n++) {
        printf("#define LEASE_");
        print_upper(xls_lease_name((enum xls_lease_value)n));
        printf(" %u\n", n);
    }
    printf("#define NO_EVENT 255\n");
    for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++) {
        print_lease_macro(&ends[n], "to", "LEASE_NONE", print_to);
        print_lease_macro(&ends[n], "on", "NO_EVENT", print_on);
    }
}

static bool print_led(const struct end *end, const struct led *led)
{
    printf("%s %s lease %s %s %s %s%s\n", end->name, end->state(led->state),
           xls_lease_name(led->value), led->sight.copy ? "copy" : "no-copy",
           led->sight.down ? "down" : "up",
           led->step.swap == XLS_LEASE_NONE ? "" : "to-",
           led->step.swap == XLS_LEASE_NONE
               ? end->event((unsigned)led->step.event)
               : xls_lease_name(led->step.swap));
    return true;
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
    bool lease = strcmp(form, "lease") == 0;

    if (!promela && !lease && strcmp(form, "steps") != 0) {
        fprintf(stderr, "Usage: tables promela|steps|lease\n");
        return 2;
    }
    if (promela) {
        printf("/* SPDX-License-Identifier: LGPL-2.1-only */\n"
               "/* Made by \"tables promela\" from "
               "libxlsec/proto/handover.c and lease.c; not to be edited. "
               "*/\n");
    }
    for (size_t n = 0; n < sizeof(ends) / sizeof(ends[0]); n++) {
        if (promela) {
            print_numbers(&ends[n]);
            print_macros(&ends[n]);
        } else if (lease) {
            (void)each_led(&ends[n], print_led);
        } else {
            each_step(&ends[n], print_step);
        }
    }
    if (promela) {
        print_lease_macros();
    }
    return 0;
}
