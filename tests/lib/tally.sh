# Counts what passes, fails and is skipped. For sourcing by tests/run.

tally_good=0
tally_bad=0
tally_names=()
KRING_SKIP_FILE=$(mktemp)
export KRING_SKIP_FILE
tally_output=$(mktemp)
trap 'rm -f "$KRING_SKIP_FILE" "$tally_output"' EXIT

tally_failed() {
    tally_bad=$((tally_bad + 1))
    tally_names+=("$1")
}

# tally_check NAME COMMAND…: one check that passes or fails as a whole; it speaks only when it fails.
tally_check() {
    local name=$1
    shift
    printf '%s … ' "$name"
    if "$@" >"$tally_output" 2>&1; then
        tally_good=$((tally_good + 1))
        printf 'ok (%ss)\n' "$SECONDS"
    else
        tally_failed "$name"
        printf 'FAILED\n'
        cat "$tally_output"
    fi
}

# tally_tests COMMAND…: runs cargo's tests and adds up the results of all test binaries.
tally_tests() {
    "$@" 2>&1 | tee "$tally_output"
    local status=${PIPESTATUS[0]} good bad
    good=$(tally_sum passed)
    bad=$(tally_sum failed)
    tally_good=$((tally_good + good))
    tally_bad=$((tally_bad + bad))
    mapfile -t -O "${#tally_names[@]}" tally_names < <(sed -n 's/^test \(.*\) \.\.\. FAILED$/\1/p' "$tally_output")
    # Something that does not compile or dies has no result of its own.
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        tally_failed "a test binary that did not compile or did not finish"
    fi
}

# The sum of one column over the lines `test result: ok. 3 passed; 0 failed; …`.
tally_sum() {
    sed -n "s/^test result: .* \([0-9]*\) $1;.*/\1/p" "$tally_output" | awk '{ sum += $1 } END { print sum + 0 }'
}

# Every shell script of the repository can be read by its shell, and every Python script compiles.
check_scripts() {
    local file first bad=0
    while read -r file; do
        [ -f "$file" ] || continue
        read -r first <"$file" || true
        case $file:$first in
        *.sh:* | *:'#!'*bash* | *:'#!/bin/sh'*) bash -n "$file" || bad=1 ;;
        *.py:*) ! command -v python3 >/dev/null || python3 -c \
            'import sys; compile(open(sys.argv[1], encoding="utf-8").read(), sys.argv[1], "exec")' "$file" || bad=1 ;;
        esac
    done < <(git ls-files 2>/dev/null || find tests deploy .ci -type f)
    return $bad
}

# Prints the sum and ends the script, with failure where something failed or all was required and something skipped.
tally_end() {
    local skipped
    skipped=$(sort -u "$KRING_SKIP_FILE" | grep -c '^KRING-SKIP ')
    # A test that skips itself ends well for cargo; it counts once, as skipped.
    tally_good=$((tally_good > skipped ? tally_good - skipped : 0))
    sort -u "$KRING_SKIP_FILE" | sed -n 's/^KRING-SKIP /skipped: /p'
    [ "${#tally_names[@]}" = 0 ] || printf 'failed: %s\n' "${tally_names[@]}"
    printf '%s passed, %s failed, %s skipped\n' "$tally_good" "$tally_bad" "$skipped"
    [ "$tally_bad" = 0 ] || exit 1
    [ "$skipped" = 0 ] || [ "${KRING_REQUIRE_ALL:-}" != 1 ] || exit 1
    exit 0
}
