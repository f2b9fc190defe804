# The same as in the file VERSION; a test keeps them equal.
ARG VERSION=0.1.0

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY . .
ARG VERSION
ARG REVISION=unknown
ARG BRANCH=unknown
ARG BUILD_USER=docker
ARG BUILD_DATE=unknown
ARG TARGETOS
ARG TARGETARCH
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
      -ldflags "-s -w \
        -X github.com/prometheus/common/version.Version=$VERSION \
        -X github.com/prometheus/common/version.Revision=$REVISION \
        -X github.com/prometheus/common/version.Branch=$BRANCH \
        -X github.com/prometheus/common/version.BuildUser=$BUILD_USER \
        -X github.com/prometheus/common/version.BuildDate=$BUILD_DATE" \
      -o /asyncjob_exporter .

# Holds CA roots, time zones and the user nonroot; no shell. There is no
# HEALTHCHECK: the orchestrator asks /-/healthy and /-/ready.
FROM gcr.io/distroless/static-debian13:nonroot
ARG VERSION
ARG REVISION=unknown
LABEL org.opencontainers.image.title="asyncjob_exporter" \
      org.opencontainers.image.description="Prometheus exporter for long-running asynchronous jobs" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.source="https://github.com/asyncjob-exporter/asyncjob_exporter" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY LICENSE /LICENSE
COPY --from=build /asyncjob_exporter /bin/asyncjob_exporter
USER 65532:65532
EXPOSE 10110
ENTRYPOINT ["/bin/asyncjob_exporter"]
CMD ["--config.file=/etc/asyncjob_exporter/asyncjob.yml"]
