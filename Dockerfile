# syntax=docker/dockerfile:1
# The command line as an image: one static binary, without a shell, that runs as nobody in particular.
FROM rust:1.97.1@sha256:b1b3c9c0d921d7fa0a6d1f9ec7e4eab87f8c8ec97644c3d791450f131dec813f AS build
WORKDIR /src
RUN rustup target add "$(uname -m)-unknown-linux-musl"
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/src/target,sharing=locked \
    target="$(uname -m)-unknown-linux-musl" \
    && cargo build --release --locked --package tollgate --bin tollgate --target "$target" \
    && cp "target/$target/release/tollgate" /tollgate

FROM gcr.io/distroless/static-debian12:nonroot@sha256:1b7b9f0f0e0a1d2155f531db587cc48ec26aaf97ab64364225f5bf18a054e66a
COPY --from=build /tollgate /usr/local/bin/tollgate
WORKDIR /work
ENTRYPOINT ["/usr/local/bin/tollgate"]
CMD ["check", "."]
