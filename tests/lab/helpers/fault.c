/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * For dom0, by LD_PRELOAD into the toolstack's programs: makes one call of
 * theirs fail, or stops it for a while at exactly this call, and notes when
 * libxl and the journals were called.
 *
 * DIR/plan says what: "before|after CALL NTH ACTION [MS]", where CALL is of the
 * list below, NTH counts this process's calls, and ACTION is
 *   hold    wait there until DIR/go is there (a minute at most)
 *   note    go on; MS later it counts as hit
 *   fail    return ERROR_FAIL (of libxl's; "before": without doing it)
 *   EIO, ENOSPC   return -1 with this errno (of the system's)
 * It happens once: whoever does it removes the plan, and leaves DIR/hit, with
 * the time.  DIR/trace has a line for each call: ms since 1970, program, call.
 *
 *   cc -shared -fPIC -O2 -o fault.so fault.c -ldl -lpthread
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libxl.h>
#include <libxl_event.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DIR "/root/fault/"

enum { HOLD_MS = 60000, STEP_MS = 10, CALLS = 16 };

enum act { ACT_NONE, ACT_FAIL, ACT_ERRNO };

struct plan {
    char when[8];
    char call[40];
    int nth;
    char action[8];
    int ms;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
    const char *call;
    int times;
} counts[CALLS];

static long long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(int ms)
{
    const struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&t, NULL);
}

/* Only the toolstack's own programs, and not what they start. */
static bool is_ours(void)
{
    const char *name = program_invocation_short_name;

    return strcmp(name, "xl-migrate-secure") == 0 ||
           strcmp(name, "xl-secure-recover") == 0 ||
           strcmp(name, "xlsecd") == 0;
}

static void put_line(const char *path, const char *format, ...)
{
    char line[400];
    va_list ap;
    int n, fd;

    va_start(ap, format);
    n = vsnprintf(line, sizeof(line) - 1, format, ap);
    va_end(ap);
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0 && n > 0) {
        line[n < (int)sizeof(line) - 1 ? n : (int)sizeof(line) - 2] = '\n';
        (void)!write(fd, line, (size_t)(n + 1));
    }
    if (fd >= 0) {
        close(fd);
    }
}

static void trace(const char *call, const char *what)
{
    int saved = errno;

    put_line(DIR "trace", "%lld %s %d %s %s", now_ms(),
             program_invocation_short_name, (int)getpid(), call, what);
    errno = saved;
}

static int count(const char *call)
{
    int times = 0;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < CALLS && times == 0; i++) {
        if (counts[i].call == NULL || strcmp(counts[i].call, call) == 0) {
            counts[i].call = call;
            times = ++counts[i].times;
        }
    }
    pthread_mutex_unlock(&lock);
    return times;
}

static bool read_plan(struct plan *p)
{
    FILE *f = fopen(DIR "plan", "re");
    int n = 0;

    if (f != NULL) {
        p->ms = 0;
        n = fscanf(f, "%7s %39s %d %7s %d", p->when, p->call, &p->nth,
                   p->action, &p->ms);
        fclose(f);
    }
    return n >= 4;
}

static void hit(const struct plan *p)
{
    put_line(DIR "hit", "%lld %s %d %s %s %d %s", now_ms(),
             program_invocation_short_name, (int)getpid(), p->when, p->call,
             p->nth, p->action);
}

static void *hit_later(void *arg)
{
    struct plan *p = arg;

    nap(p->ms);
    hit(p);
    free(p);
    return NULL;
}

static void note(const struct plan *p)
{
    struct plan *copy = malloc(sizeof(*copy));
    pthread_t thread;

    if (copy != NULL) {
        *copy = *p;
        if (pthread_create(&thread, NULL, hit_later, copy) == 0) {
            pthread_detach(thread);
        }
    }
}

/* Is it this call's turn?  errno is set where that is what it gets. */
static enum act at(const char *when, const char *call, int nth)
{
    struct plan p;
    struct stat st;

    if (!read_plan(&p) || strcmp(p.when, when) != 0 ||
        strcmp(p.call, call) != 0 || p.nth != nth || unlink(DIR "plan") != 0) {
        return ACT_NONE;
    }
    if (strcmp(p.action, "note") == 0) {
        note(&p);
        return ACT_NONE;
    }
    hit(&p);
    if (strcmp(p.action, "hold") == 0) {
        for (int ms = 0; ms < HOLD_MS && stat(DIR "go", &st) != 0;
             ms += STEP_MS) {
            nap(STEP_MS);
        }
        return ACT_NONE;
    }
    if (strcmp(p.action, "fail") == 0) {
        return ACT_FAIL;
    }
    errno = strcmp(p.action, "ENOSPC") == 0 ? ENOSPC : EIO;
    return ACT_ERRNO;
}

/* --- libxl ------------------------------------------------------------------
 */

#define WRAP(name, params, args) WRAP_OF(is_ours(), name, params, args)

#define WRAP_OF(whose, name, params, args)                                     \
    int name params                                                            \
    {                                                                          \
        static int(*real) params;                                              \
        char end[16];                                                          \
        int nth = 0, rc = ERROR_FAIL;                                          \
                                                                               \
        if (real == NULL) {                                                    \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                         \
        }                                                                      \
        if (!(whose)) {                                                        \
            return real args;                                                  \
        }                                                                      \
        nth = count(#name);                                                    \
        trace(#name, "begins");                                                \
        if (at("before", #name, nth) != ACT_FAIL) {                            \
            rc = real args;                                                    \
            if (rc == 0 && at("after", #name, nth) == ACT_FAIL) {              \
                rc = ERROR_FAIL;                                               \
            }                                                                  \
        }                                                                      \
        (void)snprintf(end, sizeof(end), "ends %d", rc);                       \
        trace(#name, end);                                                     \
        return rc;                                                             \
    }

WRAP(libxl_domain_suspend,
     (libxl_ctx * ctx, uint32_t domid, int fd, int flags,
      const libxl_asyncop_how *how),
     (ctx, domid, fd, flags, how))
/* By which the source learns that the guest is saved; xlsecd watches guests by
 * it. */
WRAP_OF(strcmp(program_invocation_short_name, "xl-migrate-secure") == 0,
        libxl_event_wait,
        (libxl_ctx * ctx, libxl_event **event, uint64_t mask,
         libxl_event_predicate *predicate, void *user),
        (ctx, event, mask, predicate, user))
WRAP(libxl_domain_resume,
     (libxl_ctx * ctx, uint32_t domid, int cancel,
      const libxl_asyncop_how *how),
     (ctx, domid, cancel, how))
WRAP(libxl_domain_rename,
     (libxl_ctx * ctx, uint32_t domid, const char *from, const char *to),
     (ctx, domid, from, to))
WRAP(libxl_domain_unpause,
     (libxl_ctx * ctx, uint32_t domid, const libxl_asyncop_how *how),
     (ctx, domid, how))
WRAP(libxl_domain_destroy,
     (libxl_ctx * ctx, uint32_t domid, const libxl_asyncop_how *how),
     (ctx, domid, how))
WRAP(libxl_domain_create_restore,
     (libxl_ctx * ctx, libxl_domain_config *config, uint32_t *domid, int fd,
      int back, const libxl_domain_restore_params *params,
      const libxl_asyncop_how *how, const libxl_asyncprogress_how *console),
     (ctx, config, domid, fd, back, params, how, console))

/* --- the journals -----------------------------------------------------------
 */

static bool is_journal(int fd)
{
    char link[64];
    char path[512];
    ssize_t n;

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof(path) - 1);
    path[n > 0 ? n : 0] = '\0';
    return strstr(path, "/handover") != NULL;
}

#define WRAP_SYNC(name)                                                        \
    int name(int fd)                                                           \
    {                                                                          \
        static int (*real)(int);                                               \
        int nth, rc = -1;                                                      \
                                                                               \
        if (real == NULL) {                                                    \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                         \
        }                                                                      \
        if (!is_ours() || !is_journal(fd)) {                                   \
            return real(fd);                                                   \
        }                                                                      \
        nth = count(#name);                                                    \
        if (at("before", #name, nth) != ACT_ERRNO) {                           \
            rc = real(fd);                                                     \
            trace(#name, "done");                                              \
            if (rc == 0 && at("after", #name, nth) == ACT_ERRNO) {             \
                rc = -1;                                                       \
            }                                                                  \
        }                                                                      \
        return rc;                                                             \
    }

WRAP_SYNC(fsync)
WRAP_SYNC(fdatasync)

static void trace_text(const char *text, size_t len)
{
    char line[60];
    size_t n = 0;

    while (n < len && n < sizeof(line) - 1 && text[n] != '\n') {
        n++;
    }
    memcpy(line, text, n);
    line[n] = '\0';
    trace("pwrite", line);
}

static ssize_t put(int fd, const void *buf, size_t len, off_t offset)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    int nth;

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
    }
    if (!is_ours() || !is_journal(fd)) {
        return real(fd, buf, len, offset);
    }
    nth = count("pwrite");
    trace_text(buf, len);
    return at("before", "pwrite", nth) == ACT_ERRNO
               ? -1
               : real(fd, buf, len, offset);
}

ssize_t pwrite(int fd, const void *buf, size_t len, off_t offset)
{
    return put(fd, buf, len, offset);
}

ssize_t pwrite64(int fd, const void *buf, size_t len, off_t offset)
{
    return put(fd, buf, len, offset);
}
