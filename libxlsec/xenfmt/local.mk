libxlsec_libxlsec_core_la_SOURCES += \
	libxlsec/xenfmt/cfgjudge.c libxlsec/xenfmt/cfgjudge.h \
	libxlsec/xenfmt/cfgkeys.c libxlsec/xenfmt/cfgkeys.h \
	libxlsec/xenfmt/cfgpolicy.c libxlsec/xenfmt/cfgpolicy.h \
	libxlsec/xenfmt/cfgtext.c libxlsec/xenfmt/cfgtext.h \
	libxlsec/xenfmt/check.c \
	libxlsec/xenfmt/config.c libxlsec/xenfmt/config.h \
	libxlsec/xenfmt/cpu.c libxlsec/xenfmt/cpu.h \
	libxlsec/xenfmt/field.c libxlsec/xenfmt/field.h \
	libxlsec/xenfmt/emu_shape.c libxlsec/xenfmt/emu_shape.h \
	libxlsec/xenfmt/emu_walk.c libxlsec/xenfmt/emu_walk.h \
	libxlsec/xenfmt/finding.c libxlsec/xenfmt/finding.h \
	libxlsec/xenfmt/guard.c libxlsec/xenfmt/guard.h \
	libxlsec/xenfmt/hvm_context.c libxlsec/xenfmt/hvm_context.h \
	libxlsec/xenfmt/hvm_cpu.c \
	libxlsec/xenfmt/hvm_dev.c \
	libxlsec/xenfmt/hvm_params.c \
	libxlsec/xenfmt/json.c libxlsec/xenfmt/json.h \
	libxlsec/xenfmt/judge.h \
	libxlsec/xenfmt/libxc.c libxlsec/xenfmt/libxc.h \
	libxlsec/xenfmt/libxl.c libxlsec/xenfmt/libxl.h \
	libxlsec/xenfmt/order.c libxlsec/xenfmt/order.h \
	libxlsec/xenfmt/pv_context.c \
	libxlsec/xenfmt/rec.h libxlsec/xenfmt/rectab.c \
	libxlsec/xenfmt/rec_emu.c \
	libxlsec/xenfmt/rec_page.c \
	libxlsec/xenfmt/rec_policy.c \
	libxlsec/xenfmt/rec_pv.c \
	libxlsec/xenfmt/run.c libxlsec/xenfmt/run.h \
	libxlsec/xenfmt/want.h \
	libxlsec/xenfmt/xlhdr.c libxlsec/xenfmt/xlhdr.h

EXTRA_DIST += doc/STREAM.md
