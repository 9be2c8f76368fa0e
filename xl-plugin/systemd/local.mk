# xlsecd's units, where --with-systemdsystemunitdir says.
XLS_UNITS = xl-plugin/systemd/xlsecd.service xl-plugin/systemd/xlsecd.socket \
	xl-plugin/systemd/xlsecd@.service \
	xl-plugin/systemd/xlsecd-recover.service
EXTRA_DIST += xl-plugin/systemd/xlsecd.service.in \
	xl-plugin/systemd/xlsecd.socket.in xl-plugin/systemd/xlsecd@.service.in \
	xl-plugin/systemd/xlsecd-recover.service.in
CLEANFILES += $(XLS_UNITS)

if SYSTEMD
systemdsystemunit_DATA = $(XLS_UNITS)
endif

$(XLS_UNITS): Makefile
	$(AM_V_GEN)$(MKDIR_P) xl-plugin/systemd && \
	sed -e 's|@sbindir[@]|$(sbindir)|g' \
	    -e 's|@XLSEC_CONFDIR[@]|$(XLSEC_CONFDIR)|g' \
	    '$(srcdir)'/$@.in >$@.tmp && mv $@.tmp $@

xl-plugin/systemd/xlsecd.service: xl-plugin/systemd/xlsecd.service.in
xl-plugin/systemd/xlsecd.socket: xl-plugin/systemd/xlsecd.socket.in
xl-plugin/systemd/xlsecd@.service: xl-plugin/systemd/xlsecd@.service.in
xl-plugin/systemd/xlsecd-recover.service: xl-plugin/systemd/xlsecd-recover.service.in
