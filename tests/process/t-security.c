/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-security: who gets no answer, who is refused before what, and what is left
 * when something dies, in migrations between real helper processes.
 *
 * Prints a line for each scene that failed, and a count.  Exit status: 0, 1,
 * or 77 when the streams cannot be unpacked.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/kem.h"
#include "crypto/start.h"
#include "host/fd.h"
#include "judge.h"
#include "run.h"
#include "streams.h"

#define SHORT_TIMES "[time]\nhandshake = 2\nstall = 5\nfinish = 20\n"

enum { MSG1 = 1330, MSG2 = 1378, PAUSE_MS = 700 };

struct scene {
    const char *name;
    const struct streams *streams;
    struct field field;
    struct run run;
    struct complaint complaint;
};

/* --- what every scene does
 * ---------------------------------------------------------*/

static void expect(struct scene *s, bool well, const char *what)
{
    if (!well && s->complaint.text[0] == '\0') {
        (void)snprintf(s->complaint.text, sizeof(s->complaint.text),
                       "not so: %s", what);
    }
}

static void expect_words(struct scene *s, enum side side, const char *words)
{
    const char *const list[] = {words, NULL};

    judge_words(&s->run, side, list, &s->complaint);
}

static bool did(const struct scene *s, enum deed deed)
{
    return diary_has(&s->run.shared->diary, deed);
}

/* Nothing of the guest has left: it was not saved, and nothing was built. */
static void expect_untouched(struct scene *s)
{
    expect(s, !did(s, DEED_SAVE), "the source did not save its guest");
    expect(s, !did(s, DEED_RESTORE), "the destination built nothing");
    expect(s, s->run.track[TO_DESTINATION].records == 0, "no record was sent");
}

static uint64_t sent_by(const struct scene *s, enum side side)
{
    return s->run.track[side == SOURCE ? TO_DESTINATION : TO_SOURCE].total;
}

static void set(struct scene *s, enum side side, const char *name,
                const char *text, unsigned mode)
{
    expect(
        s,
        xls_two_hosts_write(&s->field.hosts, (unsigned)side, name, text, mode),
        "a file could be written");
}

static void set_key(struct scene *s, enum side side, const char *name,
                    const uint8_t key[XLS_KEY])
{
    char text[XLS_KEY_TEXT];

    xls_key_encode(key, text);
    set(s, side, name, text, 0600);
}

static void set_random_key(struct scene *s, enum side side, const char *name)
{
    uint8_t key[XLS_KEY];

    xls_random(key, sizeof(key));
    set_key(s, side, name, key);
}

/* What that side knows of its peer; the port stays that of the field. */
static void set_peer(struct scene *s, enum side side, const uint8_t *key,
                     const char *allow)
{
    struct xls_peers peers;
    struct xls_why why = {""};
    char text[512];
    char code[XLS_KEY_TEXT];

    expect(s,
           xls_peers_load(s->field.hosts.dir[side], &peers, &why) == XLS_OK &&
               peers.count == 1,
           "the peer could be read");
    if (s->complaint.text[0] == '\0') {
        xls_key_encode(key, code);
        (void)snprintf(text, sizeof(text),
                       "[peer]\nname = other\naddress = 127.0.0.1\n"
                       "port = %u\nkey = %s\nallow = %s\nevidence = none\n",
                       (unsigned)peers.list[0].port, code, allow);
        set(s, side, "peers.d/other.conf", text, 0644);
    }
    xls_peers_free(&peers);
}

/* --- strangers
 * ------------------------------------------------------------------------*/

static void wrong_fleet_key(struct scene *s)
{
    set_random_key(s, SOURCE, "fleet.key");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == 0, "the destination sent no octet");
    expect(s, sent_by(s, SOURCE) == MSG1, "the source sent message 1 only");
    expect_words(s, SOURCE, "a wrong fleet key gets no answer");
    expect_words(s, DESTINATION, "wrong fleet key");
    expect_untouched(s);
    expect(s, s->run.ms < 5000, "it ended in time");
}

static void unknown_source(struct scene *s)
{
    uint8_t key[XLS_KEY] = {1};

    set_peer(s, DESTINATION, key, "incoming outgoing");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == MSG2, "only message 2 was answered");
    expect_words(s, DESTINATION, "is unknown here");
    expect_words(s, DESTINATION, "SHA256:");
    expect_words(s, SOURCE, "connection");
    expect(s, !did(s, DEED_ADMIT), "no offer was looked at");
    expect_untouched(s);
}

static void source_only_receives(struct scene *s)
{
    set_peer(s, DESTINATION, s->field.hosts.key[SOURCE].pub, "outgoing");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == MSG2, "only message 2 was answered");
    expect_words(s, DESTINATION, "may not send guests here");
    expect_untouched(s);
}

static void destination_only_sends(struct scene *s)
{
    set_peer(s, SOURCE, s->field.hosts.key[DESTINATION].pub, "incoming");
    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect(s, sent_by(s, SOURCE) == 0, "the source sent no octet");
    expect_words(s, SOURCE, "does not say 'allow = outgoing'");
    expect_untouched(s);
}

static void another_host_answers(struct scene *s)
{
    uint8_t key[XLS_KEY] = {2};

    set_peer(s, SOURCE, key, "incoming outgoing");
    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect(s, sent_by(s, SOURCE) == MSG1, "no octet after message 1 was sent");
    expect(s, sent_by(s, DESTINATION) == MSG2, "message 2 came");
    expect_words(s, SOURCE, "the host that answers has the key SHA256:");
    expect_untouched(s);
}

static void own_key_answers(struct scene *s)
{
    const struct xls_dh_key *own = &s->field.hosts.key[SOURCE];

    set_key(s, DESTINATION, "host.key", own->secret);
    set_peer(s, SOURCE, own->pub, "incoming outgoing");
    set_peer(s, DESTINATION, own->pub, "incoming outgoing");
    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect(s, sent_by(s, SOURCE) == MSG1, "no octet after message 1 was sent");
    expect_untouched(s);
}

static void one_has_a_pairwise_key(struct scene *s)
{
    set_random_key(s, SOURCE, "peers.d/other.psk");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == MSG2, "only message 2 was answered");
    expect_words(s, DESTINATION, "does not have the keys");
    expect_untouched(s);
}

static void both_have_a_pairwise_key(struct scene *s)
{
    const uint8_t key[XLS_KEY] = {3};

    set_key(s, SOURCE, "peers.d/other.psk", key);
    set_key(s, DESTINATION, "peers.d/other.psk", key);
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
}

/* --- post-quantum keys
 * --------------------------------------------------------------------------*/

static void set_pq(struct scene *s, enum side side, const char *word)
{
    struct xls_conf conf;
    struct xls_why why = {""};
    char text[XLS_PATH + 200];

    expect(s, xls_conf_load(s->field.hosts.dir[side], &conf, &why) == XLS_OK,
           "the configuration could be read");
    (void)snprintf(text, sizeof(text),
                   "[paths]\nlibexec = %s\nstate = %s/state\n" SHORT_TIMES
                   "[channel]\npost-quantum = %s\n",
                   conf.libexec, s->field.hosts.dir[side], word);
    set(s, side, "xlsec.conf", text, 0644);
}

/* It moved, and both ends report this suite. */
static void expect_suite(struct scene *s, uint16_t suite)
{
    judge(&s->run, FATE_MOVED, &s->complaint);
    expect(s, s->run.shared->end[SOURCE].report.suite == suite,
           "the source reports the suite");
    expect(s, s->run.shared->end[DESTINATION].report.suite == suite,
           "the destination reports the suite");
    expect(s,
           strstr(s->run.shared->end[DESTINATION].log, xls_suite_text(suite)) !=
               NULL,
           "the destination's log names the suite");
}

/* [P-48] [P-50] */
static void post_quantum_preferred(struct scene *s)
{
    run_go(&s->run);
    expect_suite(s, xls_kem_by() == NULL ? XLS_SUITE_X25519 : XLS_SUITE_HYBRID);
}

static void post_quantum_off_here(struct scene *s)
{
    set_pq(s, SOURCE, "off");
    run_go(&s->run);
    expect_suite(s, XLS_SUITE_X25519);
}

static void post_quantum_off_there(struct scene *s)
{
    set_pq(s, DESTINATION, "off");
    run_go(&s->run);
    expect_suite(s, XLS_SUITE_X25519);
}

/* A build that has none says so, and neither connects nor answers. */
static void post_quantum_absent(struct scene *s, enum side side)
{
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, side, "built without ML-KEM-768");
    expect(s, sent_by(s, side) == 0, "not an octet was sent");
    expect_untouched(s);
}

static void post_quantum_required(struct scene *s)
{
    set_pq(s, SOURCE, "require");
    set_pq(s, DESTINATION, "require");
    run_go(&s->run);
    if (xls_kem_by() == NULL) {
        post_quantum_absent(s, SOURCE);
        return;
    }
    expect_suite(s, XLS_SUITE_HYBRID);
}

static void post_quantum_required_here(struct scene *s)
{
    set_pq(s, SOURCE, "require");
    set_pq(s, DESTINATION, "off");
    run_go(&s->run);
    if (xls_kem_by() == NULL) {
        post_quantum_absent(s, SOURCE);
        return;
    }
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect(s, sent_by(s, SOURCE) == MSG1, "no octet after message 1 was sent");
    expect_words(s, SOURCE, "agrees on no post-quantum key");
    expect_untouched(s);
}

static void post_quantum_required_there(struct scene *s)
{
    set_pq(s, SOURCE, "off");
    set_pq(s, DESTINATION, "require");
    run_go(&s->run);
    if (xls_kem_by() == NULL) {
        post_quantum_absent(s, DESTINATION);
        return;
    }
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == 0, "message 1 got no answer");
    expect_words(s, DESTINATION, "agrees on no post-quantum key");
    expect_untouched(s);
}

/* --- replay and noise
 * -------------------------------------------------------------------*/

/* Another run on the same hosts with a tape in place of that end. */
static void play_to(struct scene *s, enum side played, const struct tape *tape)
{
    run_end(&s->run);
    expect(s, run_begin(&s->run, &s->field, s->streams->path[0]), "memory");
    s->run.play[played] = tape;
    run_go(&s->run);
}

static void record_one(struct scene *s, struct tape tapes[WAYS])
{
    s->run.record = tapes;
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    expect(s,
           tapes[TO_DESTINATION].len == sent_by(s, SOURCE) &&
               tapes[TO_SOURCE].len == sent_by(s, DESTINATION),
           "the tapes are whole");
}

static void replay_to_destination(struct scene *s)
{
    struct tape tapes[WAYS] = {{NULL, 0}, {NULL, 0}};

    record_one(s, tapes);
    play_to(s, SOURCE, &tapes[TO_DESTINATION]);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == MSG2, "only message 2 was answered");
    expect(s, !did(s, DEED_ADMIT) && !did(s, DEED_RESTORE) && !did(s, DEED_RUN),
           "nothing was done");
    expect_words(s, DESTINATION, "does not have the keys");
    free(tapes[0].octets);
    free(tapes[1].octets);
}

static void replay_to_source(struct scene *s)
{
    struct tape tapes[WAYS] = {{NULL, 0}, {NULL, 0}};

    record_one(s, tapes);
    play_to(s, DESTINATION, &tapes[TO_SOURCE]);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, SOURCE) == MSG1, "no octet after message 1 was sent");
    expect_words(s, SOURCE, "does not have the keys");
    expect_untouched(s);
    free(tapes[0].octets);
    free(tapes[1].octets);
}

static void noise_to_destination(struct scene *s)
{
    uint8_t octets[4096];
    const struct tape tape = {octets, sizeof(octets)};

    xls_random(octets, sizeof(octets));
    octets[0] = (MSG1 - 2) >> 8; /* the length is right, to get beyond it */
    octets[1] = (MSG1 - 2) & 0xff;
    play_to(s, SOURCE, &tape);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == 0, "the destination sent no octet");
}

static void silence_to_destination(struct scene *s)
{
    const struct tape tape = {NULL, 0};

    play_to(s, SOURCE, &tape);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, sent_by(s, DESTINATION) == 0, "the destination sent no octet");
    expect(s, s->run.ms >= 1900 && s->run.ms < 8000, "it took handshake = 2");
    expect_words(s, DESTINATION, "did not complete the handshake in time");
}

/* --- what hosts say no to
 * ---------------------------------------------------------------*/

static void destination_refuses(struct scene *s)
{
    s->run.knobs.refuse = "quota";
    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect_words(s, SOURCE, "[quota]: the stand-in takes no guest");
    expect_untouched(s);
}

/* [S-38] A real guest, whose kernel nobody has said may be had from that host:
 * the refusal says the line, and with the line it is accepted. */
static void policy_refuses(struct scene *s)
{
    run_end(&s->run);
    expect(s, run_begin(&s->run, &s->field, s->streams->path[0]), "memory");
    set_peer(s, DESTINATION, s->field.hosts.key[SOURCE].pub, "incoming");
    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect_words(s, SOURCE,
                 "[S-203] b_info.kernel '/usr/local/lib/xlsec-lab/vmlinuz' is "
                 "not accepted from this host; to accept it, add to ");
    expect_words(s, SOURCE,
                 "/peers.d/other.conf: accept-kernel = "
                 "/usr/local/lib/xlsec-lab/vmlinuz (and 1 more");
    expect(s, !did(s, DEED_ADMIT), "the host was not asked");
    expect_untouched(s);
}

static void policy_permits(struct scene *s)
{
    run_end(&s->run);
    expect(s, run_begin(&s->run, &s->field, s->streams->path[0]), "memory");
    set_peer(s, DESTINATION, s->field.hosts.key[SOURCE].pub,
             "incoming\naccept-kernel = /usr/local/lib/xlsec-lab/vmlinuz\n"
             "accept-kernel = /usr/local/lib/xlsec-lab/guest.gz");
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
}

static void destination_cannot_start(struct scene *s)
{
    s->run.knobs.fail_run = true;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE,
                 "could not start the guest and destroyed its copy: the "
                 "stand-in may not start");
    expect(s, did(s, DEED_RUN_FAILED) && did(s, DEED_BACK), "it was BURNED");
}

static void destination_cannot_load(struct scene *s)
{
    s->run.knobs.fail_restore = true;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "could not load the guest: the stand-in could not");
    expect(s, !did(s, DEED_AWAY), "no COMMIT");
}

static void source_cannot_save(struct scene *s)
{
    s->run.knobs.fail_save = true;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "the stand-in could not write its stream");
    expect_words(s, DESTINATION, "stopped the migration: the stand-in could");
}

static void source_only_asks(struct scene *s)
{
    const struct end *end = s->run.shared->end;

    s->run.dry_run = true;
    run_go(&s->run);
    judge_always(&s->run, &s->complaint);
    expect(s, end[SOURCE].verdict == XLS_MOVED, "admitted");
    expect(s, end[SOURCE].state == XLS_STANDIN_RUNNING, "the guest runs here");
    expect(s, end[DESTINATION].state == XLS_STANDIN_NONE, "and not there");
    expect(s, did(s, DEED_ADMIT), "the destination was asked");
    expect_words(s, DESTINATION, "other stopped the migration");
    expect_untouched(s);
}

static void guest_is_left_paused(struct scene *s)
{
    s->run.paused = true;
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    expect(s,
           s->run.shared->end[SOURCE].report.paused &&
               s->run.shared->end[DESTINATION].report.paused,
           "both report that it is paused");
}

/* The destination is ready before the source's libxl has returned. */
static void prepared_comes_early(struct scene *s)
{
    s->run.late_ms = PAUSE_MS;
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    expect(s, s->run.ms >= PAUSE_MS && s->run.ms < 5000, "nobody waited");
}

/* --- streams that no honest guard would send
 * -----------------------------------*/

/* The stream with one octet changed, at the front or (negative) from the end,
 * and cut octets taken from its end. */
static void spoil_stream(struct scene *s, off_t at, off_t cut)
{
    static char path[80];
    char command[256];
    unsigned char c = 0;
    off_t size;
    int fd;

    (void)snprintf(path, sizeof(path), "%s/spoilt.xl", s->field.hosts.top);
    (void)snprintf(command, sizeof(command), "cp %s %s", s->streams->path[0],
                   path);
    expect(s, system(command) == 0, "a copy");
    fd = open(path, O_RDWR | O_CLOEXEC);
    size = lseek(fd, 0, SEEK_END);
    at = at < 0 ? size + at : at;
    expect(s, fd >= 0 && pread(fd, &c, 1, at) == 1, "the octet");
    c ^= 0x40;
    expect(s, pwrite(fd, &c, 1, at) == 1 && ftruncate(fd, size - cut) == 0,
           "changes to the copy");
    xls_fd_close(&fd);
    s->run.stream = path;
}

/* In pv.xl: the version in libxl's own header; and the type of the last record,
 * when all else has been given to libxl. */
enum { IN_HEAD = 934, IN_LAST = -8, LAST_SIZE = 8 };

static void spoilt_by_the_source(struct scene *s, off_t at, off_t cut)
{
    expect(s, field_odd_guard(&s->field, SOURCE, "careless"), "the guard");
    spoil_stream(s, at, cut);
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "the migration stream is refused: [S-");
    expect_words(s, DESTINATION, "the migration stream is refused: [S-");
    expect(s, !did(s, DEED_AWAY), "no COMMIT");
}

static void source_spoils_the_head(struct scene *s)
{
    spoilt_by_the_source(s, IN_HEAD, 0);
    expect(s, !did(s, DEED_RESTORE), "nothing was built");
}

static void source_spoils_the_end(struct scene *s)
{
    spoilt_by_the_source(s, IN_LAST, 0);
    expect(s, did(s, DEED_RESTORE), "it was built, and destroyed");
}

/* Without its end: what libxl itself would take for a good one. */
static void source_leaves_out_the_end(struct scene *s)
{
    spoilt_by_the_source(s, IN_LAST, LAST_SIZE);
}

/* The same with an honest source: nothing of it leaves. */
static void source_saves_a_spoilt_stream(struct scene *s)
{
    spoil_stream(s, IN_HEAD, 0);
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "the migration stream is refused: [S-");
    expect(s, s->run.track[TO_DESTINATION].records == 0, "no record was sent");
    expect(s, !did(s, DEED_RESTORE), "nothing was built");
}

static void guard_judges_after_libxl(struct scene *s)
{
    expect(s, field_odd_guard(&s->field, DESTINATION, "late"), "the guard");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, DESTINATION, "the migration stream is refused");
    expect(s, did(s, DEED_RESTORE) && !did(s, DEED_AWAY), "no COMMIT");
}

/* --- hosts that are not set up
 * ------------------------------------------------------------*/

static void destination_has_no_key(struct scene *s)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/host.key",
                   s->field.hosts.dir[DESTINATION]);
    (void)unlink(path);
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, DESTINATION,
                 "host.key: cannot be opened: No such file or "
                 "directory; run: xlsec init");
    expect_untouched(s);
}

static void source_key_is_open_to_all(struct scene *s)
{
    set(s, SOURCE, "fleet.key", "", 0644);
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "fleet.key: mode 0644 lets others");
    expect(s, sent_by(s, SOURCE) == 0, "the source sent no octet");
}

static void helper_is_not_there(struct scene *s)
{
    set(s, SOURCE, "xlsec.conf", "[paths]\nlibexec = /nonexistent\n", 0644);
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "/nonexistent/xlsec-keys: cannot be run");
}

static void nobody_listens(struct scene *s)
{
    xls_fd_close(&s->field.outer);
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "cannot connect to 127.0.0.1 port");
    expect_words(s, SOURCE, "is xlsecd running there");
}

/* --- what dies in the middle
 * ----------------------------------------------------------------*/

static enum side victim_side;
static const char *victim_name;
static pid_t victim;

/* The parent and the name of a process; false when it has ended. */
static bool look_up(const char *pid, long *parent, char name[32])
{
    char path[300];
    char text[512];
    FILE *file;
    bool ok;

    (void)snprintf(path, sizeof(path), "/proc/%s/stat", pid);
    file = fopen(path, "re");
    ok = file != NULL && fgets(text, sizeof(text), file) != NULL &&
         sscanf(text, "%*d (%31[^)]) %*c %ld", name, parent) == 2;
    if (file != NULL) {
        (void)fclose(file);
    }
    return ok;
}

/* The first record has passed, and save() pauses: now. */
static void kill_helper(struct run *run)
{
    DIR *dir = opendir("/proc");
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char name[32];
        long parent;

        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' &&
            look_up(entry->d_name, &parent, name) &&
            parent == (long)run->pid[victim_side] &&
            strcmp(name, victim_name) == 0) {
            victim = (pid_t)strtol(entry->d_name, NULL, 10);
            (void)kill(victim, SIGKILL);
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
}

static void a_helper_dies(struct scene *s, enum side side, const char *name)
{
    /* wire may be the first to see that guard is gone, and guard that wire is
     */
    const char *const words[] = {"ended without a word",
                                 "the process that judges the stream has ended",
                                 "the process at the network has ended", NULL};

    victim_side = side;
    victim_name = name;
    victim = 0;
    s->run.knobs.pause_ms = PAUSE_MS;
    s->run.on_record = kill_helper;
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect(s, victim != 0, "there was one to be killed");
    judge_words(&s->run, side, words, &s->complaint);
    expect(s, !did(s, DEED_AWAY), "no COMMIT");
}

static void source_keys_dies(struct scene *s)
{
    a_helper_dies(s, SOURCE, "xlsec-keys");
}

static void source_wire_dies(struct scene *s)
{
    a_helper_dies(s, SOURCE, "xlsec-wire");
}

static void source_guard_dies(struct scene *s)
{
    a_helper_dies(s, SOURCE, "xlsec-guard");
}

static void destination_keys_dies(struct scene *s)
{
    a_helper_dies(s, DESTINATION, "xlsec-keys");
}

static void destination_wire_dies(struct scene *s)
{
    a_helper_dies(s, DESTINATION, "xlsec-wire");
}

static void destination_guard_dies(struct scene *s)
{
    a_helper_dies(s, DESTINATION, "xlsec-guard");
}

/* The toolstack itself: its helpers notice, and the other side is told. */
static void kill_destination(struct run *run)
{
    (void)kill(run->pid[DESTINATION], SIGKILL);
}

static void destination_toolstack_dies(struct scene *s)
{
    const struct end *end = s->run.shared->end;

    s->run.knobs.pause_ms = PAUSE_MS;
    s->run.on_record = kill_destination;
    run_go(&s->run);
    expect(s, end[SOURCE].verdict == XLS_STAYED, "exit code 1");
    expect(s, end[SOURCE].state == XLS_STANDIN_RUNNING, "it runs here");
    expect(s, !did(s, DEED_RUN), "and not there");
    expect_words(s, SOURCE, "connection");
}

static void press_cancel(struct run *run)
{
    (void)!write(run->cancel[1], "", 1);
}

static void person_cancels(struct scene *s)
{
    s->run.knobs.pause_ms = PAUSE_MS;
    s->run.on_record = press_cancel;
    expect(s, xls_fd_pipe(s->run.cancel) == XLS_OK, "a pipe");
    run_go(&s->run);
    judge(&s->run, FATE_STAYED, &s->complaint);
    expect_words(s, SOURCE, "stopped on request");
    expect_words(s, DESTINATION, "stopped the migration: stopped on request");
}

/* However long a silence may last before, a source that has said COMMIT does
 * not wait for so long: it would settle over another connection. */
static void silence_after_commit(struct scene *s)
{
    field_end(&s->field);
    expect(s,
           field_begin(&s->field, "[time]\nhandshake = 2\nstall = 60\n"
                                  "finish = 60\n"),
           "a field with a long stall");
    s->run.fault.act = ACT_STALL_ONE;
    s->run.fault.place.part = PART_COMMITTED;
    run_go(&s->run);
    judge(&s->run, FATE_DOUBT_THERE, &s->complaint);
    expect(s, s->run.fired, "the answer was kept back");
    expect_words(s, SOURCE, "heard from the other host for 6 s");
    expect(s, s->run.ms < 10000, "within 10 s");
}

/* --- all of them
 * ------------------------------------------------------------------------------*/

static const struct {
    const char *name;
    void (*play)(struct scene *s);
} scenes[] = {
    {"wrong fleet key", wrong_fleet_key},
    {"unknown source", unknown_source},
    {"source that may only receive", source_only_receives},
    {"destination that may only send", destination_only_sends},
    {"another host answers", another_host_answers},
    {"our own key answers", own_key_answers},
    {"pairwise key on one side", one_has_a_pairwise_key},
    {"pairwise key on both sides", both_have_a_pairwise_key},
    {"post-quantum preferred", post_quantum_preferred},
    {"post-quantum off at the source", post_quantum_off_here},
    {"post-quantum off at the destination", post_quantum_off_there},
    {"post-quantum required", post_quantum_required},
    {"post-quantum required by the source", post_quantum_required_here},
    {"post-quantum required by the destination", post_quantum_required_there},
    {"replay to the destination", replay_to_destination},
    {"replay to the source", replay_to_source},
    {"noise to the destination", noise_to_destination},
    {"silence to the destination", silence_to_destination},
    {"destination refuses", destination_refuses},
    {"policy refuses", policy_refuses},
    {"policy permits", policy_permits},
    {"destination cannot start it", destination_cannot_start},
    {"destination cannot load it", destination_cannot_load},
    {"source cannot save it", source_cannot_save},
    {"source only asks", source_only_asks},
    {"guest is left paused", guest_is_left_paused},
    {"PREPARED comes early", prepared_comes_early},
    {"source spoils the head", source_spoils_the_head},
    {"source spoils the end", source_spoils_the_end},
    {"source leaves out the end", source_leaves_out_the_end},
    {"source saves a spoilt stream", source_saves_a_spoilt_stream},
    {"guard judges after libxl", guard_judges_after_libxl},
    {"destination has no key", destination_has_no_key},
    {"source's key is open to all", source_key_is_open_to_all},
    {"helper is not there", helper_is_not_there},
    {"nobody listens", nobody_listens},
    {"source's keys dies", source_keys_dies},
    {"source's wire dies", source_wire_dies},
    {"source's guard dies", source_guard_dies},
    {"destination's keys dies", destination_keys_dies},
    {"destination's wire dies", destination_wire_dies},
    {"destination's guard dies", destination_guard_dies},
    {"destination's toolstack dies", destination_toolstack_dies},
    {"person cancels", person_cancels},
    {"silence after COMMIT", silence_after_commit},
};

enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };

static bool play_scene(const struct streams *streams, size_t i)
{
    struct scene s = {.name = scenes[i].name, .streams = streams};

    if (!field_begin(&s.field, SHORT_TIMES) ||
        !run_begin(&s.run, &s.field, streams->path[0])) {
        return false;
    }
    scenes[i].play(&s);
    if (s.complaint.text[0] != '\0') {
        tell_run(&s.run, s.name, &s.complaint);
    } else if (getenv("VERBOSE") != NULL) {
        (void)printf("%s (%" PRId64 " ms)\n  source: %s\n  destination: %s\n",
                     s.name, s.run.ms, s.run.shared->end[SOURCE].why.text,
                     s.run.shared->end[DESTINATION].why.text);
    }
    run_end(&s.run);
    field_end(&s.field);
    return s.complaint.text[0] == '\0';
}

int main(void)
{
    struct streams streams;
    int status = streams_unpack(&streams);
    unsigned failed = 0;

    for (size_t i = 0; status == 0 && i < SCENES; i++) {
        failed += !play_scene(&streams, i);
    }
    streams_remove(&streams);
    if (status == 0) {
        (void)printf("scenes: %d played, %u wrong\n", (int)SCENES, failed);
        status = failed == 0 ? 0 : 1;
    }
    return status;
}
