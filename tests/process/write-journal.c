/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * write-journal: a journal as a migration would have left it.
 *   write-journal STATE source|destination ID GUEST PEER WORD... [hold]
 * ID: 1 to 16 octets in hexadecimal, the rest are zeros.  With hold at the end
 * it says "held", and acts for the migration until its stdin ends.  Of the
 * environment: PEER_KEY, the other host's key in base64, and GUEST_UUID, 32
 * hexadecimal digits, in the place of made-up ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attest/hex.h"
#include "host/journal.h"
#include "host/keyfile.h"

static int failed(const char *what, const struct xls_why *why)
{
    (void)fprintf(stderr, "write-journal: %s: %s\n", what, why->text);
    return 1;
}

static unsigned state_of(enum xls_role role, const char *word)
{
    return role == XLS_ROLE_SOURCE ? (unsigned)xls_source_state_read(word)
                                   : (unsigned)xls_destination_state_read(word);
}

static const struct xls_journal_facts *facts_of(char **args)
{
    static struct xls_journal_facts f = {.peer_key = {1, 2, 3}};
    const char *key = getenv("PEER_KEY");
    const char *uuid = getenv("GUEST_UUID");

    f.role =
        strcmp(args[0], "source") == 0 ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION;
    if (!xls_hex_read(args[1], strlen(args[1]), f.id)) {
        exit(2);
    }
    (void)snprintf(f.guest, sizeof(f.guest), "%s", args[2]);
    (void)snprintf(f.peer, sizeof(f.peer), "%s", args[3]);
    memcpy(f.uuid, f.guest, sizeof(f.uuid)); /* one for each guest */
    if ((key != NULL && !xls_key_decode(key, f.peer_key)) ||
        (uuid != NULL && !xls_hex_read(uuid, strlen(uuid), f.uuid))) {
        exit(2);
    }
    return &f;
}

int main(int argc, char **argv)
{
    struct xls_journal *journal = NULL;
    const struct xls_journal_facts *facts;
    struct xls_why why = {""};
    char octet;

    if (argc < 7) {
        return 2;
    }
    facts = facts_of(argv + 2);
    if (xls_journal_begin(argv[1], facts, state_of(facts->role, argv[6]),
                          &journal, &why) != XLS_OK) {
        return failed("begin", &why);
    }
    for (int i = 7; i < argc; i++) {
        if (strcmp(argv[i], "hold") == 0) {
            (void)puts("held");
            (void)fflush(stdout);
            (void)!read(STDIN_FILENO, &octet, 1);
        } else if (xls_journal_enter(journal, state_of(facts->role, argv[i]),
                                     "a note", &why) != XLS_OK) {
            return failed(argv[i], &why);
        }
    }
    xls_journal_leave(journal);
    return 0;
}
