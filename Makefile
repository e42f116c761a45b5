# Everything that a person does with this tree: `make demo`, `make test`, `make install`, `make packages`.

CARGO ?= cargo
HOST := $(shell rustc -vV | sed -n 's/^host: //p')
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
PROGRAM := dist/pane-patrol
LIVE := $(CARGO) test --locked --features assistant-for-tests --test live --

.PHONY: help
help: ## what can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: demo
demo: tmux ## the real dashboard with scripted assistants, on a private tmux server
	$(CARGO) build --locked
	$(TARGET_DIR)/debug/pane-patrol demo

.PHONY: demo-page
demo-page: tmux ## the demo on the page for phone and browser: prints the address to open there
	$(CARGO) build --locked
	$(TARGET_DIR)/debug/pane-patrol demo --page

# A test that cannot have what it needs fails here instead of being left out. Then the live suite drives the
# assistant that needs no network; the last line puts the executable without it back into its place.
.PHONY: test
test: tmux shells ## all tests
	PANE_PATROL_NO_SKIP=1 $(CARGO) test --workspace --locked
	@if sh scripts/chromium >/dev/null; then $(MAKE) --no-print-directory test-page; else \
		echo "NOT RUN: the tests of the page, for want of Chromium; \`make test-web\` installs it and runs them" >&2; fi
	$(LIVE) --offline --patient
	$(CARGO) test --workspace --locked --no-run --quiet

# axe-core, which says what a screen reader would miss, is fetched into a folder of its own the first time.
AXE_VERSION := 4.14.1
AXE := $(abspath $(TARGET_DIR))/tools/axe/node_modules/axe-core/axe.min.js
WEB = PANE_PATROL_NO_SKIP=1 $(CARGO) test --locked --test web -- --test-threads 2

.PHONY: test-web
test-web: tmux chromium $(AXE) ## the page for phone and browser in a real Chromium; its pictures are in target/web
	PANE_PATROL_AXE=$(AXE) $(WEB) $(ARGS)

# As part of all tests, which need no npm: without it each test says what it leaves out.
.PHONY: test-page
test-page:
	@$(MAKE) --no-print-directory $(AXE) || true
	PANE_PATROL_AXE=$$(test ! -f $(AXE) || echo $(AXE)) $(WEB)

.PHONY: bench-page
bench-page: tmux chromium release ## how long the page takes to draw 500 rows, and a change among them
	PANE_PATROL_PROGRAM=$(abspath $(PROGRAM)) PANE_PATROL_NO_SKIP=1 \
		$(CARGO) test --locked --test web -- --ignored --nocapture measured

.PHONY: chromium
chromium:
	@sh scripts/chromium >/dev/null || sh scripts/install-chromium

$(AXE):
	npm install --silent --no-audit --no-fund --prefix $(TARGET_DIR)/tools/axe axe-core@$(AXE_VERSION) \
		|| { echo "axe-core $(AXE_VERSION) cannot be had from npm" >&2; exit 1; }

# With ARGS="--assistant NAME --situation NAME" only a part; REPEAT=20 tries each situation so often. The
# newest packages are fetched first, but for ARGS=--keep. Where they and the transcripts of failures are
# kept: PANE_PATROL_LIVE_DIR. ARGS="--way zellij" is about panes of the real Zellij, which PANE_PATROL_ZELLIJ names,
# ARGS="--way terminal" about plain terminals and `install --everywhere`.
.PHONY: live
live: tmux ## the real assistants from npm against a scripted model: is each row right in every situation?
	$(LIVE) $(if $(REPEAT),--repeat $(REPEAT)) $(ARGS)

# WezTerm is in no distribution's packages: what is said to it is tried on a stand-in alone.
.PHONY: kitty
kitty: tmux ## the real kitty on a screen of nobody: does a jump go to the window of an assistant there?
	@command -v kitty >/dev/null && command -v Xvfb >/dev/null || sh scripts/install-kitty
	PANE_PATROL_KITTY=1 $(CARGO) test --locked --test suite everywhere::kitty -- --test-threads 1 --nocapture
	@command -v wezterm >/dev/null || echo "NOT RUN: WezTerm, which is not here; only its documented answers were tried" >&2

# Built from the Rust registry the first time, which takes a while, and kept. PANE_PATROL_ZELLIJ names another one.
ZELLIJ_VERSION := 0.45.1
ZELLIJ_OWN := $(abspath $(TARGET_DIR))/tools/bin/zellij
ZELLIJ := $(or $(PANE_PATROL_ZELLIJ),$(ZELLIJ_OWN))

.PHONY: zellij
zellij: tmux $(if $(PANE_PATROL_ZELLIJ),,$(ZELLIJ_OWN)) ## the real Zellij, from the Rust registry: lists, jumps, starts and faults on it
	PANE_PATROL_ZELLIJ=$(ZELLIJ) PANE_PATROL_NO_SKIP=1 \
		$(CARGO) test --locked --test zellij -- --test-threads 1 $(ARGS)

# Quick to build rather than quick to run, and without what the trials do not ask for.
$(ZELLIJ_OWN): export CARGO_PROFILE_RELEASE_LTO = off
$(ZELLIJ_OWN): export CARGO_PROFILE_RELEASE_OPT_LEVEL = 1
$(ZELLIJ_OWN): export CARGO_PROFILE_RELEASE_CODEGEN_UNITS = 16
$(ZELLIJ_OWN): export CARGO_PROFILE_RELEASE_STRIP = true
$(ZELLIJ_OWN):
	$(CARGO) install zellij --version $(ZELLIJ_VERSION) --locked --no-default-features \
		--root $(TARGET_DIR)/tools --target-dir $(TARGET_DIR)/tools/build-zellij \
		|| { echo "make zellij: Zellij $(ZELLIJ_VERSION) cannot be had from the Rust registry; nothing was tried." \
			"PANE_PATROL_ZELLIJ=/path/to/zellij names one that is there" >&2; exit 1; }
	rm -rf $(TARGET_DIR)/tools/build-zellij

# So often the dashboard writes a list that Taskmaster has read and not written yet.
.PHONY: live-taskmaster
live-taskmaster: tmux ## the real Taskmaster from npm and the dashboard change one list at once: are both changes there?
	$(LIVE) --taskmaster --repeat $(or $(REPEAT),50) $(ARGS)

# CLAUDE is a real one, from `make live` or PATH; FORMS=old for 2.1.197.
FORMS ?= new
.PHONY: live-settings
live-settings: ## does a real Claude Code drop its settings for the fields that we think, and no others?
	sh scripts/check-claude-settings $(or $(CLAUDE),claude) $(FORMS)

.PHONY: stress
stress: release ## 8 processes with 5,000 events each through the real hook; 100,000 updates through the hub; a million worlds of answers
	PANE_PATROL_STRESS=1 PANE_PATROL_PROGRAM=$(abspath $(PROGRAM)) $(CARGO) test --locked --test suite many_hooks_at_once_lose_no_line
	PANE_PATROL_STRESS=1 PANE_PATROL_PROGRAM=$(abspath $(PROGRAM)) $(CARGO) test --locked --test suite crowd -- --nocapture
	PANE_PATROL_STRESS=1 $(CARGO) test --release --locked --lib actor::fuzz

.PHONY: pictures
pictures: tmux ## the pictures of README and book, docs/pictures/*.svg, from the real dashboard; one alone with NAME=tour
	$(CARGO) build --locked
	$(CARGO) run --quiet --locked -p pane-patrol-bench --bin pictures -- $(TARGET_DIR)/debug/pane-patrol docs/pictures $(NAME)

.PHONY: pictures-page
pictures-page: tmux chromium ## the pictures of the page, docs/pictures/page-*.png, from the demo's rows in Chromium
	PANE_PATROL_NO_SKIP=1 $(CARGO) test --locked --test web -- --ignored pictures_of_the_demo

.PHONY: icons-page
icons-page: chromium ## the icons of the page as PNG, src/page/files/*.png, from its one drawing in Chromium
	python3 scripts/icons

# mdbook is fetched into a folder of its own the first time; nothing else of the machine is changed.
MDBOOK_VERSION := 0.5.4
MDBOOK := $(TARGET_DIR)/tools/bin/mdbook
.PHONY: book
book: $(MDBOOK) ## the book of docs/ as a site: target/book/index.html
	$(MDBOOK) build docs --dest-dir $(abspath $(TARGET_DIR)/book)
	@test -s $(TARGET_DIR)/book/index.html || { echo "make book: $(TARGET_DIR)/book/index.html was not made" >&2; exit 1; }
	@echo "the book is $(TARGET_DIR)/book/index.html"

$(MDBOOK):
	$(CARGO) install mdbook --version $(MDBOOK_VERSION) --locked --no-default-features --features search \
		--root $(TARGET_DIR)/tools --target-dir $(TARGET_DIR)/tools/build \
		|| { echo "make book: mdbook $(MDBOOK_VERSION) cannot be had; no book was made" >&2; exit 1; }
	rm -rf $(TARGET_DIR)/tools/build

# What of the book is made from the program's own sources: commands, settings, keys. `make test` compares.
.PHONY: pages
pages: ## writes the pages of docs/ that are made from the sources
	PANE_PATROL_WRITE_BOOK=1 $(CARGO) test --locked --lib of_the_book
	PANE_PATROL_WRITE_BOOK=1 $(CARGO) test --locked --test suite of_the_book

.PHONY: tmux
tmux:
	@command -v tmux >/dev/null || sh scripts/install-packages tmux

# Their completions are tried in a terminal.
.PHONY: shells
shells:
	@for shell in bash zsh fish; do command -v $$shell >/dev/null || sh scripts/install-packages $$shell || exit 1; done

# What is installed is what is shipped. The flags are for the program alone where the host is named as the target:
# a static C runtime cannot be used for proc-macros.
install bench: export CARGO_ENCODED_RUSTFLAGS = $(shell packaging/flags $(HOST))

.PHONY: release
release: ## the executable that is installed: dist/pane-patrol
	mkdir -p $(dir $(PROGRAM))
	program=$$(packaging/program $(HOST)) && cp -f "$$program" $(PROGRAM)

# Where cargo puts programs, and where shells look for what a person has added. `man` looks beside the program.
ROOT := $(or $(CARGO_INSTALL_ROOT),$(CARGO_HOME),$(HOME)/.cargo)
DATA := $(or $(XDG_DATA_HOME),$(HOME)/.local/share)

.PHONY: install
install: ## the release into cargo's folder of programs, with manual pages and completions
	$(CARGO) install --path . --locked --target $(HOST) --root "$(ROOT)"
	packaging/mine put "$(ROOT)" "$(DATA)"

.PHONY: uninstall
uninstall: ## takes out what `make install` put there; before that: pane-patrol uninstall
	packaging/mine take "$(ROOT)" "$(DATA)"
	$(CARGO) uninstall --root "$(ROOT)" pane-patrol

# TARGETS="..." names what they are for, by Rust's names; TRY=no leaves out the trying.
.PHONY: packages
packages: ## every package into dist/, each tried in a clean root
	packaging/build $(TARGETS)
	$(if $(filter no,$(TRY)),,packaging/try dist)

.PHONY: crates
crates: ## can every crate be published? Packed and built as crates.io would have it, and nothing is sent
	$(CARGO) package --workspace --exclude pane-patrol-bench --locked $(ARGS)

# clippy needs no linker for that, and no Mac.
MACOS := aarch64-apple-darwin
.PHONY: check-macos
check-macos: ## is all that is macOS's own compiled without a warning? (nothing of it runs here)
	rustup target list --installed | grep -qx $(MACOS) || rustup target add $(MACOS)
	$(CARGO) clippy --workspace --all-targets --locked --target $(MACOS) -- -D warnings

.PHONY: bench
bench: release ## measures, each figure as a ratio within one run; a part alone with ARGS=hook, log, frames, flat, table, preview (two minutes) or pipe (ten minutes)
	$(CARGO) run --quiet --release --locked --target $(HOST) -p pane-patrol-bench -- $(PROGRAM) $(ARGS)
