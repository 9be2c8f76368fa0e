EXTRA_DIST += scripts/coverage scripts/demo scripts/deps scripts/lint scripts/test scripts/trixie \
	tests/lab tests/data .ci/run
