XLS_UNIT += tests/unit/t-base
tests_unit_t_base_SOURCES = tests/unit/t-base.c tests/unit/t.h
tests_unit_t_base_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit $(CHECK_CFLAGS)
tests_unit_t_base_LDADD = libxlsec/libxlsec-core.la $(CHECK_LIBS)
