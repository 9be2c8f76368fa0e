# The house rules as tests; each shows that it can fail.
XLS_LINT += tests/lint/t-configure.sh tests/lint/t-docs.sh \
	tests/lint/t-format.sh tests/lint/t-functions.sh \
	tests/lint/t-hardening.sh tests/lint/t-headers.sh \
	tests/lint/t-man.sh tests/lint/t-schema.sh tests/lint/t-shell.sh tests/lint/t-spec.sh \
	tests/lint/t-version.sh tests/lint/t-words.sh
EXTRA_DIST += tests/lint/code.sed tests/lint/docs.awk \
	tests/lint/functions.awk tests/lint/functions.txt \
	tests/lint/install.sh tests/lint/installed.txt tests/lint/memcmp.txt
