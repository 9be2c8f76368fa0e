/* SPDX-License-Identifier: LGPL-2.1-only */
/* The members of a configuration, and what a receiver accepts of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t.h"
#include "xenfmt/cfgkeys.h"
#include "xenfmt/config.h"

#define C_INFO    "\"c_info\":{\"type\":\"hvm\",\"name\":\"g\"}"
#define B_INFO    "\"b_info\":{\"max_memkb\":8}"
#define TOP(text) "{" C_INFO "," B_INFO "," text "}"
#define IN_C(text)                                                             \
    "{\"c_info\":{\"type\":\"hvm\",\"name\":\"g\"," text "}," B_INFO "}"
#define IN_B(text)   "{" C_INFO ",\"b_info\":{\"max_memkb\":8," text "}}"
#define IN_HVM(text) IN_B("\"type.hvm\":{" text "}")
#define IN_PV(text)                                                            \
    "{\"c_info\":{\"type\":\"pv\",\"name\":\"g\"},\"b_info\":{\"max_memkb\":8" \
    ",\"type.pv\":{" text "}}}"
#define IN_PVH(text)                                                           \
    "{\"c_info\":{\"type\":\"pvh\",\"name\":\"g\"},\"b_info\":{\"max_memkb\":" \
    "8,\"type.pvh\":{" text "}}}"
#define DISK(text) TOP("\"disks\":[{" text "}]")
#define NIC(text)  TOP("\"nics\":[{" text "}]")

struct heard {
    size_t count;
    struct xls_cfg_found first;
};

static bool hear(void *ctx, const struct xls_cfg_found *found)
{
    struct heard *h = ctx;

    if (h->count++ == 0) {
        h->first = *found;
    }
    return true;
}

static enum xls_rc permit(const char *text, const struct xls_cfg_policy *policy,
                          struct heard *h)
{
    struct xls_finding why = {0};

    *h = (struct heard){0};
    return xls_config_permit(text, strlen(text), policy, hear, h, &why);
}

/* The line of a peer's file, taken as that file would take it. */
static bool add_line(struct xls_cfg_policy *policy, const char *line)
{
    for (int w = XLS_ACCEPT_DISK; w < XLS_ACCEPT_WORDS; w++) {
        const char *name = xls_cfg_word_name((enum xls_cfg_word)w);
        size_t n = strlen(name);

        if (strncmp(line, name, n) == 0 && strncmp(line + n, " = ", 3) == 0) {
            return xls_cfg_policy_add(policy, (enum xls_cfg_word)w,
                                      line + n + 3);
        }
    }
    return false;
}

/* --- form */

START_TEST(what_is_no_member_is_refused)
{
    static const struct {
        const char *rule;
        const char *text;
        const char *says; /* the finding begins so */
    } list[] = {
        {"S-31", TOP("\"x\":1"), "x is not known"},
        {"S-31", TOP("\"disk\":[]"), "disk is not"},
        {"S-31", TOP("\"Disks\":[]"), "Disks is not"},
        {"S-31", IN_B("\"type\":\"hvm\""), "b_info.type is"},
        {"S-31", IN_B("\"type.invalid\":{}"), "b_info.type.invalid is"},
        {"S-31", IN_HVM("\"vnc\":{\"password\":\"x\"}"),
         "b_info.type.hvm.vnc.password is"},
        {"S-31", DISK("\"pdev\":\"/dev/a\""), "disks[0].pdev is"},
        {"S-31", TOP("\"channels\":[{\"connection.pty\":{\"path\":\"x\"}}]"),
         "channels[0].connection.pty.path is"},
        {"S-32", TOP("\"disks\":{}"), "disks is not an array"},
        {"S-32", TOP("\"disks\":null"), "disks is not an array"},
        {"S-32", TOP("\"disks\":[null]"), "disks[0] is not an object"},
        {"S-32", TOP("\"disks\":[{},[]]"), "disks[1] is not an object"},
        {"S-32", IN_B("\"kernel\":7"), "b_info.kernel is not a string"},
        {"S-32", IN_B("\"kernel\":null"), "b_info.kernel is not a string"},
        {"S-32", IN_B("\"acpi\":true"), "b_info.acpi is not a string"},
        {"S-32", IN_B("\"extra\":\"-x\""), "b_info.extra is not an array"},
        {"S-32", IN_B("\"extra\":[1]"), "b_info.extra[0] is not a string"},
        {"S-32", IN_B("\"cpumap\":[\"0\"]"), "b_info.cpumap is not a number"},
        {"S-32", IN_B("\"vcpu_hard_affinity\":[0]"),
         "b_info.vcpu_hard_affinity[0] is not an array"},
        {"S-32", IN_B("\"cpuid\":\"host\""), "b_info.cpuid is not an object"},
        {"S-32", IN_C("\"xsdata\":[]"), "c_info.xsdata is not an object"},
        {"S-32", IN_C("\"xsdata\":{\"a\":1}"), "c_info.xsdata is not a string"},
        {"S-32", DISK("\"direct_io_safe\":\"True\""),
         "disks[0].direct_io_safe is not true or false"},
        {"S-32", DISK("\"removable\":true"), "disks[0].removable is not a num"},
        {"S-33", DISK("\"removable\":2"),
         "disks[0].removable is not within 0..1"},
        {"S-33", DISK("\"removable\":-1"),
         "disks[0].removable is not within 0..1"},
        {"S-33", IN_B("\"rtc_timeoffset\":4294967296"), "b_info.rtc_timeoff"},
        {"S-33", IN_B("\"vmtrace_buf_kb\":18446744073709551615"),
         "b_info.vmtrace_buf_kb is not within 0..2147483647"},
        {"S-33", IN_B("\"acpi\":\"true\""), "b_info.acpi is not True, False"},
        {"S-33", IN_B("\"acpi\":\"Truely\""), "b_info.acpi is not True, Fa"},
        {"S-33", TOP("\"on_crash\":\"Destroy\""), "on_crash is not a known"},
        {"S-33", TOP("\"on_crash\":\"\""), "on_crash is not a known word"},
        {"S-33", TOP("\"on_crash\":\"destroy restart\""), "on_crash is not a"},
        {"S-33", IN_B("\"cpumap\":[1,1]"), "b_info.cpumap does not rise"},
        {"S-33", IN_B("\"cpumap\":[2,1]"), "b_info.cpumap does not rise"},
        {"S-33", IN_B("\"cpumap\":[-1]"), "b_info.cpumap is not within 0..16"},
        {"S-33", IN_B("\"avail_vcpus\":[8192]"), "b_info.avail_vcpus is not w"},
        {"S-33", IN_HVM("\"ms_vm_genid\":[0,1,2]"),
         "b_info.type.hvm.ms_vm_genid has not 16 elements"},
        {"S-33", IN_HVM("\"ms_vm_genid\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,256]"),
         "b_info.type.hvm.ms_vm_genid is not within 0..255"},
        {"S-34",
         IN_HVM("\"serial_list\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\","
                "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"]"),
         "b_info.type.hvm.serial_list has more than 16 elements"},
        {"S-35", IN_B("\"kernel\":\"a\\u0001\""), "b_info.kernel has control"},
        {"S-35", IN_B("\"kernel\":\"a\\u007f\""), "b_info.kernel has control"},
        {"S-35", IN_HVM("\"keymap\":\"../de\""), "b_info.type.hvm.keymap has"},
        {"S-35", NIC("\"ifname\":\"v,script=x\""), "nics[0].ifname has other"},
        {"S-35", NIC("\"bridge\":\"br0,x\""), "nics[0].bridge has other than"},
        {"S-35", NIC("\"ip\":\"10.0.0.1;x\""), "nics[0].ip has other than"},
        {"S-35", NIC("\"mac\":\"00:16:3e:00:00\""), "nics[0].mac is not a MAC"},
        {"S-35", NIC("\"mac\":\"00:16:3e:00:00:01:\""), "nics[0].mac is not"},
        {"S-35", TOP("\"vtpms\":[{\"uuid\":\"x\"}]"), "vtpms[0].uuid is not a"},
        {"S-35", IN_C("\"xsdata\":{\"vm-data/a\":\"\\u0007\"}"),
         "c_info.xsdata has control"},
        {"S-35", IN_B("\"cpuid\":{\"cpuid\":[{\"leaf\":1,\"eax\":\"x\"}]}"),
         "b_info.cpuid.cpuid[0].eax is not a full row"},
        {"S-35",
         IN_B("\"cpuid\":[{\"leaf\":1,\"eax\":"
              "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2\"}]"),
         "b_info.cpuid[0].eax is not a full row"},
        {"S-35",
         IN_B("\"cpuid\":{\"msr\":[{\"index\":1,\"policy\":"
              "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}]}"),
         "b_info.cpuid.msr[0].policy is not a full row"},
        {"S-36",
         TOP("\"channels\":[{\"connection.pty\":{},"
             "\"connection.unknown\":{}}]"),
         "channels[0].connection.unknown comes beside"},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xls_finding why = {0};
        struct heard h;
        enum xls_rc rc = xls_config_judge(list[i].text, strlen(list[i].text),
                                          NULL, NULL, &why);

        ck_assert_msg(
            rc == XLS_PEER_RANGE && strcmp(why.rule, list[i].rule) == 0 &&
                strncmp(why.text, list[i].says, strlen(list[i].says)) == 0,
            "wanted %s \"%s\", got [%s] \"%s\"", list[i].rule, list[i].says,
            why.rule, why.text);
        T(permit(list[i].text, NULL, &h) == XLS_PEER_POLICY);
        T(h.count >= 1 && strcmp(h.first.rule, list[i].rule) == 0);
        T(h.first.format && h.first.line[0] == '\0');
    }
}
END_TEST

/* [S-34] A map has 256 members at most. */
START_TEST(maps_have_an_end)
{
    char text[6144];

    for (int n = 256; n <= 257; n++) {
        struct xls_finding why = {0};
        size_t at =
            (size_t)snprintf(text, sizeof(text),
                             "{" B_INFO ",\"c_info\":{\"type\":\"pv\",\"name\":"
                             "\"g\",\"xsdata\":{");

        for (int i = 0; i < n; i++) {
            at +=
                (size_t)snprintf(text + at, sizeof(text) - at,
                                 "%s\"vm-data/%d\":\"\"", i == 0 ? "" : ",", i);
        }
        (void)snprintf(text + at, sizeof(text) - at, "}}}");
        T((xls_config_judge(text, strlen(text), NULL, NULL, &why) == XLS_OK) ==
          (n == 256));
        T(n == 256 || strcmp(why.rule, "S-34") == 0);
    }
}
END_TEST

/* What libxl may write and nobody here decides about. */
START_TEST(ordinary_settings_are_accepted)
{
    static const char *const list[] = {
        TOP("\"disks\":[],\"nics\":[],\"pcidevs\":[]"),
        DISK("\"vdev\":\"hdc\",\"backend\":\"phy\",\"format\":\"empty\","
             "\"removable\":1,\"is_cdrom\":1,\"readwrite\":0,"
             "\"discard_enable\":\"False\",\"colo_enable\":\"False\","
             "\"pdev_path\":\"\""),
        NIC("\"devid\":0,\"mtu\":1492,\"mac\":\"00:16:3e:5a:00:01\","
            "\"bridge\":\"xenbr0\",\"script\":\"/etc/xen/scripts/vif-bridge\","
            "\"nictype\":\"vif\",\"ip\":\"10.0.0.1 fe80::1/64\","
            "\"rate_interval_usecs\":50000"),
        NIC("\"script\":\"vif-route\",\"model\":\"e1000\",\"ifname\":\"web.0\""
            ",\"backend_domid\":0,\"backend_domname\":\"\""),
        IN_B("\"cpuid\":[]"),
        IN_B("\"cpuid\":[{\"leaf\":1,\"subleaf\":0,\"ecx\":"
             "\"01xksxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}]"),
        IN_B("\"cpuid\":{\"cpuid\":[],\"msr\":[{\"index\":266,\"policy\":\""
             "01xks"
             "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
             "xxxxxxxxxxxxxxxxxxxxxxxxxxx\"}]}"),
        IN_B("\"avail_vcpus\":[],\"cpumap\":[0,5,16383],"
             "\"vcpu_hard_affinity\":[[0,1],[]],\"numa_placement\":\"True\""),
        IN_B("\"kernel\":\"/usr/lib/xen-4.17/boot/hvmloader\",\"cmdline\":"
             "\"root=/dev/xvda quiet, \\u00e9\\t\\n\",\"bootloader\":"
             "\"pygrub\",\"device_model_version\":\"qemu_xen\","
             "\"nested_hvm\":\"False\",\"altp2m\":\"disabled\""),
        IN_HVM("\"vnc\":{\"enable\":\"True\",\"listen\":\"127.0.0.1:3\","
               "\"display\":3,\"passwd\":\"a,b\"},\"serial\":\"pty\","
               "\"usbdevice\":\"tablet\",\"usbdevice_list\":[\"mouse\",\"\"],"
               "\"boot\":\"dc\",\"bios\":\"ovmf\",\"keymap\":\"de-ch\","
               "\"firmware\":\"hvmloader\",\"rdm\":{\"strategy\":\"ignore\"},"
               "\"ms_vm_genid\":[0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,255]"),
        IN_PV("\"kernel\":\"/usr/lib/grub-xen/grub-x86_64-xen.bin\""),
        IN_PVH("\"pvshim\":\"True\",\"pvshim_path\":\"xen-shim\""),
        IN_C("\"xsdata\":{\"vm-data/a\":\"1\",\"vm-data/b/c\":\"\"},"
             "\"pool_name\":\"Pool-0\",\"platformdata\":{}"),
        TOP("\"channels\":[{\"name\":\"org.agent.0\","
            "\"connection.pty\":{}}],\"vkbs\":[{\"width\":800}],"
            "\"vfbs\":[{\"vnc\":{},\"sdl\":{}}],\"usbctrls\":[{\"ports\":8}]"),
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xls_finding why = {0};
        struct heard h;
        enum xls_rc rc =
            xls_config_judge(list[i], strlen(list[i]), NULL, NULL, &why);

        ck_assert_msg(rc == XLS_OK, "%zu: [%s] %s", i, why.rule, why.text);
        rc = permit(list[i], NULL, &h);
        ck_assert_msg(rc == XLS_OK, "%zu: [%s] %s \"%s\" %s", i, h.first.rule,
                      h.first.path, h.first.value, h.first.text);
    }
}
END_TEST

/* --- policy */

/* Every label once and more: refused by default, for this reason, and accepted
 * with the very line that the refusal says; or with none. */
START_TEST(what_is_governed_needs_its_line)
{
    static const struct {
        const char *label;
        const char *text;
        const char *path;
        const char *line;
    } list[] = {
        {"S-200", DISK("\"pdev_path\":\"/dev/vg0/web\""), "disks[0].pdev_path",
         "accept-disk = /dev/vg0/web"},
        {"S-200", DISK("\"pdev_path\":\"iqn=a,portal=b\""),
         "disks[0].pdev_path", "accept-disk = iqn=a?portal=b"},
        {"S-201", DISK("\"format\":\"qcow2\""), "disks[0].format",
         "accept-disk-format = qcow2"},
        {"S-202", DISK("\"script\":\"block-drbd\""), "disks[0].script",
         "accept-script = block-drbd"},
        {"S-202", NIC("\"script\":\"/tmp/x\""), "nics[0].script",
         "accept-script = /tmp/x"},
        {"S-202", NIC("\"script\":\"/etc/xen/scripts/mine\""), "nics[0].script",
         "accept-script = /etc/xen/scripts/mine"},
        {"S-203", IN_B("\"kernel\":\"/etc/shadow\""), "b_info.kernel",
         "accept-kernel = /etc/shadow"},
        {"S-203", IN_PV("\"ramdisk\":\"/boot/a b\""), "b_info.type.pv.ramdisk",
         "accept-kernel = /boot/a b"},
        {"S-204", IN_HVM("\"firmware\":\"/tmp/hvmloader\""),
         "b_info.type.hvm.firmware", "accept-firmware = /tmp/hvmloader"},
        {"S-204", IN_PVH("\"pvshim_path\":\"/tmp/shim\""),
         "b_info.type.pvh.pvshim_path", "accept-firmware = /tmp/shim"},
        {"S-205", IN_B("\"bootloader\":\"/tmp/x\""), "b_info.bootloader",
         "accept-bootloader = /tmp/x"},
        {"S-205", IN_B("\"bootloader_args\":[\"\",\"-q\"]"),
         "b_info.bootloader_args[1]",
         "accept-setting = b_info.bootloader_args[]=-q"},
        {"S-206", IN_B("\"device_model\":\"/usr/lib/xen/bin/qemu\""),
         "b_info.device_model", "accept-device-model = /usr/lib/xen/bin/qemu"},
        {"S-207", IN_B("\"extra_hvm\":[\"-monitor\"]"), "b_info.extra_hvm[0]",
         "accept-qemu-arg = -monitor"},
        {"S-208", IN_HVM("\"vnc\":{\"listen\":\"0.0.0.0\"}"),
         "b_info.type.hvm.vnc.listen", "accept-listen = 0.0.0.0"},
        {"S-208", TOP("\"vfbs\":[{},{\"vnc\":{\"listen\":\"unix:x\"}}]"),
         "vfbs[1].vnc.listen", "accept-listen = unix:x"},
        {"S-209", NIC("\"bridge\":\"mgmt0\""), "nics[0].bridge",
         "accept-bridge = mgmt0"},
        {"S-210", NIC("\"backend_domid\":3"), "nics[0].backend_domid",
         "accept-backend = 3"},
        {"S-210", DISK("\"backend_domname\":\"storage\""),
         "disks[0].backend_domname", "accept-backend = storage"},
        {"S-211", TOP("\"pcidevs\":[{\"bus\":3,\"dev\":31,\"func\":1}]"),
         "pcidevs[0]", "accept-pci = 0000:03:1f.1"},
        {"S-212", IN_C("\"xsdata\":{\"device/vbd\":\"x\"}"), "c_info.xsdata",
         "accept-xenstore = device/vbd"},
        {"S-212", IN_C("\"platformdata\":{\"acpi\":\"0\"}"),
         "c_info.platformdata", "accept-xenstore = platform/acpi"},
        {"S-213", IN_B("\"device_model_user\":\"root\""),
         "b_info.device_model_user",
         "accept-setting = b_info.device_model_user=root"},
        {"S-214", IN_B("\"device_model_stubdomain\":\"True\""),
         "b_info.device_model_stubdomain",
         "accept-setting = b_info.device_model_stubdomain=True"},
        {"S-215", IN_C("\"ssid_label\":\"system_u\""), "c_info.ssid_label",
         "accept-setting = c_info.ssid_label=system_u"},
        {"S-216", IN_C("\"poolid\":1"), "c_info.poolid",
         "accept-setting = c_info.poolid=1"},
        {"S-217", IN_B("\"ioports\":[{\"first\":0,\"number\":9}]"),
         "b_info.ioports[0]", "accept-setting = b_info.ioports[]"},
        {"S-217", IN_B("\"irqs\":[5]"), "b_info.irqs[0]",
         "accept-setting = b_info.irqs[]=5"},
        {"S-217", IN_B("\"iomem\":[{}]"), "b_info.iomem[0]",
         "accept-setting = b_info.iomem[]"},
        {"S-218", TOP("\"usbdevs\":[{\"type.hostdev\":{\"hostbus\":1}}]"),
         "usbdevs[0]", "accept-setting = usbdevs[]"},
        {"S-218", TOP("\"dtdevs\":[{\"path\":\"/x\"}]"), "dtdevs[0]",
         "accept-setting = dtdevs[]"},
        {"S-219", IN_HVM("\"serial_list\":[\"pty\",\"/dev/ttyS0\"]"),
         "b_info.type.hvm.serial_list[1]",
         "accept-setting = b_info.type.hvm.serial_list[]=/dev/ttyS0"},
        {"S-220", IN_HVM("\"usbdevice\":\"host:1.2\""),
         "b_info.type.hvm.usbdevice",
         "accept-setting = b_info.type.hvm.usbdevice=host:1.2"},
        {"S-220", NIC("\"model\":\"vfio-pci\""), "nics[0].model",
         "accept-setting = nics[].model=vfio-pci"},
        {"S-221", IN_HVM("\"spice\":{\"enable\":\"True\"}"),
         "b_info.type.hvm.spice.enable",
         "accept-setting = b_info.type.hvm.spice.enable=True"},
        {"S-222", TOP("\"p9s\":[{\"path\":\"/root\"}]"), "p9s[0].path",
         "accept-setting = p9s[].path=/root"},
        {"S-222",
         TOP("\"channels\":[{\"connection.socket\":{\"path\":\"/run/"
             "s\"}}]"),
         "channels[0].connection.socket.path",
         "accept-setting = channels[].connection.socket.path=/run/s"},
        {"S-223", TOP("\"vtpms\":[{}]"), "vtpms[0]",
         "accept-setting = vtpms[]"},
        {"S-224", IN_C("\"driver_domain\":\"True\""), "c_info.driver_domain",
         "accept-setting = c_info.driver_domain=True"},
        {"S-225", IN_B("\"nested_hvm\":\"True\""), "b_info.nested_hvm",
         "accept-setting = b_info.nested_hvm=True"},
        {"S-226", DISK("\"colo_enable\":\"True\""), "disks[0].colo_enable", ""},
        {"S-226", NIC("\"colo_compare_out\":\"x\""), "nics[0].colo_compare_out",
         ""},
        {"S-227", IN_B("\"device_tree\":\"/x\""), "b_info.device_tree", ""},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xls_cfg_policy policy = {0};
        struct xls_finding why = {0};
        struct heard h;
        size_t len = strlen(list[i].text);

        T(xls_config_judge(list[i].text, len, NULL, NULL, &why) == XLS_OK);
        T(permit(list[i].text, NULL, &h) == XLS_PEER_POLICY);
        ck_assert_msg(h.count == 1 && !h.first.format &&
                          strcmp(h.first.rule, list[i].label) == 0 &&
                          strcmp(h.first.path, list[i].path) == 0 &&
                          strcmp(h.first.line, list[i].line) == 0,
                      "%zu: %zu found, the first [%s] %s \"%s\"", i, h.count,
                      h.first.rule, h.first.path, h.first.line);
        T(permit(list[i].text, &policy, &h) == XLS_PEER_POLICY);
        if (list[i].line[0] == '\0') {
            T(xls_cfg_policy_add(&policy, XLS_ACCEPT_SETTING, list[i].path));
            T(permit(list[i].text, &policy, &h) == XLS_PEER_POLICY);
            continue;
        }
        T(add_line(&policy, list[i].line));
        ck_assert_msg(permit(list[i].text, &policy, &h) == XLS_OK,
                      "%zu: not by %s", i, list[i].line);
    }
}
END_TEST

/* [S-228] */
START_TEST(a_path_says_what_it_means)
{
    static const char *const bad[] = {
        "/dev/vg0/../sda", "/dev/vg0//web", "//dev/vg0/web", "/dev/vg0/./web",
        "/dev/vg0/..",     "/dev/vg0/",     "../web",        "a/../b",
        "/dev/vg0/w,if=x", "/dev/vg0/a\\n", "/dev/vg0/.",    "a//b",
    };
    struct xls_cfg_policy policy = {0};
    char text[256];
    struct heard h;

    T(xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, "/**"));
    T(xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, "**"));
    T(xls_cfg_policy_add(&policy, XLS_ACCEPT_SETTING, "disks[].pdev_path"));
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        (void)snprintf(text, sizeof(text), DISK("\"pdev_path\":\"%s\""),
                       bad[i]);
        T(permit(text, &policy, &h) == XLS_PEER_POLICY);
        ck_assert_msg(strcmp(h.first.rule, "S-228") == 0, "%s: [%s]", bad[i],
                      h.first.rule);
        T(h.count == 1 && h.first.line[0] == '\0');
    }
    T(permit(DISK("\"pdev_path\":\"/dev/a.b/..c\""), &policy, &h) == XLS_OK);
}
END_TEST

/* [S-229] */
START_TEST(patterns_do_not_cross_a_slash)
{
    static const struct {
        const char *pattern;
        const char *value;
        bool is;
    } list[] = {
        {"/dev/vg0/*", "/dev/vg0/web", true},
        {"/dev/vg0/*", "/dev/vg0/", true}, /* S-228 refuses it */
        {"/dev/vg0/*", "/dev/vg0/a/b", false},
        {"/dev/vg0/*", "/dev/vg0", false},
        {"/dev/vg0/*", "/dev/vg01/web", false},
        {"/dev/*/web", "/dev/vg0/web", true},
        {"/dev/*/web", "/dev/vg0/x/web", false},
        {"/dev/vg?/web", "/dev/vg0/web", true},
        {"/dev/vg?/web", "/dev/vg/web", false},
        {"/dev?vg0", "/dev/vg0", false},
        {"/srv/**", "/srv/a/b/c", true},
        {"/srv/**", "/srv/a", true},
        {"/srv/**", "/srv", false},
        {"/srv/**", "/srv/", false},
        {"/srv/**", "/srvx/a", false},
        {"/**/a", "/x/y/a", false},
        {"*.img", "a.img", true},
        {"*.img", "a.img.x", false},
        {"*a*b*", "xaxbx", true},
        {"*a*b*", "xbxax", false},
        {"*ab", "aab", true},
        {"", "", true},
        {"a", "", false},
        {"", "a", false},
        {"**", "a", true},
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        ck_assert_msg(xls_cfg_match(list[i].pattern, list[i].value) ==
                          list[i].is,
                      "%s and %s", list[i].pattern, list[i].value);
    }
    T(xls_cfg_match_any("a  b/* c", "b/x") && xls_cfg_match_any("a", "a"));
    T(!xls_cfg_match_any("a b", "a b") && !xls_cfg_match_any("", ""));
}
END_TEST

START_TEST(a_policy_takes_only_patterns)
{
    struct xls_cfg_policy policy = {0};
    char text[XLS_CFG_PATTERN_MAX + 2];
    size_t used;

    T(!xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, ""));
    T(!xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, "/dev/../x"));
    T(!xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, "/dev/."));
    T(!xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, "/dev/\x01"));
    T(!xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, "/dev/\xc3\xa9"));
    memset(text, 'x', sizeof(text));
    text[XLS_CFG_PATTERN_MAX + 1] = '\0';
    T(!xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, text));
    T(policy.used == 0);
    text[XLS_CFG_PATTERN_MAX] = '\0';
    do {
        used = policy.used;
        T(used <= sizeof(policy.text));
    } while (xls_cfg_policy_add(&policy, XLS_ACCEPT_DISK, text));
    T(policy.used == used && used > sizeof(policy.text) - sizeof(text) - 1);
    /* one word's pattern is not another's */
    T(xls_cfg_policy_has(&policy, XLS_ACCEPT_DISK, "p", text));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_KERNEL, "p", text));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_NEVER, "p", text));
}
END_TEST

/* [S-38] A setting is permitted by its path, for every number in brackets, and
 * for its value alone where one is said. */
START_TEST(a_setting_is_permitted_by_its_path)
{
    struct xls_cfg_policy policy = {0};

    T(xls_cfg_policy_add(&policy, XLS_ACCEPT_SETTING, "a[].b"));
    T(xls_cfg_policy_add(&policy, XLS_ACCEPT_SETTING, "c=x*"));
    T(xls_cfg_policy_has(&policy, XLS_ACCEPT_DISK, "a[0].b", "any"));
    T(xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "a[12].b", ""));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "a[12].bc", ""));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "a[12]", ""));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "a.b", ""));
    T(xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "c", "xy"));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "c", "y"));
    T(!xls_cfg_policy_has(&policy, XLS_ACCEPT_SETTING, "cc", "xy"));
}
END_TEST

/* [S-37] Whatever is wrong with a secret or beside it, nobody reads it. */
START_TEST(secrets_are_in_no_finding)
{
    static const char *const list[] = {
        IN_HVM("\"vnc\":{\"passwd\":\"hunter2\\u0001\"}"),
        IN_HVM("\"vnc\":{\"passwd\":[\"hunter2\"]}"),
        IN_HVM("\"vnc\":{\"passwd\":\"hunter2\",\"listen\":\"0.0.0.0\"}"),
        TOP("\"vfbs\":[{\"vnc\":{\"passwd\":\"hunter2\\u0001\"}}]"),
        IN_HVM("\"spice\":{\"passwd\":\"hunter2,x\"}"),
        IN_HVM("\"spice\":{\"passwd\":{\"hunter2\":1}}"),
        IN_HVM("\"spice\":{\"passwd\":\"hunter2\",\"enable\":\"True\"}"),
        IN_C("\"xsdata\":{\"a\":\"hunter2\"}"),
        IN_C("\"xsdata\":{\"vm-data/a\":\"hunter2\\u0001\"}"),
        IN_C("\"platformdata\":{\"a\":\"hunter2\"}"),
        IN_HVM("\"vnc\":{\"passwd\":\"hunter2"),
        IN_HVM("\"vnc\":{\"passwd\":\"hunter2\",,}"),
    };

    for (size_t i = 0; i < T_COUNT(list); i++) {
        struct xls_finding why = {0};
        struct heard h = {0};
        enum xls_rc rc =
            xls_config_permit(list[i], strlen(list[i]), NULL, hear, &h, &why);

        T(rc != XLS_OK && (h.count > 0 || why.text[0] != '\0'));
        T(strstr(why.text, "hunter2") == NULL);
        T(strstr(h.first.text, "hunter2") == NULL);
        T(strstr(h.first.value, "hunter2") == NULL);
        T(strstr(h.first.line, "hunter2") == NULL);
        why = (struct xls_finding){0};
        (void)!xls_config_judge(list[i], strlen(list[i]), NULL, NULL, &why);
        T(strstr(why.text, "hunter2") == NULL);
    }
}
END_TEST

/* A value is shown as far as a terminal bears it. */
START_TEST(values_are_shortened_and_printable)
{
    char text[512];
    char path[256];
    struct heard h;

    T(permit(DISK("\"pdev_path\":\"/a\\n\xc3\xa9\""), NULL, &h) ==
          XLS_PEER_POLICY &&
      strcmp(h.first.value, "/a???") == 0);
    T(permit(DISK("\"pdev_path\":\"\xc3\xa9 \""), NULL, &h) ==
          XLS_PEER_POLICY &&
      strcmp(h.first.line, "accept-disk = ???") == 0);
    memset(path, 'x', sizeof(path));
    path[0] = '/';
    path[170] = '\0';
    (void)snprintf(text, sizeof(text), DISK("\"pdev_path\":\"%s\""), path);
    T(permit(text, NULL, &h) == XLS_PEER_POLICY && h.count == 1);
    T(strlen(h.first.value) == sizeof(h.first.value) - 1);
    T(strcmp(h.first.value + sizeof(h.first.value) - 4, "...") == 0);
    T(strlen(h.first.line) == strlen("accept-disk = ") + 170);
    memset(path, 'x', sizeof(path)); /* no line is so long */
    path[200] = '\0';
    (void)snprintf(text, sizeof(text), DISK("\"pdev_path\":\"%s\""), path);
    T(permit(text, NULL, &h) == XLS_PEER_POLICY && h.first.line[0] == '\0');
}
END_TEST

/* --- every governed member of the table */

static size_t governed;

/* A value that the member's kind allows and its ok does not. */
static const char *odd_value(const struct xls_cfg_member *m, bool *quoted)
{
    static char word[64];

    *quoted = true;
    switch (m->kind) {
    case XLS_CFG_DEFBOOL:
        return "True";
    case XLS_CFG_NUMBER:
        *quoted = false;
        return "7";
    case XLS_CFG_ENUM:
        for (const char *at = m->words; *at != '\0';) {
            size_t n = strcspn(at, " ");

            (void)snprintf(word, sizeof(word), "%.*s", (int)n, at);
            if (!xls_cfg_match_any(m->ok, word)) {
                return word;
            }
            at += n + strspn(at + n, " ");
        }
        return NULL;
    case XLS_CFG_OBJECT:
        *quoted = false;
        return "{}";
    case XLS_CFG_MAP:
        *quoted = false;
        return "{\"odd\":\"x\"}";
    case XLS_CFG_TEXT:
    case XLS_CFG_WORD:
    case XLS_CFG_LIST:
    case XLS_CFG_BOOL:
    case XLS_CFG_UUID:
    case XLS_CFG_MAC:
    case XLS_CFG_BITS:
    case XLS_CFG_BYTES:
    case XLS_CFG_MASK:
    case XLS_CFG_CPUID:
        break;
    }
    return "odd";
}

/* Refused by default with the member's own label; accepted with the line that
 * it says, unless nobody may.  before and after are the text around it. */
static void try_member(const struct xls_cfg_member *m, const char *before,
                       const char *after)
{
    struct xls_cfg_policy policy = {0};
    struct heard h;
    char text[1024];
    bool quoted;
    const char *value = odd_value(m, &quoted);
    enum xls_rc rc;

    T(value != NULL);
    (void)snprintf(text, sizeof(text), "%s\"%s\":%s%s%s%s%s%s", before, m->name,
                   m->most > 0 ? "[" : "", quoted ? "\"" : "", value,
                   quoted ? "\"" : "", m->most > 0 ? "]" : "", after);
    rc = permit(text, NULL, &h);
    while (rc == XLS_PEER_POLICY && strcmp(h.first.rule, m->label) != 0 &&
           h.first.line[0] != '\0') {
        T(add_line(&policy, h.first.line)); /* what it stands in */
        rc = permit(text, &policy, &h);
    }
    ck_assert_msg(rc == XLS_PEER_POLICY && strcmp(h.first.rule, m->label) == 0,
                  "%s: %s [%s] %s", text, xls_rc_name(rc), h.first.rule,
                  h.first.text);
    T((h.first.line[0] == '\0') == (m->accept == XLS_ACCEPT_NEVER));
    for (int i = 0; h.first.line[0] != '\0' && rc != XLS_OK && i < 3; i++) {
        T(add_line(&policy, h.first.line));
        rc = permit(text, &policy, &h);
    }
    ck_assert_msg((rc == XLS_OK) == (m->accept != XLS_ACCEPT_NEVER), "%s",
                  text);
    governed++;
}

static void try_object(const struct xls_cfg_object *of, const char *before,
                       const char *after)
{
    for (size_t i = 0; i < of->count; i++) {
        const struct xls_cfg_member *m = &of->members[i];
        char inner_before[384];
        char inner_after[64];

        if (m->label != NULL) {
            try_member(m, before, after);
        }
        if (m->object != NULL && strchr(m->name, '.') == NULL &&
            strcmp(m->name, "c_info") != 0 && strcmp(m->name, "b_info") != 0) {
            (void)snprintf(inner_before, sizeof(inner_before), "%s\"%s\":%s{",
                           before, m->name, m->most > 0 ? "[" : "");
            (void)snprintf(inner_after, sizeof(inner_after), "}%s%s",
                           m->most > 0 ? "]" : "", after);
            try_object(m->object, inner_before, inner_after);
        }
    }
}

START_TEST(every_governed_member_has_a_line)
{
    static const char *const types[] = {"hvm", "pv", "pvh"};
    const struct xls_cfg_object *b_info =
        xls_cfg_find(&xls_cfg_top, "b_info")->object;

    try_object(&xls_cfg_top, "{" C_INFO "," B_INFO ",", "}");
    try_object(xls_cfg_find(&xls_cfg_top, "c_info")->object,
               "{" B_INFO ",\"c_info\":{\"type\":\"hvm\",\"name\":\"g\",",
               "}}");
    try_object(b_info, "{" C_INFO ",\"b_info\":{\"max_memkb\":8,", "}}");
    for (size_t i = 0; i < T_COUNT(types); i++) {
        char before[256];
        char name[16];

        (void)snprintf(name, sizeof(name), "type.%s", types[i]);
        (void)snprintf(before, sizeof(before),
                       "{\"c_info\":{\"type\":\"%s\",\"name\":\"g\"},"
                       "\"b_info\":{\"max_memkb\":8,\"%s\":{",
                       types[i], name);
        try_object(xls_cfg_find(b_info, name)->object, before, "}}}");
    }
    T(governed > 150);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {
        what_is_no_member_is_refused,     maps_have_an_end,
        ordinary_settings_are_accepted,   what_is_governed_needs_its_line,
        a_path_says_what_it_means,        patterns_do_not_cross_a_slash,
        a_policy_takes_only_patterns,     a_setting_is_permitted_by_its_path,
        secrets_are_in_no_finding,        values_are_shortened_and_printable,
        every_governed_member_has_a_line,
    };

    return t_run("xenfmt-policy", list, T_COUNT(list));
}
