# SPDX-License-Identifier: MIT
# cansim. `make help` lists what can be made. Sources are found by folder and prefix:
#   simcore/*.c                    the pure core
#   scenarios/*.c                  session, loader, logs; scenarios/main*.c is `cansim`
#   qemu-link/proto_*.c            the link protocol, shared by both ends
#   qemu-link/dev_*.c              devices for guests: what they have in common
#   qemu-link/sja1000*.c pci_*.c   the SJA1000, the cards that carry it, vfio-user
#   qemu-link/usb_*.c slcan_*.c    USB adapters over usbredir; the serial adapter
#   qemu-link/link_*.c             the link server; client_*.c libcansim-client;
#   qemu-link/attach_*.c           cansim-attach; shim_*.c what it preloads
#   plugins/*.c, plugins/*/*.c     what plugins need of the host, and the built-in ones
#   tui/*.c                        cansim-tui

O      ?= build
PREFIX ?= /usr/local
CC     ?= gcc
# One spelling for each folder: the dependency files name what they belong to.
override O := $(patsubst $(CURDIR)/%,%,$(abspath $(O)))
VERSION := 0.1.0

PKGS_LIB := libcjson zlib libzstd liblzma liblz4 libusbredirparser-0.5 inih libxml-2.0
PKGS_TUI := ncursesw freetype2 libpng
FREETYPE_CFLAGS = $(shell pkg-config --cflags freetype2)
XML_CFLAGS = $(shell pkg-config --cflags libxml-2.0)
WARN   := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARN) $(if $(WERROR),-Werror) -fPIC -fvisibility=hidden -I. \
             -DCANSIM_VERSION='"$(VERSION)"' -D_GNU_SOURCE $(CFLAGS)
# V=1 shows the whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)  $(patsubst $(O)/%,%,$@)')

ifdef SAN
# An own build folder, so that both kinds of objects stay usable.
override O := $(O)-san
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif

# simcore is held to plain C: no POSIX, no GNU calls.
SIMCORE_CFLAGS = $(subst -std=gnu11,-std=c11,$(subst -D_GNU_SOURCE,,$(ALL_CFLAGS)))

objs = $(patsubst %.c,$(O)/obj/%.o,$(wildcard $(1)))
SIMCORE_OBJ  := $(call objs,simcore/*.c)
PROTO_OBJ    := $(call objs,qemu-link/proto_*.c)
LINK_OBJ     := $(call objs,qemu-link/link_*.c)
DEVICE_OBJ   := $(call objs,$(addprefix qemu-link/,dev_*.c sja1000*.c pci_*.c usb_*.c slcan_*.c))
CLIENT_OBJ   := $(call objs,qemu-link/client_*.c)
ATTACH_OBJ   := $(call objs,qemu-link/attach_*.c)
SHIM_OBJ     := $(call objs,qemu-link/shim_*.c)
MAIN_OBJ     := $(call objs,scenarios/main*.c)
SCENARIO_OBJ := $(filter-out $(MAIN_OBJ),$(call objs,scenarios/*.c))
PLUGIN_OBJ   := $(call objs,plugins/*.c plugins/*/*.c)
TUI_MAIN_OBJ := $(call objs,tui/main*.c tui/screen*.c)
TUI_OBJ      := $(filter-out $(TUI_MAIN_OBJ),$(call objs,tui/*.c))

LIB_HOST := $(O)/lib/libcansim-host.a
LIB_CORE := $(O)/lib/libsimcore.a
LIB_TUI  := $(O)/lib/libcansim-tui.a
CLIENT_A := $(O)/lib/libcansim-client.a
CLIENT_SO := $(O)/lib/libcansim-client.so.1
SHIM_SO  := $(O)/lib/cansim/libcansim-shim.so
PROGRAMS := $(O)/bin/cansim $(O)/bin/cansim-tui $(O)/bin/cansim-attach

FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(O)/tests/%,$(UNIT_SRC))

.PHONY: all help deps deps-build demo check check-unit check-guest lint fuzz install uninstall clean test-programs
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS) $(SHIM_SO) $(CLIENT_A) $(CLIENT_SO)
	@:

help:
	@echo 'make              build the programs into $(O)/bin'
	@echo 'make demo         install what is missing, build, show the demo'
	@echo 'make check        install what is missing, build, run all tests'
	@echo 'make check-unit   the unit tests alone'
	@echo 'make check-guest  the guest suite: real Linux drivers over each way in'
	@echo 'make lint         clang-format, clang-tidy, cppcheck, layers'
	@echo 'make fuzz         each fuzz target for FUZZ_SECONDS=$(FUZZ_SECONDS)'
	@echo 'make install      to $$DESTDIR$$PREFIX (PREFIX=$(PREFIX)); also uninstall'
	@echo 'make deps         install the Debian packages that all of this needs; deps-build: those of make alone'
	@echo 'Variables: O=folder CC=clang SAN=1 (address and undefined sanitizers) WERROR=1 V=1'

# ---- objects and libraries -------------------------------------------------------------------

$(O)/obj/simcore/%.o: simcore/%.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CC) $(SIMCORE_CFLAGS) $(SAN_FLAGS) -MMD -MP -c -o $@ $<

# FreeType's headers, and
$(O)/obj/tui/%.o: ALL_CFLAGS += $(FREETYPE_CFLAGS)
# libxml2's, are in folders of their own.
$(O)/obj/plugins/canopen/%.o: ALL_CFLAGS += $(XML_CFLAGS)

$(O)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(Q)$(CC) $(ALL_CFLAGS) $(SAN_FLAGS) -MMD -MP -c -o $@ $<

# The shim is preloaded into foreign programs: no sanitizer, whatever the rest has.
$(SHIM_OBJ): SAN_FLAGS :=

define archive
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR  )
	$(Q)ar rcs $@ $(filter %.o,$^)
endef

$(LIB_CORE): $(SIMCORE_OBJ)
	$(archive)
$(LIB_HOST): $(SCENARIO_OBJ) $(LINK_OBJ) $(DEVICE_OBJ) $(PROTO_OBJ) $(PLUGIN_OBJ)
	$(archive)
$(LIB_TUI): $(TUI_OBJ)
	$(archive)
$(CLIENT_A): $(CLIENT_OBJ) $(PROTO_OBJ) $(SIMCORE_OBJ)
	$(archive)

$(CLIENT_SO): $(CLIENT_OBJ) $(PROTO_OBJ) $(SIMCORE_OBJ) qemu-link/client.map
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,--version-script=qemu-link/client.map \
	    -o $@ $(filter %.o,$^)
	$(Q)ln -sf $(@F) $(O)/lib/libcansim-client.so

$(SHIM_SO): $(SHIM_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS) -shared -o $@ $^ -ldl

# ---- programs --------------------------------------------------------------------------------

$(O)/bin/cansim: $(MAIN_OBJ) $(LIB_HOST) $(CLIENT_A) $(LIB_CORE)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ -lev -ldl -lm $(shell pkg-config --libs $(PKGS_LIB))

$(O)/bin/cansim-tui: $(TUI_MAIN_OBJ) $(LIB_TUI) $(LIB_HOST) $(CLIENT_A) $(LIB_CORE)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ -lev -ldl -lm $(shell pkg-config --libs $(PKGS_LIB) $(PKGS_TUI))

$(O)/bin/cansim-attach: $(ATTACH_OBJ) $(CLIENT_A)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ -lev

# ---- tests -----------------------------------------------------------------------------------

$(O)/tests/%: $(O)/obj/tests/unit/%.o $(LIB_TUI) $(LIB_HOST) $(CLIENT_A) $(LIB_CORE)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $< $(LIB_TUI) $(LIB_HOST) $(CLIENT_A) $(LIB_CORE) \
	    -lcmocka -lev -ldl -lm $(shell pkg-config --libs $(PKGS_LIB) freetype2 libpng)

# The saved corpus of each fuzz target, replayed without libFuzzer.
$(O)/tests/fuzz_%: $(O)/obj/tests/fuzz/fuzz_%.o $(O)/obj/tests/fuzz/replay.o $(LIB_HOST) $(LIB_CORE)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ -lev -ldl -lm $(shell pkg-config --libs $(PKGS_LIB))

# Programs of tests/bench.
$(O)/bench/%: $(O)/obj/tests/bench/%.o $(LIB_TUI) $(LIB_HOST) $(LIB_CORE)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -o $@ $^ -lev -ldl -lm $(shell pkg-config --libs $(PKGS_LIB))

# Plugins for tests.
TEST_PLUGINS := $(patsubst tests/plugins/%.c,$(O)/tests/plugins/%.so,$(wildcard tests/plugins/*.c))
$(O)/tests/plugins/%.so: $(O)/obj/tests/plugins/%.o
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(SAN_FLAGS) $(LDFLAGS) -shared -o $@ $<

$(O)/tests/test_scenario_plugin $(O)/tests/test_decode: | $(TEST_PLUGINS)

test-programs: $(UNIT_BIN) $(TEST_PLUGINS) $(addprefix $(O)/tests/fuzz_,$(FUZZERS))

check: deps
	@$(MAKE) --no-print-directory all test-programs
	tests/run --bin $(O)

check-unit: test-programs
	tests/run --bin $(O) --only unit

# In tests guests are emulated, whatever this machine's KVM is worth.
export CANSIM_GUEST_ACCEL ?= tcg

check-guest: deps
	@$(MAKE) --no-print-directory all
	tests/run --bin $(O) --only guest

# Each target for FUZZ_SECONDS, on top of its saved corpus; what it finds lands in $(O)/fuzz.
FUZZ_SECONDS ?= 60
FUZZ_SRC := $(filter-out scenarios/main%,$(wildcard simcore/*.c scenarios/*.c plugins/*.c plugins/*/*.c $(addprefix qemu-link/,proto_*.c link_*.c dev_*.c sja1000*.c pci_*.c usb_*.c slcan_*.c)))
fuzz: $(addprefix $(O)/fuzz/fuzz_,$(FUZZERS))
	@for name in $(FUZZERS); do \
	    echo "fuzz $$name for $(FUZZ_SECONDS) s"; mkdir -p $(O)/fuzz/corpus/$$name; \
	    $(O)/fuzz/fuzz_$$name -max_total_time=$(FUZZ_SECONDS) -print_final_stats=0 -verbosity=0 -close_fd_mask=0 \
	        -artifact_prefix=$(O)/fuzz/$$name- $(O)/fuzz/corpus/$$name tests/fuzz/corpus/$$name || exit 1; \
	done

$(O)/fuzz/fuzz_%: tests/fuzz/fuzz_%.c $(FUZZ_SRC)
	@mkdir -p $(@D)
	clang $(filter-out -fvisibility=hidden,$(ALL_CFLAGS)) $(XML_CFLAGS) -fsanitize=fuzzer,address,undefined -o $@ \
	    $< $(FUZZ_SRC) -lev -ldl -lm $(shell pkg-config --libs $(PKGS_LIB))

lint: deps
	@$(MAKE) --no-print-directory all
	tests/lint/lint $(O)

deps:
	@tests/install-deps

# Enough for make and make install.
deps-build:
	@tests/install-deps build

# Only the demo itself on stdout: make demo | head.
demo: deps
	@$(MAKE) --no-print-directory all >&2
	@tests/demo $(O)/bin

# ---- installation ----------------------------------------------------------------------------

DEST = $(DESTDIR)$(PREFIX)
MAN1 := $(wildcard docs/man/*.1)
MAN5 := $(wildcard docs/man/*.5)
MAN7 := $(wildcard docs/man/*.7)
EXAMPLES := $(wildcard scenarios/examples/*)

install: all
	install -d $(DEST)/bin $(DEST)/lib/cansim/plugins $(DEST)/lib/pkgconfig \
	    $(DEST)/include/cansim/simcore $(DEST)/share/man/man1 $(DEST)/share/man/man5 \
	    $(DEST)/share/man/man7 \
	    $(DEST)/share/cansim/examples $(DEST)/share/doc/cansim
	install -m 755 $(PROGRAMS) $(DEST)/bin
	install -m 755 $(SHIM_SO) qemu-link/guest/build-guest $(DEST)/lib/cansim
	install -m 644 $(CLIENT_A) $(DEST)/lib
	install -m 755 $(CLIENT_SO) $(DEST)/lib
	ln -sf $(notdir $(CLIENT_SO)) $(DEST)/lib/libcansim-client.so
	for pc in qemu-link/cansim-client plugins/cansim-plugin; do \
	    to=$(DEST)/lib/pkgconfig/$${pc##*/}.pc; \
	    sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@VERSION@|$(VERSION)|' $$pc.pc.in > $$to && chmod 644 $$to || exit 1; \
	done
	install -m 644 qemu-link/cansim_client.h plugins/cansim_plugin.h $(DEST)/include/cansim
	install -m 644 $(addprefix simcore/,bus.h event.h fault.h frame.h timing.h) $(DEST)/include/cansim/simcore
	install -m 644 $(MAN1) $(DEST)/share/man/man1
	install -m 644 $(MAN5) $(DEST)/share/man/man5
	install -m 644 $(MAN7) $(DEST)/share/man/man7
	install -m 644 $(EXAMPLES) $(DEST)/share/cansim/examples
	install -m 644 README.md LICENSE $(wildcard docs/*.md) $(DEST)/share/doc/cansim
	install -d $(DEST)/share/doc/cansim/example-plugin
	install -m 644 $(addprefix docs/example-plugin/,Makefile alive.c) $(DEST)/share/doc/cansim/example-plugin

uninstall:
	rm -f $(addprefix $(DEST)/bin/,$(notdir $(PROGRAMS)))
	rm -f $(DEST)/lib/libcansim-client.a $(DEST)/lib/libcansim-client.so $(DEST)/lib/$(notdir $(CLIENT_SO)) \
	    $(DEST)/lib/pkgconfig/cansim-client.pc $(DEST)/lib/pkgconfig/cansim-plugin.pc
	rm -f $(addprefix $(DEST)/share/man/man1/,$(notdir $(MAN1))) \
	    $(addprefix $(DEST)/share/man/man5/,$(notdir $(MAN5))) \
	    $(addprefix $(DEST)/share/man/man7/,$(notdir $(MAN7)))
	rm -rf $(DEST)/lib/cansim $(DEST)/include/cansim $(DEST)/share/cansim $(DEST)/share/doc/cansim

clean:
	rm -rf $(O)

-include $(shell find $(O)/obj -name '*.d' 2>/dev/null)
