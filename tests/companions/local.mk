# Companions of guests: a real swtpm between two directories.
check_PROGRAMS += tests/companions/move
tests_companions_move_SOURCES = tests/companions/move.c
tests_companions_move_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS)
tests_companions_move_LDADD = libxlsec/libxlsec-core.la $(SODIUM_LIBS) \
	$(JSONC_LIBS) $(INIH_LIBS)
XLS_LINT += tests/companions/t-vtpm.sh
