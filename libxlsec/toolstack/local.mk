# What the library adds to the core: libxl, and the public names.
noinst_LTLIBRARIES += libxlsec/libxlsec-toolstack.la
libxlsec_libxlsec_toolstack_la_SOURCES = \
	libxlsec/toolstack/crew.c libxlsec/toolstack/crew.h \
	libxlsec/toolstack/crew-private.h libxlsec/toolstack/crew-start.c \
	libxlsec/toolstack/end-destination.c \
	libxlsec/toolstack/end-destination.h \
	libxlsec/toolstack/end-source.c libxlsec/toolstack/end-source.h \
	libxlsec/toolstack/guest.h \
	libxlsec/toolstack/lease.c libxlsec/toolstack/lease.h \
	libxlsec/toolstack/measure.c libxlsec/toolstack/measure.h \
	libxlsec/toolstack/measure-files.c \
	libxlsec/toolstack/measure-host.c \
	libxlsec/toolstack/measure-private.h \
	libxlsec/toolstack/pace.c libxlsec/toolstack/pace.h \
	libxlsec/toolstack/permit.c libxlsec/toolstack/permit.h \
	libxlsec/toolstack/prove.c libxlsec/toolstack/prove.h \
	libxlsec/toolstack/receive.c libxlsec/toolstack/receive.h \
	libxlsec/toolstack/receive-arrange.c \
	libxlsec/toolstack/receive-private.h libxlsec/toolstack/receive-talk.c \
	libxlsec/toolstack/receive-companions.c \
	libxlsec/toolstack/receive-companions.h \
	libxlsec/toolstack/receive-settle.c \
	libxlsec/toolstack/receive-settle.h \
	libxlsec/toolstack/report.c libxlsec/toolstack/report.h \
	libxlsec/toolstack/send.c libxlsec/toolstack/send.h \
	libxlsec/toolstack/send-companions.c \
	libxlsec/toolstack/send-arrange.c libxlsec/toolstack/send-limits.c \
	libxlsec/toolstack/send-private.h \
	libxlsec/toolstack/send-stream.c libxlsec/toolstack/send-talk.c \
	libxlsec/toolstack/recover.c libxlsec/toolstack/recover.h \
	libxlsec/toolstack/settle.c libxlsec/toolstack/settle.h \
	libxlsec/toolstack/watch.c libxlsec/toolstack/watch.h \
	libxlsec/toolstack/worker.c libxlsec/toolstack/worker.h \
	libxlsec/toolstack/xen.c libxlsec/toolstack/xen.h \
	libxlsec/toolstack/xen_destination.c \
	libxlsec/toolstack/xen_mark.c libxlsec/toolstack/xen_mark.h \
	libxlsec/toolstack/xen_measure.c \
	libxlsec/toolstack/xen_recover.c \
	libxlsec/toolstack/xen_slow.c libxlsec/toolstack/xen_slow.h \
	libxlsec/toolstack/xen_source.c \
	libxlsec/toolstack/xen_suspend.c libxlsec/toolstack/xen_suspend.h
# Here, as only what migrates and recovers is linked with sanlock's client.
if SANLOCK
libxlsec_libxlsec_toolstack_la_SOURCES += libxlsec/host/arbiter.c
libxlsec_libxlsec_toolstack_la_LIBADD = $(SANLOCK_LIBS)
else
libxlsec_libxlsec_toolstack_la_SOURCES += libxlsec/host/arbiter-none.c
endif
libxlsec_libxlsec_toolstack_la_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS) \
	$(SANLOCK_CFLAGS)
# Xen's headers are GNU C.
libxlsec_libxlsec_toolstack_la_CFLAGS = $(AM_CFLAGS) -std=gnu11

lib_LTLIBRARIES += libxlsec/libxlsec.la
libxlsec_libxlsec_la_SOURCES = libxlsec/toolstack/migrate.c \
	libxlsec/toolstack/version.c
libxlsec_libxlsec_la_CPPFLAGS = $(AM_CPPFLAGS) $(XLS_PATHS)
libxlsec_libxlsec_la_CFLAGS = $(AM_CFLAGS) -std=gnu11
libxlsec_libxlsec_la_LIBADD = libxlsec/libxlsec-toolstack.la \
	libxlsec/libxlsec-core.la $(XLS_XEN_LIBS)
# not AM_LDFLAGS: a library is no position-independent program
libxlsec_libxlsec_la_LDFLAGS = $(XLS_LINK) $(XLS_LINK_SHARED) \
	$(XLS_SANITIZE) -version-info $(XLSEC_ABI) -no-undefined \
	-Wl,--version-script=$(srcdir)/libxlsec/libxlsec.map
EXTRA_libxlsec_libxlsec_la_DEPENDENCIES = libxlsec/libxlsec.map
EXTRA_DIST += libxlsec/libxlsec.map

xlsecincludedir = $(includedir)/xlsec
xlsecinclude_HEADERS = libxlsec/include/xlsec/check.h \
	libxlsec/include/xlsec/migrate.h libxlsec/include/xlsec/xlsec.h
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = libxlsec/libxlsec.pc
