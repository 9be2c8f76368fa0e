/* SPDX-License-Identifier: LGPL-2.1-only */
/* Xen's installed headers as a second opinion on sizes and numbers.  They are
 * GNU C, so this file is too (see xenfmt.mk). */
#include <stdint.h>

#include <xen/xen.h>

#include <xen/domctl.h>
#include <xen/hvm/hvm_info_table.h>
#include <xen/hvm/params.h>
#include <xen/hvm/save.h>

#include "t.h"
#include "xenfmt/guard.h"
#include "xenfmt/rec.h"

START_TEST(sizes_are_xens)
{
    T(xls_rec_libxc_rule(XLS_REC_VCPU_BASIC)->max ==
      8 + sizeof(struct vcpu_guest_context));
    T(sizeof(struct xen_domctl_ext_vcpucontext) == 64);
    T(xls_rec_libxc_rule(XLS_REC_HVM_PARAMS)->max == 8 + 16 * HVM_NR_PARAMS);
    T(sizeof(xen_cpuid_leaf_t) == 24 && sizeof(xen_msr_entry_t) == 16);
    T(sizeof(struct hvm_save_descriptor) == 8);
    T(HVM_SAVE_LENGTH(HEADER) == 24 && HVM_SAVE_CODE(HEADER) == 1);
    T(HVM_SAVE_CODE(END) == 0 && HVM_SAVE_CODE(CPU) == 2);
    T(HVM_SAVE_CODE_MAX == 20);
    T(sizeof(struct xen_domctl_vcpu_msr) == 16);
    T(XLS_GUARD_VCPUS_CEILING == HVM_MAX_VCPUS);
}
END_TEST

int main(void)
{
    const TTest *const list[] = {sizes_are_xens};

    return t_run("xenfmt-oracle", list, T_COUNT(list));
}
