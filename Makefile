# Everything is built from here: one make, one dependency graph.
#
#   make                 every program, into build/release/bin/
#   make programs        what is installed, without what only tests run
#   make demo            the recorded day, told as a story
#   make up / down       the whole stack on this machine
#   make unit            the unit tests alone
#   make test            all that proves the promises
#   make sim             1,000 seeds of the simulator   SEEDS= SEED=
#   make mutants         each broken rule must be caught
#   make bench           ratios measured within one run
#   make chaos           hours of it                    MINUTES=
#   make fuzz            every parser of outside bytes  SECONDS=
#   make lint / tidy     the fast checks / clang-tidy
#   make format          clang-format in place
#   make setup           installs what is missing
#   make clean           removes build/
#
# MODE=release|asan|tsan|cov chooses the flags; modes never share a file. OUT_ROOT=DIR builds
# somewhere else than in build/. A program is by convention every .c of services/<program>/ and its folders.

MODE     ?= release
OUT_ROOT ?= build
OUT      := $(OUT_ROOT)/$(MODE)
MODES    := release asan tsan cov fuzz
ifeq ($(filter $(MODE),$(MODES)),)
$(error MODE=$(MODE): one of $(MODES))
endif

SEEDS   ?= 1000
SEED    ?=
MINUTES ?= 60
SECONDS ?= 30

# V=1 shows every command whole.
say = $(if $(V),,@echo '  $(1)';)

# The services are the folders; one without main.c is still a library for the tests.
LAYERS   := base io flow
SERVICES := $(sort $(foreach f,$(wildcard services/*/*.c services/*/*/*.c),$(word 2,$(subst /, ,$(f)))))
PROGRAMS := $(patsubst services/%/main.c,%,$(wildcard services/*/main.c))
symbol    = $(subst -,_,$(1))

CC       := $(if $(filter fuzz,$(MODE)),clang,gcc)
CXX      := $(if $(filter fuzz,$(MODE)),clang++,g++)
PACKAGES := libpq rdkafka libprotobuf-c libmicrohttpd jansson libcrypto libcurl gmime-3.0 glib-2.0 \
	cairo pangocairo pangofc fontconfig libqpdf
INCLUDES := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(PACKAGES) 2>/dev/null))
CPPFLAGS := -D_GNU_SOURCE -I. -I$(OUT) -isystem $(OUT)/proto $(INCLUDES)
WARNINGS := -Wall -Wextra -Wpedantic -Werror \
	-Wshadow -Wvla -Wundef -Wcast-qual -Wcast-align=strict -Wconversion -Wsign-conversion \
	-Wformat=2 -Wwrite-strings -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wredundant-decls -Wnested-externs -Wswitch-enum -Wfloat-equal \
	-Wdouble-promotion -Wnull-dereference -Wlogical-op -Wduplicated-cond -Wduplicated-branches \
	-Wimplicit-fallthrough=5 -Wunused-macros -Walloca -Wframe-larger-than=8192
# Instrumented code has larger frames, and flow analysis guesses wrong in it.
INSTRUMENTED := -Wno-frame-larger-than -Wno-null-dereference -Wno-maybe-uninitialized

CFLAGS_release := $(WARNINGS) -O2 -D_FORTIFY_SOURCE=2
CFLAGS_asan    := $(WARNINGS) $(INSTRUMENTED) -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_tsan    := $(WARNINGS) $(INSTRUMENTED) -O1 -fsanitize=thread
CFLAGS_cov     := $(WARNINGS) $(INSTRUMENTED) -O0 --coverage
CFLAGS_fuzz    := -Wall -Wextra -O1 -fno-omit-frame-pointer \
	-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CFLAGS  := -std=c17 -g -pipe -fno-common -fstack-protector-strong $(CFLAGS_$(MODE))
# A library that speaks C++ alone has a thin .cc in common/io, which needs nothing of that language
# at run time but what the library itself brings.
C_ALONE := -std=c17 -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wnested-externs
CXXFLAGS := -std=c++17 -fno-exceptions -fno-rtti $(filter-out $(C_ALONE),$(CFLAGS))
LDFLAGS := -Wl,--as-needed -Wl,-z,relro,-z,now
LDLIBS  := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcld2 -llinear -lpthread -lm

# What there is to build.
PROTOS   := $(wildcard proto/opsmesh/v1/*.proto)
PROTO_C  := $(if $(PROTOS),$(PROTOS:%.proto=$(OUT)/%.pb-c.c) \
	$(OUT)/proto/google/protobuf/timestamp.pb-c.c)
TEST_PROTO_C := $(patsubst tests/%.proto,$(OUT)/proto/%.pb-c.c,$(wildcard tests/sim/*.proto))
PROTO_H  := $(PROTO_C:.c=.h) $(TEST_PROTO_C:.c=.h)
PROTO_O  := $(PROTO_C:.c=.o) $(patsubst %.c,$(OUT)/%.o,$(wildcard proto/opsmesh/v1/*.c))
DESCRIPTOR := $(if $(PROTOS),$(OUT)/opsmesh.v1.descriptor.bin)
PROTOBUF_INCLUDE := /usr/include

BINS     := $(PROGRAMS:%=$(OUT)/bin/%)
ARCHIVES := $(patsubst %,$(OUT)/lib%.a,$(SERVICES) $(LAYERS) proto)
SUPPORT  := $(OUT)/libsupport.a
UNIT     := $(patsubst %.c,$(OUT)/%,$(wildcard tests/unit/*_test.c))
INTEGRATION := $(patsubst %.c,$(OUT)/%,$(wildcard tests/integration/*_test.c))
BENCHES  := $(patsubst %.c,$(OUT)/%,$(wildcard tests/bench/*.c))
FUZZERS  := $(patsubst %.c,$(OUT)/%,$(wildcard tests/fuzz/*.c))
SIM_O    := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/sim/*.c tests/support/memory_*.c) \
	tests/support/chance.c tests/support/deployed.c) $(TEST_PROTO_C:.c=.o)
SIM      := $(if $(SIM_O),$(OUT)/bin/sim)
COMPANY_O := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/company/*.c tests/support/model_*.c)) \
	$(filter-out $(OUT)/tests/sim/main.o,$(SIM_O))
COMPANY  := $(OUT)/bin/company
TOY_O    := $(patsubst %.c,$(OUT)/%.o,$(wildcard tests/toy/*.c))
TOY      := $(OUT)/bin/toy

# The model that the classifier judges by, trained from the lines of the tree: the same bytes every time,
# so that the release build's serves all.
MODEL     := $(if $(filter classifier,$(PROGRAMS)),$(if $(filter release,$(MODE)),$(OUT)/model/support.model))
TRAINING  := $(sort $(wildcard deploy/training/*/*.jsonl))
TAXONOMY  := $(lastword $(sort $(wildcard deploy/policies/taxonomy/*.json)))
LEARNING  := $(wildcard services/classifier/train*.[ch] services/classifier/feature*.[ch] \
	services/classifier/model*.[ch] services/classifier/prepared.[ch] common/io/linear.[ch])

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: all programs setup ready demo up down unit unit-programs integration-programs \
	test sim mutants bench bench-programs chaos \
	fuzz fuzz-programs lint tidy format clean FORCE

all: $(BINS) $(DESCRIPTOR) $(SIM) $(COMPANY) $(TOY) $(ARCHIVES) $(MODEL)
programs: $(BINS) $(MODEL)

# A list file changes only when its words do. What depends on one is made again when a source file
# is added or removed, or a flag changes: $(1) file under gen/, $(2) words.
define list
$(OUT)/gen/$(1).list: FORCE
	@mkdir -p $$(@D)
	@echo '$(2)' | cmp -s - $$@ || echo '$(2)' > $$@
endef

# A folder of .sql files becomes one C file and its header: $(1) set, $(2) folder, $(3) kind.
define sql_set
$(if $(wildcard $(2)/*.sql),
GEN_H += $(OUT)/gen/$(1)_$(3).h
GEN_O_$(1) += $(OUT)/gen/$(1)_$(3).o
$(call list,$(1)_$(3),$(sort $(wildcard $(2)/*.sql)))
$(OUT)/gen/$(1)_$(3).c: $(sort $(wildcard $(2)/*.sql)) common/io/$(3)2c.awk $(OUT)/gen/$(1)_$(3).list
	$$(call say,sql $$@)awk -v set=$(1) -f common/io/$(3)2c.awk $$(filter %.sql,$$^) > $$@
$(OUT)/gen/$(1)_$(3).h: $(sort $(wildcard $(2)/*.sql)) common/io/$(3)2h.awk $(OUT)/gen/$(1)_$(3).list
	$$(call say,sql $$@)awk -v set=$(1) -f common/io/$(3)2h.awk $$(filter %.sql,$$^) > $$@
)
endef

$(foreach l,$(LAYERS),$(eval $(call sql_set,$(l),common/$(l)/sql,sql)))
$(foreach l,$(LAYERS),$(eval $(call sql_set,$(l),common/$(l)/migrations,migrations)))
$(foreach s,$(SERVICES),$(eval $(call sql_set,$(call symbol,$(s)),services/$(s)/sql,sql)))
$(foreach s,$(SERVICES),$(eval $(call sql_set,$(call symbol,$(s)),services/$(s)/migrations,migrations)))
$(eval $(call sql_set,toy,tests/toy/migrations,migrations))

# An archive is every object of its folder, made anew each time: $(1) name, $(2) objects.
define archive
$(call list,lib$(1),$(2))
$(OUT)/lib$(1).a: $(2) $(OUT)/gen/lib$(1).list
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,ar $$@)$(AR) rcs $$@ $$(filter %.o,$$^)
endef

objects = $(patsubst %.c,$(OUT)/%.o,$(filter-out %/main.c,$(wildcard $(1)/*.c $(1)/*/*.c))) \
	$(patsubst %.cc,$(OUT)/%.o,$(wildcard $(1)/*.cc))
linked  = $(if $(wildcard $(1)/main.c),$(OUT)/$(1)/main.linked.o)

$(foreach l,$(LAYERS),$(eval $(call archive,$(l),$(call objects,common/$(l)) $(GEN_O_$(l)))))
$(foreach s,$(SERVICES),$(eval $(call archive,$(s),$(call objects,services/$(s)) \
	$(call linked,services/$(s)) $(GEN_O_$(call symbol,$(s))))))
$(eval $(call archive,proto,$(PROTO_O)))
$(eval $(call archive,support,$(call objects,tests/support) $(TEST_PROTO_C:.c=.o)))
$(eval $(call list,flags,$(CC) $(CPPFLAGS) $(CFLAGS)))

# The archives lean on each other in both directions, and each gives only what is asked for.
link = $(call say,link $@)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(filter %.o,$^) \
	-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(1) $(LDLIBS)

# A daemon is its main, its own archive and the common ones, never another service's.
define program
$(OUT)/bin/$(1): $(OUT)/services/$(1)/main.o $(patsubst %,$(OUT)/lib%.a,$(1) $(LAYERS) proto)
	@mkdir -p $$(@D)
	$$(call link)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(OUT)/model/support.model: $(TRAINING) $(TAXONOMY) $(LEARNING) | $(OUT)/bin/classifier
	@mkdir -p $(@D)
	$(call say,train $@)$(OUT)/bin/classifier --train $(TRAINING) --taxonomy $(TAXONOMY) --out $@ > /dev/null

# Tests link every service into one program, so each main has a second name there.
$(OUT)/services/%/main.linked.o: $(OUT)/services/%/main.o
	@objcopy --redefine-sym main=$(call symbol,$*)_main $< $@

# The daemon of the tests. Its messages lie among what the tests share.
$(TOY): $(TOY_O) $(GEN_O_toy) $(patsubst %,$(OUT)/lib%.a,support $(LAYERS) proto)
	@mkdir -p $(@D)
	$(call link)
$(OUT)/bin/sim: $(SIM_O) $(patsubst %,$(OUT)/tests/support/%_fixture.o,billing guide definition) \
	$(patsubst %,$(OUT)/lib%.a,ingest classifier sla-watcher billing-sync chargeback kpi-aggregator $(LAYERS) proto)
	@mkdir -p $(@D)
	$(call link)
$(COMPANY): $(COMPANY_O) $(patsubst %,$(OUT)/tests/support/%_fixture.o,billing guide definition) \
	$(patsubst %,$(OUT)/lib%.a,ingest classifier sla-watcher billing-sync chargeback kpi-aggregator $(LAYERS) proto)
	@mkdir -p $(@D)
	$(call link)
$(OUT)/tests/unit/%: $(OUT)/tests/unit/%.o $(SUPPORT) $(ARCHIVES)
	$(call link,-lcmocka)
$(OUT)/tests/integration/%: $(OUT)/tests/integration/%.o $(SUPPORT) $(ARCHIVES)
	$(call link,-lcmocka)
$(OUT)/tests/bench/%: $(OUT)/tests/bench/%.o $(SUPPORT) $(ARCHIVES)
	$(call link)
$(OUT)/tests/fuzz/%: $(OUT)/tests/fuzz/%.o $(SUPPORT) $(ARCHIVES)
	$(call link,-fsanitize=fuzzer)

# Headers that are generated must exist before the first compile; after that the .d files know who
# uses them. -MD, not -MMD: the protobuf headers come in with -isystem and must be tracked too.
GENERATED_H := $(PROTO_H) $(GEN_H) $(OUT)/gen/build.h
compile = $(call say,cc $<)$(CC) $(CPPFLAGS) $(CFLAGS) $(1) -MD -MP -c -o $@ $<
$(OUT)/%.o: %.c $(OUT)/gen/flags.list | $(GENERATED_H)
	@mkdir -p $(@D)
	$(call compile)
$(OUT)/%.o: %.cc $(OUT)/gen/flags.list | $(GENERATED_H)
	@mkdir -p $(@D)
	$(call say,c++ $<)$(CXX) $(CPPFLAGS) $(CXXFLAGS) -MD -MP -c -o $@ $<
$(OUT)/gen/%.o: $(OUT)/gen/%.c $(OUT)/gen/flags.list | $(GENERATED_H)
	$(call compile,-Wno-overlength-strings)
$(OUT)/proto/%.o: $(OUT)/proto/%.c $(OUT)/gen/flags.list | $(GENERATED_H)
	$(call compile,-w)

$(OUT)/proto/google/%.pb-c.c $(OUT)/proto/google/%.pb-c.h: $(PROTOBUF_INCLUDE)/google/%.proto
	@mkdir -p $(OUT)/proto
	$(call say,proto $<)protoc-c -I$(PROTOBUF_INCLUDE) --c_out=$(OUT)/proto $<
$(OUT)/proto/sim/%.pb-c.c $(OUT)/proto/sim/%.pb-c.h: tests/sim/%.proto
	@mkdir -p $(OUT)/proto
	$(call say,proto $<)protoc-c -Itests --c_out=$(OUT)/proto $<
$(OUT)/proto/%.pb-c.c $(OUT)/proto/%.pb-c.h: proto/%.proto
	@mkdir -p $(OUT)/proto
	$(call say,proto $<)protoc-c -Iproto -I$(PROTOBUF_INCLUDE) --c_out=$(OUT)/proto $<
$(DESCRIPTOR): $(PROTOS)
	@mkdir -p $(@D)
	$(call say,proto $@)protoc -Iproto -I$(PROTOBUF_INCLUDE) --include_imports --include_source_info \
		--descriptor_set_out=$@ $(PROTOS)

# Which build this is. Only the file that prints it includes the header.
$(OUT)/gen/build.h: FORCE
	@mkdir -p $(@D)
	@build=$$(git describe --always --dirty 2>/dev/null || echo unknown); \
	text="#define OPSMESH_BUILD \"$$build\""; \
	echo "$$text" | cmp -s - $@ || echo "$$text" > $@

# Foreign servers are named on make's command line only, never taken from the environment.
unexport KAFKA_BROKERS DATABASE_URL
FOREIGN = $(foreach v,KAFKA_BROKERS DATABASE_URL,\
	$(if $(filter command,$(origin $(v))),$(v)='$($(v))'))

setup:
	@deploy/local/setup.sh
# For targets that can do a part without what could not be installed; they say what they lack. What
# they build is built by a make of its own, which sees the libraries that have just come.
ready:
	@deploy/local/setup.sh || true
MAKE_AGAIN = $(MAKE) --no-print-directory

demo: ready
	@$(MAKE_AGAIN) all
	@OPSMESH_BIN=$(abspath $(OUT)/bin) deploy/demo/run.sh
up: ready
	@$(MAKE_AGAIN) all
	@OPSMESH_BIN=$(abspath $(OUT)/bin) deploy/local/up.sh $(FOREIGN)
down:
	@deploy/local/down.sh

unit-programs: $(UNIT)
integration-programs: $(INTEGRATION)
unit: unit-programs
	@tests/run.sh $(OUT) unit
test: ready
	@-$(MAKE_AGAIN) -k all unit-programs integration-programs
	@SEEDS=$(SEEDS) tests/run.sh $(OUT)
sim: $(SIM)
	@$(OUT)/bin/sim --seeds $(SEEDS) $(if $(SEED),--seed $(SEED))
mutants: ready
	@tests/mutants/run.sh $(OUT)
bench-programs: $(BENCHES)
bench: ready
	@$(MAKE_AGAIN) all bench-programs
	@tests/bench/run.sh $(OUT)
chaos: ready
	@$(MAKE_AGAIN) all
	@MINUTES=$(MINUTES) tests/chaos/run.sh $(OUT)
fuzz-programs: $(FUZZERS)
fuzz: ready
	@$(MAKE_AGAIN) MODE=fuzz fuzz-programs
	@SECONDS_EACH=$(SECONDS) tests/fuzz/run.sh $(OUT_ROOT)/fuzz/tests/fuzz
lint: $(DESCRIPTOR)
	@tests/lint/run.sh $(OUT)
tidy: $(GENERATED_H)
	@tests/lint/tidy.sh $(CPPFLAGS)
format:
	@git ls-files -z -co --exclude-standard '*.c' '*.h' | xargs -0 -r clang-format -i
clean:
	rm -rf build

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
