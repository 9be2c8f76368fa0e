EXTRA_DIST += scripts/coverage scripts/deps scripts/lint scripts/test \
	tests/lab tests/data .ci/run
