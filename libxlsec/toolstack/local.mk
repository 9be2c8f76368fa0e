lib_LTLIBRARIES += libxlsec/libxlsec.la
libxlsec_libxlsec_la_SOURCES = libxlsec/toolstack/version.c
libxlsec_libxlsec_la_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS)
libxlsec_libxlsec_la_LIBADD = libxlsec/libxlsec-core.la
libxlsec_libxlsec_la_LDFLAGS = $(AM_LDFLAGS) -version-info $(XLSEC_ABI) \
	-no-undefined -Wl,--version-script=$(srcdir)/libxlsec/libxlsec.map
libxlsec_libxlsec_la_DEPENDENCIES = libxlsec/libxlsec-core.la \
	libxlsec/libxlsec.map
EXTRA_DIST += libxlsec/libxlsec.map

xlsecincludedir = $(includedir)/xlsec
xlsecinclude_HEADERS = libxlsec/include/xlsec/xlsec.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libxlsec/libxlsec.pc
