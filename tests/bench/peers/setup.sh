# Installs what the benches compare with, once, into .cache/peers (or KRING_PEERS). For sourcing after deploy/lib/setup.sh:
#
#     . tests/bench/peers/setup.sh
#     peers_setup
#
# Python packages come from PyPI, the others and their Node from npm. Without npm or a network the benches go on
# without peers and say so; with KRING_REQUIRE_ALL=1 that is a failure.

KRING_PEERS=${KRING_PEERS:-$KRING_ROOT/.cache/peers}
export KRING_PEERS

peers_setup() {
    mkdir -p "$KRING_PEERS" || return 1
    (
        flock 9
        local stamp
        stamp=$(peers_stamp)
        [ "$(cat "$KRING_PEERS/.stamp" 2>/dev/null)" = "$stamp" ] && exit 0
        kring_say "Installing the peers in $KRING_PEERS (a minute, once)"
        peers_python && peers_node && echo "$stamp" >"$KRING_PEERS/.stamp"
    ) 9>"$KRING_PEERS.lock" && return 0
    kring_say "The peers could not be installed (they need python3 with venv, npm and a network)."
    [ "${KRING_REQUIRE_ALL:-}" != 1 ]
}

peers_stamp() {
    (cd "$KRING_ROOT/tests/bench/peers" && cat requirements.txt package.json no-crypto/* && python3 --version) |
        sha256sum | cut -d ' ' -f 1
}

peers_python() {
    rm -rf "$KRING_PEERS/python"
    python3 -m venv "$KRING_PEERS/python" >&2 &&
        "$KRING_PEERS/python/bin/pip" install --quiet --disable-pip-version-check \
            -r "$KRING_ROOT/tests/bench/peers/requirements.txt" >&2
}

peers_node() {
    command -v npm >/dev/null || return 1
    rm -rf "$KRING_PEERS/node_modules" "$KRING_PEERS/package-lock.json"
    cp -r "$KRING_ROOT/tests/bench/peers/package.json" "$KRING_ROOT/tests/bench/peers/no-crypto" "$KRING_PEERS/" &&
        (cd "$KRING_PEERS" && npm install --silent --no-audit --no-fund >&2) &&
        "$KRING_PEERS/node_modules/.bin/node" --version >/dev/null
}
