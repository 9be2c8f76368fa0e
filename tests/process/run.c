/* SPDX-License-Identifier: LGPL-2.1-only */
#include "run.h"

#include <errno.h>
#include <ftw.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ends.h"
#include "host/clock.h"
#include "host/fd.h"

enum { BUFFER = 65536, TOO_LONG_MS = 60000, LEFT_MS = 2000 };

/* One direction. */
struct flow {
    uint8_t buf[BUFFER];
    const uint8_t *data; /* of buf, or of a tape */
    size_t have;
    size_t sent;
    bool ended;  /* its sender has closed */
    bool halted; /* nothing is read or sent any more */
    bool sink;   /* what comes is thrown away */
    bool cut;    /* once what is there has been sent, fault.act is due */
};

struct network {
    struct run *run;
    struct flow flow[WAYS];
    int fd[SIDES]; /* our connection with that end, or -1 */
    int pid[SIDES];
    int64_t began;
    bool hooked;
    bool replied;
    bool answered;
};

static enum side sender(enum way way)
{
    return way == TO_DESTINATION ? SOURCE : DESTINATION;
}

static int *in_fd(struct network *n, enum way way)
{
    return &n->fd[sender(way)];
}

static int *out_fd(struct network *n, enum way way)
{
    return &n->fd[sender(way) == SOURCE ? DESTINATION : SOURCE];
}

/* --- what goes wrong ---------------------------------------------------------
 */

static void reset(int *fd)
{
    const struct linger now = {.l_onoff = 1, .l_linger = 0};

    if (*fd >= 0) {
        (void)setsockopt(*fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        xls_fd_close(fd);
    }
}

/* What was to be in front of the fault has been sent: let it happen. */
static void strike(struct network *n, enum way way)
{
    switch (n->run->fault.act) {
    case ACT_RESET:
        reset(&n->fd[SOURCE]);
        reset(&n->fd[DESTINATION]);
        n->flow[0].have = n->flow[1].have = 0;
        break;
    case ACT_CLOSE:
        for (int i = 0; i < SIDES; i++) {
            (void)shutdown(n->fd[i], SHUT_WR);
        }
        n->flow[0].sink = n->flow[1].sink = true;
        break;
    case ACT_STALL:
        n->flow[0].halted = n->flow[1].halted = true;
        break;
    case ACT_STALL_ONE:
        n->flow[way].halted = true;
        break;
    case ACT_PASS:
    case ACT_FLIP:
        break;
    }
    n->flow[way].cut = false;
}

/* Does the fault lie in what has just come? */
static void look(struct network *n, enum way way)
{
    struct run *run = n->run;
    struct flow *f = &n->flow[way];
    size_t at = 0;
    bool here =
        track_pass(&run->track[way], f->data, f->have, &run->fault.place, &at);

    if (!here || run->fired || run->fault.act == ACT_PASS) {
        return;
    }
    run->fired = true;
    run->fired_ms = xls_now_ms() - n->began;
    if (run->fault.act == ACT_FLIP) {
        f->buf[at] ^= run->fault.mask;
        return;
    }
    f->have = at;
    f->cut = true;
}

/* --- passing
 * ------------------------------------------------------------------- */

static void keep(struct tape *tape, const uint8_t *p, size_t len)
{
    uint8_t *more = realloc(tape->octets, tape->len + len);

    if (more != NULL) {
        memcpy(more + tape->len, p, len);
        tape->octets = more;
        tape->len += len;
    }
}

static void take(struct network *n, enum way way)
{
    struct flow *f = &n->flow[way];
    ssize_t got = read(*in_fd(n, way), f->buf, BUFFER);

    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (got <= 0) {
        f->ended = true;
        if (*out_fd(n, way) >= 0) {
            (void)shutdown(*out_fd(n, way), SHUT_WR);
        }
        return;
    }
    f->data = f->buf;
    f->have = (size_t)got;
    f->sent = 0;
    if (n->run->record != NULL) {
        keep(&n->run->record[way], f->data, f->have);
    }
    look(n, way);
    if (f->sink) {
        f->have = 0;
    }
}

static void give(struct network *n, enum way way)
{
    struct flow *f = &n->flow[way];

    if (*out_fd(n, way) < 0 && !f->sink) {
        return; /* not yet there, or reset */
    }
    while (f->sent < f->have) {
        ssize_t put = send(*out_fd(n, way), f->data + f->sent,
                           f->have - f->sent, MSG_NOSIGNAL);

        if (put < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        }
        if (put < 0) {
            f->sink = true; /* it does not listen any more */
            break;
        }
        f->sent += (size_t)put;
    }
    f->have = f->sent = 0;
    if (f->cut) {
        strike(n, way);
    }
}

static void hook(struct network *n)
{
    const struct track *t = &n->run->track[TO_DESTINATION];

    if (!n->hooked && n->run->on_record != NULL && t->records >= 1 &&
        (t->index > 0 || t->at == part_size(t->part))) {
        n->hooked = true;
        n->run->on_record(n->run);
    }
    if (!n->replied && n->run->on_reply != NULL &&
        n->run->track[TO_SOURCE].begun) {
        n->replied = true;
        n->run->on_reply(n->run);
    }
    if (!n->answered && n->run->on_answer != NULL &&
        n->run->track[TO_SOURCE].part == PART_COMMITTED) {
        n->answered = true;
        n->run->on_answer(n->run);
    }
}

static void meet_source(struct network *n)
{
    const int on = 1;
    int fd =
        accept4(n->run->field->outer, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd >= 0) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        n->fd[SOURCE] = fd;
    }
}

static void collect(struct network *n, enum side side)
{
    int *own = &n->fd[side];

    (void)waitpid(n->run->pid[side], NULL, 0);
    xls_fd_close(&n->pid[side]);
    if (side == SOURCE && *own < 0 && n->run->play[SOURCE] == NULL) {
        xls_fd_close(&n->fd[DESTINATION]); /* nobody will come to it */
    }
}

/* Wait for whatever is next, and do it. */
static void step(struct network *n)
{
    struct pollfd p[7];

    for (int i = 0; i < 7; i++) {
        p[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    }
    for (int way = 0; way < WAYS; way++) {
        struct flow *f = &n->flow[way];

        if (!f->halted && f->have == 0 && !f->ended) {
            p[way].fd = *in_fd(n, (enum way)way);
        }
        if (!f->halted && f->have > 0) {
            p[2 + way].fd = *out_fd(n, (enum way)way);
            p[2 + way].events = POLLOUT;
        }
        p[4 + way].fd = n->pid[way];
    }
    if (n->fd[SOURCE] < 0 && n->pid[SOURCE] >= 0) {
        p[6].fd = n->run->field->outer;
    }
    if (poll(p, 7, 100) <= 0) {
        return;
    }
    for (int way = 0; way < WAYS; way++) {
        if (p[way].revents != 0 && *in_fd(n, (enum way)way) >= 0) {
            take(n, (enum way)way);
            hook(n);
        }
        if (n->flow[way].have > 0 || n->flow[way].cut) {
            give(n, (enum way)way);
        }
    }
    hook(n);
    if (p[6].revents != 0) {
        meet_source(n);
    }
    for (int side = 0; side < SIDES; side++) {
        if (p[4 + side].revents != 0) {
            collect(n, (enum side)side);
        }
    }
}

/* --- the whole
 * ------------------------------------------------------------------ */

/* A connection: *ours, and what it gives is the other end of it. */
static int connect_inner(int listening, int *ours)
{
    const int on = 1;
    struct sockaddr_in at;
    socklen_t len = sizeof(at);
    int theirs = -1;

    *ours = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*ours >= 0 &&
        getsockname(listening, (struct sockaddr *)&at, &len) == 0 &&
        connect(*ours, (struct sockaddr *)&at, len) == 0) {
        theirs = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        (void)setsockopt(*ours, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        (void)!xls_fd_nonblock(*ours, true);
    }
    return theirs;
}

static void play(struct network *n, enum way way)
{
    const struct tape *tape = n->run->play[sender(way)];

    if (tape != NULL) {
        n->flow[way].data = tape->octets;
        n->flow[way].have = tape->len;
    }
}

static void begin(struct network *n)
{
    struct run *run = n->run;
    const int none[2] = {-1, -1};
    int theirs;
    int stale;

    while ((stale = accept4(run->field->outer, NULL, NULL, 0)) >= 0) {
        xls_fd_close(&stale); /* of a source that ended before it was met */
    }
    if (run->play[DESTINATION] == NULL) {
        int hide[2] = {-1, -1};

        theirs = connect_inner(run->field->inner, &n->fd[DESTINATION]);
        hide[0] = n->fd[DESTINATION];
        run->pid[DESTINATION] = end_start(run, DESTINATION, theirs, hide);
        n->pid[DESTINATION] = pidfd_open(run->pid[DESTINATION], 0);
        xls_fd_close(&theirs);
    }
    if (run->play[SOURCE] == NULL) {
        const int hide[2] = {n->fd[DESTINATION], -1};

        run->pid[SOURCE] = end_start(
            run, SOURCE, -1, run->play[DESTINATION] == NULL ? hide : none);
        n->pid[SOURCE] = pidfd_open(run->pid[SOURCE], 0);
    }
    play(n, TO_DESTINATION);
    play(n, TO_SOURCE);
}

static unsigned files_seen;

/* Journals are there to stay: they are looked at by t-handover. */
static int count_file(const char *path, const struct stat *st, int type,
                      struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    files_seen += strstr(path, "/state") == NULL ? 1 : 0;
    return 0;
}

static int remove_journal(const char *path, const struct stat *st, int type,
                          struct FTW *walk)
{
    (void)st;
    (void)walk;
    if (type == FTW_F && strstr(path, "/state/handover/") != NULL) {
        (void)unlink(path);
    }
    return 0;
}

static unsigned count_files(const struct field *f)
{
    files_seen = 0;
    (void)nftw(f->hosts.top, count_file, 8, FTW_PHYS);
    return files_seen;
}

/* Whatever is our child now was left behind by one of the ends. */
static unsigned count_children(void)
{
    char path[64];
    unsigned count = 0;
    long pid;
    FILE *f;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
                   (long)getpid());
    f = fopen(path, "r");
    while (f != NULL && fscanf(f, "%ld", &pid) == 1) {
        count++;
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    return count;
}

/* But for so many, which are the test's own. */
static bool reap_left(unsigned spare)
{
    int64_t until = xls_now_ms() + LEFT_MS;
    bool left = false;

    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);

        if (pid < 0 || (pid == 0 && spare > 0 && count_children() <= spare)) {
            return left;
        }
        left = true;
        if (pid == 0 && xls_until_ms(until) == 0) {
            return true;
        }
        if (pid == 0) {
            (void)usleep(10000);
        }
    }
}

void run_go(struct run *run)
{
    struct network *n = calloc(1, sizeof(*n));
    unsigned files = count_files(run->field);

    if (n == NULL) {
        abort();
    }
    n->run = run;
    n->fd[0] = n->fd[1] = n->pid[0] = n->pid[1] = -1;
    n->began = xls_now_ms();
    begin(n);
    while (n->pid[SOURCE] >= 0 || n->pid[DESTINATION] >= 0) {
        step(n);
        if (xls_now_ms() - n->began > TOO_LONG_MS && !run->too_long) {
            run->too_long = true;
            for (int i = 0; i < SIDES; i++) {
                if (n->pid[i] >= 0) {
                    (void)kill(run->pid[i], SIGKILL);
                }
            }
        }
    }
    run->ms = xls_now_ms() - n->began;
    run->left_process = reap_left(run->field->spare);
    run->left_file = count_files(run->field) != files;
    /* the next run is of the same guest */
    (void)nftw(run->field->hosts.top, remove_journal, 8, FTW_PHYS);
    xls_fd_close(&n->fd[0]);
    xls_fd_close(&n->fd[1]);
    free(n);
}

bool run_begin(struct run *run, const struct field *field, const char *stream)
{
    void *at = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    *run = (struct run){
        .field = field,
        .stream = stream,
        .cancel = {-1, -1},
        .track = {track_start(TO_DESTINATION), track_start(TO_SOURCE)}};
    if (at == MAP_FAILED) {
        perror("mmap");
        return false;
    }
    run->shared = at;
    return true;
}

void run_end(struct run *run)
{
    (void)munmap(run->shared, sizeof(*run->shared));
    xls_fd_close(&run->cancel[0]);
    xls_fd_close(&run->cancel[1]);
}
