# syntax=docker/dockerfile:1

FROM rust:1.95-slim-bookworm AS build
# The compiler and its linker come with the image; OpenSSL, which speaks TLS to PostgreSQL, is built with these.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev make perl \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    cargo install --locked --path crates/licensing --features postgres-tls --root /built

FROM debian:bookworm-slim
# ca-certificates is for PostgreSQL servers whose certificate a public authority signed (sslrootcert=system).
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 licensing \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin licensing \
    && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /built/bin/licensing /usr/local/bin/licensing
COPY config /srv/licensing/config
WORKDIR /srv/licensing
ENV LICENSING__DATABASE__URL=sqlite:///data/licensing.sqlite \
    LICENSING__MAIL__FOLDER=/data/mail \
    LICENSING__FILES__URL=/data/files \
    LICENSING__SERVER__LISTEN=0.0.0.0:8080 \
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["licensing", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["licensing"]
CMD ["serve"]
