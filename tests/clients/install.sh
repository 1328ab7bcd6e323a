#!/usr/bin/env bash
# Installs what the tests talk with: PostgreSQL, Python, Node.js, Java, ODBC and
# their drivers. Programs come from Debian's packages, and only those that are
# not there yet; the drivers of Python and Node.js go into a folder of their own
# beside the clone, ${XDG_CACHE_HOME:-~/.cache}/rekha-clients. A second run finds
# everything in its place and does nothing.
set -euo pipefail
cd "$(dirname "$0")"
home="${XDG_CACHE_HOME:-$HOME/.cache}/rekha-clients"

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# debian PACKAGE…: installs them, and nothing that they only recommend.
debian() {
    if ! command -v apt-get >/dev/null; then
        echo "install.sh: no apt-get here; install what these packages of Debian have: $*" >&2
        exit 1
    fi
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# The packages of which a part is missing.
wanted=()
# need FILE-OR-COMMAND PACKAGE…: what shows that the packages are there.
need() {
    if ! command -v "$1" >/dev/null && ! compgen -G "$1" >/dev/null; then
        wanted+=("${@:2}")
    fi
}

need '/usr/lib/postgresql/*/bin/initdb' postgresql
need psql postgresql-client
need python3 python3 python3-venv
need npm nodejs npm
need javac default-jdk-headless
need /usr/share/java/postgresql.jar libpostgresql-jdbc-java
need '/usr/lib/*/odbc/psqlodbcw.so' odbc-postgresql
need odbcinst unixodbc odbcinst
# A python3 may be there without the part that makes environments.
python3 -c 'import ensurepip, venv' 2>/dev/null || wanted+=(python3-venv)

if [ "${#wanted[@]}" -gt 0 ]; then
    # The tests make clusters of their own: PostgreSQL is to make none.
    if [[ " ${wanted[*]} " == *" postgresql "* ]]; then
        debian postgresql-common
        as_root sed -i 's/^#*create_main_cluster.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf
    fi
    debian "${wanted[@]}"
fi

# The list that was installed last lies beside what it installed.
mkdir -p "$home/node"
if ! cmp -s requirements.txt "$home/requirements.txt"; then
    rm -rf "$home/python"
    python3 -m venv "$home/python"
    "$home/python/bin/pip" install --quiet --disable-pip-version-check --no-deps \
        --only-binary :all: --requirement requirements.txt
    cp requirements.txt "$home/requirements.txt"
fi
if ! cmp -s package-lock.json "$home/node/installed.json"; then
    cp package.json package-lock.json "$home/node/"
    npm ci --prefix "$home/node" --silent --ignore-scripts --no-audit --no-fund
    cp package-lock.json "$home/node/installed.json"
fi

psql --version
"$home/python/bin/python" --version
echo "node $(node --version)"
javac -version
