# Whole migrations between real helper processes; libxl is a stand-in.
XLS_PROCESS = tests/process/ends.c tests/process/ends.h tests/process/field.c \
	tests/process/judge.c tests/process/judge.h tests/process/probe.c \
	tests/process/probe.h tests/process/run.c tests/process/run.h \
	tests/process/selfcheck.c tests/process/streams.c \
	tests/process/streams.h tests/process/track.c tests/process/track.h \
	xl-plugin/madestream.c xl-plugin/madestream.h xl-plugin/standin.c \
	xl-plugin/standin.h xl-plugin/twohosts.c xl-plugin/twohosts.h
XLS_PROCESS_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS) -I$(srcdir)/xl-plugin \
	-I$(srcdir)/tests/process
XLS_PROCESS_LDADD = $(XLS_TOOLSTACK) $(SODIUM_LIBS) $(JSONC_LIBS) $(INIH_LIBS)

check_PROGRAMS += tests/process/t-faults
TESTS += tests/process/t-faults
tests_process_t_faults_SOURCES = tests/process/t-faults.c $(XLS_PROCESS)
tests_process_t_faults_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS)
tests_process_t_faults_LDADD = $(XLS_PROCESS_LDADD)

check_PROGRAMS += tests/process/t-security
TESTS += tests/process/t-security
tests_process_t_security_SOURCES = tests/process/t-security.c $(XLS_PROCESS)
tests_process_t_security_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS)
tests_process_t_security_LDADD = $(XLS_PROCESS_LDADD)

check_PROGRAMS += tests/process/t-memory
TESTS += tests/process/t-memory
tests_process_t_memory_SOURCES = tests/process/t-memory.c $(XLS_PROCESS)
tests_process_t_memory_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS)
tests_process_t_memory_LDADD = $(XLS_PROCESS_LDADD)

check_PROGRAMS += tests/process/t-companions
TESTS += tests/process/t-companions
tests_process_t_companions_SOURCES = tests/process/t-companions.c \
	$(XLS_PROCESS)
tests_process_t_companions_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS)
tests_process_t_companions_LDADD = $(XLS_PROCESS_LDADD)

check_PROGRAMS += tests/process/t-attest
TESTS += tests/process/t-attest
tests_process_t_attest_SOURCES = tests/process/t-attest.c $(XLS_PROCESS)
tests_process_t_attest_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS) $(SODIUM_CFLAGS)
tests_process_t_attest_LDADD = $(XLS_TPM) $(XLS_PROCESS_LDADD) $(XLS_TPM_LIBS)

check_PROGRAMS += tests/process/toy
XLS_TOYS = tests/process/toys.c tests/process/toys.h \
	tests/process/toybusy.c tests/process/toybusy.h xl-plugin/madestream.c \
	xl-plugin/madestream.h xl-plugin/standin.c xl-plugin/standin.h
tests_process_toy_SOURCES = tests/process/toy.c $(XLS_TOYS) \
	xl-plugin/twohosts.c xl-plugin/twohosts.h
tests_process_toy_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS)
tests_process_toy_LDADD = $(XLS_PROCESS_LDADD)
EXTRA_DIST += tests/process/handover-report doc/HANDOVER-FAULTS.md
PHONY += handover-report
HANDOVER_RANDOM = 300
HANDOVER_SEED = 4711
handover-report: all tests/process/toy
	'$(abs_srcdir)/tests/process/handover-report' $(HANDOVER_RANDOM) $(HANDOVER_SEED) \
		>'$(abs_srcdir)/doc/HANDOVER-FAULTS.md'

# An hour; in pieces: make lab-handover CASES='^link' adds to what is there, and
# LAB_FLAGS=--missing leaves out what has passed.
EXTRA_DIST += doc/HANDOVER-LAB.md
PHONY += lab-handover
CASES = .
LAB_FLAGS =
LAB_RESULTS = $(abs_builddir)/handover-lab.results
lab-handover: all
	status=0; \
	XLSEC_BUILD='$(abs_builddir)' '$(abs_srcdir)/tests/lab/test-handover' \
		--matrix --cases '$(CASES)' $(LAB_FLAGS) --results '$(LAB_RESULTS)' || status=1; \
	test '$(CASES)' != . || \
	XLSEC_BUILD='$(abs_builddir)' '$(abs_srcdir)/tests/lab/test-handover' \
		--cost --results '$(LAB_RESULTS)' || status=1; \
	'$(abs_srcdir)/tests/lab/handover-report' '$(LAB_RESULTS)' \
		>'$(abs_srcdir)/doc/HANDOVER-LAB.md'; exit $$status

check_PROGRAMS += tests/process/lease-race
tests_process_lease_race_SOURCES = tests/process/lease-race.c
tests_process_lease_race_CPPFLAGS = $(XLS_PROCESS_CPPFLAGS)
tests_process_lease_race_LDADD = $(XLS_PROCESS_LDADD)
EXTRA_DIST += tests/process/sanlock.sh
XLS_LINT += tests/process/t-arbiter.sh tests/process/t-busy.sh \
	tests/process/t-handover.sh tests/process/t-links.sh \
	tests/process/t-cli.sh

# The programs themselves, several at once, on toys.
XLS_TOY_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/xl-plugin \
	-I$(srcdir)/tests/process -DXLS_CONFDIR='"/nowhere"' \
	-DXLS_SBINDIR='"$(abs_top_builddir)/tests/process/toys"' \
	-DXLS_STATEDIR='"/nowhere"' -DXLS_LIBEXECDIR='"/nowhere"'
XLS_TOY_WRAP = -Wl,--wrap=xls_xen_open -Wl,--wrap=xls_xen_close \
	-Wl,--wrap=xls_xen_source_new -Wl,--wrap=xls_xen_source_free \
	-Wl,--wrap=xls_xen_source_ops -Wl,--wrap=xls_xen_destination_new \
	-Wl,--wrap=xls_xen_destination_free \
	-Wl,--wrap=xls_xen_destination_domid \
	-Wl,--wrap=xls_xen_destination_ops -Wl,--wrap=xls_xen_recover_ops \
	-Wl,--wrap=xls_xen_measure_ops -Wl,--wrap=xls_watch_start
check_PROGRAMS += tests/process/toys/xlsecd tests/process/toys/xl-migrate-secure \
	tests/process/toys/xl-secure-recover
tests_process_toys_xlsecd_SOURCES = xl-plugin/say.c xl-plugin/say.h \
	xl-plugin/xlsecd.c tests/process/toyxen.c $(XLS_TOYS)
tests_process_toys_xlsecd_CPPFLAGS = $(XLS_TOY_CPPFLAGS)
tests_process_toys_xlsecd_CFLAGS = $(XLS_GNU_CFLAGS)
tests_process_toys_xlsecd_LDFLAGS = $(AM_LDFLAGS) $(XLS_TOY_WRAP)
tests_process_toys_xlsecd_LDADD = $(XLS_TOOLSTACK) $(XLS_XEN_LIBS)
tests_process_toys_xl_migrate_secure_SOURCES = $(XLS_MIGRATE) \
	tests/process/toyxen.c $(XLS_TOYS)
tests_process_toys_xl_migrate_secure_CPPFLAGS = $(XLS_TOY_CPPFLAGS)
tests_process_toys_xl_migrate_secure_CFLAGS = $(XLS_GNU_CFLAGS)
tests_process_toys_xl_migrate_secure_LDFLAGS = $(AM_LDFLAGS) $(XLS_TOY_WRAP)
tests_process_toys_xl_migrate_secure_LDADD = $(XLS_TOOLSTACK) $(XLS_XEN_LIBS)
tests_process_toys_xl_secure_recover_SOURCES = $(XLS_RECOVER) \
	tests/process/toyxen.c $(XLS_TOYS)
tests_process_toys_xl_secure_recover_CPPFLAGS = $(XLS_TOY_CPPFLAGS)
tests_process_toys_xl_secure_recover_CFLAGS = $(XLS_GNU_CFLAGS)
tests_process_toys_xl_secure_recover_LDFLAGS = $(AM_LDFLAGS) $(XLS_TOY_WRAP)
tests_process_toys_xl_secure_recover_LDADD = $(XLS_TOOLSTACK) $(XLS_XEN_LIBS)
check_PROGRAMS += tests/process/deaf
tests_process_deaf_SOURCES = tests/process/deaf.c
XLS_LINT += tests/process/t-both.sh

# Journals, and what a person does with them.
check_PROGRAMS += tests/process/write-journal
tests_process_write_journal_SOURCES = tests/process/write-journal.c
tests_process_write_journal_LDADD = $(XLS_CORE) $(SODIUM_LIBS) $(INIH_LIBS)
check_PROGRAMS += tests/process/standing/xl-secure-recover
tests_process_standing_xl_secure_recover_SOURCES = $(XLS_RECOVER) \
	tests/process/recover-standin.c xl-plugin/madestream.c \
	xl-plugin/madestream.h xl-plugin/standin.c xl-plugin/standin.h
tests_process_standing_xl_secure_recover_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
tests_process_standing_xl_secure_recover_CFLAGS = $(XLS_GNU_CFLAGS)
tests_process_standing_xl_secure_recover_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_xen_recover_ops -Wl,--wrap=xls_xen_measure_ops \
	-Wl,--wrap=xls_xen_open -Wl,--wrap=xls_xen_close
tests_process_standing_xl_secure_recover_LDADD = $(XLS_TOOLSTACK) \
	$(XLS_XEN_LIBS)
check_PROGRAMS += tests/process/standing/xl-migrate-secure
tests_process_standing_xl_migrate_secure_SOURCES = $(XLS_MIGRATE) \
	tests/process/send-standin.c
tests_process_standing_xl_migrate_secure_CPPFLAGS = $(XLS_PLUGIN_CPPFLAGS)
tests_process_standing_xl_migrate_secure_CFLAGS = $(XLS_GNU_CFLAGS)
tests_process_standing_xl_migrate_secure_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_xen_open -Wl,--wrap=xls_xen_source_new \
	-Wl,--wrap=xls_xen_source_ops -Wl,--wrap=xls_send
tests_process_standing_xl_migrate_secure_LDADD = $(XLS_TOOLSTACK) \
	$(XLS_XEN_LIBS)
# The xl that is found first, with another place for Xen's own and its store.
check_PROGRAMS += tests/process/standing/xl
tests_process_standing_xl_SOURCES = $(XLS_FRONT) tests/process/xl-standin.c
tests_process_standing_xl_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/xl-plugin \
	-DXLS_CONFDIR='"etc"' -DXLS_SBINDIR='"/nowhere"' \
	-DXLS_STATEDIR='"/nowhere"' -DXLS_LIBEXECDIR='"/nowhere"'
tests_process_standing_xl_CFLAGS = $(XLS_GNU_CFLAGS)
tests_process_standing_xl_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=xs_open \
	-Wl,--wrap=xs_read -Wl,--wrap=xs_close
tests_process_standing_xl_LDADD = $(XLS_FRONT_LDADD)
XLS_LINT += tests/process/t-recover.sh tests/process/t-front.sh

# Helpers that are not as they should be, for t-security and t-attest.
check_PROGRAMS += tests/process/lying/xlsec-keys
tests_process_lying_xlsec_keys_SOURCES = tests/process/keys-lying.c
tests_process_lying_xlsec_keys_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_attester_open -Wl,--wrap=xls_attester_show
tests_process_lying_xlsec_keys_LDADD = $(XLS_TPM) $(XLS_CORE) \
	$(SODIUM_LIBS) $(INIH_LIBS) $(XLS_TPM_LIBS)
check_PROGRAMS += tests/process/careless/xlsec-guard \
	tests/process/late/xlsec-guard
tests_process_careless_xlsec_guard_SOURCES = tests/process/guard-careless.c
tests_process_careless_xlsec_guard_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_guard_step -Wl,--wrap=xls_guard_end
tests_process_careless_xlsec_guard_LDADD = $(XLS_CORE) $(JSONC_LIBS)
tests_process_late_xlsec_guard_SOURCES = tests/process/guard-late.c
tests_process_late_xlsec_guard_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=xls_guard_end
tests_process_late_xlsec_guard_LDADD = $(XLS_CORE) $(JSONC_LIBS)
