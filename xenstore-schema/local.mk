# The keys of xenstore that a migration may bring: one table, from which the
# guard's and the document are made.  Level 1.
libxlsec_libxlsec_core_la_SOURCES += xenstore-schema/schema.c \
	xenstore-schema/schema.h
nodist_libxlsec_libxlsec_core_la_SOURCES = xenstore-schema/keys.c
EXTRA_DIST += xenstore-schema/keys.schema xenstore-schema/generate.awk \
	doc/XENSTORE.md
CLEANFILES += xenstore-schema/keys.c

xenstore-schema/keys.c: xenstore-schema/keys.schema \
		xenstore-schema/generate.awk
	@$(MKDIR_P) xenstore-schema
	$(AM_V_GEN)$(AWK) -v out=c \
	    -f '$(srcdir)/xenstore-schema/generate.awk' \
	    '$(srcdir)/xenstore-schema/keys.schema' >$@.tmp && mv $@.tmp $@

# In the source tree, because it is read there: after a change of the table.
PHONY += xenstore-doc
xenstore-doc:
	$(AWK) -v out=md -f '$(srcdir)/xenstore-schema/generate.awk' \
	    '$(srcdir)/xenstore-schema/keys.schema' \
	    >'$(srcdir)/doc/XENSTORE.md'
