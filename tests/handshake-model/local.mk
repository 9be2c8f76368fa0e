# The handshake with Evidence in Spin, and what both models bind.
XLS_LINT += tests/handshake-model/t-handshake.sh \
	tests/handshake-model/t-fields.sh
EXTRA_DIST += tests/handshake-model/README.md \
	tests/handshake-model/fields tests/handshake-model/handshake.pml \
	tests/handshake-model/variants
