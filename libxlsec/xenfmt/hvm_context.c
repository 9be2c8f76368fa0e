/* SPDX-License-Identifier: LGPL-2.1-only */
#include "xenfmt/hvm_context.h"

#include "base/rd.h"
#include "xenfmt/judge.h"

#define SAVE_END    0U
#define SAVE_HEADER 1U
#define SAVE_CPU    2U
#define SAVE_CODES  21U
#define VCPU        0U /* instances: as many as the guest may have vCPUs */

/* [S-110] */
struct rule {
    const char *name;
    uint8_t instances;     /* VCPU, or how many there may be */
    uint16_t len[5];       /* octets: one of these; 0 is none */
    uint16_t most;         /* or within len[0]..most, len[0] + n x unit */
    uint8_t unit;          /* octets */
    xls_save_judge *judge; /* NULL: any content */
};

static const struct rule rules[SAVE_CODES] = {
    [1] = {"HEADER", 1, {24}, 0, 0, xls_save_header_judge},
    [2] = {"CPU", VCPU, {1032, 1024}, 0, 0, xls_save_cpu_judge},
    [3] = {"PIC", 2, {8}, 0, 0, xls_save_pic_judge},
    [4] = {"IOAPIC", 1, {400}, 0, 0, xls_save_ioapic_judge},
    [5] = {"LAPIC", VCPU, {24, 16}, 0, 0, xls_save_lapic_judge},
    [6] = {"LAPIC_REGS", VCPU, {1024}, 0, 0, xls_save_lapic_regs_judge},
    [7] = {"PCI_IRQ", 1, {16}, 0, 0, NULL},
    [8] = {"ISA_IRQ", 1, {8}, 0, 0, xls_save_isa_irq_judge},
    [9] = {"PCI_LINK", 1, {8}, 0, 0, xls_save_pci_link_judge},
    [10] = {"PIT", 1, {56}, 0, 0, xls_save_pit_judge},
    [11] = {"RTC", 1, {24, 16}, 0, 0, xls_save_rtc_judge},
    [12] = {"HPET", 1, {1048}, 0, 0, xls_save_hpet_judge},
    [13] = {"PMTIMER", 1, {8}, 0, 0, NULL},
    [14] = {"MTRR", VCPU, {240}, 0, 0, xls_save_mtrr_judge},
    [15] = {"VIRIDIAN_DOMAIN", 1, {32, 24, 16}, 0, 0, NULL},
    [16] = {"CPU_XSAVE", VCPU, {600}, 16408, 1, xls_save_xsave_judge},
    [17] = {"VIRIDIAN_VCPU",
            VCPU,
            {216, 152, 24, 16, 8},
            0,
            0,
            xls_save_viridian_judge},
    [18] = {"VMCE_VCPU", VCPU, {32, 24, 8}, 0, 0, xls_save_vmce_judge},
    [19] = {"TSC_ADJUST", VCPU, {8}, 0, 0, NULL},
    [20] = {"CPU_MSR", VCPU, {24}, 264, 16, xls_save_msrs_judge},
};

static bool length_known(const struct rule *rule, size_t len)
{
    if (rule->most != 0) {
        return len >= rule->len[0] && len <= rule->most &&
               (len - rule->len[0]) % rule->unit == 0;
    }
    for (size_t i = 0; i < sizeof(rule->len) / sizeof(rule->len[0]); i++) {
        if (rule->len[i] == len && len != 0) {
            return true;
        }
    }
    return false;
}

/* [S-110] */
static enum xls_rc entry_judge(const struct xls_libxc *lx,
                               const struct xls_save *save,
                               struct xls_finding *why)
{
    const struct rule *rule = &rules[save->code % SAVE_CODES];
    uint32_t instances =
        rule->instances == VCPU ? lx->limits.max_vcpus : rule->instances;

    if (save->code >= SAVE_CODES || rule->name == NULL) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-110", "entry %u is not known",
                          save->code);
    }
    if (save->instance >= instances) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-110",
                          "%s: instance %u is not below %u", rule->name,
                          save->instance, instances);
    }
    if (!length_known(rule, save->len)) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-110",
                          "%s: %zu octets are not what it has", rule->name,
                          save->len);
    }
    return rule->judge == NULL ? XLS_OK : rule->judge(&lx->cpu, save, why);
}

/* [S-95] Whether the entry may stand where it is: the header first, the end
 * last; [S-111] the others in order.  *key is the last one's. */
static enum xls_rc place_judge(const struct xls_save *save, int64_t *key,
                               struct xls_finding *why)
{
    int64_t own = (int64_t)save->code << 16 | save->instance;

    if ((*key < 0) != (save->code == SAVE_HEADER)) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-95",
                          "the header is not the first entry and only that");
    }
    if (save->code == SAVE_END) {
        return save->len == 0 && save->instance == 0
                   ? XLS_OK
                   : xls_refuse(why, XLS_PEER_RANGE, "S-95",
                                "the end has %zu octets, or instance %u",
                                save->len, save->instance);
    }
    if (own <= *key) {
        return xls_refuse(why, XLS_PEER_ORDER, "S-111",
                          "entry %u, instance %u, comes late or twice",
                          save->code, save->instance);
    }
    *key = own;
    return XLS_OK;
}

enum xls_rc xls_rec_hvm_context_judge(struct xls_libxc *lx,
                                      const struct xls_part *part,
                                      struct xls_finding *why)
{
    struct xls_rd rd = xls_rd_over(part->at, part->len);
    struct xls_save save = {.code = SAVE_HEADER};
    int64_t key = -1;

    while (save.code != SAVE_END) {
        struct xls_rd body;
        enum xls_rc rc;

        save.code = xls_rd_u16le(&rd);
        save.instance = xls_rd_u16le(&rd);
        save.len = xls_rd_u32le(&rd);
        body = xls_rd_sub(&rd, save.len);
        if (rd.rc != XLS_OK) {
            return xls_refuse(why, rd.rc, "S-95",
                              "an entry reaches beyond the record");
        }
        save.at = body.at;
        rc = place_judge(&save, &key, why);
        if (rc == XLS_OK && save.code != SAVE_END) {
            rc = entry_judge(lx, &save, why);
        }
        if (rc != XLS_OK) {
            return rc;
        }
        lx->vcpus += save.code == SAVE_CPU ? 1 : 0;
    }
    if (xls_rd_end(&rd) != XLS_OK) {
        return xls_refuse(why, xls_rd_end(&rd), "S-95",
                          "%zu octets follow the end", rd.left);
    }
    if (lx->vcpus == 0) {
        return xls_refuse(why, XLS_PEER_RANGE, "S-95", "no vCPU is in it");
    }
    return XLS_OK;
}
