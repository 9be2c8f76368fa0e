/* SPDX-License-Identifier: LGPL-2.1-only */
#include "host/cage.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { NOBODY = 65534 };

enum xls_rc xls_cage_common(void)
{
    const struct rlimit none = {0, 0};

    if (signal(SIGPIPE, SIG_IGN) == SIG_ERR ||
        setrlimit(RLIMIT_CORE, &none) != 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return XLS_HOST_IO;
    }
    return XLS_OK;
}

enum xls_rc xls_cage_drop(void)
{
    if (geteuid() != 0) {
        return XLS_OK;
    }
    if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) != 0 || setuid(0) == 0) {
        return XLS_HOST_IO;
    }
    /* changing ids makes a process dumpable again */
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? XLS_OK : XLS_HOST_IO;
}
