.DEFAULT_GOAL := help
.PHONY: help dev test lint generate check console browser screenshots bench build deploy deploy-local sign-in prerequisites

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dev: prerequisites ## Run everything on this machine: console, API, dispatcher and worker on http://127.0.0.1:4000
	@cargo dev up

test: prerequisites lint ## Lint, then run every test against a Postgres and a MiniStack of its own (BIG=1: the long races in full)
	@cargo dev test

lint: ## Check formatting and run clippy, warnings being errors
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets -- -D warnings

generate: ## Write what is generated from the table of routes
	@cargo dev generate

check: ## Fail when something generated is stale
	@cargo dev check

console: prerequisites ## Check the console's types and style, run its component tests and build it
	@cargo dev test --only console

browser: prerequisites ## Drive the console in Chromium on a stack of its own (CHROMIUM=its path, if it isn't found)
	@cargo dev test --only browser

screenshots: prerequisites ## Take the pictures of docs/images from the console on a fresh stack
	@cargo dev test --only browser -- --config screenshots.config.ts

bench: prerequisites ## Measure against the targets (BIG=1: up to 5,000,000 rows; PROFILE=release: optimised code, which takes long to build)
	@cargo run --quiet --profile $(or $(PROFILE),dev) --bin dev -- bench

build: prerequisites ## Compile every function for Lambda (ARCH=x86_64; arm64 unless you say so)
	@cargo dev build --arch $(or $(ARCH),arm64)

deploy: build ## Deploy to your AWS account (STAGE=dev|staging|prod of samconfig.toml, OWNER=you@example.com at the first time)
	@cargo dev deploy --arch $(or $(ARCH),arm64) --stage $(or $(STAGE),dev) $(if $(OWNER),--owner $(OWNER)) $(if $(RELEASE),--release $(RELEASE))

deploy-local: prerequisites ## Deploy the real template to an emulator and run the API's tests through its API Gateway (KEEP=1: serve there instead)
	@cargo dev deploy-local $(if $(KEEP),--keep)

sign-in: ## Print a one-time link to the console for EMAIL (STAGE as for deploy)
	@cargo dev sam -- remote invoke Migrate --stack-name fetchcatch-$(or $(STAGE),dev) --event '{"sign_in": "$(EMAIL)"}'

# Named one by one, so that a missing one is a sentence and not a stack trace an hour later.
prerequisites:
	@command -v cargo >/dev/null || { echo "Rust is missing: install it from https://rustup.rs"; exit 1; }
	@cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1 || \
		{ echo "clippy or rustfmt is missing: rustup component add clippy rustfmt"; exit 1; }
	@command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null || \
		{ echo "Node 20 or newer, with npm, is missing: install it from https://nodejs.org (macOS: brew install node)"; exit 1; }
	@for python in python3 python3.14 python3.13 python3.12 python3.11 python; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exit 0; \
	done; echo "Python 3.11 or newer is missing: apt install python3 python3-venv (macOS: brew install python@3.13)"; exit 1
