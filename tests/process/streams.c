/* SPDX-License-Identifier: LGPL-2.1-only */
#include "streams.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SKIP = 77 };

static const char *const names[STREAMS] = {"pv", "pvh", "hvm"};

const char *stream_name(size_t i)
{
    return names[i];
}

int streams_unpack(struct streams *out)
{
    const char *top = getenv("srcdir");
    char command[512];

    *out = (struct streams){.dir = "/tmp/xlsec-streams-XXXXXX"};
    if (system("xz --version >/dev/null 2>&1") != 0) {
        (void)puts("skipped: xz is not there to unpack the streams");
        out->dir[0] = '\0';
        return SKIP;
    }
    if (mkdtemp(out->dir) == NULL) {
        out->dir[0] = '\0';
        return 1;
    }
    for (size_t i = 0; i < STREAMS; i++) {
        (void)snprintf(out->path[i], sizeof(out->path[i]), "%s/%s.xl", out->dir,
                       names[i]);
        (void)snprintf(command, sizeof(command),
                       "xz -dc '%s/tests/data/streams/%s.xl.xz' >'%s'",
                       top == NULL ? "." : top, names[i], out->path[i]);
        if (system(command) != 0) {
            return 1;
        }
    }
    return 0;
}

void streams_remove(struct streams *streams)
{
    for (size_t i = 0; i < STREAMS && streams->dir[0] != '\0'; i++) {
        (void)unlink(streams->path[i]);
    }
    if (streams->dir[0] != '\0') {
        (void)rmdir(streams->dir);
    }
}
