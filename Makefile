# Go alone builds, tests and runs this project; these are the same commands
# with what a release adds. "make check" is what CI runs.

VERSION    := $(shell cat VERSION)
REVISION   := $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
BRANCH     := $(shell git rev-parse --abbrev-ref HEAD 2>/dev/null || echo unknown)
BUILD_DATE := $(shell date -u +%Y%m%d-%H:%M:%S)
BUILD_USER ?= $(shell whoami)@$(shell hostname)

VERSION_PACKAGE := github.com/prometheus/common/version
LDFLAGS := -X $(VERSION_PACKAGE).Version=$(VERSION) \
           -X $(VERSION_PACKAGE).Revision=$(REVISION) \
           -X $(VERSION_PACKAGE).Branch=$(BRANCH) \
           -X $(VERSION_PACKAGE).BuildUser=$(BUILD_USER) \
           -X $(VERSION_PACKAGE).BuildDate=$(BUILD_DATE)

IMAGE ?= asyncjob_exporter:$(VERSION)

.PHONY: all build test lint check demo boards bench image release clean

all: lint test build

build:
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o asyncjob_exporter .

test:
	go test -race ./...

lint:
	golangci-lint run ./...

check:
	CI=true bash .ci/run

demo:
	go run . --demo

# Writes the boards' files anew, after a change in dashboards/source.
boards:
	cd dashboards/source && go run . ..

# PEER=<binary> of json_exporter measures that too.
bench: build
	go run ./internal/bench compare --exporter=$(CURDIR)/asyncjob_exporter --peer=$(PEER)

image:
	docker build -t $(IMAGE) \
	  --build-arg VERSION=$(VERSION) \
	  --build-arg REVISION=$(REVISION) \
	  --build-arg BRANCH=$(BRANCH) \
	  --build-arg BUILD_USER=$(BUILD_USER) \
	  --build-arg BUILD_DATE=$(BUILD_DATE) .

release:
	rm -rf dist
	go run ./internal/release -output dist

clean:
	rm -rf asyncjob_exporter dist
