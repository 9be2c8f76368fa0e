/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * spawn: start and end the processes of a migration.  Level 5.
 *
 * Each is a program of its own with nothing of ours in its memory: descriptor 3
 * is its control socket (host/ipc), then come the descriptors it was given, and
 * none besides; stdin and stdout are /dev/null, stderr is ours, the environment
 * is empty.  A process ends by itself when its control socket closes.
 */
#ifndef XLS_HOST_SPAWN_H
#define XLS_HOST_SPAWN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/rc.h"
#include "base/why.h"

enum { XLS_SPAWN_FDS = 6, XLS_CTL_FD = 3 };

/* What a process used; filled when it has ended. */
struct xls_usage {
    uint64_t cpu_us;   /* user and system */
    uint64_t peak_kib; /* resident memory at its highest */
};

struct xls_child {
    pid_t pid; /* 0: none */
    int ctl;   /* our end of its control socket; owned */
    struct xls_usage used;
};

#define XLS_CHILD_NONE ((struct xls_child){.pid = 0, .ctl = -1})

/*
 * Start dir/program with its control socket as descriptor 3 and copies of
 * fds[0..count) (each open) as 4 and up.  The fds stay the caller's.
 * Errors: XLS_HOST_IO (why says what), XLS_BUG_CONTRACT (more than
 * XLS_SPAWN_FDS).  *out is XLS_CHILD_NONE on error.
 */
XLS_MUST_USE enum xls_rc xls_spawn(const char *dir, const char *program,
                                   const int *fds, size_t count,
                                   struct xls_child *out, struct xls_why *why);

/*
 * Start a shell command with fd as its stdin and stdout, in its own process
 * group.  This is what -s of the command line asks for; nothing of a peer's is
 * ever in it.  *pid is its process.  Errors: XLS_HOST_IO.
 */
XLS_MUST_USE enum xls_rc xls_spawn_shell(const char *command, int fd,
                                         pid_t *pid);

/* Close the control socket, give the process grace_ms to end, then kill it;
 * fills child->used.  Does nothing when it has ended before. */
void xls_child_end(struct xls_child *child, int grace_ms);

/* The same for a process without a control socket; pid 0 does nothing. */
void xls_pid_end(pid_t pid, int grace_ms, struct xls_usage *used);

#endif
