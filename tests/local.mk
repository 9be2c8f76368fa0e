# Unit tests: one program a module, all built on Check.  XLS_UNIT collects them.
XLS_UNIT =
XLS_LINT = tests/lint/t-layers.sh tests/lint/t-exports.sh
EXTRA_DIST += tests/lint/layers.awk tests/unit/t.h

if HAVE_CHECK
include tests/unit/base.mk
include tests/unit/xenfmt.mk
include tests/unit/proto.mk
include tests/unit/host.mk
endif

include tests/attest/local.mk
include tests/companions/local.mk
include tests/process/local.mk
include tests/model/local.mk
include tests/kem-peer/local.mk
include tests/handshake-model/local.mk
include tests/fuzz/local.mk
include tests/proof/local.mk

check_PROGRAMS += $(XLS_UNIT)
TESTS += $(XLS_UNIT) $(XLS_LINT)
EXTRA_DIST += $(XLS_LINT)
CLEANFILES += exports.got exports.want
