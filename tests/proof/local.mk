# Proofs with Frama-C; doc/PROOF.md says of what.
EXTRA_DIST += tests/proof/run tests/proof/world.h tests/proof/contracts.h \
	tests/proof/cpu.c tests/proof/field.c tests/proof/hvm_cpu.c \
	tests/proof/hvm_dev.c tests/proof/hvm_params.c tests/proof/num.c \
	tests/proof/order.c tests/proof/pv_context.c tests/proof/rd.c \
	tests/proof/rec_page.c tests/proof/rec_policy.c tests/proof/rec_pv.c \
	tests/proof/rectab.c tests/proof/tables.c

PHONY += proof
proof:
	'$(srcdir)/tests/proof/run'
