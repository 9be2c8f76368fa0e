/*
 * tpmline DIR            carries a host's TPM commands, from DIR/sock, where
 *                        QEMU connects, to the swtpm at DIR/swtpm; measures
 *                        what DIR/loader.events says when the firmware is done,
 *                        and obeys what is said on DIR/ctl
 * tpmline DIR COMMAND... says a command and prints the answer
 *
 * QEMU has two connections to a swtpm: one for control, over which it sends the
 * end of a socket pair for the other, that of TPM commands. Each has one
 * request under way at the most.
 *
 * What the commands mean is told by "tests/lab/lab tpm --help".
 */
#define _GNU_SOURCE
#include "../ctl.h"
#include "boot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* of swtpm's control commands */
#define SWTPM_INIT     2 /* power off and on */
#define SWTPM_SHUTDOWN 3 /* end, when the host goes off */

static struct line {
    const char *dir;
    int host_control, tpm_control;
    int host, tpm;     /* for TPM commands; -1 until there is a pair */
    int control_asked; /* an answer to the host is due */
    int command_asked;
    int power_cut; /* the host will go off without a word to its TPM */
    unsigned char command[TPM_COMMAND_MAX]; /* the last of the host's */
    size_t command_len;
    struct boot boot;
} line = {.host_control = -1, .tpm_control = -1, .host = -1, .tpm = -1};

static void end(const char *why)
{
    fprintf(stderr, "tpmline: %s\n", why);
    exit(0);
}

static void send_all(int fd, const void *from, size_t len)
{
    const unsigned char *at = from;

    while (len > 0) {
        ssize_t put = write(fd, at, len);

        if (put < 0 && errno != EINTR) {
            end(strerror(errno));
        }
        at += put > 0 ? put : 0;
        len -= put > 0 ? (size_t)put : 0;
    }
}

/* A whole command or answer: a head that says how long it is. 0: it ended. */
static size_t take(int fd, unsigned char *into)
{
    size_t len;

    if (recv(fd, into, TPM_HEAD_LEN, MSG_WAITALL) != (ssize_t)TPM_HEAD_LEN) {
        return 0;
    }
    len = tpm_number(into + 2, 4);
    if (len < TPM_HEAD_LEN || len > TPM_COMMAND_MAX) {
        end("what came is no TPM 2.0 command");
    }
    if (len > TPM_HEAD_LEN &&
        recv(fd, into + TPM_HEAD_LEN, len - TPM_HEAD_LEN, MSG_WAITALL) !=
            (ssize_t)(len - TPM_HEAD_LEN)) {
        return 0;
    }
    return len;
}

/* A command of our own; the TPM's return code. */
static unsigned long ask_tpm(const unsigned char *command, size_t len)
{
    unsigned char answer[TPM_COMMAND_MAX];

    send_all(line.tpm, command, len);
    if (take(line.tpm, answer) == 0) {
        end("the TPM went away");
    }
    boot_saw(&line.boot, command, len, answer);
    return tpm_number(answer + 6, 4);
}

/* The boot loader's turn: DIR/loader.events, into the TPM. */
static void load(void)
{
    static unsigned char events[65536];
    unsigned char command[TPM_EXTEND_LEN];
    size_t len, at = 0;
    char path[200];
    FILE *in;

    snprintf(path, sizeof(path), "%.150s/loader.events", line.dir);
    in = fopen(path, "re");
    if (!in) {
        return;
    }
    len = fread(events, 1, sizeof(events), in);
    fclose(in);
    while (boot_event(events, len, &at, command)) {
        if (ask_tpm(command, sizeof(command))) {
            fprintf(stderr, "tpmline: the TPM refused an event\n");
        }
    }
    if (at != len) {
        fprintf(stderr, "tpmline: %s is no list of events\n", path);
    }
}

/* The end of a pair came with a request: it becomes ours, and swtpm gets one
 * of a pair that we make. */
static int new_pair(int theirs)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
        end(strerror(errno));
    }
    if (line.host >= 0) {
        close(line.host);
        close(line.tpm);
    }
    line.host = theirs;
    line.tpm = pair[0];
    line.command_asked = 0;
    return pair[1];
}

/* sendmsg(), or recvmsg() when got is given, of bytes and perhaps one fd. */
static ssize_t message(int fd, void *bytes, size_t len, int give, int *got)
{
    char space[CMSG_SPACE(sizeof(int))] = {0};
    struct iovec iov = {bytes, len};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
    struct cmsghdr *c;
    ssize_t done;

    if (got || give >= 0) {
        m.msg_control = space;
        m.msg_controllen = sizeof(space);
    }
    if (!got) {
        if (give >= 0) {
            c = CMSG_FIRSTHDR(&m);
            c->cmsg_level = SOL_SOCKET;
            c->cmsg_type = SCM_RIGHTS;
            c->cmsg_len = CMSG_LEN(sizeof(int));
            memcpy(CMSG_DATA(c), &give, sizeof(int));
        }
        return sendmsg(fd, &m, MSG_NOSIGNAL);
    }
    *got = -1;
    done = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    c = done > 0 ? CMSG_FIRSTHDR(&m) : NULL;
    if (c && c->cmsg_type == SCM_RIGHTS) {
        memcpy(got, CMSG_DATA(c), sizeof(int));
    }
    return done;
}

/* Carry on; without a control socket, only until nothing is under way: then a
 * command of ours may come between. */
static void serve(int control, int until_idle);

/* What dom0's kernel would have told the TPM before a reboot. */
static void shut_down(void)
{
    unsigned char command[12];
    size_t len = boot_command(command, TPM_CC_SHUTDOWN, TPM_SU_CLEAR);

    serve(-1, 1);
    if (line.tpm >= 0 && ask_tpm(command, len)) {
        fprintf(stderr, "tpmline: the TPM refused to shut down\n");
    }
}

static void control_request(void)
{
    unsigned char bytes[8192];
    int theirs, give = -1;
    ssize_t len = message(line.host_control, bytes, sizeof(bytes), -1, &theirs);

    if (len <= 0) {
        end("the host is off");
    }
    if (theirs >= 0) {
        give = new_pair(theirs);
    }
    if (len >= 4 && tpm_number(bytes, 4) == SWTPM_INIT) {
        boot_begin(&line.boot);
    }
    if (len >= 4 && tpm_number(bytes, 4) == SWTPM_SHUTDOWN && !line.power_cut) {
        shut_down();
    }
    if (message(line.tpm_control, bytes, (size_t)len, give, NULL) != len) {
        end("swtpm went away");
    }
    if (give >= 0) {
        close(give);
    }
    line.control_asked = 1;
}

static void control_answer(void)
{
    unsigned char bytes[8192];
    ssize_t len = read(line.tpm_control, bytes, sizeof(bytes));

    if (len <= 0) {
        end("swtpm went away");
    }
    send_all(line.host_control, bytes, (size_t)len);
    line.control_asked = 0;
}

static void command_request(void)
{
    line.command_len = take(line.host, line.command);
    if (line.command_len == 0) {
        close(line.host);
        close(line.tpm);
        line.host = line.tpm = -1;
        return;
    }
    send_all(line.tpm, line.command, line.command_len);
    line.command_asked = 1;
}

static void command_answer(void)
{
    unsigned char answer[TPM_COMMAND_MAX];
    size_t len = take(line.tpm, answer);

    if (len == 0) {
        end("the TPM went away");
    }
    if (boot_saw(&line.boot, line.command, line.command_len, answer)) {
        load();
    }
    line.command_asked = 0;
    send_all(line.host, answer, len);
}

/* Power off and on, as the host does by swtpm's INIT; the host knows nothing.
 */
static const char *power_cycle(void)
{
    static const unsigned char init[8] = {0, 0, 0, SWTPM_INIT, 0, 0, 0, 0};
    unsigned char answer[4];

    send_all(line.tpm_control, init, sizeof(init));
    if (recv(line.tpm_control, answer, sizeof(answer), MSG_WAITALL) !=
        (ssize_t)sizeof(answer)) {
        end("swtpm went away");
    }
    return tpm_number(answer, 4) ? "swtpm does not start its TPM again" : NULL;
}

/* What was extended in this boot, once more, in order. */
static const char *replay(void)
{
    struct boot old = line.boot;
    const char *complaint = NULL;

    memset(&line.boot, 0, sizeof(line.boot));
    line.boot.loaded = 1; /* its events are among them */
    for (size_t i = 0; i < old.count; i++) {
        if (ask_tpm(old.extends[i].command, old.extends[i].len)) {
            complaint = "the TPM refused what it had taken before";
        }
    }
    free(old.extends);
    return complaint;
}

/* orderly: with TPM2_Shutdown before; state: PCRs are kept, as in a resume. */
static const char *reset(int orderly, unsigned type, int again)
{
    unsigned char command[12];
    size_t len;
    const char *complaint;

    if (line.tpm < 0) {
        return "the host does not use its TPM yet";
    }
    if (orderly) {
        len = boot_command(command, TPM_CC_SHUTDOWN, type);
        if (ask_tpm(command, len)) {
            return "the TPM refused to shut down";
        }
    }
    complaint = power_cycle();
    if (complaint) {
        return complaint;
    }
    len = boot_command(command, TPM_CC_STARTUP, type);
    if (ask_tpm(command, len)) {
        return "the TPM refused to start up";
    }
    if (again) {
        return replay();
    }
    if (type == TPM_SU_CLEAR) {
        boot_begin(&line.boot);
        line.boot.loaded = 1; /* no boot loader comes */
    }
    return NULL;
}

static const char *obey(char **words, int count, FILE *out)
{
    const char *verb = count > 0 ? words[0] : "";
    int again = count == 2 && !strcmp(words[1], "replay");

    serve(-1, 1);
    if (!strcmp(verb, "status") && count == 1) {
        fprintf(out, "firmware %s\nloader %s\nextends %zu\n",
                line.boot.separators == 0xff ? "done" : "-",
                line.boot.loaded ? "done" : "-", line.boot.count);
        return NULL;
    }
    if (!strcmp(verb, "reset") && (count == 1 || again)) {
        return reset(1, TPM_SU_CLEAR, again);
    }
    if (!strcmp(verb, "cut") && (count == 1 || again)) {
        return reset(0, TPM_SU_CLEAR, again);
    }
    if (!strcmp(verb, "power-cut") && count == 1) {
        line.power_cut = 1;
        return NULL;
    }
    if (!strcmp(verb, "resume") && count == 1) {
        return reset(1, TPM_SU_STATE, 0);
    }
    return "unknown command: see 'lab tpm --help'";
}

static void serve(int control, int until_idle)
{
    while (!until_idle || line.control_asked || line.command_asked) {
        struct pollfd p[5] = {
            {.fd = control, .events = POLLIN},
            {.fd = until_idle ? -1 : line.host_control, .events = POLLIN},
            {.fd = line.tpm_control, .events = POLLIN},
            {.fd = until_idle || line.command_asked ? -1 : line.host,
             .events = POLLIN},
            {.fd = line.command_asked ? line.tpm : -1, .events = POLLIN},
        };

        if (poll(p, 5, -1) < 0) {
            continue;
        }
        if (p[2].revents) {
            control_answer();
        } else if (p[4].revents) {
            command_answer();
        } else if (p[1].revents) {
            control_request();
        } else if (p[3].revents) {
            command_request();
        } else if (p[0].revents) {
            ctl_answer(control, obey);
        }
    }
}

int main(int argc, char **argv)
{
    int control, listener;

    signal(SIGPIPE, SIG_IGN);
    if (argc > 2) {
        return ctl_ask(argv[1], "ctl", argc - 2, argv + 2);
    }
    if (argc < 2) {
        fprintf(stderr, "usage: tpmline DIR [COMMAND...]\n");
        return 2;
    }
    umask(077);
    line.dir = argv[1];
    line.tpm_control = ctl_connect(line.dir, "swtpm");
    if (line.tpm_control < 0) {
        return 1;
    }
    control = ctl_listen(line.dir, "ctl");
    listener = ctl_listen(line.dir, "sock");
    line.host_control = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (line.host_control < 0) {
        perror("tpmline");
        return 1;
    }
    close(listener);
    serve(control, 0);
}
