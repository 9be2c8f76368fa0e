/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-host-journal: what is decided is on the disk, or not; never half of it, and
 * never anything else.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/fd.h"
#include "host/journal-text.h"
#include "host/journal.h"
#include "t.h"

static char state[64];
static struct xls_why why;

/* --- faults that a test asks for ------------------------------------------ */

static int bad_write = -1;  /* the next pwrite() writes so many octets and ends;
                             * the one behind it fails */
static unsigned bad_writes; /* how many fail then */
static int bad_sync = -1;   /* after so many good ones one fails */

ssize_t __real_pwrite(int fd, const void *p, size_t len, off_t at);
ssize_t __wrap_pwrite(int fd, const void *p, size_t len, off_t at);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fdatasync(int fd);
int __wrap_fdatasync(int fd);

ssize_t __wrap_pwrite(int fd, const void *p, size_t len, off_t at)
{
    if (bad_write >= 0) {
        len = (size_t)bad_write < len ? (size_t)bad_write : len;
        bad_write = -1;
        if (len > 0) {
            return __real_pwrite(fd, p, len, at);
        }
    }
    if (bad_writes > 0) {
        bad_writes--;
        errno = ENOSPC;
        return -1;
    }
    return __real_pwrite(fd, p, len, at);
}

static bool sync_fails(void)
{
    errno = EIO;
    return bad_sync >= 0 && bad_sync-- == 0;
}

int __wrap_fsync(int fd)
{
    return sync_fails() ? -1 : __real_fsync(fd);
}

int __wrap_fdatasync(int fd)
{
    return sync_fails() ? -1 : __real_fdatasync(fd);
}

/* --- a world -------------------------------------------------------------- */

static void begin(void)
{
    bad_write = bad_sync = -1;
    bad_writes = 0;
    why.text[0] = '\0';
    strcpy(state, "/tmp/xlsec-journal-XXXXXX");
    T(mkdtemp(state) != NULL);
}

static void end(void)
{
    char command[128];

    (void)snprintf(command, sizeof(command), "rm -rf %s", state);
    T(system(command) == 0);
}

static const char *at(const char *name)
{
    static char path[160];

    (void)snprintf(path, sizeof(path), "%s/handover/%s", state, name);
    return path;
}

static const char *file_of(const struct xls_journal_facts *f)
{
    static char name[64];
    char id[33];

    xls_hex(id, sizeof(id), f->id, sizeof(f->id));
    (void)snprintf(name, sizeof(name), "%s.%s", id,
                   f->role == XLS_ROLE_SOURCE ? "source" : "destination");
    return at(name);
}

static void get(const char *path, char out[XLS_JOURNAL_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    T(fd >= 0 && read(fd, out, XLS_JOURNAL_SIZE) == XLS_JOURNAL_SIZE);
    xls_fd_close(&fd);
}

static void put(const char *path, const char *octets, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    T(fd >= 0 && xls_fd_write(fd, octets, len) == XLS_OK);
    xls_fd_close(&fd);
}

/* Files in the directory, but for its lock. */
static size_t files(void)
{
    char command[160];
    unsigned n = 0;
    FILE *p;

    (void)snprintf(command, sizeof(command),
                   "find %s/handover -type f ! -name .lock | wc -l", state);
    p = popen(command, "re");
    T(p != NULL && fscanf(p, "%u", &n) == 1);
    (void)pclose(p);
    return n;
}

static struct xls_journal_facts facts(enum xls_role role, uint8_t n)
{
    struct xls_journal_facts f = {.role = role,
                                  .id = {0xab, n},
                                  .peer = "xen2",
                                  .peer_key = {1, 2, 3},
                                  .guest = "web1",
                                  .uuid = {0x6d, 0x61}};
    static const struct xls_companion vtpm = {XLS_COMPANION_VTPM, 7, 4096,
                                              "/vtpm/web1"};
    static const struct xls_companion file = {XLS_COMPANION_FILE, 0, 1,
                                              "/nvram/web1.fd"};

    T(xls_companions_add(&f.companions, &vtpm));
    T(xls_companions_add(&f.companions, &file));
    return f;
}

/* Everything as long and as odd as it may be. */
static struct xls_journal_facts odd_facts(void)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);

    memset(f.peer, 'x', sizeof(f.peer) - 1);
    memset(f.peer_key, 0xff, sizeof(f.peer_key));
    memset(f.guest, '\n', sizeof(f.guest) - 1);
    memcpy(f.guest, " g\xc3\xbcn# %41\r\x7f", 13);
    memset(f.command, '#', sizeof(f.command) - 1);
    memcpy(f.command, "ssh  -o 'A=B' \t%h", 17);
    f.command[sizeof(f.command) - 2] = ' ';
    f.paused = true;
    memset(f.arbiter, '#', sizeof(f.arbiter) - 1);
    memset(&f.companions, 0, sizeof(f.companions));
    for (unsigned i = 0; i < XLS_COMPANIONS_MAX; i++) {
        struct xls_companion c = {XLS_COMPANION_FILE, 0, 1U << 20, "/"};

        if (i == 3) {
            c.kind = XLS_COMPANION_VTPM;
            c.generation = UINT64_MAX;
        }
        memset(c.path + 1, (int)('a' + i), XLS_COMPANION_PATH - 1);
        T(xls_companions_add(&f.companions, &c));
    }
    return f;
}

static bool same_facts(const struct xls_journal_facts *a,
                       const struct xls_journal_facts *b)
{
    bool same = a->role == b->role && memcmp(a->id, b->id, 16) == 0 &&
                strcmp(a->peer, b->peer) == 0 &&
                memcmp(a->peer_key, b->peer_key, XLS_KEY) == 0 &&
                strcmp(a->guest, b->guest) == 0 &&
                memcmp(a->uuid, b->uuid, 16) == 0 && a->paused == b->paused &&
                strcmp(a->command, b->command) == 0 &&
                strcmp(a->arbiter, b->arbiter) == 0 &&
                a->companions.count == b->companions.count;

    for (size_t i = 0; same && i < a->companions.count; i++) {
        const struct xls_companion *c = &a->companions.list[i];
        const struct xls_companion *d = &b->companions.list[i];

        same = c->kind == d->kind && c->generation == d->generation &&
               c->most == d->most && strcmp(c->path, d->path) == 0;
    }
    return same;
}

static struct xls_journal *begun(const struct xls_journal_facts *f,
                                 unsigned first)
{
    struct xls_journal *j = NULL;

    why.text[0] = '\0';
    ck_assert_msg(xls_journal_begin(state, f, first, &j, &why) == XLS_OK, "%s",
                  why.text);
    T(j != NULL && xls_journal_view(j)->state == first);
    return j;
}

static void enter(struct xls_journal *j, unsigned next)
{
    ck_assert_msg(xls_journal_enter(j, next, NULL, &why) == XLS_OK, "%s",
                  why.text);
}

/* A journal that went through these states, up to a 0, and was left. */
static void made(const struct xls_journal_facts *f, const unsigned *states)
{
    struct xls_journal *j = begun(f, states[0]);

    for (size_t i = 1; states[i] != 0; i++) {
        enter(j, states[i]);
    }
    xls_journal_leave(j);
}

static enum xls_rc take(const struct xls_journal_facts *f,
                        struct xls_journal **j, pid_t *holder)
{
    bool absent;
    enum xls_rc rc;

    why.text[0] = '\0';
    rc = xls_journal_take(state, f->role, f->id, j, &absent, holder, &why);
    T(!absent && (rc == XLS_OK) == (*j != NULL));
    return rc;
}

static struct xls_journal *taken(const struct xls_journal_facts *f)
{
    struct xls_journal *j = NULL;
    pid_t holder;

    ck_assert_msg(take(f, &j, &holder) == XLS_OK, "%s", why.text);
    return j;
}

/* The only journal that there is. */
static struct xls_journal_entry only(void)
{
    struct xls_journal_entry *list = NULL;
    struct xls_journal_entry one;
    size_t count = 0;

    T(xls_journal_list(state, &list, &count, &why) == XLS_OK && count == 1);
    one = list[0];
    free(list);
    return one;
}

/* Its octets, and where its last line begins and ends. */
struct picture {
    char octets[XLS_JOURNAL_SIZE];
    size_t last;
    size_t used;
};

static void picture(const struct xls_journal_facts *f, struct picture *p)
{
    get(file_of(f), p->octets);
    p->used = XLS_JOURNAL_SIZE;
    while (p->octets[p->used - 2] == '\n') {
        p->used--;
    }
    p->last = p->used - 1;
    while (p->octets[p->last - 1] != '\n') {
        p->last--;
    }
}

/* --- what is written is read ---------------------------------------------- */

/* [P-99], [P-100] octet by octet, with sums by other means. */
START_TEST(the_text_is_as_documented)
{
    static const char *const lines[] = {
        "xlsec-journal 1 source ab010000000000000000000000000000",
        "peer xen2 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "guest web%231",
        "uuid 6d610000-0000-0000-0000-000000000000",
        "paused no",
        "link ssh  host xlsecd%20",
        "companion file 0 1 /nvram/web1.fd",
        "companion vtpm 7 4096 /vtpm/web1",
    };
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    struct picture p;
    uint8_t chain[8 + 128] = {0};
    char *save = NULL;
    struct stat st;

    begin();
    strcpy(f.guest, "web#1");
    strcpy(f.command, "ssh  host xlsecd ");
    made(&f, (const unsigned[]){XLS_SOURCE_OPEN, XLS_SOURCE_COMMIT, 0});
    picture(&f, &p);
    T(stat(file_of(&f), &st) == 0 && (st.st_mode & 07777) == 0600);
    T(stat(at(""), &st) == 0 && (st.st_mode & 07777) == 0700);
    for (size_t i = 0; i < T_COUNT(lines) + 2; i++) {
        char *line = strtok_r(i == 0 ? p.octets : NULL, "\n", &save);
        char *mark = strchr(line, '#');
        uint8_t sum[32];
        char digits[17];
        size_t len = (size_t)(mark - line);

        T(len == 72);
        while (line[len - 1] == ' ') {
            len--;
        }
        memcpy(chain + 8, line, len);
        (void)crypto_hash_sha256(sum, chain, 8 + len);
        memcpy(chain, sum, 8);
        xls_hex(digits, sizeof(digits), sum, 8);
        ck_assert_str_eq(mark + 1, digits);
        line[len] = '\0';
        if (i < T_COUNT(lines)) {
            ck_assert_str_eq(line, lines[i]);
        } else {
            T(strncmp(line,
                      i == T_COUNT(lines) ? "state open 2" : "state commit 2",
                      12) == 0);
            T(line[len - 1] == 'Z');
        }
    }
    end();
}
END_TEST

START_TEST(all_facts_are_read_back)
{
    struct xls_journal_facts f[] = {odd_facts(), facts(XLS_ROLE_SOURCE, 2),
                                    facts(XLS_ROLE_DESTINATION, 3)};
    char note[400];

    begin();
    memset(note, '%', sizeof(note));
    note[3] = '\n';
    note[sizeof(note) - 1] = '\0';
    for (size_t i = 0; i < T_COUNT(f); i++) {
        int64_t now = time(NULL);
        struct xls_journal *j;
        const struct xls_journal_view *v;
        char said[XLS_JOURNAL_NOTE];

        memset(f[i].uuid, (int)i + 1, 16);
        j = begun(&f[i], 1);
        T(same_facts(&f[i], &xls_journal_view(j)->facts));
        T(xls_journal_enter(j, 2, note, &why) == XLS_OK);
        strcpy(said, xls_journal_view(j)->note);
        T(strncmp(said, "%%%?%%", 6) == 0 && strlen(said) > 100);
        xls_journal_leave(j);
        j = taken(&f[i]);
        v = xls_journal_view(j);
        T(same_facts(&f[i], &v->facts) && v->state == 2 && !v->torn);
        ck_assert_str_eq(v->note, said);
        T(v->began >= now && v->since >= v->began && v->since <= now + 60);
        T(xls_journal_enter(j, 3, "all is well # 100% ", &why) == XLS_OK);
        xls_journal_leave(j);
        j = taken(&f[i]);
        ck_assert_str_eq(xls_journal_view(j)->note, "all is well # 100% ");
        xls_journal_leave(j);
    }
    T(files() == T_COUNT(f));
    end();
}
END_TEST

/* [P-92] however many lines there may be, there is room for them. */
START_TEST(there_is_room_for_every_state)
{
    const unsigned states[] = {XLS_DESTINATION_PREPARED, XLS_DESTINATION_TAKING,
                               XLS_DESTINATION_UNSURE, XLS_DESTINATION_BURNED};
    struct xls_journal_facts f = odd_facts();
    struct xls_journal *j;
    char note[XLS_JOURNAL_NOTE];
    struct picture p;

    begin();
    f.role = XLS_ROLE_DESTINATION;
    f.command[0] = '\0';
    memset(note, '#', sizeof(note) - 1);
    note[sizeof(note) - 1] = '\0';
    j = begun(&f, XLS_DESTINATION_OPEN);
    for (size_t i = 0; i < T_COUNT(states); i++) {
        T(xls_journal_enter(j, states[i], note, &why) == XLS_OK);
        picture(&f, &p);
        T(p.used - p.last <= XLS_JOURNAL_STATE);
        for (int again = 0; again < 100; again++) { /* it is lost, and lost */
            T(xls_journal_enter(j, states[i], note, &why) == XLS_OK);
        }
    }
    T(p.used + 1023 * 3 < XLS_JOURNAL_SIZE); /* and a source's command */
    xls_journal_leave(j);
    j = taken(&f);
    T(xls_journal_view(j)->state == XLS_DESTINATION_BURNED);
    T(xls_journal_enter(j, XLS_DESTINATION_TAKING, NULL, &why) ==
      XLS_BUG_CONTRACT);
    T(xls_journal_enter(j, 0, NULL, &why) == XLS_BUG_CONTRACT);
    T(xls_journal_enter(j, 99, NULL, &why) == XLS_BUG_CONTRACT);
    xls_journal_leave(j);
    xls_journal_leave(NULL);
    end();
}
END_TEST

START_TEST(what_is_no_fact_is_refused)
{
    struct xls_journal *j = NULL;
    struct xls_journal_facts f;

    begin();
    for (unsigned i = 0; i < 8; i++) {
        f = facts(XLS_ROLE_DESTINATION, 1);
        switch (i) {
        case 0:
            f.role = XLS_ROLE_NONE;
            break;
        case 1:
            strcpy(f.command, "ssh");
            break;
        case 2:
            strcpy(f.peer, "a b");
            break;
        case 3:
            f.peer[0] = '\0';
            break;
        case 4:
            memset(f.guest, 'a', sizeof(f.guest));
            break;
        case 5:
            f.companions.list[0].most = 0;
            break;
        case 6:
            f.companions.count = XLS_COMPANIONS_MAX + 1;
            break;
        default:
            f.role = (enum xls_role)7;
        }
        T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_BUG_CONTRACT);
        T(j == NULL);
    }
    f = facts(XLS_ROLE_DESTINATION, 1);
    T(xls_journal_begin(state, &f, 2, &j, &why) == XLS_BUG_CONTRACT);
    f.guest[0] = '\0'; /* of an ABORT nothing else is known */
    memset(&f.companions, 0, sizeof(f.companions));
    made(&f, (const unsigned[]){XLS_DESTINATION_BURNED, 0});
    {
        const struct xls_journal_entry e = only();

        T(same_facts(&f, &e.view.facts));
    }
    end();
}
END_TEST

/* --- half a line ---------------------------------------------------------- */

static const unsigned three[] = {XLS_SOURCE_OPEN, XLS_SOURCE_COMMIT,
                                 XLS_SOURCE_MOVED, 0};

/* The state before is what counts, and the next entry goes over the rest. */
static void is_before(const struct xls_journal_facts *f,
                      const struct picture *p, bool torn)
{
    struct xls_journal *j = taken(f);
    const struct xls_journal_view *v = xls_journal_view(j);
    struct picture now;

    T(v->state == XLS_SOURCE_COMMIT && v->torn == torn);
    T(same_facts(&v->facts, f));
    T(xls_journal_enter(j, XLS_SOURCE_MOVED, NULL, &why) == XLS_OK);
    xls_journal_leave(j);
    picture(f, &now);
    T(memcmp(now.octets, p->octets, p->last) == 0 && now.last == p->last);
    T(only().view.state == XLS_SOURCE_MOVED && !only().view.torn);
}

START_TEST(a_line_is_cut_at_every_octet)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    static struct picture p;
    static char cut[XLS_JOURNAL_SIZE];

    begin();
    made(&f, three);
    picture(&f, &p);
    for (size_t to = p.last; to + 1 < p.used; to++) {
        put(file_of(&f), p.octets, to);
        is_before(&f, &p, to > p.last);
        memcpy(cut, p.octets, sizeof(cut));
        memset(cut + to, '\n', sizeof(cut) - to);
        put(file_of(&f), cut, sizeof(cut));
        is_before(&f, &p, to > p.last);
        /* the front is not there, the end is: sectors in another order */
        memcpy(cut, p.octets, sizeof(cut));
        memset(cut + p.last, '\n', to + 1 - p.last);
        put(file_of(&f), cut, sizeof(cut));
        is_before(&f, &p, to + 2 < p.used);
    }
    end();
}
END_TEST

/* One bit: the same, without the last line at most, or damaged. */
START_TEST(a_bit_is_turned)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    static struct picture p;
    unsigned torn = 0;
    unsigned damaged = 0;
    unsigned stride = t_stride(17);

    begin();
    made(&f, three);
    picture(&f, &p);
    for (size_t bit = 0; bit < 8 * (p.used + 64); bit += stride) {
        struct xls_journal_entry e;

        p.octets[bit / 8] ^= (char)(1U << bit % 8);
        put(file_of(&f), p.octets, sizeof(p.octets));
        p.octets[bit / 8] ^= (char)(1U << bit % 8);
        e = only();
        if (e.damaged) {
            damaged++;
            T(e.why.text[0] != '\0' && bit / 8 < p.used);
            T(e.view.facts.role == f.role && e.view.state == 0);
            T(memcmp(e.view.facts.id, f.id, sizeof(f.id)) == 0);
            continue;
        }
        torn++;
        T(same_facts(&e.view.facts, &f) && e.view.torn);
        T(bit / 8 >= p.last);
        T(e.view.state ==
          (bit / 8 < p.used ? XLS_SOURCE_COMMIT : XLS_SOURCE_MOVED));
    }
    /* behind the end, and '#' of the last line: that is all */
    T(stride > 1 || torn == 64 * 8 + 8);
    T(stride > 1 || damaged == p.used * 8 - 8);
    end();
}
END_TEST

/* --- not what xlsec wrote ------------------------------------------------- */

static struct picture paper; /* what write_line() adds to */
static uint8_t paper_sum[8];

/* A line with its good sum, whatever it says. */
__attribute__((format(printf, 1, 2))) static void line(const char *format, ...)
{
    char body[4096];
    uint8_t chain[8 + 4096];
    uint8_t sum[32];
    char digits[17];
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(body, sizeof(body), format, args);
    va_end(args);
    memcpy(chain, paper_sum, 8);
    memcpy(chain + 8, body, (size_t)len);
    (void)crypto_hash_sha256(sum, chain, 8 + (size_t)len);
    memcpy(paper_sum, sum, 8);
    xls_hex(digits, sizeof(digits), sum, 8);
    paper.used += (size_t)snprintf(
        paper.octets + paper.used, sizeof(paper.octets) - paper.used,
        "%-*s#%s\n", len < 72 ? 72 : len + 1, body, digits);
    paper.octets[paper.used] = '\n';
}

static void blank(void)
{
    memset(paper.octets, '\n', sizeof(paper.octets));
    memset(paper_sum, 0, sizeof(paper_sum));
    paper.used = 0;
}

static const char *const good[] = {
    "xlsec-journal 1 source ab010000000000000000000000000000",
    "peer xen2 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "guest web1",
    "uuid 6d610000-0000-0000-0000-000000000000",
    "paused no",
    "link ssh host",
    "companion file 0 1 /nvram/web1.fd",
    "companion vtpm 7 4096 /vtpm/web1",
    "state open 2026-11-25T17:20:03Z",
    "state commit 2026-11-25T17:20:09Z a note",
    "state moved 2026-11-25T17:21:00Z",
};

/* The good lines, but for line n, in whose place is this one; NULL: none. */
static struct xls_journal_entry with(size_t n, const char *other)
{
    const struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);

    blank();
    for (size_t i = 0; i < T_COUNT(good); i++) {
        if (i != n) {
            line("%s", good[i]);
        } else if (other != NULL) {
            line("%s", other);
        }
    }
    put(file_of(&f), paper.octets, sizeof(paper.octets));
    return only();
}

START_TEST(what_xlsec_does_not_write_is_damaged)
{
    static const struct {
        size_t n;
        const char *text;
    } bad[] = {
        {0, NULL},
        {0, "xlsec-journal 2 source ab010000000000000000000000000000"},
        {0, "xlsec-journal 1 destination ab010000000000000000000000000000"},
        {0, "xlsec-journal 1 source ab020000000000000000000000000000"},
        {0, "xlsec-journal 1 source AB010000000000000000000000000000"},
        {1, NULL},
        {1, "peer xen2 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="},
        {1, "peer -x AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {1, "peer  xen2 AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},
        {2, NULL},
        {2, "guest web%31"},
        {2, "guest web%"},
        {2, "guest web%0"},
        {2, "guest web%0a"},
        {2, "guest web%00"},
        {2, "guest w\tb"},
        {2, "guest w\xc3\xbc"},
        {3, NULL},
        {3, "uuid 6d6100000-000-0000-0000-000000000000"},
        {3, "uuid 6D610000-0000-0000-0000-000000000000"},
        {3, "uuid 6d610000-0000-0000-0000-00000000000"},
        {3, "uuid 6d610000-0000-0000-0000-0000000000000"},
        {4, NULL},
        {4, "paused maybe"},
        {4, "paused yes "},
        {5, "link"},
        {6, "companion file 1 1 /nvram/web1.fd"},
        {6, "companion file 0 01 /nvram/web1.fd"},
        {6, "companion file 0 4294967297 /nvram/web1.fd"},
        {6, "companion file 0 +1 /nvram/web1.fd"},
        {6, "companion file 0 1 /nvram/../web1.fd"},
        {6, "companion disk 0 1 /nvram/web1.fd"},
        {6, "companion file 0 1 /w"}, /* not in their order */
        {6, "companion file 0 1"},
        {6, "companion vtpm 7 4096 /vtpm/web0"},
        {6, "colour blue"},
        {8, NULL},
        {8, "state commit 2026-11-25T17:20:03Z"},
        {8, "state none 2026-11-25T17:20:03Z"},
        {8, "state prepared 2026-11-25T17:20:03Z"},
        {8, "state open 2026-11-25T17:20:03"},
        {8, "state open 2026-13-25T17:20:03Z"},
        {8, "state open 2026-02-30T17:20:03Z"},
        {8, "state open 2026-11-25 17:20:03Z"},
        {8, "state open 2026-11-25T7:20:03Z"},
        {8, "state open 1969-11-25T17:20:03Z"},
        {8, "state open 12026-11-25T17:20:03Z"},
        {8, "state open"},
        {9, NULL},
        {9, "state open 2026-11-25T17:20:09Z"},
        {9, "state closed 2026-11-25T17:20:09Z"},
        {9, "state here 2026-11-25T17:20:09Z"},
        {9, "paused no"},
        {10, "state commit 2026-11-25T17:21:00Z %0A"},
        {10, "state open 2026-11-25T17:21:00Z"},
        {10, "colour blue"},
    };
    struct xls_journal_entry e;
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);

    begin();
    strcpy(f.command, "ssh host");
    made(&f, three);
    e = with(T_COUNT(good), NULL);
    T(!e.damaged && same_facts(&e.view.facts, &f));
    T(e.view.state == XLS_SOURCE_MOVED && e.view.since == 1795627260);
    T(e.view.began == 1795627203 && e.view.note[0] == '\0');
    T(!with(5, NULL).damaged && !with(6, NULL).damaged); /* may be missing */
    T(!with(10, "state commit 2026-11-25T17:21:00Z").damaged);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        struct xls_journal *j = NULL;
        pid_t holder;

        e = with(bad[i].n, bad[i].text);
        ck_assert_msg(e.damaged, "%zu: %s", bad[i].n, bad[i].text);
        ck_assert_msg(strstr(e.why.text, bad[i].n < 6 ? "what it is about"
                                                      : "a line") != NULL ||
                          (bad[i].n >= 6 && bad[i].n < 8),
                      "%zu: %s", bad[i].n, e.why.text);
        T(take(&f, &j, &holder) == XLS_HOST_CONF && holder == 0);
        T(strstr(why.text, "is not usable: ") != NULL);
    }
    end();
}
END_TEST

/* Files that are none of ours, or others can write. */
START_TEST(files_are_judged)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    static struct picture p;
    char path[160];
    struct xls_journal *j = NULL;
    pid_t holder;
    bool absent;

    begin();
    T(xls_journal_take(state, f.role, f.id, &j, &absent, &holder, &why) ==
      XLS_HOST_CONF);
    T(absent && j == NULL);
    made(&f, three);
    picture(&f, &p);
    strcpy(path, file_of(&f));
    T(chmod(path, 0620) == 0 && only().damaged && chmod(path, 0600) == 0);
    T(!only().damaged);
    T(truncate(path, XLS_JOURNAL_SIZE + 1) == 0 && only().damaged);
    put(path, p.octets, 0);
    T(only().damaged);
    T(unlink(path) == 0 && symlink("/etc/passwd", path) == 0);
    T(only().damaged);
    T(take(&f, &j, &holder) == XLS_HOST_IO);
    T(unlink(path) == 0 && mkfifo(path, 0600) == 0 && only().damaged);
    T(take(&f, &j, &holder) == XLS_HOST_CONF);
    T(unlink(path) == 0);
    put(at("AB01.source"), p.octets, 10); /* not a journal's name: not seen */
    put(at("ab010000000000000000000000000000.sources"), p.octets, 10);
    put(at("ab0100000000000000000000000000000.source"), p.octets, 10);
    put(at("note"), p.octets, 10);
    T(xls_journal_take(state, f.role, f.id, &j, &absent, &holder, &why) ==
      XLS_HOST_CONF);
    T(absent);
    made(&f, three);
    T(!only().damaged);
    T(chmod(at(""), 0770) == 0);
    f.id[1] = 2;
    T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_HOST_IO && j == NULL);
    T(strstr(why.text, "/handover: can be changed by others") != NULL);
    end();
}
END_TEST

/* --- one process ---------------------------------------------------------- */

/* A child that has f, and says so by a byte; ended by a signal. */
static pid_t child_with(const struct xls_journal_facts *f)
{
    int pair[2];
    char byte;
    pid_t pid;

    T(pipe(pair) == 0);
    pid = fork();
    if (pid == 0) {
        T(taken(f) != NULL && write(pair[1], "x", 1) == 1);
        for (;;) {
            (void)pause();
        }
    }
    (void)close(pair[1]);
    T(read(pair[0], &byte, 1) == 1);
    (void)close(pair[0]);
    return pid;
}

static int status_of(pid_t pid)
{
    int status = -1;

    T(waitpid(pid, &status, 0) == pid);
    return status;
}

/* [P-97] */
START_TEST(one_process_has_it)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    struct xls_journal *j = NULL;
    pid_t holder;
    pid_t pid;

    begin();
    made(&f, three);
    T(only().holder == 0);
    pid = child_with(&f);
    T(only().holder == pid);
    T(take(&f, &j, &holder) == XLS_HOST_BUSY && holder == pid);
    T(xls_journal_prune(state, 0, -60, &why) == XLS_OK && files() == 1);
    T(kill(pid, SIGKILL) == 0 && WIFSIGNALED(status_of(pid)));
    T(only().holder == 0);
    j = taken(&f);
    enter(j, XLS_SOURCE_CLOSED);

    /* it is ours however often we look, and not our children's */
    T(only().holder == getpid() && only().view.state == XLS_SOURCE_CLOSED);
    T(xls_journal_prune(state, 0, -60, &why) == XLS_OK && files() == 1);
    {
        struct xls_journal *second = NULL;

        T(take(&f, &second, &holder) == XLS_HOST_BUSY && holder == getpid());
    }
    f.id[1] = 9;
    xls_journal_leave(begun(&f, XLS_SOURCE_OPEN));
    T(unlink(file_of(&f)) == 0);
    f.id[1] = 1;
    pid = fork();
    if (pid == 0) {
        struct xls_journal *mine = NULL;

        T(only().holder == getppid());
        T(take(&f, &mine, &holder) == XLS_HOST_BUSY && holder == getppid());
        T(xls_journal_enter(j, XLS_SOURCE_CLOSED, NULL, &why) ==
          XLS_BUG_CONTRACT);
        xls_journal_leave(j);
        _exit(0);
    }
    T(status_of(pid) == 0);
    pid = fork();
    if (pid == 0) {
        _exit(take(&f, &j, &holder) == XLS_HOST_BUSY ? 0 : 1);
    }
    T(status_of(pid) == 0);
    xls_journal_leave(j);
    T(xls_journal_prune(state, 0, -60, &why) == XLS_OK && files() == 0);
    end();
}
END_TEST

/* [P-94] May a migration of the same guest begin while there is one in this
 * state? */
static bool may_begin(enum xls_role role, const unsigned *states)
{
    struct xls_journal_facts f = facts(role, 1);
    struct xls_journal *j = NULL;
    enum xls_rc rc;

    begin();
    made(&f, states);
    why.text[0] = '\0';
    T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_HOST_BUSY && j == NULL);
    f.id[1]++;
    f.uuid[15]++; /* another guest, and the other role */
    made(&f, states);
    f.uuid[15]--;
    f.role = role == XLS_ROLE_SOURCE ? XLS_ROLE_DESTINATION : XLS_ROLE_SOURCE;
    made(&f, (const unsigned[]){1, 0});
    f.role = role;
    f.id[1]++;
    why.text[0] = '\0';
    rc = xls_journal_begin(state, &f, 1, &j, &why);
    T(rc == XLS_OK || rc == XLS_HOST_BUSY);
    T(files() == (rc == XLS_OK ? 4 : 3));
    if (rc != XLS_OK) {
        ck_assert_msg(strstr(why.text, "a migration of 'web1'") != NULL &&
                          strstr(why.text, "(ab010000") != NULL &&
                          strstr(why.text, "'xl secure-recover'") != NULL,
                      "%s", why.text);
        /* what begins with its end may always */
        if (role == XLS_ROLE_DESTINATION) {
            made(&f, (const unsigned[]){XLS_DESTINATION_BURNED, 0});
        }
    }
    xls_journal_leave(j);
    end();
    return rc == XLS_OK;
}

START_TEST(one_migration_of_a_guest)
{
    T(!may_begin(XLS_ROLE_SOURCE, (const unsigned[]){XLS_SOURCE_OPEN, 0}));
    T(!may_begin(XLS_ROLE_SOURCE, (const unsigned[]){1, XLS_SOURCE_COMMIT, 0}));
    T(!may_begin(XLS_ROLE_SOURCE, three));
    T(!may_begin(XLS_ROLE_SOURCE, (const unsigned[]){1, XLS_SOURCE_BACK, 0}));
    T(may_begin(XLS_ROLE_SOURCE,
                (const unsigned[]){1, XLS_SOURCE_BACK, XLS_SOURCE_HERE, 0}));
    T(may_begin(XLS_ROLE_SOURCE,
                (const unsigned[]){1, XLS_SOURCE_BACK, XLS_SOURCE_HERE,
                                   XLS_SOURCE_CLOSED, 0}));
    T(!may_begin(XLS_ROLE_DESTINATION, (const unsigned[]){1, 0}));
    T(!may_begin(XLS_ROLE_DESTINATION,
                 (const unsigned[]){1, XLS_DESTINATION_PREPARED, 0}));
    T(!may_begin(XLS_ROLE_DESTINATION,
                 (const unsigned[]){1, XLS_DESTINATION_PREPARED,
                                    XLS_DESTINATION_TAKING, 0}));
    T(may_begin(XLS_ROLE_DESTINATION,
                (const unsigned[]){1, XLS_DESTINATION_PREPARED,
                                   XLS_DESTINATION_TAKING,
                                   XLS_DESTINATION_COMMITTED, 0}));
    T(may_begin(XLS_ROLE_DESTINATION,
                (const unsigned[]){XLS_DESTINATION_BURNED, 0}));
}
END_TEST

/* What is damaged may be of this guest. */
START_TEST(a_damaged_one_is_in_the_way)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    struct xls_journal *j = NULL;

    begin();
    made(&f, three);
    T(with(9, "colour blue").damaged);
    f.id[1] = 2;
    T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_HOST_BUSY);
    T(strstr(why.text, "is damaged (a line ") != NULL);
    f.uuid[15]++; /* that much is known of it */
    made(&f, three);
    T(unlink(file_of(&f)) == 0);
    T(with(3, "colour blue").damaged); /* and here nothing is */
    T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_HOST_BUSY);
    f.role = XLS_ROLE_DESTINATION;
    made(&f, (const unsigned[]){1, 0});
    end();
}
END_TEST

/* Many at once: one of them begins. */
START_TEST(two_begin_at_once)
{
    enum { CHILDREN = 8, ROUNDS = 5 };
    pid_t pid[CHILDREN];

    begin();
    for (int round = 0; round < ROUNDS; round++) {
        int gate[2];
        unsigned good_ones = 0;

        T(pipe(gate) == 0);
        for (int i = 0; i < CHILDREN; i++) {
            pid[i] = fork();
            if (pid[i] == 0) {
                struct xls_journal_facts f =
                    facts(XLS_ROLE_SOURCE, (uint8_t)(round * CHILDREN + i));
                struct xls_journal *j = NULL;
                char byte;

                f.uuid[0] = (uint8_t)round;
                (void)close(gate[1]);
                (void)!read(gate[0], &byte, 1);
                _exit((int)xls_journal_begin(state, &f, 1, &j, &why) & 0xff);
            }
        }
        (void)close(gate[0]);
        (void)close(gate[1]);
        for (int i = 0; i < CHILDREN; i++) {
            int status = status_of(pid[i]);

            T(WIFEXITED(status));
            good_ones += WEXITSTATUS(status) == 0 ? 1 : 0;
            T(WEXITSTATUS(status) == 0 ||
              WEXITSTATUS(status) == (XLS_HOST_BUSY & 0xff));
        }
        T(good_ones == 1 && files() == (size_t)round + 1);
    }
    end();
}
END_TEST

/* --- disks that do not do as they are told -------------------------------- */

/* [P-90] nothing is begun, and nothing left. */
START_TEST(begin_fails_and_leaves_nothing)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    struct xls_journal *j = NULL;
    struct rlimit small = {100, 100};
    struct rlimit now;

    begin();
    for (int octets = 0; octets <= 20000; octets += 4000) {
        bad_write = octets;
        bad_writes = 1;
        T(xls_journal_begin(state, &f, 1, &j, &why) ==
          (octets < XLS_JOURNAL_SIZE ? XLS_HOST_IO : XLS_OK));
        T(files() == (j != NULL ? 1 : 0));
    }
    xls_journal_leave(j);
    T(unlink(file_of(&f)) == 0);
    bad_writes = 0;
    for (int good_ones = 0; good_ones < 2; good_ones++) {
        bad_sync = good_ones; /* the file; its directory */
        T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_HOST_IO);
        T(j == NULL && files() == 0 && bad_sync == -1);
    }
    T(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    T(getrlimit(RLIMIT_FSIZE, &now) == 0);
    small.rlim_max = now.rlim_max;
    T(setrlimit(RLIMIT_FSIZE, &small) == 0);
    why.text[0] = '\0';
    T(xls_journal_begin(state, &f, 1, &j, &why) == XLS_HOST_IO);
    ck_assert_msg(strstr(why.text, "cannot be written: File too large"), "%s",
                  why.text);
    T(setrlimit(RLIMIT_FSIZE, &now) == 0);
    T(j == NULL && files() == 0);
    put(at(".tmp-of-the-dead"), "half", 4);
    made(&f, three);
    T(files() == 1);
    end();
}
END_TEST

/* An entry that cannot be written was not made; how far the write came, and
 * whether what was there can be put back, and be synced. */
START_TEST(an_entry_fails)
{
    enum { FINE, NOT_BACK, NOT_SYNCED, WAYS };
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    static struct picture before;
    static struct picture after;

    begin();
    made(&f, (const unsigned[]){XLS_SOURCE_OPEN, 0});
    picture(&f, &before);
    for (int octets = 0; octets < 95 * WAYS; octets++) {
        int way = octets % WAYS;
        struct xls_journal *j = taken(&f);
        /* all but the line feed, which is there already */
        bool whole = octets / WAYS >= 89;
        unsigned is =
            whole && way != FINE ? XLS_SOURCE_COMMIT : XLS_SOURCE_OPEN;

        bad_write = octets / WAYS;
        bad_writes = way == NOT_BACK ? 2 : 1;
        bad_sync = way == NOT_SYNCED ? 0 : -1;
        why.text[0] = '\0';
        T(xls_journal_enter(j, XLS_SOURCE_COMMIT, NULL, &why) ==
          (is == XLS_SOURCE_OPEN ? XLS_HOST_IO : XLS_HOST_DOUBT));
        T(strstr(why.text, "cannot be written: No space") != NULL);
        T(xls_journal_view(j)->state == is);
        T(bad_writes == 0 && bad_sync == -1);
        get(file_of(&f), after.octets);
        T(way == NOT_BACK ||
          memcmp(before.octets, after.octets, sizeof(before.octets)) == 0);
        xls_journal_leave(j);
        T(only().view.state == (way == NOT_BACK ? is : XLS_SOURCE_OPEN));
        T(only().view.torn == (way == NOT_BACK && octets >= WAYS && !whole));
        put(file_of(&f), before.octets, sizeof(before.octets));
    }
    {
        struct xls_journal *j = taken(&f);

        bad_write = 80;
        bad_writes = 2;
        T(xls_journal_enter(j, XLS_SOURCE_BACK,
                            "a long note, and longer and longer and longer",
                            &why) == XLS_HOST_IO);
        enter(j, XLS_SOURCE_COMMIT); /* over the rest of it */
        T(only().view.state == XLS_SOURCE_COMMIT && !only().view.torn);
        xls_journal_leave(j);
        T(only().view.state == XLS_SOURCE_COMMIT && !only().view.torn);
    }
    end();
}
END_TEST

/* [P-90] one that cannot be synced is there or not: what comes next writes it
 * once more. */
START_TEST(a_sync_fails)
{
    struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);
    struct xls_journal *j;
    static struct picture open;

    begin();
    j = begun(&f, XLS_SOURCE_OPEN);
    picture(&f, &open);
    for (int round = 0; round < 2; round++) {
        bad_sync = 0;
        T(xls_journal_enter(j, XLS_SOURCE_COMMIT, NULL, &why) ==
          XLS_HOST_DOUBT);
        T(strstr(why.text, "cannot be synced: Input/output error") != NULL);
        T(xls_journal_view(j)->state == XLS_SOURCE_COMMIT);
        put(file_of(&f), open.octets, sizeof(open.octets)); /* it was lost */
    }
    enter(j, XLS_SOURCE_COMMIT);
    T(xls_journal_view(j)->state == XLS_SOURCE_COMMIT);
    xls_journal_leave(j);
    T(only().view.state == XLS_SOURCE_COMMIT);
    put(file_of(&f), open.octets, sizeof(open.octets));
    j = taken(&f);
    bad_sync = 0;
    T(xls_journal_enter(j, XLS_SOURCE_COMMIT, NULL, &why) == XLS_HOST_DOUBT);
    put(file_of(&f), open.octets, sizeof(open.octets));
    bad_writes = 2; /* the next one cannot be written either */
    T(xls_journal_enter(j, XLS_SOURCE_BACK, NULL, &why) == XLS_HOST_IO);
    T(xls_journal_view(j)->state == XLS_SOURCE_COMMIT);
    enter(j, XLS_SOURCE_BACK);
    T(only().view.state == XLS_SOURCE_BACK);
    xls_journal_leave(j);
    T(only().view.state == XLS_SOURCE_BACK && !only().view.torn);

    /* who takes it over sees to it that what is read lasts */
    bad_sync = 0;
    {
        pid_t holder;

        T(take(&f, &j, &holder) == XLS_HOST_IO);
    }
    j = taken(&f);
    xls_journal_leave(j);
    end();
}
END_TEST

/* --- many ----------------------------------------------------------------- */

START_TEST(journals_are_listed_and_pruned)
{
    struct xls_journal_entry *list = NULL;
    size_t count = 7;
    const struct xls_journal_facts f = facts(XLS_ROLE_SOURCE, 1);

    begin();
    T(xls_journal_list(state, &list, &count, &why) == XLS_OK);
    T(list == NULL && count == 0);
    T(xls_journal_prune(state, 0, 0, &why) == XLS_OK);
    made(&f, three);
    T(unlink(file_of(&f)) == 0);
    for (unsigned i = 0; i < 8; i++) {
        struct xls_journal_facts one = facts(
            i % 2 == 0 ? XLS_ROLE_SOURCE : XLS_ROLE_DESTINATION, (uint8_t)i);
        char id[33];

        xls_hex(id, sizeof(id), one.id, 16);
        blank();
        line("xlsec-journal 1 %s %s", i % 2 == 0 ? "source" : "destination",
             id);
        for (size_t k = 1; k < 5; k++) {
            line("%s", good[k]);
        }
        line("state open 2026-01-01T00:00:%02uZ", 59 - i);
        if (i < 6) {
            line("state %s 2026-01-01T00:01:00Z",
                 i % 2 == 0 ? "back" : "burned");
        }
        if (i < 6 && i % 2 == 0) {
            line("state here 2026-01-01T00:01:00Z");
            line("state closed 2026-01-01T00:02:00Z");
        }
        put(file_of(&one), paper.octets, paper.used);
    }
    put(at("ffffffffffffffffffffffffffffffff.source"), "junk", 4);
    T(xls_journal_list(state, &list, &count, &why) == XLS_OK && count == 9);
    T(list[0].damaged && list[0].view.facts.id[3] == 0xff);
    for (size_t i = 1; i < count; i++) {
        T(!list[i].damaged && list[i].holder == 0);
        T(list[i].view.facts.id[1] == 8 - i); /* the oldest first */
    }
    free(list);
    T(xls_journal_prune(state, 0, (int64_t)1 << 40, &why) == XLS_OK);
    T(files() == 9); /* none is so old */
    T(xls_journal_prune(state, 3, INT64_MIN / 2, &why) == XLS_OK);
    T(files() == 9);
    T(xls_journal_prune(state, 2, INT64_MIN / 2, &why) == XLS_OK);
    T(files() == 7); /* one of each role */
    T(access(at("ab040000000000000000000000000000.source"), F_OK) != 0);
    T(access(at("ab050000000000000000000000000000.destination"), F_OK) != 0);
    T(xls_journal_prune(state, 0, INT64_MIN / 2, &why) == XLS_OK);
    T(files() == 3); /* what is open, and what nobody can read */
    end();
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        the_text_is_as_documented,
        all_facts_are_read_back,
        there_is_room_for_every_state,
        what_is_no_fact_is_refused,
        a_line_is_cut_at_every_octet,
        a_bit_is_turned,
        what_xlsec_does_not_write_is_damaged,
        files_are_judged,
        one_process_has_it,
        one_migration_of_a_guest,
        a_damaged_one_is_in_the_way,
        two_begin_at_once,
        begin_fails_and_leaves_nothing,
        an_entry_fails,
        a_sync_fails,
        journals_are_listed_and_pruned,
    };

    if (xls_crypto_start() != XLS_OK) {
        return EXIT_FAILURE;
    }
    return t_run("host-journal", tests, T_COUNT(tests));
}
