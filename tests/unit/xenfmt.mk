# The guard: unit tests, and tests of whole streams with `xlsec check`.
XLS_XENFMT_BUILD = tests/unit/xenfmt-build.c tests/unit/xenfmt-build.h \
	tests/unit/t.h
XLS_XENFMT_CPP = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit $(CHECK_CFLAGS) \
	$(JSONC_CFLAGS)
XLS_XENFMT_LIBS = libxlsec/libxlsec-core.la $(JSONC_LIBS) $(CHECK_LIBS)

XLS_UNIT += tests/unit/t-schema tests/unit/t-xenfmt-config \
	tests/unit/t-xenfmt-emu \
	tests/unit/t-xenfmt-fields tests/unit/t-xenfmt-guard \
	tests/unit/t-xenfmt-judge tests/unit/t-xenfmt-members \
	tests/unit/t-xenfmt-oracle \
	tests/unit/t-xenfmt-pages tests/unit/t-xenfmt-policy \
	tests/unit/t-xenfmt-stream

tests_unit_t_schema_SOURCES = tests/unit/t-schema.c tests/unit/t.h
tests_unit_t_schema_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_schema_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_config_SOURCES = tests/unit/t-xenfmt-config.c \
	tests/unit/t.h
tests_unit_t_xenfmt_config_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_config_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_emu_SOURCES = tests/unit/t-xenfmt-emu.c tests/unit/t.h
tests_unit_t_xenfmt_emu_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_emu_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_guard_SOURCES = tests/unit/t-xenfmt-guard.c \
	$(XLS_XENFMT_BUILD)
tests_unit_t_xenfmt_guard_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_guard_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_fields_SOURCES = tests/unit/t-xenfmt-fields.c \
	tests/unit/xenfmt-fields.def $(XLS_XENFMT_BUILD)
tests_unit_t_xenfmt_fields_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_fields_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_judge_SOURCES = tests/unit/t-xenfmt-judge.c \
	$(XLS_XENFMT_BUILD)
tests_unit_t_xenfmt_judge_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_judge_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_members_SOURCES = tests/unit/t-xenfmt-members.c \
	tests/unit/t.h
tests_unit_t_xenfmt_members_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_members_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_pages_SOURCES = tests/unit/t-xenfmt-pages.c \
	$(XLS_XENFMT_BUILD)
tests_unit_t_xenfmt_pages_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_pages_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_policy_SOURCES = tests/unit/t-xenfmt-policy.c \
	tests/unit/t.h
tests_unit_t_xenfmt_policy_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_policy_LDADD = $(XLS_XENFMT_LIBS)

tests_unit_t_xenfmt_stream_SOURCES = tests/unit/t-xenfmt-stream.c \
	$(XLS_XENFMT_BUILD)
tests_unit_t_xenfmt_stream_CPPFLAGS = $(XLS_XENFMT_CPP)
tests_unit_t_xenfmt_stream_LDADD = $(XLS_XENFMT_LIBS)

# Xen's headers are GNU C, with anonymous structures inside.
tests_unit_t_xenfmt_oracle_SOURCES = tests/unit/t-xenfmt-oracle.c \
	tests/unit/t.h
tests_unit_t_xenfmt_oracle_CPPFLAGS = $(XLS_XENFMT_CPP) -D__XEN_TOOLS__
tests_unit_t_xenfmt_oracle_CFLAGS = $(AM_CFLAGS) -std=gnu11 -Wno-pedantic
tests_unit_t_xenfmt_oracle_LDADD = $(XLS_XENFMT_LIBS)

# `xlsec check` by itself, and how fast the guard is.
check_PROGRAMS += tests/streams/check tests/streams/guard-speed
tests_streams_check_SOURCES = tests/streams/check-main.c xl-plugin/check.c \
	xl-plugin/check.h xl-plugin/explain.c xl-plugin/explain.h
tests_streams_check_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS) \
	-I$(srcdir)/xl-plugin
tests_streams_check_LDADD = libxlsec/libxlsec-core.la $(JSONC_LIBS) \
	$(SODIUM_LIBS) $(INIH_LIBS)
tests_streams_guard_speed_SOURCES = tests/streams/guard-speed.c
tests_streams_guard_speed_LDADD = libxlsec/libxlsec-core.la $(JSONC_LIBS)
check_PROGRAMS += tests/streams/measure
tests_streams_measure_SOURCES = tests/streams/measure.c

XLS_LINT += tests/streams/t-bombs.sh tests/streams/t-check.sh \
	tests/streams/t-cli.sh tests/streams/t-emulator.sh \
	tests/streams/t-exploits.sh \
	tests/streams/t-speed.sh tests/streams/t-fields.sh \
	tests/streams/t-verifier.sh
EXTRA_DIST += tests/streams/exploit-streams tests/streams/mutate \
	tests/streams/take-emulator \
	tests/data/emulator/ahci.qevm.xz tests/data/emulator/hub.qevm.xz \
	tests/data/emulator/linux-cirrus.qevm.xz \
	tests/data/emulator/pc-7.2.qevm.xz tests/data/emulator/sound.qevm.xz \
	tests/data/emulator/usb2.qevm.xz tests/data/emulator/vga-nics.qevm.xz \
	tests/data/emulator/xhci.qevm.xz \
	tests/data/streams/hvm.xl.xz tests/data/streams/hvm-live.xl.xz \
	tests/data/streams/hvm-bios-vga.xl.xz \
	tests/data/streams/hvm-nopv.xl.xz \
	tests/data/streams/hvm-viridian.xl.xz tests/data/streams/pv.xl.xz \
	tests/data/streams/pv-4.xl.xz tests/data/streams/pvh.xl.xz \
	tests/data/streams/pvh-disk-net.xl.xz \
	tests/data/streams/pvh-live.xl.xz
