# Builds and measures pane-patrol. `make release` is what is installed: linked statically on Linux,
# because dynamic linking is most of what a hook would cost. A static C runtime cannot be used for
# proc-macros, so the host is named as the target: then the flags apply to the program alone.

CARGO ?= cargo
HOST := $(shell rustc -vV | sed -n 's/^host: //p')
TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
PROGRAM := dist/pane-patrol

ifneq (,$(findstring linux,$(HOST)))
release bench: export RUSTFLAGS += -C target-feature=+crt-static -C relocation-model=static
endif

.PHONY: release
release: ## build the executable that is installed: dist/pane-patrol
	$(CARGO) build --release --locked --target $(HOST) --bin pane-patrol
	mkdir -p $(dir $(PROGRAM))
	cp -f $(TARGET_DIR)/$(HOST)/release/pane-patrol $(PROGRAM)

.PHONY: bench
bench: release ## measure it, each figure as a ratio within one run
	$(CARGO) run --quiet --release --locked --target $(HOST) -p pane-patrol-bench -- $(PROGRAM)
