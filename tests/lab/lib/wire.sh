# The wire's commands. Sourced by tests/lab/lab.
# shellcheck shell=bash

lab_wire() {
    need_up
    "$STATE/bin/wire" "$STATE/" "$@"
}
