# A second reader of the streams, and its comparison with the guard.
check_PROGRAMS += tests/model/judge
tests_model_judge_SOURCES = tests/model/judge.c
tests_model_judge_LDADD = libxlsec/libxlsec-core.la $(JSONC_LIBS)

XLS_LINT += tests/model/t-model.sh tests/model/t-hvmctx.sh
CLEANFILES += tests/model/model tests/model/model.lock
EXTRA_DIST += doc/DIFFERENTIAL.md tests/model/README.md tests/model/build.sh \
	tests/model/config.go tests/model/context.go tests/model/contexts.go \
	tests/model/devices.go tests/model/differential.go \
	tests/model/emulator.go tests/model/entries.go tests/model/guard.go \
	tests/model/hvm.go tests/model/hvmctx-shim.c tests/model/json.go \
	tests/model/libxc.go tests/model/main.go tests/model/members.go \
	tests/model/memory.go tests/model/mutants.go tests/model/mutate.go \
	tests/model/parts.go tests/model/passes.go tests/model/places.go \
	tests/model/policy.go tests/model/pv.go tests/model/qemu.go \
	tests/model/random.go tests/model/rare.go tests/model/report.go \
	tests/model/schema.go tests/model/seeds.go tests/model/states.go \
	tests/model/stream.go tests/model/texts.go tests/model/walks.go \
	tests/streams/verify-mutants tests/streams/xen-utils.sh

# The handover in Spin, with the code's own tables.
check_PROGRAMS += tests/model/tables
tests_model_tables_SOURCES = tests/model/tables.c
tests_model_tables_LDADD = libxlsec/libxlsec-core.la $(SODIUM_LIBS)

XLS_LINT += tests/model/t-handover.sh tests/model/t-tables.sh
EXTRA_DIST += doc/models/HANDOVER.md tests/model/handover-variants \
	tests/model/handover.pml tests/model/spin.sh tests/model/tables.pml

PHONY += handover
handover:
	srcdir='$(srcdir)' XLS_LONG=1 sh '$(srcdir)/tests/model/t-handover.sh'

COUNT = 1000000
SEED = 1
PHONY += differential
differential: tests/model/judge
	srcdir='$(srcdir)' builddir='$(builddir)' COUNT='$(COUNT)' \
		SEED='$(SEED)' OUT=differential \
		REPORT='$(srcdir)/doc/DIFFERENTIAL.md' \
		sh '$(srcdir)/tests/model/t-model.sh'
