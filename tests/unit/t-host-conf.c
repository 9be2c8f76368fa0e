/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What is wrong with a configuration is told with file, line and remedy: every
 * message here is the whole text.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/kem.h"
#include "crypto/start.h"
#include "host/arbiter.h"
#include "host/conf.h"
#include "host/fd.h"
#include "t.h"

/* 32 octets of zero, of one, and of two, 31 and 33 octets. */
#define KEY0  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define KEY1  "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY31 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define KEY33 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

#define PEER_REST "key = " KEY0 "\nallow = incoming\n"

static char dir[32];

/* A file of the test's directory; what stood there is gone. */
static const char *put(const char *name, const void *text, size_t len,
                       mode_t mode)
{
    static char path[128];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    (void)unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    T(fd >= 0 && fchmod(fd, mode) == 0);
    T(xls_fd_write(fd, text, len) == XLS_OK);
    xls_fd_close(&fd);
    return path;
}

static const char *put_text(const char *name, const char *text)
{
    return put(name, text, strlen(text), 0600);
}

static void begin(void)
{
    char path[64];

    T(xls_crypto_start() == XLS_OK);
    (void)strcpy(dir, "/tmp/xlsec-conf-XXXXXX");
    T(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof(path), "%s/peers.d", dir);
    T(mkdir(path, 0700) == 0);
}

static void end(void)
{
    char command[64];

    (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
    T(system(command) == 0);
}

/* The message is format, in which %s stands for the directory. */
static void expect(const struct xls_why *why, const char *format)
{
    char want[XLS_WHY_MAX];
    const char *at = format;
    size_t used = 0;

    while (*at != '\0' && used < sizeof(want) - 64) {
        if (at[0] == '%' && at[1] == 's') {
            used += (size_t)snprintf(want + used, 64, "%s", dir);
            at += 2;
        } else {
            want[used++] = *at++;
        }
    }
    want[used] = '\0';
    ck_assert_str_eq(why->text, want);
}

/* --- peers -------------------------------------------------------------------
 */

struct bad {
    const char *text;
    const char *message;
};

#define EXPECT_NAME "'name = NAME' (letters, digits, '.', '-', '_'; 63 at most)"
#define EXPECT_KEY                                                             \
    "'key = BASE64' (the 44 characters that xlsec id shows on that host)"
#define EXPECT_ALLOW "'allow = incoming', 'outgoing', both, or 'nothing'"
#define SEE          "; see xlsec.conf(5) for the known ones"
#define LONG64                                                                 \
    "0123456789012345678901234567890123456789012345678901234567890123"

#define EXPECT_EVIDENCE "'evidence = tpm', 'software', or 'none'"
#define EXPECT_AK                                                              \
    "an attestation key in base64, as xlsec id shows it on that host"
#define WHOLE_AK                                                               \
    "a whole public key in DER; copy all of what xlsec id shows on that host"
#define EXPECT_AK_NAME                                                         \
    "the name of a TPM's key, 68 hexadecimal digits beginning with 000b"
#define EXPECT_DISK "paths of disks, such as /dev/vg0/*"

static const struct bad bad_peers[] = {
    {"", "f:1: 'name' is missing from section [peer]; add " EXPECT_NAME},
    {"[peer]\n",
     "f:1: 'name' is missing from section [peer]; add " EXPECT_NAME},
    {"[peer]\nname = a\nallow = incoming\n",
     "f:3: 'key' is missing from section [peer]; add " EXPECT_KEY},
    {"[peer]\nname = a\nkey = " KEY0 "\n",
     "f:3: 'allow' is missing from section [peer]; add " EXPECT_ALLOW},
    {"[peer]\nname = a\n# a comment\ncolour = red\n" PEER_REST,
     "f:4: unknown word 'colour' in section [peer]" SEE},
    {"[pear]\nname = a\n" PEER_REST,
     "f:2: unknown word 'name' in section [pear]" SEE},
    {"name = a\n", "f:1: unknown word 'name' in section []" SEE},
    {"[peer]\nname = a\nName = a\n",
     "f:3: unknown word 'Name' in section [peer]" SEE},
    {"[peer]\nname = a\nname = b\n" PEER_REST,
     "f:3: 'name' is there twice; remove one"},
    {"[peer]\nname = a\n[peer]\nname = a\n",
     "f:4: 'name' is there twice; remove one"},
    {"[peer]\nname = ../a\n", "f:2: 'name' has to be " EXPECT_NAME},
    {"[peer]\nname = .a\n", "f:2: 'name' has to be " EXPECT_NAME},
    {"[peer]\nname = -a\n", "f:2: 'name' has to be " EXPECT_NAME},
    {"[peer]\nname =\n", "f:2: 'name' has to be " EXPECT_NAME},
    {"[peer]\nname = a b\n", "f:2: 'name' has to be " EXPECT_NAME},
    {"[peer]\nname = " LONG64 "\n", "f:2: 'name' has to be " EXPECT_NAME},
    {"[peer]\nkey = AAAA\n", "f:2: 'key' has to be " EXPECT_KEY},
    {"[peer]\nkey = " KEY31 "\n", "f:2: 'key' has to be " EXPECT_KEY},
    {"[peer]\nkey = " KEY33 "\n", "f:2: 'key' has to be " EXPECT_KEY},
    {"[peer]\nkey = " KEY0 "x\n", "f:2: 'key' has to be " EXPECT_KEY},
    {"[peer]\nkey = AAAAAAAAAAAAAAAAAAAAA*AAAAAAAAAAAAAAAAAAAAA=\n",
     "f:2: 'key' has to be " EXPECT_KEY},
    {"[peer]\nkey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n",
     "f:2: 'key' has to be " EXPECT_KEY}, /* bits beyond the 32nd octet */
    {"[peer]\nkey = AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
     "f:2: 'key' has to be " EXPECT_KEY}, /* no padding */
    {"[peer]\nport = 0\n", "f:2: 'port' has to be a port, 1 to 65535"},
    {"[peer]\nport = 65536\n", "f:2: 'port' has to be a port, 1 to 65535"},
    {"[peer]\nport = 4294967297\n", "f:2: 'port' has to be a port, 1 to 65535"},
    {"[peer]\nport = -1\n", "f:2: 'port' has to be a port, 1 to 65535"},
    {"[peer]\nport = 80x\n", "f:2: 'port' has to be a port, 1 to 65535"},
    {"[peer]\nport =\n", "f:2: 'port' has to be a port, 1 to 65535"},
    {"[peer]\naddress =\n",
     "f:2: 'address' has to be a host name or an address"},
    {"[peer]\naddress = -a\n",
     "f:2: 'address' has to be a host name or an address"},
    {"[peer]\naddress = a b\n",
     "f:2: 'address' has to be a host name or an address"},
    {"[peer]\naddress = a;b\n",
     "f:2: 'address' has to be a host name or an address"},
    {"[peer]\naddress = a\tb\n",
     "f:2: 'address' has to be a host name or an address"},
    {"[peer]\nallow = all\n", "f:2: 'allow' has to be " EXPECT_ALLOW},
    {"[peer]\nallow =\n", "f:2: 'allow' has to be " EXPECT_ALLOW},
    {"[peer]\nallow = ,\n", "f:2: 'allow' has to be " EXPECT_ALLOW},
    {"[peer]\nallow = nothing incoming\n",
     "f:2: 'allow' has to be " EXPECT_ALLOW},
    {"[peer]\nevidence = TPM\n", "f:2: 'evidence' has to be " EXPECT_EVIDENCE},
    {"[peer]\nevidence =\n", "f:2: 'evidence' has to be " EXPECT_EVIDENCE},
    {"[peer]\nak =\n", "f:2: 'ak' has to be " EXPECT_AK},
    {"[peer]\nak = MAA*\n", "f:2: 'ak' has to be " EXPECT_AK},
    {"[peer]\nak = MAB=\n", "f:2: 'ak' has to be " EXPECT_AK},
    {"[peer]\nak = MAA\n", "f:2: 'ak' has to be " EXPECT_AK},
    {"[peer]\nak = MA==\nak = MAAA\n", "f:3: 'ak' has to be " EXPECT_AK},
    {"[peer]\nname = a\nak = MAAA\n" PEER_REST, "f: 'ak' is not " WHOLE_AK},
    {"[peer]\nname = a\nak = MQA=\n" PEER_REST, "f: 'ak' is not " WHOLE_AK},
    {"[peer]\nname = a\nak = MA==\n" PEER_REST, "f: 'ak' is not " WHOLE_AK},
    {"[peer]\nname = a\nak = MIIB\n" PEER_REST, "f: 'ak' is not " WHOLE_AK},
    {"[peer]\nak-scheme = ecdsa\n",
     "f:2: 'ak-scheme' has to be a scheme of signatures, such as "
     "ecdsa/sha256"},
    {"[peer]\nak-name = 000b\n", "f:2: 'ak-name' has to be " EXPECT_AK_NAME},
    {"[peer]\nak-name = 000c" LONG64 "\n",
     "f:2: 'ak-name' has to be " EXPECT_AK_NAME},
    {"[peer]\nak-name = 000b" LONG64 "0\n",
     "f:2: 'ak-name' has to be " EXPECT_AK_NAME},
    {"[peer]\nname = a\nak-name = 000b" LONG64 "\n" PEER_REST,
     "f: 'ak-name' is there without 'ak'; add the key, or remove the word"},
    {"[peer]\nname = a\nak-scheme = ecdsa/sha256\n" PEER_REST,
     "f: 'ak-scheme' is there without 'ak'; add the key, or remove the word"},
    {"[peer]\nname = a\nevidence = tpm\n" PEER_REST,
     "f: 'evidence = tpm', and no 'ak' to verify it by; enroll that host's "
     "TPM with xlsec enroll"},
    {"[peer]\nname = a\nevidence = software\nak = MAA=\n" PEER_REST,
     "f: 'evidence = software', and no 'evidence-key' to verify it by; copy "
     "that line from what xlsec id shows on that host"},
    {"[peer]\nevidence-key = " KEY31 "\n",
     "f:2: 'evidence-key' has to be 'evidence-key = BASE64' (the 44 characters "
     "that xlsec id shows on that host)"},
    {"[peer]\nclass = a b\n",
     "f:2: 'class' has to be a class of hosts (letters, digits, '.', '-', "
     "'_'; 63 at most)"},
    {"[peer]\naccept-disk =\n", "f:2: 'accept-disk' has to be " EXPECT_DISK},
    {"[peer]\naccept-disk = /a,\n",
     "f:2: 'accept-disk' has to be " EXPECT_DISK},
    {"[peer]\naccept-disk = /a\naccept-disk = /a/../b\n",
     "f:3: 'accept-disk' has to be " EXPECT_DISK},
    {"[peer]\naccept-disk = /\xc3\xa9\n",
     "f:2: 'accept-disk' has to be " EXPECT_DISK},
    {"[peer]\naccept-disks = /a\n",
     "f:2: unknown word 'accept-disks' in section [peer]" SEE},
    {"[peer]\nname = a\nwhat is this\n" PEER_REST,
     "f:3: neither a [section] nor 'word = value'; mend the line or put '#' "
     "before it"},
    {"[peer\nname = a\n", "f:1: neither a [section] nor 'word = value'; mend "
                          "the line or put '#' before it"},
    {"[peer]\ncolour\ncolour = red\n",
     "f:2: neither a [section] nor 'word = value'; mend the line or put '#' "
     "before it"},
    {"[peer]\ncolour = red\ncolour\n",
     "f:2: unknown word 'colour' in section [peer]" SEE},
    {"[peer]\nname = a\naddress = " LONG64 LONG64 LONG64 "\n",
     "f:3: the line is longer than 198 characters; shorten it"},
};

START_TEST(bad_peers_are_told)
{
    struct xls_peer peer = {.name = "untouched"};

    for (size_t i = 0; i < T_COUNT(bad_peers); i++) {
        struct xls_why why = {""};

        T(xls_peer_parse(bad_peers[i].text, "f", &peer, &why) == XLS_HOST_CONF);
        ck_assert_str_eq(why.text, bad_peers[i].message);
        T(strcmp(peer.name, "untouched") == 0);
    }
}
END_TEST

START_TEST(good_peers_are_taken)
{
    struct xls_peer peer;
    struct xls_why why = {""};

    T(xls_peer_parse("[peer]\nname = xen-2.b_c\n" PEER_REST, "f", &peer,
                     &why) == XLS_OK);
    T(strcmp(peer.name, "xen-2.b_c") == 0);
    T(strcmp(peer.address, "xen-2.b_c") == 0);
    T(peer.port == XLS_PORT_DEFAULT && peer.incoming && !peer.outgoing);
    /* indented, CRLF, comments, a byte-order mark */
    T(xls_peer_parse("\xef\xbb\xbf; one\r\n[peer]\r\n  name = a\r\n\taddress ="
                     " ::1\r\n  port=1 ; two\r\n  key=" KEY1
                     "\r\n  allow = outgoing, incoming\r\n",
                     "f", &peer, &why) == XLS_OK);
    T(strcmp(peer.name, "a") == 0 && strcmp(peer.address, "::1") == 0);
    T(peer.port == 1 && peer.key[0] == 1 && peer.key[31] == 1);
    T(peer.incoming && peer.outgoing);
    T(xls_peer_parse("[peer]\nname = a\nkey = " KEY0 "\nallow = nothing\n", "f",
                     &peer, &why) == XLS_OK);
    T(!peer.incoming && !peer.outgoing && why.text[0] == '\0');
}
END_TEST

/* How a host proves its state: what is said, and what follows where nothing is.
 */
START_TEST(peers_prove_themselves)
{
    static const struct {
        const char *text;
        enum xls_evidence_kind kind;
        bool waived;
    } list[] = {
        {"", XLS_EVIDENCE_NONE, false},
        {"evidence = none\n", XLS_EVIDENCE_NONE, true},
        {"ak = MAA=\n", XLS_EVIDENCE_TPM, false},
        {"evidence-key = " KEY1 "\n", XLS_EVIDENCE_SOFTWARE, false},
        {"evidence-key = " KEY1 "\nak = MAA=\n", XLS_EVIDENCE_TPM, false},
        {"evidence = software\nevidence-key = " KEY1 "\nak = MAA=\n",
         XLS_EVIDENCE_SOFTWARE, false},
        {"evidence = none\nak = MAA=\n", XLS_EVIDENCE_NONE, true},
        {"evidence = tpm\nak = MAA=\n", XLS_EVIDENCE_TPM, false},
    };
    static struct xls_peer peer;
    struct xls_why why = {""};
    char text[512];

    for (size_t i = 0; i < T_COUNT(list); i++) {
        (void)snprintf(text, sizeof(text), "[peer]\nname = a\n%s%s",
                       list[i].text, PEER_REST);
        ck_assert_msg(xls_peer_parse(text, "f", &peer, &why) == XLS_OK, "%s",
                      why.text);
        T(peer.evidence == list[i].kind);
        T(peer.evidence_waived == list[i].waived);
    }
    T(peer.ak_len == 2 && peer.class[0] == '\0' && !peer.has_ak_name);
    /* a key in pieces, of 5 octets */
    T(xls_peer_parse("[peer]\nname = a\nak = MAMB\nak = AgM=\nclass = x.1\n"
                     "ak-scheme = rsapss/sha384\nak-name = 000B" LONG64 "\n"
                     "evidence-key = " KEY1 "\n" PEER_REST,
                     "f", &peer, &why) == XLS_OK);
    T(peer.ak_len == 5 && memcmp(peer.ak_der, "\x30\x03\x01\x02\x03", 5) == 0);
    T(peer.ak_scheme.sign == XLS_AK_RSAPSS &&
      peer.ak_scheme.hash == XLS_AK_SHA384);
    T(peer.has_ak_name && peer.ak_name[1] == 0x0b && peer.ak_name[2] == 0x01);
    T(peer.has_evidence_key && peer.evidence_key[0] == 1);
    T(strcmp(peer.class, "x.1") == 0);
}
END_TEST

/* [S-38] What the file accepts of a guest's configuration: lists, more than one
 * line, and every word. */
START_TEST(peers_accept_settings)
{
    static const struct {
        enum xls_cfg_word word;
        const char *value;
        bool has;
    } list[] = {
        {XLS_ACCEPT_DISK, "/dev/vg0/a", true},
        {XLS_ACCEPT_DISK, "/srv/xen/a b.img", true},
        {XLS_ACCEPT_DISK, "/srv/one", true},
        {XLS_ACCEPT_DISK, "/srv/two", false},
        {XLS_ACCEPT_DISK_FORMAT, "qcow2", true},
        {XLS_ACCEPT_SCRIPT, "block-drbd", true},
        {XLS_ACCEPT_SCRIPT, "qcow2", false},
        {XLS_ACCEPT_KERNEL, "/boot/k", true},
        {XLS_ACCEPT_FIRMWARE, "/fw/a", true},
        {XLS_ACCEPT_BOOTLOADER, "pvgrub", true},
        {XLS_ACCEPT_DEVICE_MODEL, "/usr/bin/qemu", true},
        {XLS_ACCEPT_QEMU_ARG, "-device", true},
        {XLS_ACCEPT_QEMU_ARG, "x=y:1", true},
        {XLS_ACCEPT_LISTEN, "0.0.0.0", true},
        {XLS_ACCEPT_BRIDGE, "br1", true},
        {XLS_ACCEPT_BACKEND, "storage", true},
        {XLS_ACCEPT_PCI, "0000:03:00.0", true},
        {XLS_ACCEPT_XENSTORE, "data/a/b", true},
        {XLS_ACCEPT_VTPM, "/var/vtpm/web1", true},
        {XLS_ACCEPT_VTPM, "/var/vtpm/web1/x", false},
        {XLS_ACCEPT_VTPM, "/var/nvram/web1", false},
        {XLS_ACCEPT_FILE, "/var/nvram/web1", true},
        {XLS_ACCEPT_SETTING, "hda", true}, /* of b_info.x, see below */
    };
    struct xls_peer peer;
    struct xls_why why = {""};

    T(xls_peer_parse(
          "[peer]\nname = a\n" PEER_REST
          "accept-disk = /dev/vg0/* ,\t/srv/xen/*.img\naccept-disk = "
          "/srv/one\naccept-disk-format = qcow2\naccept-script = block-drbd\n"
          "accept-kernel = /boot/*\naccept-firmware = /fw/**\n"
          "accept-bootloader = pvgrub\naccept-device-model = /usr/bin/qemu\n"
          "accept-qemu-arg = -device\naccept-qemu-arg = x=y:*\n"
          "accept-listen = 0.0.0.0\naccept-bridge = br*\n"
          "accept-backend = storage\naccept-pci = 0000:03:00.*\n"
          "accept-xenstore = data/**\naccept-setting = b_info.x=hda\n"
          "accept-vtpm = /var/vtpm/*\naccept-file = /var/nvram/*\n",
          "f", &peer, &why) == XLS_OK);
    for (size_t i = 0; i < T_COUNT(list); i++) {
        ck_assert_msg(xls_cfg_policy_has(&peer.accept, list[i].word, "b_info.x",
                                         list[i].value) == list[i].has,
                      "%s %s", xls_cfg_word_name(list[i].word), list[i].value);
    }
    T(xls_peer_parse("[peer]\nname = a\n" PEER_REST, "f", &peer, &why) ==
      XLS_OK);
    T(peer.accept.used == 0);
}
END_TEST

/* A line of the longest pattern is a line that inih takes. */
START_TEST(the_longest_line_is_read)
{
    struct xls_peer peer;
    struct xls_why why = {""};
    char text[512];
    char pattern[XLS_CFG_PATTERN_MAX + 1];

    memset(pattern, 'x', sizeof(pattern) - 1);
    pattern[sizeof(pattern) - 1] = '\0';
    for (int w = XLS_ACCEPT_DISK; w < XLS_ACCEPT_WORDS; w++) {
        (void)snprintf(text, sizeof(text), "[peer]\nname = a\n%s = %s\n%s",
                       xls_cfg_word_name((enum xls_cfg_word)w), pattern,
                       PEER_REST);
        ck_assert_msg(xls_peer_parse(text, "f", &peer, &why) == XLS_OK, "%s",
                      why.text);
        T(peer.accept.used == sizeof(pattern) + 1);
    }
}
END_TEST

START_TEST(names_of_peers)
{
    T(xls_peer_name_ok("a") && xls_peer_name_ok("9") &&
      xls_peer_name_ok("A.b-c_d"));
    T(!xls_peer_name_ok("") && !xls_peer_name_ok(".") &&
      !xls_peer_name_ok("_a") && !xls_peer_name_ok("a/b") &&
      !xls_peer_name_ok("a\n") && !xls_peer_name_ok("\xc3\xa4"));
    T(xls_peer_name_ok(&LONG64[1]) && !xls_peer_name_ok(LONG64));
}
END_TEST

START_TEST(peers_of_a_directory)
{
    struct xls_peers peers;
    struct xls_why why = {""};
    uint8_t key[XLS_KEY] = {0};

    begin();
    (void)put_text("peers.d/b.conf",
                   "[peer]\nname = b\nkey = " KEY1 "\nallow = incoming\n");
    (void)put_text("peers.d/a.conf", "[peer]\nname = a\n" PEER_REST);
    (void)put_text("peers.d/c.conf.bak", "junk");
    (void)put_text("peers.d/.d.conf", "junk");
    (void)put_text("peers.d/README", "junk");
    T(xls_peers_load(dir, &peers, &why) == XLS_OK && peers.count == 2);
    T(strcmp(peers.list[0].name, "a") == 0);
    T(xls_peers_by_name(&peers, "b") == &peers.list[1]);
    T(xls_peers_by_name(&peers, "c") == NULL);
    T(xls_peers_by_key(&peers, key) == &peers.list[0]);
    key[31] = 1;
    T(xls_peers_by_key(&peers, key) == NULL);
    T(strstr(peers.list[1].psk_path, "/peers.d/b.psk") != NULL);
    T(strstr(peers.list[1].path, "/peers.d/b.conf") != NULL);
    xls_peers_free(&peers);
    xls_peers_free(&peers);
    end();
}
END_TEST

START_TEST(peers_that_contradict)
{
    static const char again[] = "%s/peers.d/b.conf: another file in the same "
                                "directory has the same name or key; remove "
                                "one of them";
    struct xls_peers peers;
    struct xls_why why = {""};

    begin();
    (void)put_text("peers.d/a.conf", "[peer]\nname = a\n" PEER_REST);
    (void)put_text("peers.d/b.conf",
                   "[peer]\nname = a\nkey = " KEY1 "\nallow = incoming\n");
    T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
    expect(&why, again);
    xls_peers_free(&peers);
    (void)put_text("peers.d/b.conf", "[peer]\nname = b\n" PEER_REST);
    why.text[0] = '\0';
    T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
    expect(&why, again);
    xls_peers_free(&peers);
    (void)put("peers.d/b.conf", "[peer]\nname = b\0\n", 18, 0600);
    why.text[0] = '\0';
    T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
    expect(&why, "%s/peers.d/b.conf: is not text (it has NUL characters); "
                 "write it anew");
    xls_peers_free(&peers);
    end();
}
END_TEST

START_TEST(peers_that_cannot_be_read)
{
    struct xls_peers peers;
    struct xls_why why = {""};
    char path[64];
    static char large[70000];

    begin();
    memset(large, '\n', sizeof(large));
    (void)put("peers.d/a.conf", large, sizeof(large), 0600);
    T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
    expect(&why, "%s/peers.d/a.conf: cannot be read: File too large");
    xls_peers_free(&peers);
    (void)unlink(put_text("peers.d/a.conf", ""));
    (void)snprintf(path, sizeof(path), "%s/peers.d/x.conf", dir);
    T(mkdir(path, 0700) == 0);
    why.text[0] = '\0';
    T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
    expect(&why, "%s/peers.d/x.conf: cannot be read: Is a directory");
    xls_peers_free(&peers);
    (void)snprintf(path, sizeof(path), "rm -r %s/peers.d", dir);
    T(system(path) == 0);
    why.text[0] = '\0';
    T(xls_peers_load(dir, &peers, &why) == XLS_OK && peers.count == 0);
    xls_peers_free(&peers);
    (void)put_text("peers.d", "a file");
    T(xls_peers_load(dir, &peers, &why) == XLS_HOST_CONF);
    expect(&why, "%s/peers.d: cannot be read: Not a directory");
    xls_peers_free(&peers);
    end();
}
END_TEST

/* --- xlsec.conf
 * -----------------------------------------------------------------*/

#define TCTI                                                                   \
    "a TPM, such as device:/dev/tpmrm0, or none (device:, swtpm:, mssim: and " \
    "tabrmd: are known)"
#define PCRS "PCRs of 0 to 15 that rise, such as 0-7,10"

static const struct bad bad_confs[] = {
    {"[arbiter]\npath = leases\n",
     "%s/xlsec.conf:2: 'path' has to be the absolute path of a file or block "
     "device that all hosts share"},
    {"[arbiter]\nhost-id = 2001\n",
     "%s/xlsec.conf:2: 'host-id' has to be a number, 1 to 2000, that no other "
     "host has"},
    {"[arbiter]\nhost-id = 0\n",
     "%s/xlsec.conf:2: 'host-id' has to be a number, 1 to 2000, that no other "
     "host has"},
    {"[arbiter]\nhost-id = 2\n",
     "%s/xlsec.conf: [arbiter] needs both 'path' and 'host-id'; see "
     "xlsec.conf(5)"},
    {"[arbiter]\npath = /leases\n",
     "%s/xlsec.conf: [arbiter] needs both 'path' and 'host-id'; see "
     "xlsec.conf(5)"},
    {"[tpm]\ntcti = libevil.so\n", "%s/xlsec.conf:2: 'tcti' has to be " TCTI},
    {"[tpm]\ntcti =\n", "%s/xlsec.conf:2: 'tcti' has to be " TCTI},
    {"[tpm]\ntcti = device\n", "%s/xlsec.conf:2: 'tcti' has to be " TCTI},
    {"[tpm]\npcrs = 0-16\n", "%s/xlsec.conf:2: 'pcrs' has to be " PCRS},
    {"[tpm]\npcrs =\n", "%s/xlsec.conf:2: 'pcrs' has to be " PCRS},
    {"[tpm]\npcrs = 3,2\n", "%s/xlsec.conf:2: 'pcrs' has to be " PCRS},
    {"[xlsecd]\nport = 0\n",
     "%s/xlsec.conf:2: 'port' has to be a port, 1 to 65535"},
    {"[xlsecd]\nmax-sessions = 257\n",
     "%s/xlsec.conf:2: 'max-sessions' has to be a number, 1 to 256"},
    {"[xlsecd]\nlisten =\n",
     "%s/xlsec.conf:2: 'listen' has to be an address to listen on, or *"},
    {"[channel]\npost-quantum = yes\n",
     "%s/xlsec.conf:2: 'post-quantum' has to be off, prefer or require"},
    {"[channel]\npost-quantum =\n",
     "%s/xlsec.conf:2: 'post-quantum' has to be off, prefer or require"},
    {"[time]\nhandshake = 601\n",
     "%s/xlsec.conf:2: 'handshake' has to be seconds, 1 to 600"},
    {"[time]\nstall = 0\n",
     "%s/xlsec.conf:2: 'stall' has to be seconds, 1 to 3600"},
    {"[time]\nfinish = 1h\n",
     "%s/xlsec.conf:2: 'finish' has to be seconds, 1 to 86400"},
    {"[time]\ndowntime = 86401\n",
     "%s/xlsec.conf:2: 'downtime' has to be seconds, 0 to 86400"},
    {"[time]\nwhole = 604801\n",
     "%s/xlsec.conf:2: 'whole' has to be seconds, 0 to 604800"},
    {"[time]\nsettle = -1\n",
     "%s/xlsec.conf:2: 'settle' has to be seconds, 0 to 86400"},
    {"[guest]\nslow = 1\n", "%s/xlsec.conf:2: 'slow' has to be yes or no"},
    {"[guest]\nslow =\n", "%s/xlsec.conf:2: 'slow' has to be yes or no"},
    {"[paths]\nlibexec = bin\n",
     "%s/xlsec.conf:2: 'libexec' has to be an absolute path"},
    {"[policy]\nunsigned = true\n",
     "%s/xlsec.conf:2: 'unsigned' has to be yes or no"},
    {"\n\n[time]\nport = 1\n",
     "%s/xlsec.conf:4: unknown word 'port' in section [time]" SEE},
    {"[time]\nstall = 1\nstall = 1\n",
     "%s/xlsec.conf:3: 'stall' is there twice; remove one"},
    {"[time]\nstall\n",
     "%s/xlsec.conf:2: neither a [section] nor 'word = value'; mend the line "
     "or put '#' before it"},
};

START_TEST(bad_configurations_are_told)
{
    struct xls_conf conf = {.port = 7};

    begin();
    for (size_t i = 0; i < T_COUNT(bad_confs); i++) {
        struct xls_why why = {""};

        (void)put_text("xlsec.conf", bad_confs[i].text);
        T(xls_conf_load(dir, &conf, &why) == XLS_HOST_CONF);
        expect(&why, bad_confs[i].message);
        T(conf.port == 7);
    }
    end();
}
END_TEST

START_TEST(configurations_and_defaults)
{
    struct xls_conf conf;
    struct xls_why why = {""};
    char name[XLS_PATH + 1];

    begin();
    T(xls_conf_load(dir, &conf, &why) == XLS_OK); /* there is no file */
    T(conf.port == XLS_PORT_DEFAULT && conf.max_sessions == 16);
    T(conf.handshake_seconds == 10 && conf.stall_seconds == 30);
    T(conf.settle_seconds == 60 && conf.downtime_seconds == 120);
    T(conf.whole_seconds == 0 && conf.slow);
    T(conf.finish_seconds == 300 && strcmp(conf.listen, "*") == 0);
    T(strcmp(conf.dir, dir) == 0 && conf.libexec[0] == '/');
    T(conf.tcti[0] == '\0' && conf.pcrs == 0x7ff);
    T(!conf.policy_unsigned);
    (void)put_text("xlsec.conf",
                   "[xlsecd]\nlisten = 10.0.0.1\nport = 65535\n"
                   "max-sessions = 1\n[time]\nhandshake = 600\n"
                   "stall = 3600\nfinish = 86400\nsettle = 0\ndowntime = 0\n"
                   "whole = 604800\n[guest]\nslow = no\n[paths]\n"
                   "libexec = /a b\n[tpm]\n"
                   "tcti = swtpm:path=/run/a\npcrs = 0-2,15\n"
                   "[policy]\nunsigned = yes\n");
    T(xls_conf_load(dir, &conf, &why) == XLS_OK);
    T(conf.port == 65535 && conf.max_sessions == 1);
    T(conf.handshake_seconds == 600 && conf.stall_seconds == 3600);
    T(conf.settle_seconds == 0 && conf.downtime_seconds == 0);
    T(conf.whole_seconds == 604800 && !conf.slow);
    T(conf.finish_seconds == 86400 && strcmp(conf.listen, "10.0.0.1") == 0);
    T(strcmp(conf.libexec, "/a b") == 0);
    T(strcmp(conf.tcti, "swtpm:path=/run/a") == 0 && conf.pcrs == 0x8007);
    T(conf.policy_unsigned);
    (void)put_text("xlsec.conf", "");
    T(xls_conf_load(dir, &conf, &why) == XLS_OK);
    memset(name, 'x', XLS_PATH);
    name[XLS_PATH] = '\0';
    T(xls_conf_load(name, &conf, &why) == XLS_HOST_CONF);
    expect(&why, "the configuration directory's name is longer than 255 "
                 "characters");
    end();
}
END_TEST

/* [P-48] */
START_TEST(post_quantum_is_off_prefer_or_require)
{
    struct xls_conf conf;
    struct xls_why why = {""};
    enum xls_rc rc;

    begin();
    (void)put_text("xlsec.conf", "");
    T(xls_conf_load(dir, &conf, &why) == XLS_OK);
    T(conf.post_quantum == XLS_PQ_PREFER);
    (void)put_text("xlsec.conf", "[channel]\npost-quantum = off\n");
    T(xls_conf_load(dir, &conf, &why) == XLS_OK);
    T(conf.post_quantum == XLS_PQ_OFF);
    (void)put_text("xlsec.conf", "[channel]\npost-quantum = prefer\n");
    T(xls_conf_load(dir, &conf, &why) == XLS_OK);
    T(conf.post_quantum == XLS_PQ_PREFER);
    (void)put_text("xlsec.conf", "[channel]\npost-quantum = require\n");
    rc = xls_conf_load(dir, &conf, &why);
    if (xls_kem_by() != NULL) {
        T(rc == XLS_OK && conf.post_quantum == XLS_PQ_REQUIRE);
    } else {
        T(rc == XLS_HOST_CONF);
        expect(&why, "%s/xlsec.conf: 'post-quantum = require', and this xlsec "
                     "was built without ML-KEM-768; install one that was "
                     "built with OpenSSL 3.5 or libsodium 1.0.22, or say "
                     "'prefer'");
    }
    end();
}
END_TEST

START_TEST(arbiter)
{
    struct xls_why why = {""};
    struct xls_conf conf;
    enum xls_rc rc;

    begin();
    (void)put_text("xlsec.conf", "");
    T(xls_conf_load(dir, &conf, &why) == XLS_OK);
    T(conf.arbiter[0] == '\0' && conf.arbiter_host == 0);
    (void)put_text("xlsec.conf",
                   "[arbiter]\npath = /dev/vg/leases\nhost-id = 7\n");
    rc = xls_conf_load(dir, &conf, &why);
    if (xls_arbiter_by() != NULL) {
        T(rc == XLS_OK && strcmp(conf.arbiter, "/dev/vg/leases") == 0 &&
          conf.arbiter_host == 7);
    } else {
        T(rc == XLS_HOST_CONF);
        expect(&why, "%s/xlsec.conf: [arbiter] is there, and this xlsec was "
                     "built without sanlock; install one that was built with "
                     "it, or remove [arbiter]");
    }
    end();
}
END_TEST

/* --- key files
 * ------------------------------------------------------------------- */

static const struct bad bad_keys[] = {
    {"", "%s/k:1: holds no key; restore the file, or make new keys with xlsec "
         "init"},
    {"# a comment\n",
     "%s/k:2: holds no key; restore the file, or make new keys with xlsec "
     "init"},
    {"# a comment\n" KEY31 "\n",
     "%s/k:2: is not a key (44 characters of base64); restore the file, or "
     "make new keys with xlsec init"},
    {"AAAA*\n", "%s/k:1: is not a key (44 characters of base64); restore the "
                "file, or make new keys with xlsec init"},
    {" " KEY0 "\n",
     "%s/k:1: is not a key (44 characters of base64); restore the file, or "
     "make new keys with xlsec init"},
    {KEY0 "\n\n" KEY0 "\n", "%s/k:3: a second key; a key file holds one"},
};

static bool is_zero(const struct xls_secret_key *key)
{
    static const struct xls_secret_key zero;

    return memcmp(key, &zero, sizeof(zero)) == 0;
}

static void expect_bad_key(const char *message)
{
    struct xls_secret_key key;
    struct xls_why why = {""};
    char path[64];

    memset(&key, 0xff, sizeof(key));
    (void)snprintf(path, sizeof(path), "%s/k", dir);
    T(xls_keyfile_read(path, &key, &why) == XLS_HOST_CONF);
    expect(&why, message);
    T(is_zero(&key));
}

START_TEST(bad_keys_are_told)
{
    begin();
    for (size_t i = 0; i < T_COUNT(bad_keys); i++) {
        (void)put_text("k", bad_keys[i].text);
        expect_bad_key(bad_keys[i].message);
    }
    (void)put("k", KEY0 "\0\n", sizeof(KEY0) + 1, 0600);
    expect_bad_key("%s/k: is not text; restore the file, or make new keys "
                   "with xlsec init");
    end();
}
END_TEST

START_TEST(key_files_that_are_no_key_files)
{
    static char large[5000];
    char path[64];

    begin();
    expect_bad_key("%s/k: cannot be opened: No such file or directory; run: "
                   "xlsec init");
    (void)put("k", KEY0, 44, 0644);
    expect_bad_key("%s/k: mode 0644 lets others read or change a secret key; "
                   "run: chmod 600 %s/k, and think about whether the key is "
                   "still secret");
    (void)put("k", KEY0, 44, 0620);
    expect_bad_key("%s/k: mode 0620 lets others read or change a secret key; "
                   "run: chmod 600 %s/k, and think about whether the key is "
                   "still secret");
    memset(large, '#', sizeof(large));
    (void)put("k", large, sizeof(large), 0600);
    expect_bad_key("%s/k: cannot be read: File too large");
    (void)snprintf(path, sizeof(path), "%s/k", dir);
    T(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    expect_bad_key("%s/k: is not a regular file; restore the key file, or "
                   "move this away and make new keys with xlsec init");
    T(unlink(path) == 0 && mkdir(path, 0700) == 0);
    expect_bad_key("%s/k: is not a regular file; restore the key file, or "
                   "move this away and make new keys with xlsec init");
    end();
}
END_TEST

START_TEST(key_of_somebody_else)
{
    struct xls_secret_key key;
    struct xls_why why = {""};

    if (geteuid() != 0) {
        return; /* only root can give a file away */
    }
    begin();
    T(chown(put("k", KEY0, 44, 0600), 4321, 0) == 0);
    T(xls_keyfile_read(put("k2", KEY0, 44, 0400), &key, &why) == XLS_OK);
    expect_bad_key("%s/k: belongs to uid 4321, and has to belong to root; run: "
                   "chown root %s/k");
    end();
}
END_TEST

START_TEST(keys_are_written_once)
{
    struct xls_secret_key key = {{1, 2, 3}};
    struct xls_secret_key back;
    struct xls_why why = {""};
    struct stat st;
    char path[64];

    begin();
    (void)umask(0);
    (void)snprintf(path, sizeof(path), "%s/k", dir);
    T(!xls_keyfile_exists(path));
    T(xls_keyfile_write(path, &key, "a comment", &why) == XLS_OK);
    T(xls_keyfile_exists(path));
    T(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
    T(xls_keyfile_read(path, &back, &why) == XLS_OK);
    T(memcmp(&key, &back, sizeof(key)) == 0);
    key.bytes[0] = 9;
    T(xls_keyfile_write(path, &key, "a comment", &why) == XLS_HOST_CONF);
    expect(&why, "%s/k: cannot be created: File exists");
    T(xls_keyfile_read(path, &back, NULL) == XLS_OK && back.bytes[0] == 1);
    /* a comment that does not fit: nothing half-made stays */
    T(unlink(path) == 0);
    T(xls_keyfile_write(path, &key, LONG64 LONG64 LONG64 "................",
                        &why) == XLS_BUG_CONTRACT);
    T(!xls_keyfile_exists(path));
    T(symlink("/nonexistent", path) == 0 && xls_keyfile_exists(path));
    T(xls_keyfile_write(path, &key, "", NULL) == XLS_HOST_CONF);
    end();
}
END_TEST

/* What a TPM has made of a key stands in its place; only who expects it takes
 * it. */
START_TEST(keys_that_are_sealed)
{
    struct xls_stored_key stored;
    struct xls_secret_key key;
    struct xls_why why = {""};
    uint8_t octets[XLS_SEALED_MAX + 1];
    char path[64];

    begin();
    memset(octets, 0xa5, sizeof(octets));
    (void)snprintf(path, sizeof(path), "%s/k", dir);
    for (size_t len = 1; len <= XLS_SEALED_MAX; len += 73) {
        T(xls_keyfile_write_sealed(path, octets, len, "x", &why) == XLS_OK);
        T(xls_keyfile_load(path, &stored, &why) == XLS_OK);
        T(stored.is_sealed && stored.sealed_len == len);
        T(memcmp(stored.sealed, octets, len) == 0 && is_zero(&stored.key));
        T(unlink(path) == 0);
    }
    T(xls_keyfile_write_sealed(path, octets, XLS_SEALED_MAX + 1, "x", &why) ==
      XLS_BUG_CONTRACT);
    T(!xls_keyfile_exists(path));
    (void)put_text("k", "# x\nsealed AAAA\n");
    expect_bad_key("%s/k: is sealed to a TPM, and only a host.key may be; "
                   "restore the file, or make new keys with xlsec init");
    (void)put_text("k", "sealed AAA\n");
    expect_bad_key("%s/k:1: is not a key (44 characters of base64); restore "
                   "the file, or make new keys with xlsec init");
    (void)put_text("k", "sealed \n");
    expect_bad_key("%s/k:1: is not a key (44 characters of base64); restore "
                   "the file, or make new keys with xlsec init");
    (void)put_text("k", "sealed AAAA\n" KEY0 "\n");
    expect_bad_key("%s/k:2: a second key; a key file holds one");
    (void)put_text("k", KEY1 "\n");
    T(xls_keyfile_load(path, &stored, &why) == XLS_OK && !stored.is_sealed);
    T(xls_keyfile_read(path, &key, &why) == XLS_OK && key.bytes[0] == 1);
    end();
}
END_TEST

START_TEST(keys_as_text)
{
    const uint8_t key[XLS_KEY] = {0};
    uint8_t back[XLS_KEY];
    char text[XLS_KEY_TEXT];
    char print[XLS_FINGERPRINT_TEXT];

    T(xls_crypto_start() == XLS_OK);
    xls_key_encode(key, text);
    ck_assert_str_eq(text, KEY0);
    T(xls_key_decode(text, back) && memcmp(key, back, sizeof(key)) == 0);
    T(!xls_key_decode("", back) && !xls_key_decode(KEY31, back) &&
      !xls_key_decode(KEY33, back) && !xls_key_decode(KEY0 "\n", back) &&
      !xls_key_decode(KEY0 KEY0, back));
    /* found by fuzzing: libsodium takes octets above 127 for digits */
    T(!xls_key_decode("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\xbf\xbe\xbe\xb6"
                      "AAAA=",
                      back));
    /* SHA-256 of 32 zero octets */
    xls_key_fingerprint(key, print);
    ck_assert_str_eq(print,
                     "SHA256:Zmh6rfhivXdsj8GLjp+OIAiXFIVu4jOzkCpZHQ1fKSU");
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        bad_peers_are_told,
        good_peers_are_taken,
        peers_prove_themselves,
        peers_accept_settings,
        the_longest_line_is_read,
        names_of_peers,
        peers_of_a_directory,
        peers_that_contradict,
        peers_that_cannot_be_read,
        bad_configurations_are_told,
        configurations_and_defaults,
        post_quantum_is_off_prefer_or_require,
        arbiter,
        bad_keys_are_told,
        key_files_that_are_no_key_files,
        key_of_somebody_else,
        keys_are_written_once,
        keys_that_are_sealed,
        keys_as_text,
    };

    return t_run("host-conf", list, T_COUNT(list));
}
