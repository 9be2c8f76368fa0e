/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * t-attest: migrations between hosts that have to prove what they booted: real
 * helper processes, each host with a TPM (swtpm) of its own, and hosts that lie
 * (keys-lying.c).  Whoever is refused is so before anything of the guest
 * leaves.
 *
 * Prints a line for each scene that failed, and a count.  Exit status: 0, 1,
 * or 77 when there is no swtpm, no tpm2-tools or no TPM support.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "crypto/sign.h"
#include "crypto/start.h"
#include "host/fd.h"
#include "host/tpm.h"
#include "judge.h"
#include "run.h"
#include "streams.h"

enum {
    TPMS = 3,
    TRIES = 100,
    SKIP = 77,
    PAUSE_MS = 1500
}; /* the third is a stranger's */

/* What a TPM is, and what is known of it. */
struct tpm {
    char dir[96];
    char tcti[144];
    pid_t pid;
    uint8_t seed[XLS_KEY];
    struct xls_tpm_ak ak;
    struct xls_pcrs pcrs; /* at the beginning */
};

struct scene {
    const char *name;
    const struct streams *streams;
    struct tpm *tpms;
    char top[32]; /* for what is no configuration: state, TPMs */
    uint8_t evidence_seed[SIDES][XLS_KEY];
    struct field field;
    struct run run;
    struct complaint complaint;
};

__attribute__((format(printf, 1, 2))) static bool shell(const char *format, ...)
{
    char line[512];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    return system(line) == 0;
}

/* --- TPMs ---------------------------------------------------------------- */

static bool is_there(const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there;

    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%.100s", path);
    there = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0;
    xls_fd_close(&fd);
    return there;
}

static bool tpm_start(struct tpm *t, const char *top, int n)
{
    char state[128];
    char ctrl[160];
    char server[160];
    char path[128];

    (void)snprintf(t->dir, sizeof(t->dir), "%s/tpm%d", top, n);
    (void)snprintf(path, sizeof(path), "%s/tpm", t->dir);
    (void)snprintf(state, sizeof(state), "dir=%s", t->dir);
    (void)snprintf(ctrl, sizeof(ctrl), "type=unixio,path=%s.ctrl,mode=0666",
                   path);
    (void)snprintf(server, sizeof(server), "type=unixio,path=%s,mode=0666",
                   path);
    (void)snprintf(t->tcti, sizeof(t->tcti), "swtpm:path=%s", path);
    (void)mkdir(t->dir, 0755);
    t->pid = fork();
    if (t->pid == 0) {
        int null = open("/dev/null", O_RDWR);

        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execlp("swtpm", "swtpm", "socket", "--tpm2", "--tpmstate", state,
                     "--ctrl", ctrl, "--server", server, "--flags",
                     "not-need-init,startup-clear", (char *)NULL);
        _exit(127);
    }
    for (int i = 0; t->pid > 0 && i < TRIES; i++) {
        const struct timespec nap = {0, 50000000};

        if (is_there(path)) {
            return true;
        }
        (void)nanosleep(&nap, NULL);
    }
    return false;
}

static void tpm_stop(struct tpm *t)
{
    if (t->pid > 0) {
        (void)kill(t->pid, SIGTERM);
        (void)waitpid(t->pid, NULL, 0);
        t->pid = 0;
    }
}

/* Its AK, and what its PCRs are now. */
static bool tpm_learn(struct tpm *t, int n)
{
    static const uint8_t question[32] = {1};
    struct xls_tpm *tpm = NULL;
    struct xls_tpm_quote quote;
    struct xls_why why = {""};
    enum xls_rc rc = xls_tpm_open(t->tcti, &tpm, &why);

    memset(t->seed, 0x40 + n, sizeof(t->seed));
    if (rc == XLS_OK) {
        rc = xls_tpm_ak(tpm, t->seed, &t->ak, &why);
    }
    if (rc == XLS_OK) {
        rc = xls_tpm_quote(tpm, 0x7ff, question, &quote, &why);
    }
    if (rc == XLS_OK) {
        t->pcrs = quote.pcrs;
    } else {
        (void)fprintf(stderr, "t-attest: %s\n", why.text);
    }
    xls_tpm_close(tpm);
    return rc == XLS_OK;
}

/* --- what the hosts know ---------------------------------------------------
 */

static void expect(struct scene *s, bool well, const char *what)
{
    if (!well && s->complaint.text[0] == '\0') {
        (void)snprintf(s->complaint.text, sizeof(s->complaint.text),
                       "not so: %s", what);
    }
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

/* xlsec.conf: whose TPM it has, and which helpers. */
static void set_conf(struct scene *s, enum side side, const char *tcti,
                     const char *libexec, const char *more)
{
    char text[768];

    (void)snprintf(text, sizeof(text),
                   "[time]\nhandshake = 2\nstall = 5\nfinish = 20\n"
                   "settle = 0\n[paths]\nlibexec = %s/%s\nstate = %s/state%d\n"
                   "[policy]\nunsigned = yes\n[tpm]\ntcti = %s\n%s",
                   s->field.hosts.top, libexec, s->top, (int)side, tcti, more);
    set(s, side, "xlsec.conf", text, 0644);
}

/* What that side knows of its peer. */
static void set_peer(struct scene *s, enum side side, const char *evidence,
                     const struct tpm *tpm)
{
    enum side other = side == SOURCE ? DESTINATION : SOURCE;
    struct xls_sign_key sign;
    struct xls_peers peers;
    struct xls_why why = {""};
    char key[XLS_KEY_TEXT];
    char evidence_key[XLS_KEY_TEXT];
    char ak[256];
    char name[2 * XLS_NAME_LEN + 1];
    char text[1536];
    uint16_t port = 0;

    if (xls_peers_load(s->field.hosts.dir[side], &peers, &why) == XLS_OK &&
        peers.count == 1) {
        port = peers.list[0].port;
    }
    xls_peers_free(&peers);
    xls_sign_key_over_seed(s->evidence_seed[other], &sign);
    xls_key_encode(sign.pub, evidence_key);
    xls_key_encode(s->field.hosts.key[other].pub, key);
    (void)sodium_bin2base64(ak, sizeof(ak), tpm->ak.spki, sizeof(tpm->ak.spki),
                            sodium_base64_VARIANT_ORIGINAL);
    (void)sodium_bin2hex(name, sizeof(name), tpm->ak.name, XLS_NAME_LEN);
    (void)snprintf(text, sizeof(text),
                   "[peer]\nname = " XLS_TWO_HOSTS_PEER
                   "\naddress = 127.0.0.1\nport = %u\nkey = %s\n"
                   "allow = incoming outgoing\naccept-kernel = /**\n"
                   "accept-disk = /**\naccept-disk-format = *\n"
                   "accept-bridge = *\nak = %s\nak-name = %s\n"
                   "evidence-key = %s\n%s\n",
                   (unsigned)port, key, ak, name, evidence_key, evidence);
    set(s, side, "peers.d/other.conf", text, 0644);
}

static void add_set(char *text, size_t size, const struct xls_pcrs *pcrs,
                    const char *name)
{
    size_t used = strlen(text);

    used += (size_t)snprintf(text + used, size - used, "  set %s\n", name);
    for (unsigned i = 0; i < 11; i++) {
        char hex[2 * XLS_PCR_LEN + 1];

        (void)sodium_bin2hex(hex, sizeof(hex), pcrs->value[i], XLS_PCR_LEN);
        used += (size_t)snprintf(text + used, size - used, "    pcr %u %s\n", i,
                                 hex);
    }
}

/* The state that both TPMs were in at the beginning is the good one. */
static void set_policy(struct scene *s, enum side side, const char *evidence)
{
    char text[4096] = "";

    (void)snprintf(text, sizeof(text),
                   "xlsec-policy 1\nname lab\nversion 3\nclass default\n"
                   "  evidence %s\n  pcrs 0-10\n",
                   evidence);
    add_set(text, sizeof(text), &s->tpms[SOURCE].pcrs, "source");
    add_set(text, sizeof(text), &s->tpms[DESTINATION].pcrs, "destination");
    set(s, side, "policy", text, 0644);
}

/* Two hosts, each with its TPM, enrolled with the other, and a policy. */
static void set_all(struct scene *s)
{
    for (int i = 0; i < SIDES; i++) {
        enum side side = i == 0 ? SOURCE : DESTINATION;
        enum side other = i == 0 ? DESTINATION : SOURCE;

        memset(s->evidence_seed[side], 0x60 + i, XLS_KEY);
        set_key(s, side, "ak.seed", s->tpms[side].seed);
        set_key(s, side, "evidence.key", s->evidence_seed[side]);
        set_conf(s, side, s->tpms[side].tcti, "lib", "");
        set(s, side, "lie", "", 0644);
        set(s, side, "tape", "", 0600);
        set_policy(s, side, "tpm");
        set_peer(s, side, "evidence = tpm", &s->tpms[other]);
    }
    for (int i = 0; i < SIDES; i++) {
        enum side side = i == 0 ? SOURCE : DESTINATION;

        set_peer(s, side, "evidence = tpm", &s->tpms[1 - i]);
    }
}

static bool did(const struct scene *s, enum deed deed)
{
    return diary_has(&s->run.shared->diary, deed);
}

static void expect_words(struct scene *s, enum side side, const char *words)
{
    const char *const list[] = {words, NULL};

    judge_words(&s->run, side, list, &s->complaint);
}

/* [P-59] Refused by that side, by this rule, before anything of the guest left,
 * and both know the rule ([E-134]). */
static void refused(struct scene *s, enum side by, const char *rule)
{
    run_go(&s->run);
    judge(&s->run, FATE_DENIED, &s->complaint);
    expect(s, !did(s, DEED_SAVE), "the source did not save its guest");
    expect(s, !did(s, DEED_RESTORE), "the destination built nothing");
    expect(s, s->run.track[TO_DESTINATION].records == 0, "no record was sent");
    expect(s, by == DESTINATION || !did(s, DEED_DESCRIBE),
           "the guest was not even looked at");
    expect_words(s, by, rule);
    expect_words(s, SOURCE, rule);
}

static void moved(struct scene *s, enum xls_evidence_kind kind)
{
    const struct end *end = s->run.shared->end;

    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    for (int i = 0; i < SIDES; i++) {
        const struct xls_attested *a = &end[i].report.attested;

        expect(s, a->kind == kind && !end[i].report.waived,
               "both ends have seen Evidence of that kind");
        expect(s,
               strcmp(a->policy, "lab") == 0 && a->version == 3 &&
                   a->set[0] != '\0',
               "both say which policy and set");
    }
}

/* --- scenes ------------------------------------------------------------------
 */

static void both_prove_themselves(struct scene *s)
{
    const struct end *end = s->run.shared->end;

    moved(s, XLS_EVIDENCE_TPM);
    expect(s, strcmp(end[SOURCE].report.attested.set, "destination") == 0,
           "the source names the destination's set");
    expect(s, strcmp(end[DESTINATION].report.attested.set, "source") == 0,
           "and the destination the source's");
}

static void boots_something_else(struct scene *s, enum side side)
{
    expect(s,
           shell("tpm2_pcrextend -T %s 8:sha256=%s", s->tpms[side].tcti,
                 "00112233445566778899aabbccddeeff"
                 "00112233445566778899aabbccddeeff"),
           "a PCR could be extended");
    refused(s, side == SOURCE ? DESTINATION : SOURCE, "[E-94]");
    expect_words(s, side == SOURCE ? DESTINATION : SOURCE, "PCR 8");
}

static void source_boots_something_else(struct scene *s)
{
    boots_something_else(s, SOURCE);
}

static void destination_boots_something_else(struct scene *s)
{
    boots_something_else(s, DESTINATION);
}

static void lies(struct scene *s, enum side side, const char *lie,
                 const char *rule)
{
    set(s, side, "lie", lie, 0644);
    set_conf(s, side, s->tpms[side].tcti, "lying", "");
    refused(s, side == SOURCE ? DESTINATION : SOURCE, rule);
}

#define LIE(name, side, lie, rule)                                             \
    static void name(struct scene *s)                                          \
    {                                                                          \
        lies(s, side, lie, rule);                                              \
    }
LIE(relayed_at_source, SOURCE, "relay", "[E-19]")
LIE(relayed_at_destination, DESTINATION, "relay", "[E-19]")
LIE(reflected_at_source, SOURCE, "reflect", "[E-19]")
LIE(reflected_at_destination, DESTINATION, "reflect", "[E-19]")
LIE(other_role, DESTINATION, "role", "[E-19]")
LIE(other_peer, SOURCE, "peer", "[E-19]")
LIE(other_nonce, DESTINATION, "nonce", "[E-19]")
LIE(other_migration, SOURCE, "id", "[E-19]")
LIE(other_suite, DESTINATION, "suite", "[E-19]")
LIE(other_policy, SOURCE, "policy", "[E-19]")

/* A flipped bit in the middle of it: of a value, of the quote. */
static void flipped(struct scene *s)
{
    lies(s, DESTINATION, "flip", "[E-");
}

static void replayed(struct scene *s, enum side side)
{
    set(s, side, "lie", "keep", 0644);
    set_conf(s, side, s->tpms[side].tcti, "lying", "");
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    run_end(&s->run);
    expect(s, run_begin(&s->run, &s->field, s->streams->path[0]), "again");
    lies(s, side, "replay", "[E-19]");
}

static void replayed_at_source(struct scene *s)
{
    replayed(s, SOURCE);
}

static void replayed_at_destination(struct scene *s)
{
    replayed(s, DESTINATION);
}

/* A healthy host's TPM, which is not the enrolled one. */
static void another_tpm(struct scene *s)
{
    set_key(s, DESTINATION, "ak.seed", s->tpms[2].seed);
    set_conf(s, DESTINATION, s->tpms[2].tcti, "lib", "");
    refused(s, SOURCE, "[E-15]");
}

/* The enrolled TPM, and another key in it. */
static void another_ak(struct scene *s)
{
    uint8_t seed[XLS_KEY] = {9};

    set_key(s, SOURCE, "ak.seed", seed);
    refused(s, DESTINATION, "[E-15]");
}

static void other_pcrs(struct scene *s)
{
    set_conf(s, DESTINATION, s->tpms[DESTINATION].tcti, "lib", "pcrs = 0-7\n");
    refused(s, SOURCE, "[E-20]");
}

/* [E-131] */
static void software_for_a_tpm(struct scene *s)
{
    set_conf(s, DESTINATION, "none", "lib", "");
    refused(s, SOURCE, "[E-131]");
}

/* The peer's file is content with software; the policy is not. */
static void software_against_the_policy(struct scene *s)
{
    set_peer(s, DESTINATION, "evidence = software", &s->tpms[SOURCE]);
    set_conf(s, SOURCE, "none", "lib", "");
    refused(s, DESTINATION, "[E-131]");
}

static void nothing_for_a_tpm(struct scene *s)
{
    char path[160];

    set_conf(s, DESTINATION, "none", "lib", "");
    (void)snprintf(path, sizeof(path), "%s/evidence.key",
                   s->field.hosts.dir[DESTINATION]);
    (void)unlink(path);
    refused(s, SOURCE, "[E-131]");
}

/* [E-130] */
static void no_policy(struct scene *s)
{
    char path[160];

    (void)snprintf(path, sizeof(path), "%s/policy", s->field.hosts.dir[SOURCE]);
    (void)unlink(path);
    refused(s, SOURCE, "[E-130]");
    expect_words(s, SOURCE, "xlsec policy learn");
}

static void two_without_tpms(struct scene *s)
{
    /* what standin.c makes up: a register is SHA-256(zeros || digest) */
    static const char policy[] =
        "xlsec-policy 1\nname lab\nversion 3\nclass default\n"
        "  evidence software\n  pcrs 0-1\n  set made-up\n"
        "    pcr 0 any\n    pcr 1 any\n";

    for (int i = 0; i < SIDES; i++) {
        enum side side = i == 0 ? SOURCE : DESTINATION;

        set(s, side, "policy", policy, 0644);
        set_conf(s, side, "none", "lib", "");
        set_peer(s, side, "evidence = software", &s->tpms[1 - i]);
    }
    moved(s, XLS_EVIDENCE_SOFTWARE);
}

/* --- at the commit -----------------------------------------------------------
 */

static struct scene *playing;

/* Refused at the second Evidence: the guest was stopped, and runs again. */
static void aborted(struct scene *s, const char *rule)
{
    const struct end *end = s->run.shared->end;

    run_go(&s->run);
    judge_always(&s->run, &s->complaint);
    expect(s, end[SOURCE].verdict == 1 || end[SOURCE].verdict == 3,
           "not moved, and not in doubt");
    expect(s, end[SOURCE].state == XLS_STANDIN_RUNNING, "it runs here");
    expect(s, did(s, DEED_SAVE), "after it had been sent");
    expect(s, !did(s, DEED_RUN) && !did(s, DEED_AWAY), "no COMMIT");
    if (rule != NULL) {
        expect_words(s, SOURCE, rule);
    }
}

static void extend_now(struct run *run)
{
    (void)run;
    expect(playing,
           shell("tpm2_pcrextend -T %s 4:sha256=%s",
                 playing->tpms[DESTINATION].tcti,
                 "00112233445566778899aabbccddeeff"
                 "00112233445566778899aabbccddeeff"),
           "a PCR could be extended");
}

static void changes_while_it_moves(struct scene *s)
{
    playing = s;
    s->run.on_record = extend_now;
    aborted(s, "[E-9");
}

/* The TPM is reset: what a reboot between the two quotes is to it. */
static void reset_now(struct run *run)
{
    (void)run;
    expect(playing,
           shell("swtpm_ioctl --unix %s/tpm.ctrl -i && "
                 "tpm2_startup -T %s -c",
                 playing->tpms[SOURCE].dir, playing->tpms[SOURCE].tcti),
           "a TPM could be reset");
}

static void reboots_while_it_moves(struct scene *s)
{
    playing = s;
    s->run.knobs.pause_ms = PAUSE_MS; /* its second quote comes after that */
    s->run.on_record = reset_now;
    aborted(s, NULL);
}

/* A host that lies at its second Evidence. */
static void lies_again(struct scene *s, enum side side, const char *lie)
{
    set(s, side, "lie", lie, 0644);
    set_conf(s, side, s->tpms[side].tcti, "lying", "");
    aborted(s, "[E-19]");
}

/* [E-132] */
static void second_is_the_first(struct scene *s)
{
    lies_again(s, DESTINATION, "again");
}

/* [P-57] Over another stream than was sent, or has come. */
static void other_sums_at_source(struct scene *s)
{
    lies_again(s, SOURCE, "sums");
}

static void other_sums_at_destination(struct scene *s)
{
    lies_again(s, DESTINATION, "sums");
}

/* [P-57] Made before the stream, by a TPM and a host that were good then. */
static void early_at_source(struct scene *s)
{
    lies_again(s, SOURCE, "early");
}

static void early_at_destination(struct scene *s)
{
    lies_again(s, DESTINATION, "early");
}

static void epochs_swapped(struct scene *s)
{
    lies(s, SOURCE, "epoch", "[E-19]");
}

/* [E-133] [E-25] A quote of an earlier state of the TPM's clock. */
static void older_than_the_last(struct scene *s)
{
    char name[2 * XLS_NAME_LEN + 1];
    char path[128];
    char line[256];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/state0", s->top);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/state0/seen", s->top);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/state0/seen/other", s->top);
    (void)sodium_bin2hex(name, sizeof(name), s->tpms[DESTINATION].ak.name,
                         XLS_NAME_LEN);
    (void)snprintf(line, sizeof(line),
                   "ak %s resetCount 4000000 restartCount 0 clock 1\n", name);
    f = fopen(path, "w");
    expect(s, f != NULL && fputs(line, f) >= 0 && fclose(f) == 0, "a file");
    refused(s, SOURCE, "[E-25]");
}

/* What a host has kept of the other one's clock, and what is at CLOCK in it. */
static char *read_seen(struct scene *s, enum side side, char line[256])
{
    char path[128];
    char *clock = NULL;
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s/state%d/seen/other", s->top,
                   (int)side);
    f = fopen(path, "r");
    if (f != NULL && fgets(line, 256, f) != NULL) {
        clock = strstr(line, " clock ");
    }
    if (f != NULL) {
        (void)fclose(f);
    }
    expect(s, clock != NULL, "a clock is kept");
    return clock == NULL ? line : clock + strlen(" clock ");
}

static uint64_t later[SIDES]; /* that another session has kept */

static void keep_later(struct run *run)
{
    (void)run;
    for (int i = 0; i < SIDES; i++) {
        char line[256] = "";
        char *clock = read_seen(playing, (enum side)i, line);
        char path[128];
        FILE *f;

        later[i] = strtoull(clock, NULL, 10) + 3600000;
        (void)snprintf(clock, 32, "%" PRIu64 "\n", later[i]);
        (void)snprintf(path, sizeof(path), "%s/state%d/seen/other",
                       playing->top, i);
        f = fopen(path, "w");
        expect(playing, f != NULL && fputs(line, f) >= 0 && fclose(f) == 0,
               "a file");
    }
}

/* [E-133] Another session between the same two is quicker, and has kept later
 * clocks by the time that this one's quotes are judged. */
static void another_session_is_quicker(struct scene *s)
{
    run_go(&s->run);
    judge(&s->run, FATE_MOVED, &s->complaint);
    run_end(&s->run);
    expect(s, run_begin(&s->run, &s->field, s->streams->path[0]), "again");
    playing = s;
    s->run.on_reply = keep_later;
    moved(s, XLS_EVIDENCE_TPM);
    for (int i = 0; i < SIDES; i++) {
        char line[256] = "";

        expect(s,
               strtoull(read_seen(s, (enum side)i, line), NULL, 10) == later[i],
               "the later clock stays");
    }
    run_end(&s->run);
    expect(s, run_begin(&s->run, &s->field, s->streams->path[0]), "again");
    refused(s, SOURCE, "[E-25]"); /* who begins now has seen it */
}

static const struct {
    const char *name;
    void (*play)(struct scene *s);
} scenes[] = {
    {"both prove themselves", both_prove_themselves},
    {"source boots something else", source_boots_something_else},
    {"destination boots something else", destination_boots_something_else},
    {"relayed at the source", relayed_at_source},
    {"relayed at the destination", relayed_at_destination},
    {"reflected at the source", reflected_at_source},
    {"reflected at the destination", reflected_at_destination},
    {"replayed at the source", replayed_at_source},
    {"replayed at the destination", replayed_at_destination},
    {"another role", other_role},
    {"another verifier", other_peer},
    {"another nonce", other_nonce},
    {"another migration", other_migration},
    {"another suite", other_suite},
    {"another policy than was signed", other_policy},
    {"a bit flipped", flipped},
    {"another TPM", another_tpm},
    {"another key of the TPM", another_ak},
    {"other PCRs", other_pcrs},
    {"software where a TPM is wanted", software_for_a_tpm},
    {"software where the policy wants a TPM", software_against_the_policy},
    {"nothing where a TPM is wanted", nothing_for_a_tpm},
    {"no policy", no_policy},
    {"two hosts without TPMs", two_without_tpms},
    {"older than the last", older_than_the_last},
    {"another session is quicker", another_session_is_quicker},
    {"the other epoch", epochs_swapped},
    {"the second Evidence is the first", second_is_the_first},
    {"other sums at the source", other_sums_at_source},
    {"other sums at the destination", other_sums_at_destination},
    {"a quote made early at the source", early_at_source},
    {"a quote made early at the destination", early_at_destination},
    {"a PCR changes while the guest moves", changes_while_it_moves},
    {"the TPM is reset while the guest moves", reboots_while_it_moves},
};

enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };

/* Three TPMs as they were: each scene has its own. */
static bool start_tpms(struct tpm *tpms, const char *top)
{
    bool ok = true;

    for (int i = 0; ok && i < TPMS; i++) {
        ok = tpm_start(&tpms[i], top, i) &&
             shell("tpm2_pcrextend -T %s 7:sha256=%064d", tpms[i].tcti, i) &&
             tpm_learn(&tpms[i], i);
    }
    return ok;
}

static bool play_scene(const struct streams *streams, size_t i)
{
    struct tpm *tpms = calloc(TPMS, sizeof(*tpms));
    static struct scene s;
    bool ok;

    s = (struct scene){.name = scenes[i].name,
                       .streams = streams,
                       .tpms = tpms,
                       .top = "/tmp/xlsec-attest-XXXXXX"};
    ok = tpms != NULL && field_begin(&s.field, "") &&
         field_odd_keys(&s.field, "lying") &&
         run_begin(&s.run, &s.field, streams->path[0]) &&
         mkdtemp(s.top) != NULL && chmod(s.top, 0755) == 0 &&
         start_tpms(tpms, s.top);

    if (ok) {
        s.field.spare = TPMS;
        set_all(&s);
        scenes[i].play(&s);
        if (s.complaint.text[0] != '\0') {
            tell_run(&s.run, s.name, &s.complaint);
            ok = false;
        } else if (getenv("VERBOSE") != NULL) {
            (void)printf("%s (%" PRId64 " ms)\n  source: %s\n"
                         "  destination: %s\n",
                         s.name, s.run.ms, s.run.shared->end[SOURCE].why.text,
                         s.run.shared->end[DESTINATION].why.text);
        }
        run_end(&s.run);
    }
    for (int k = 0; tpms != NULL && k < TPMS; k++) {
        tpm_stop(&tpms[k]);
    }
    free(tpms);
    (void)shell("rm -rf %s", s.top);
    field_end(&s.field);
    return ok;
}

/* --- what it costs
 * ------------------------------------------------------------ */

/* Processor time, in us, of both ends' keys, wire and verify. */
struct cost {
    uint64_t keys[SIDES];
    uint64_t wire[SIDES];
    uint64_t verify[SIDES];
};

/* Their means over so many dry runs. */
static bool measure_runs(struct scene *s, unsigned runs, struct cost *out)
{
    bool ok = true;

    *out = (struct cost){.keys = {0, 0}};
    for (unsigned i = 0; ok && i < runs; i++) {
        ok = run_begin(&s->run, &s->field, s->streams->path[0]);
        if (ok) {
            s->run.dry_run = true;
            run_go(&s->run);
            ok = s->run.shared->end[SOURCE].verdict == 0;
            for (int side = 0; side < SIDES; side++) {
                const struct xls_report *r = &s->run.shared->end[side].report;

                out->keys[side] += r->keys.cpu_us;
                out->wire[side] += r->wire.cpu_us;
                out->verify[side] += r->verify.cpu_us;
            }
            run_end(&s->run);
        }
    }
    for (int side = 0; side < SIDES; side++) {
        out->keys[side] /= runs;
        out->wire[side] /= runs;
        out->verify[side] /= runs;
    }
    return ok;
}

static void tell_cost(const char *what, const struct cost *c)
{
    for (int side = 0; side < SIDES; side++) {
        (void)printf("%-9s %-11s keys %6" PRIu64 " us, wire %6" PRIu64
                     " us, verify %6" PRIu64 " us, together %6" PRIu64 " us\n",
                     what, side == SOURCE ? "source" : "destination",
                     c->keys[side], c->wire[side], c->verify[side],
                     c->keys[side] + c->wire[side] + c->verify[side]);
    }
}

/* The same two hosts, without Evidence and with both TPMs'. */
static int measure(const struct streams *streams, unsigned runs)
{
    struct tpm *tpms = calloc(TPMS, sizeof(*tpms));
    static struct scene s;
    struct cost cost[2];
    bool ok;

    s = (struct scene){
        .streams = streams, .tpms = tpms, .top = "/tmp/xlsec-attest-XXXXXX"};
    ok = tpms != NULL && field_begin(&s.field, "") && mkdtemp(s.top) != NULL &&
         chmod(s.top, 0755) == 0 && start_tpms(tpms, s.top);
    s.field.spare = TPMS;
    if (ok) {
        set_all(&s);
        ok = measure_runs(&s, runs, &cost[1]);
        set_peer(&s, SOURCE, "evidence = none", &tpms[DESTINATION]);
        set_peer(&s, DESTINATION, "evidence = none", &tpms[SOURCE]);
        set_conf(&s, SOURCE, "none", "lib", "");
        set_conf(&s, DESTINATION, "none", "lib", "");
        ok = ok && shell("rm -f %s/*/evidence.key", s.field.hosts.top) &&
             measure_runs(&s, runs, &cost[0]);
    }
    if (ok) {
        tell_cost("none", &cost[0]);
        tell_cost("both TPMs", &cost[1]);
    }
    for (int k = 0; tpms != NULL && k < TPMS; k++) {
        tpm_stop(&tpms[k]);
    }
    free(tpms);
    (void)shell("rm -rf %s", s.top);
    field_end(&s.field);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct streams streams;
    unsigned failed = 0;
    unsigned played = 0;
    int status;

    if (!xls_tpm_built() ||
        system("command -v swtpm swtpm_ioctl tpm2_pcrextend >/dev/null") != 0) {
        (void)puts("no TPM support, or swtpm and tpm2-tools are not installed");
        return SKIP;
    }
    status = xls_crypto_start() == XLS_OK ? streams_unpack(&streams) : 1;
    if (status == 0 && argc == 3 && strcmp(argv[1], "--measure") == 0) {
        status = measure(&streams, (unsigned)strtoul(argv[2], NULL, 10));
        streams_remove(&streams);
        return status;
    }
    for (size_t i = 0; status == 0 && i < SCENES; i++) {
        if (argc > 1 && strstr(scenes[i].name, argv[1]) == NULL) {
            continue;
        }
        played++;
        failed += !play_scene(&streams, i);
    }
    streams_remove(&streams);
    if (status == 0) {
        (void)printf("scenes: %u played, %u wrong\n", played, failed);
        status = failed == 0 ? 0 : 1;
    }
    return status;
}
