EXTRA_DIST += doc/EVIDENCE.md doc/FUZZING.md doc/PROOF.md doc/PROTOCOL.md doc/STREAMS-SEEN.md
EXTRA_DIST += doc/models/README.md doc/models/handshake.pv \
	doc/models/run doc/models/variants.txt

dist_man_MANS += doc/libxlsec.3 doc/xlsec.conf.5 doc/xlsec-handover.7 \
	doc/xl-migrate-secure.8 doc/xl-secure-recover.8 doc/xl-secure-status.8 \
	doc/xlsec-attest.8 doc/xlsec-bench.8 doc/xlsec-check-quote.8 doc/xlsec-check.8 \
	doc/xlsec-enroll.8 doc/xlsec-id.8 doc/xlsec-init.8 doc/xlsec-policy.8 \
	doc/xlsec-revoke.8 doc/xlsec-trust.8 doc/xlsec.8 doc/xlsecd.8
