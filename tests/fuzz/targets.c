/* SPDX-License-Identifier: LGPL-2.1-only */
/* Every target, a line each.  A new judge of a record is a new line. */
#include "fuzz.h"
#include "proto/role.h"
#include "xenfmt/guard.h"
#include "xenfmt/rec.h"

/* A record of libxc's, of up to max octets. */
#define RECORD(name, type, max, share)                                         \
    {                                                                          \
        name, fz_judge, type, FZ_STATE + (max), share, FZ_BODY, false,         \
            "stream"                                                           \
    }

static const struct fz_target targets[] = {
    {"canary", fz_canary, 0, 16, 0, FZ_PLAIN, false, NULL},
    {"rd", fz_rd, 0, 256, 4, FZ_PLAIN, false, NULL},

    RECORD("rec-cpuid", XLS_REC_CPUID_POLICY, 256 * 24, 6),
    RECORD("rec-msr", XLS_REC_MSR_POLICY, 64 * 16, 3),
    RECORD("rec-tsc", XLS_REC_TSC_INFO, 32, 2),
    RECORD("rec-pv-info", XLS_REC_PV_INFO, 16, 1),
    RECORD("rec-p2m", XLS_REC_P2M_FRAMES, 4096, 2),
    RECORD("rec-vcpu-basic", XLS_REC_VCPU_BASIC, 5184, 6),
    RECORD("rec-vcpu-extended", XLS_REC_VCPU_EXTENDED, 144, 3),
    RECORD("rec-vcpu-xsave", XLS_REC_VCPU_XSAVE, 4096, 6),
    RECORD("rec-vcpu-msrs", XLS_REC_VCPU_MSRS, 8 + 64 * 16, 3),
    RECORD("rec-hvm-context", XLS_REC_HVM_CONTEXT, 16384, 12),
    RECORD("rec-hvm-params", XLS_REC_HVM_PARAMS, 8 + 40 * 16, 4),
    {"rec-page-data", fz_pages, XLS_REC_PAGE_DATA, FZ_STATE + 2048, 4, FZ_BODY,
     false, "stream"},
    {"rec-page-table", fz_table, XLS_REC_PAGE_DATA, FZ_STATE + 4096, 4, FZ_BODY,
     false, "stream"},
    {"rec-xenstore", fz_emulator, XLS_LIBXL_XENSTORE_DATA, FZ_STATE + 2048, 4,
     FZ_BODY, true, "xenstore"},
    {"rec-emulator", fz_emulator, XLS_LIBXL_EMULATOR_CONTEXT, FZ_STATE + 32768,
     6, FZ_BODY, true, "qemu"},
    {"passes", fz_passes, XLS_REC_PAGE_DATA, FZ_STATE + 128, 3, FZ_PLAIN, false,
     NULL},
    {"order", fz_order, 0, 64, 2, FZ_PLAIN, false, NULL},

    {"stream-libxc", fz_stream, XLS_FMT_LIBXC, 65536, 12, FZ_STREAM, false,
     "stream"},
    {"stream-libxl", fz_stream, XLS_FMT_LIBXL, 65536, 12, FZ_STREAM, false,
     "stream"},
    {"stream-xl", fz_stream, XLS_FMT_XL, 65536, 12, FZ_STREAM, false, "json"},
    {"stream-limits", fz_limits, 0, 65536, 6, FZ_STREAM, false, "stream"},

    {"check", fz_check, 0, 65536, 2, FZ_STREAM, false, "stream"},
    {"policy", fz_policy, 0, 6144, 6, FZ_PLAIN, false, "json"},
    {"json", fz_json, 0, 4096, 5, FZ_PLAIN, false, "json"},
    {"config", fz_config, 0, 4096, 8, FZ_PLAIN, false, "json"},
    {"text", fz_text, 0, 256, 2, FZ_PLAIN, false, NULL},
    {"peer-conf", fz_peer, 0, 1024, 2, FZ_PLAIN, false, "conf"},
    {"keytext", fz_keytext, 0, 64, 1, FZ_PLAIN, false, NULL},
    {"failed", fz_failed, 0, 1024, 1, FZ_PLAIN, false, NULL},

    {"payload", fz_payload, 0, 1281, 2, FZ_PLAIN, false, NULL},
    {"frame", fz_frame, 0, 16, 1, FZ_PLAIN, false, NULL},
    {"control", fz_control, 0, 2048, 4, FZ_PLAIN, false, "control"},
    {"steps", fz_steps, 0, 64, 2, FZ_PLAIN, false, NULL},
    {"record", fz_record, 0, 64, 3, FZ_PLAIN, false, NULL},
    {"noise", fz_noise, 0, 128, 3, FZ_PLAIN, false, NULL},
    {"companions", fz_companions, 0, 1024, 2, FZ_PLAIN, false, NULL},
    {"archive", fz_archive, 0, 4096, 4, FZ_PLAIN, false, NULL},
    {"guest-conf", fz_guest, 0, 1024, 2, FZ_PLAIN, false, "conf"},
    {"lease", fz_lease, 0, 64, 1, FZ_PLAIN, false, NULL},
    {"journal", fz_journal, 0, 4096, 3, FZ_PLAIN, false, "journal"},
    {"session-source", fz_session, XLS_ROLE_SOURCE, 512, 5, FZ_PLAIN, false,
     "control"},
    {"session-destination", fz_session, XLS_ROLE_DESTINATION, 512, 5, FZ_PLAIN,
     false, "control"},

    {"evidence", fz_evidence, 0, 4096, 3, FZ_PLAIN, false, NULL},
    {"software", fz_software, 0, 2048, 3, FZ_PLAIN, false, "software"},
    {"softlog", fz_softlog, 0, 2048, 2, FZ_PLAIN, false, "software"},

    {"appraisal", fz_appraisal, 0, 4096, 5, FZ_PLAIN, false, "appraisal"},
    {"appraise", fz_appraise, 0, 2048, 4, FZ_PLAIN, false, "logs"},
    {"minisign", fz_minisign, 0, 1024, 2, FZ_PLAIN, false, "appraisal"},
    {"eventlog", fz_eventlog, 0, 4096, 4, FZ_PLAIN, false, "logs"},
    {"imalog", fz_imalog, 0, 4096, 4, FZ_PLAIN, false, "logs"},
    {"identity", fz_identity, 0, 4096, 3, FZ_PLAIN, false, "conf"},
    {"enrolment", fz_enrolment, 0, 2048, 3, FZ_PLAIN, false, "conf"},
    {"revoked", fz_revoked, 0, 1024, 2, FZ_PLAIN, false, "conf"},

    /* the last ones, see fz_absent */
    {"ak-area", fz_area, 0, 256, 3, FZ_PLAIN, false, NULL},
    {"endorsement-key", fz_ek, 0, 320, 2, FZ_PLAIN, false, NULL},
    {"ek-certificate", fz_ek_cert, 0, 1024, 3, FZ_PLAIN, false, NULL},
    {"quote", fz_quote, 0, 360, 4, FZ_PLAIN, false, NULL},
    {"quote-signature", fz_signature, 0, 64, 2, FZ_PLAIN, false, NULL},
    {"quote-values", fz_values, 0, 2048, 2, FZ_PLAIN, false, NULL},
};

const struct fz_target *fz_targets(size_t *count)
{
    *count = sizeof(targets) / sizeof(targets[0]) - fz_absent;
    return targets;
}
