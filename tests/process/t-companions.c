/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-companions: migrations of a guest with the state of a vTPM and two files,
 * between real helper processes: where each of them is when all goes well, when
 * the guest is refused, and after faults in every message.
 *
 * Prints a line for each scene that failed, and a count.  Exit status: 0 or 1.
 */
#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/start.h"
#include "host/fd.h"
#include "judge.h"
#include "run.h"

/* Of the made guest. */
#define UUID "6d616465-0000-4000-8000-000000000001"

/* A guest of 4 MiB; of a vTPM's state that takes several records. */
enum { PAGES = 1024, PERMALL = 300000, PATH = 256 };

/* Where the companions are at one end. */
enum where {
    NOWHERE,
    IN_PLACE,
    AWAY,   /* as ...--migratedaway */
    STAGED, /* as .xlsec-...: the guest is kept, paused */
};

struct scene {
    char top[40]; /* no configuration: companions, state */
    struct field field;
    struct run run;
    struct complaint complaint;
};

/* --- files --------------------------------------------------------------- */

static void expect(struct scene *s, bool well, const char *what)
{
    if (!well && s->complaint.text[0] == '\0') {
        (void)snprintf(s->complaint.text, sizeof(s->complaint.text),
                       "not so: %s", what);
    }
}

static const char *at(const struct scene *s, enum side side, const char *name)
{
    static char path[4][PATH];
    static unsigned next;
    char *out = path[next++ % 4];

    (void)snprintf(out, PATH, "%s/%d/%s", s->top, (int)side, name);
    return out;
}

static void fill(uint8_t *out, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)(i * 7 + i / 251);
    }
}

static void put(struct scene *s, const char *path, const void *p, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    expect(s, fd >= 0 && xls_fd_write(fd, p, len) == XLS_OK, path);
    xls_fd_close(&fd);
}

static void put_text(struct scene *s, const char *path, const char *text)
{
    put(s, path, text, strlen(text));
}

/* Does the file hold exactly that? */
static bool holds(const char *path, const void *p, size_t len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    char *text = NULL;
    size_t got = 0;
    bool same = fd >= 0 && xls_fd_slurp(fd, 1 << 20, &text, &got) == XLS_OK &&
                got == len && memcmp(text, p, len) == 0;

    free(text);
    xls_fd_close(&fd);
    return same;
}

static bool has_words(const char *path, const char *words)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *text = NULL;
    size_t len = 0;
    bool has = fd >= 0 && xls_fd_slurp(fd, 1 << 20, &text, &len) == XLS_OK &&
               strstr(text, words) != NULL;

    free(text);
    xls_fd_close(&fd);
    return has;
}

static unsigned count(const char *path)
{
    DIR *dir = opendir(path);
    unsigned n = 0;

    while (dir != NULL && readdir(dir) != NULL) {
        n++;
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return n > 2 ? n - 2 : 0;
}

static bool are_whole(const struct scene *s, enum side side, const char *suffix)
{
    static uint8_t permall[PERMALL];
    char path[3][PATH];

    fill(permall, sizeof(permall));
    (void)snprintf(path[0], PATH, "%s%s/tpm2-00.permall",
                   at(s, side, "root/vtpm/made"), suffix);
    (void)snprintf(path[1], PATH, "%s%s", at(s, side, "root/nvram/made"),
                   suffix);
    (void)snprintf(path[2], PATH, "%s%s", at(s, side, "root/nvram/empty"),
                   suffix);
    return holds(path[0], permall, sizeof(permall)) &&
           holds(path[1], "nvram", 5) && holds(path[2], "", 0);
}

/* Files of that directory that no program looks for. */
static int count_staged(const char *dir)
{
    char pattern[PATH + 16];
    glob_t found;
    int n = 0;

    (void)snprintf(pattern, sizeof(pattern), "%s/.xlsec-*", dir);
    if (glob(pattern, 0, NULL, &found) == 0) {
        n = (int)found.gl_pathc;
        globfree(&found);
    }
    return n;
}

/* At the destination: it waits with the guest, or nothing of it is there. */
static enum where unless_kept(const struct scene *s)
{
    return s->run.shared->end[DESTINATION].state == XLS_STANDIN_SUSPENDED
               ? STAGED
               : NOWHERE;
}

static void expect_at(struct scene *s, enum side side, enum where where)
{
    char text[96];
    bool as = count(at(s, side, "root/vtpm")) == (where == NOWHERE ? 0 : 1) &&
              count(at(s, side, "root/nvram")) == (where == NOWHERE ? 0 : 2);

    as = as &&
         (where == NOWHERE ||
          (where == STAGED && count_staged(at(s, side, "root/vtpm")) +
                                      count_staged(at(s, side, "root/nvram")) ==
                                  3) ||
          are_whole(s, side, where == AWAY ? "--migratedaway" : ""));
    (void)snprintf(text, sizeof(text), "all of it is %s at the %s",
                   where == NOWHERE    ? "gone"
                   : where == IN_PLACE ? "in place"
                   : where == STAGED   ? "staged"
                                       : "set aside",
                   side == SOURCE ? "source" : "destination");
    expect(s, as, text);
}

/* The line that says how a generation stands. */
static void expect_generation(struct scene *s, enum side side,
                              const char *words)
{
    const char *path = at(s, side, "state/vtpm/" UUID ".generation");

    if (words == NULL) {
        expect(s, access(path, F_OK) != 0 || !has_words(path, "\ngeneration "),
               "no generation is known");
        expect(s, !has_words(path, "open-move"), "no move is open");
    } else {
        expect(s, has_words(path, words), words);
    }
}

/* As it was before: everything here, nothing there, nothing known. */
static void expect_untouched(struct scene *s)
{
    expect_at(s, SOURCE, IN_PLACE);
    expect_at(s, DESTINATION, unless_kept(s));
    expect_generation(s, SOURCE, NULL);
    expect_generation(s, DESTINATION, NULL);
    expect(s, !has_words(at(s, SOURCE, "state/audit.log"), "companion-deleted"),
           "there is no receipt");
}

static void expect_words(struct scene *s, enum side side, const char *words)
{
    const char *const list[] = {words, NULL};

    judge_words(&s->run, side, list, &s->complaint);
}

/* --- a world ------------------------------------------------------------- */

#define ACCEPT "accept-vtpm = /vtpm/*\naccept-file = /nvram/*\n"

static void set_peer(struct scene *s, enum side side, const char *accept)
{
    struct xls_peers peers;
    struct xls_why why = {""};
    char text[1024];
    char code[XLS_KEY_TEXT];

    expect(s,
           xls_peers_load(s->field.hosts.dir[side], &peers, &why) == XLS_OK &&
               peers.count == 1,
           "the peer can be read");
    if (s->complaint.text[0] == '\0') {
        xls_key_encode(peers.list[0].key, code);
        (void)snprintf(text, sizeof(text),
                       "[peer]\nname = other\naddress = 127.0.0.1\nport = %u\n"
                       "key = %s\nallow = incoming outgoing\nevidence = none\n"
                       "accept-kernel = /**\n%s",
                       (unsigned)peers.list[0].port, code, accept);
        expect(s,
               xls_two_hosts_write(&s->field.hosts, (unsigned)side,
                                   "peers.d/other.conf", text, 0644),
               "the peer can be written");
    }
    xls_peers_free(&peers);
}

static void set_host(struct scene *s, enum side side)
{
    char text[512];
    char dir[PATH];

    (void)snprintf(text, sizeof(text),
                   "[paths]\nlibexec = %s/lib\nstate = %s\n[companions]\n"
                   "under = %s\n[time]\nhandshake = 10\nstall = 5\n"
                   "finish = 20\nsettle = 0\n",
                   s->field.hosts.top, at(s, side, "state"),
                   at(s, side, "root"));
    expect(s,
           xls_two_hosts_write(&s->field.hosts, (unsigned)side, "xlsec.conf",
                               text, 0644),
           "a configuration can be written");
    (void)snprintf(dir, sizeof(dir), "%s/%d", s->top, (int)side);
    expect(s,
           mkdir(dir, 0755) == 0 && mkdir(at(s, side, "root"), 0755) == 0 &&
               mkdir(at(s, side, "root/vtpm"), 0755) == 0 &&
               mkdir(at(s, side, "root/nvram"), 0755) == 0 &&
               mkdir(at(s, side, "state"), 0700) == 0,
           "directories can be made");
    set_peer(s, side, ACCEPT);
}

#define GUEST                                                                  \
    "[guest]\nname = made\nfile = /nvram/made\nfile = /nvram/empty\n"          \
    "[vtpm]\nstate = /vtpm/made\n"

static bool begin(struct scene *s)
{
    static uint8_t permall[PERMALL];
    char path[PATH];

    *s = (struct scene){.top = "/tmp/xlsec-along-XXXXXX"};
    if (mkdtemp(s->top) == NULL || !field_begin(&s->field, "") ||
        !run_begin(&s->run, &s->field, NULL)) {
        return false;
    }
    s->run.pages = PAGES;
    set_host(s, SOURCE);
    set_host(s, DESTINATION);
    fill(permall, sizeof(permall));
    expect(s, mkdir(at(s, SOURCE, "root/vtpm/made"), 0700) == 0, "a vTPM");
    put(s, at(s, SOURCE, "root/vtpm/made/tpm2-00.permall"), permall,
        sizeof(permall));
    put_text(s, at(s, SOURCE, "root/nvram/made"), "nvram");
    put_text(s, at(s, SOURCE, "root/nvram/empty"), "");
    (void)snprintf(path, sizeof(path), "%s/guests.d",
                   s->field.hosts.dir[SOURCE]);
    expect(s, mkdir(path, 0700) == 0, "guests.d can be made");
    expect(s,
           xls_two_hosts_write(&s->field.hosts, SOURCE, "guests.d/made.conf",
                               GUEST, 0644),
           "the guest can be written");
    return s->complaint.text[0] == '\0';
}

static bool end(struct scene *s, const char *name)
{
    char line[64];
    bool well = s->complaint.text[0] == '\0';

    if (!well) {
        tell_run(&s->run, name, &s->complaint);
    } else if (getenv("VERBOSE") != NULL) {
        (void)printf("%s (%" PRId64 " ms)\n  source: %s\n  destination: %s\n",
                     name, s->run.ms, s->run.shared->end[SOURCE].why.text,
                     s->run.shared->end[DESTINATION].why.text);
    }
    run_end(&s->run);
    field_end(&s->field);
    (void)snprintf(line, sizeof(line), "rm -rf %s", s->top);
    return system(line) == 0 && well;
}

/* --- scenes -------------------------------------------------------------- */

static bool did(const struct scene *s, enum deed deed)
{
    return diary_has(&s->run.shared->diary, deed);
}

static void refused(struct scene *s, const char *rule)
{
    char words[128];

    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    (void)snprintf(words, sizeof(words), "other refuses the guest [%s]", rule);
    expect_words(s, SOURCE, words);
    expect(s, !did(s, DEED_SAVE) && !did(s, DEED_RESTORE),
           "the guest was not touched");
}

static void moves(struct scene *s)
{
    const struct end *end = s->run.shared->end;

    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    expect_at(s, SOURCE, NOWHERE);
    expect_at(s, DESTINATION, IN_PLACE);
    expect_generation(s, SOURCE, "generation 1\n");
    expect_generation(s, DESTINATION, "generation 1\n");
    expect(s,
           has_words(at(s, DESTINATION, "root/vtpm/made/xlsec.generation"),
                     "guest " UUID "\ngeneration 1\n"),
           "the copy has its mark");
    expect(s, has_words(at(s, SOURCE, "state/audit.log"), "companion-deleted"),
           "the source has receipts");
    expect(s,
           has_words(at(s, DESTINATION, "state/audit.log"), "companion-placed"),
           "the destination has them, too");
    expect(s,
           end[SOURCE].report.companions == 3 &&
               end[DESTINATION].report.companions == 3,
           "both report three");
}

/* Back and forth, with a stale copy left in the way by somebody. */
static void moves_once_more(struct scene *s)
{
    static const char mark[] = "guest " UUID "\ngeneration 4\n";

    put_text(s, at(s, SOURCE, "root/vtpm/made/xlsec.generation"), mark);
    expect(s, mkdir(at(s, DESTINATION, "state/vtpm"), 0700) == 0, "state");
    put_text(s, at(s, DESTINATION, "state/vtpm/" UUID ".generation"), mark);
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    expect_at(s, DESTINATION, IN_PLACE);
    expect_generation(s, SOURCE, "generation 5\n");
    expect_generation(s, DESTINATION, "generation 5\n");
}

static void old_copy(struct scene *s)
{
    expect(s, mkdir(at(s, DESTINATION, "state/vtpm"), 0700) == 0, "state");
    put_text(s, at(s, DESTINATION, "state/vtpm/" UUID ".generation"),
             "guest " UUID "\ngeneration 1\n");
    refused(s, "companion-generation");
    expect_words(s, SOURCE,
                 "it would be generation 1, and this host has had "
                 "generation 1");
    expect_at(s, SOURCE, IN_PLACE);
    expect_at(s, DESTINATION, NOWHERE);
}

/* [P-73] */
static void nothing_is_accepted(struct scene *s)
{
    set_peer(s, DESTINATION, "accept-vtpm = /vtpm/*\n");
    refused(s, "companion");
    expect_words(s, SOURCE,
                 "file '/nvram/empty' may not come along with a "
                 "guest; to accept it, add to ");
    expect_words(s, SOURCE, "other.conf: accept-file = /nvram/empty");
    expect_untouched(s);
}

static void something_is_there(struct scene *s)
{
    put_text(s, at(s, DESTINATION, "root/nvram/made"), "other");
    refused(s, "companion-there");
    expect(s, holds(at(s, DESTINATION, "root/nvram/made"), "other", 5),
           "it stays as it was");
    expect_at(s, SOURCE, IN_PLACE);
}

static void only_asks(struct scene *s)
{
    s->run.dry_run = true;
    run_go(&s->run);
    judge_always(&s->run, &s->complaint);
    expect(s, s->run.shared->end[SOURCE].verdict == XLS_MOVED, "admitted");
    expect_untouched(s);
}

static void only_asks_and_is_refused(struct scene *s)
{
    set_peer(s, DESTINATION, "");
    s->run.dry_run = true;
    run_go(&s->run);
    expect(s, s->run.shared->end[SOURCE].verdict == XLS_DENIED, "refused");
    expect_untouched(s);
}

/* The source finds out before it asks anybody. */
static void one_is_missing(struct scene *s)
{
    expect(s, unlink(at(s, SOURCE, "root/nvram/empty")) == 0, "unlinked");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "/nvram/empty: is not a plain file");
    expect(s, !did(s, DEED_ADMIT) && !did(s, DEED_SAVE), "nobody was asked");
}

static void configuration_is_wrong(struct scene *s)
{
    expect(s,
           xls_two_hosts_write(&s->field.hosts, SOURCE, "guests.d/x.conf",
                               "[guest]\nnames = x\n", 0644),
           "written");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "guests.d/x.conf:2: unknown word 'names'");
    expect_untouched(s);
}

static void grow(struct run *run)
{
    const char *path = (const char *)run->hook_ctx;

    if (truncate(path, 3000000) != 0) {
        perror(path);
    }
}

/* While the guest's memory moves, a file grows beyond what was announced. */
static void one_grows(struct scene *s)
{
    static char path[PATH];

    (void)snprintf(path, sizeof(path), "%s", at(s, SOURCE, "root/nvram/made"));
    s->run.on_record = grow;
    s->run.hook_ctx = path;
    s->run.knobs.pause_ms = 300;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE,
                 "/nvram/made: is not as it was when the migration "
                 "began");
    expect_words(s, DESTINATION, "stopped the migration");
    expect_at(s, DESTINATION, NOWHERE);
    expect_generation(s, SOURCE, NULL);
}

static void occupy(struct run *run)
{
    const char *path = (const char *)run->hook_ctx;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    if (fd < 0) {
        perror(path);
    }
    xls_fd_close(&fd);
}

/* [P-82] The place is taken after it was found free: what had its name already
 * goes again, and the guest goes on at the source with all it had. */
static void place_is_taken(struct scene *s)
{
    static char path[PATH];

    (void)snprintf(path, sizeof(path), "%s",
                   at(s, DESTINATION, "root/vtpm/made"));
    s->run.on_record = occupy;
    s->run.hook_ctx = path;
    s->run.knobs.pause_ms = 300;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "could not start the guest and destroyed its copy");
    expect_words(s, DESTINATION, "cannot get its name: File exists");
    expect(s, !did(s, DEED_RUN), "it never ran there");
    expect(s, holds(path, "", 0), "what took the place stays");
    expect(s, unlink(path) == 0, "unlinked");
    expect_untouched(s);
}

/* BURNED has left the destination, and is not at the source yet. */
static void look_there(struct run *run)
{
    struct scene *s = (struct scene *)(uintptr_t)run->hook_ctx;

    expect_at(s, DESTINATION, NOWHERE);
    expect_at(s, SOURCE, AWAY);
}

/* [P-82] What has come is gone before BURNED is said. */
static void destination_cannot_start(struct scene *s)
{
    s->run.knobs.fail_run = true;
    s->run.on_answer = look_there;
    s->run.hook_ctx = s;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "the stand-in may not start");
    expect_untouched(s);
}

static void destination_cannot_load(struct scene *s)
{
    s->run.knobs.fail_restore = true;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_untouched(s);
}

static void source_cannot_save(struct scene *s)
{
    s->run.knobs.fail_save = true;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_untouched(s);
}

static const struct {
    const char *name;
    void (*play)(struct scene *s);
} scenes[] = {
    {"moves", moves},
    {"moves once more", moves_once_more},
    {"an old copy", old_copy},
    {"nothing is accepted", nothing_is_accepted},
    {"something is there", something_is_there},
    {"only asks", only_asks},
    {"only asks, and is refused", only_asks_and_is_refused},
    {"one is missing", one_is_missing},
    {"configuration is wrong", configuration_is_wrong},
    {"one grows", one_grows},
    {"place is taken", place_is_taken},
    {"destination cannot start", destination_cannot_start},
    {"destination cannot load", destination_cannot_load},
    {"source cannot save", source_cannot_save},
};

enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };

/* --- faults -------------------------------------------------------------- */

static const struct fault faults[] = {
    {ACT_RESET, {PART_OFFER, 0, 30000}, 0},
    {ACT_RESET, {PART_ADMIT, 0, 0}, 0},
    {ACT_RESET, {PART_RECORD, 5, 70000}, 0},
    {ACT_RESET, {PART_FINAL, 0, 70000}, 0},
    {ACT_RESET, {PART_PIECE, 0, 0}, 0},
    {ACT_CLOSE, {PART_PIECE, 0, 100}, 0},
    {ACT_RESET, {PART_PIECE, 2, 100000}, 0},
    {ACT_FLIP, {PART_PIECE, 0, 3}, 1},
    {ACT_FLIP, {PART_PIECE, 1, 1000}, 4},
    {ACT_FLIP, {PART_PIECE, 3, 131103}, 0x80},
    {ACT_RESET, {PART_LAST, 0, 0}, 0},
    {ACT_CLOSE, {PART_LAST, 0, 131104}, 0},
    {ACT_FLIP, {PART_LAST, 0, 0}, 1},
    {ACT_FLIP, {PART_LAST, 0, 60000}, 1},
    {ACT_RESET, {PART_AGAIN, 0, 100}, 0},
    {ACT_FLIP, {PART_BACK_AGAIN, 0, 100}, 1},
    {ACT_RESET, {PART_PREPARED, 0, 0}, 0},
    {ACT_FLIP, {PART_PREPARED, 0, 100}, 1},
    {ACT_RESET, {PART_COMMIT, 0, 0}, 0},
    {ACT_CLOSE, {PART_COMMIT, 0, 300}, 0},
    {ACT_FLIP, {PART_COMMIT, 0, 40}, 1},
    {ACT_RESET, {PART_COMMITTED, 0, 0}, 0},
    {ACT_FLIP, {PART_COMMITTED, 0, 40}, 1},
    {ACT_RESET, {PART_COMMITTED, 0, 544}, 0},
};

enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

/* What has to be where after it. */
static void strike(struct scene *s, const struct fault *fault)
{
    enum fate fate = fate_of(fault);

    s->run.fault = *fault;
    run_go(&s->run);
    judge(&s->run, fate, &s->complaint);
    expect(s, s->run.fired, "the place was reached");
    switch (fate) {
    case FATE_MOVED:
        expect_at(s, SOURCE, NOWHERE);
        expect_at(s, DESTINATION, IN_PLACE);
        break;
    case FATE_STAYED:
        expect_untouched(s);
        break;
    case FATE_DOUBT_GONE:
    case FATE_DOUBT_THERE:
        expect_at(s, SOURCE, AWAY);
        expect_generation(s, SOURCE, "open-to other\n");
        expect_at(s, DESTINATION,
                  fate == FATE_DOUBT_THERE ? IN_PLACE : unless_kept(s));
        expect_generation(s, DESTINATION,
                          fate == FATE_DOUBT_THERE ? "generation 1\n" : NULL);
        break;
    case FATE_DENIED:
    case FATE_DOUBT:
    case FATE_AT_PREPARED:
    case FATES:
        expect(s, false, "the fate is one of the others");
        break;
    }
}

static bool play(size_t i)
{
    const struct fault *fault = i < SCENES ? NULL : &faults[i - SCENES];
    struct scene s;
    char name[128];

    if (fault == NULL) {
        (void)snprintf(name, sizeof(name), "%s", scenes[i].name);
    } else {
        (void)snprintf(name, sizeof(name), "act %d: octet %zu of %s %" PRIu64,
                       (int)fault->act, fault->place.at,
                       part_name(fault->place.part), fault->place.index);
    }
    if (!begin(&s)) {
        return false;
    }
    if (fault == NULL) {
        scenes[i].play(&s);
    } else {
        strike(&s, fault);
    }
    return end(&s, name);
}

int main(void)
{
    unsigned failed = 0;

    if (xls_crypto_start() != XLS_OK) {
        return 1;
    }
    for (size_t i = 0; i < SCENES + FAULTS; i++) {
        failed += !play(i);
    }
    (void)printf("companions: %d scenes and %d faults, %u wrong\n", (int)SCENES,
                 (int)FAULTS, failed);
    return failed == 0 ? 0 : 1;
}
