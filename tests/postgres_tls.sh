#!/bin/sh
# Proves that a build with the feature postgres-tls trusts a server's certificate rightly, and refuses one it cannot verify:
#
#     PG_TLS=1 tests/postgres.sh tests/postgres_tls.sh target/debug/licensing
set -eu

licensing=$1
port=$(printf '%s' "$TEST_DATABASE_URL" | sed -E 's|.*:([0-9]+)/.*|\1|')
strangers=$(mktemp)
trap 'rm -f "$strangers"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=stranger -keyout /dev/null -out "$strangers" 2>/dev/null

reach() {
    LICENSING__DATABASE__URL="postgres://tester@$1:$port/postgres?sslmode=verify-full&sslrootcert=$2" \
        "$licensing" officer list >/dev/null 2>&1
}
reach localhost "$TEST_DATABASE_CA" || { echo "a server with a good certificate was refused" >&2; exit 1; }
if reach localhost "$strangers"; then echo "a certificate of a strange authority was trusted" >&2; exit 1; fi
if reach 127.0.0.1 "$TEST_DATABASE_CA"; then echo "a certificate for another name was trusted" >&2; exit 1; fi
echo "TLS to PostgreSQL: trusted what can be verified, refused the rest"
