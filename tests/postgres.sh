#!/bin/sh
# Runs a command against a private PostgreSQL (15 or newer) that is started from installed binaries and thrown away:
#
#     tests/postgres.sh cargo test
#
# TEST_DATABASE_URL names the server while the command runs, and TEST_DATABASE_RESTART is a command that restarts it as after
# a crash. Fails if no server can be started; installs nothing.
# With PG_TLS=1 it speaks TLS too, as "localhost", under a certificate of the authority that TEST_DATABASE_CA names.
set -eu

[ $# -gt 0 ] || { echo "use: $0 COMMAND..." >&2; exit 2; }

bin=${PG_BIN:-}
if [ -z "$bin" ]; then
    for folder in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null | sort -rV); do
        if [ -x "$folder/initdb" ]; then bin=$folder; break; fi
    done
fi
if [ -z "$bin" ] && command -v initdb >/dev/null; then bin=$(dirname "$(command -v initdb)"); fi
[ -n "$bin" ] || { echo "no PostgreSQL found: install Debian's package postgresql, or set PG_BIN" >&2; exit 1; }

# A server refuses to run as root.
as_user() {
    if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

folder=$(mktemp -d)
started=no
end() {
    if [ "$started" = yes ]; then as_user "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; fi
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM

if [ "$(id -u)" -eq 0 ]; then chown postgres "$folder"; fi
cd "$folder"
as_user "$bin/initdb" -D "$folder/data" -U tester --auth=trust --encoding=UTF8 --locale=C >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; echo "initdb failed" >&2; exit 1; }
cd "$OLDPWD"

tls=
if [ "${PG_TLS:-}" = 1 ]; then
    certify() {
        name=$1
        shift
        openssl req -newkey rsa:2048 -nodes -subj "/CN=$name" -keyout "$folder/$name.key" "$@" 2>/dev/null
    }
    certify authority -x509 -days 2 -out "$folder/authority.pem"
    certify localhost -out "$folder/localhost.csr"
    echo "subjectAltName=DNS:localhost" >"$folder/names"
    openssl x509 -req -days 2 -in "$folder/localhost.csr" -CA "$folder/authority.pem" -CAkey "$folder/authority.key" \
        -CAcreateserial -extfile "$folder/names" -out "$folder/localhost.pem" 2>/dev/null
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$folder/localhost.key"; fi
    chmod 600 "$folder/localhost.key"
    tls="-c ssl=on -c ssl_cert_file=$folder/localhost.pem -c ssl_key_file=$folder/localhost.key"
    TEST_DATABASE_CA=$folder/authority.pem
    export TEST_DATABASE_CA
fi

tries=0
while :; do
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c fsync=on -c max_connections=400 $tls"
    if as_user "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 60 -o "$options" start >/dev/null 2>&1; then
        started=yes
        break
    fi
    tries=$((tries + 1))
    # Somebody else may have taken the port in between.
    [ "$tries" -lt 3 ] || { cat "$folder/data/server.log" >&2 || true; echo "PostgreSQL did not start" >&2; exit 1; }
done

TEST_DATABASE_URL="postgres://tester@127.0.0.1:$port/postgres"
export TEST_DATABASE_URL
TEST_DATABASE_RESTART="$bin/pg_ctl -D $folder/data -l $folder/data/server.log -m immediate -w -t 60 restart"
if [ "$(id -u)" -eq 0 ]; then TEST_DATABASE_RESTART="runuser -u postgres -- $TEST_DATABASE_RESTART"; fi
export TEST_DATABASE_RESTART
echo "postgres: $("$bin/postgres" --version) on port $port"
"$@"
