# Fuzz targets: one program with all of them, and a link to it for each.  With
# an engine (--enable-fuzz) it searches; without, it replays what was found.
check_LTLIBRARIES = tests/fuzz/libfuzz.la
check_PROGRAMS += tests/fuzz/fuzz tests/fuzz/seeds
tests_fuzz_libfuzz_la_SOURCES = tests/fuzz/alone/check.h tests/fuzz/fuzz.h \
	tests/fuzz/companion.c tests/fuzz/journal.c tests/fuzz/targets.c \
	tests/fuzz/fuzz.c tests/fuzz/judge.c tests/fuzz/stream.c \
	tests/fuzz/text.c tests/fuzz/proto.c tests/fuzz/session.c \
	tests/fuzz/evidence.c tests/fuzz/software.c tests/fuzz/appraisal.c tests/fuzz/logs.c \
	tests/attest/logs.c tests/attest/logs.h tests/fuzz/enroll.c \
	tests/fuzz/mutator.c tests/unit/xenfmt-build.c \
	tests/unit/xenfmt-build.h
if TPM
tests_fuzz_libfuzz_la_SOURCES += tests/fuzz/attest.c \
	tests/fuzz/enrolled.c tests/attest/quotes.c \
	tests/attest/quotes.h
else
tests_fuzz_libfuzz_la_SOURCES += tests/fuzz/attest-none.c
endif
fuzz_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests/fuzz \
	-I$(srcdir)/tests/fuzz/alone -I$(srcdir)/tests/unit -I$(srcdir)/tests \
	-I$(srcdir)/tests/attest $(CRYPTO_CFLAGS) $(TSS2MU_CFLAGS) \
	$(SODIUM_CFLAGS) $(JSONC_CFLAGS)
fuzz_ldadd = tests/fuzz/libfuzz.la $(XLS_ATTEST) libxlsec/libxlsec-core.la \
	$(SODIUM_LIBS) $(JSONC_LIBS) $(INIH_LIBS) $(XLS_ATTEST_LIBS)
# What the code under test has on the heap is counted.
fuzz_ldflags = $(AM_LDFLAGS) -Wl,--wrap=malloc -Wl,--wrap=calloc \
	-Wl,--wrap=realloc -Wl,--wrap=strdup -Wl,--wrap=free

tests_fuzz_libfuzz_la_CPPFLAGS = $(fuzz_cppflags)

tests_fuzz_fuzz_SOURCES = tests/fuzz/fuzz.h
if !FUZZ
tests_fuzz_fuzz_SOURCES += tests/fuzz/replay.c
endif
tests_fuzz_fuzz_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_fuzz_LDFLAGS = $(fuzz_ldflags) $(XLS_FUZZ_LINK)
tests_fuzz_fuzz_LDADD = $(fuzz_ldadd)

tests_fuzz_seeds_SOURCES = tests/fuzz/seeds.c
tests_fuzz_seeds_CPPFLAGS = $(fuzz_cppflags)
tests_fuzz_seeds_LDFLAGS = $(fuzz_ldflags)
tests_fuzz_seeds_LDADD = $(fuzz_ldadd)

XLS_LINT += tests/fuzz/t-fuzz.sh
EXTRA_DIST += tests/fuzz/README.md tests/fuzz/afl tests/fuzz/build.sh \
	tests/fuzz/campaign tests/fuzz/crashes tests/fuzz/dict \
	tests/fuzz/replay.c tests/fuzz/report tests/fuzz/report.awk \
	tests/fuzz/smoke

PHONY += fuzz-campaign fuzz-smoke
TIME = 300
JOBS = 1
OUT = $(abs_builddir)/fuzz/out
fuzz-campaign:
	'$(abs_top_srcdir)/tests/fuzz/campaign' --time '$(TIME)' \
		--jobs '$(JOBS)' --out '$(OUT)' --build '$(abs_builddir)/fuzz'

fuzz-smoke:
	'$(abs_top_srcdir)/tests/fuzz/smoke' '$(abs_builddir)/fuzz'
