# Copyright (c) 2026 The Oko authors.
#
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# You may obtain a copy of the License at:
#
#     http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS,
# WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
# See the License for the specific language governing permissions and
# limitations under the License.

# The BPF runtime, which the toolkit copies to lib/okobpf/ of the Open vSwitch
# tree: every source file and header that stands beside this file, or in a
# folder there.  They include each other by their path from here.
AM_CPPFLAGS += -I $(top_srcdir)/lib/okobpf
lib_libopenvswitch_la_SOURCES += \
	lib/okobpf/disasm.c \
	lib/okobpf/epoch.c \
	lib/okobpf/epoch.h \
	lib/okobpf/helpers.c \
	lib/okobpf/image.c \
	lib/okobpf/image.h \
	lib/okobpf/insn.h \
	lib/okobpf/interp/data.h \
	lib/okobpf/interp/decode.c \
	lib/okobpf/interp/interp.c \
	lib/okobpf/interp/interp.h \
	lib/okobpf/jit-x86-64/access.c \
	lib/okobpf/jit-x86-64/alu.c \
	lib/okobpf/jit-x86-64/call.c \
	lib/okobpf/jit-x86-64/div.c \
	lib/okobpf/jit-x86-64/emit.h \
	lib/okobpf/jit-x86-64/gather.c \
	lib/okobpf/jit-x86-64/jit.c \
	lib/okobpf/jit-x86-64/jit.h \
	lib/okobpf/jit-x86-64/scan.c \
	lib/okobpf/maps/array.c \
	lib/okobpf/maps/hash.c \
	lib/okobpf/maps/hash.h \
	lib/okobpf/maps/keyed-hash.c \
	lib/okobpf/maps/keyed-hash.h \
	lib/okobpf/maps/lpm.c \
	lib/okobpf/maps/lru.c \
	lib/okobpf/maps/map.c \
	lib/okobpf/maps/map.h \
	lib/okobpf/maps/ring.c \
	lib/okobpf/maps/scope.c \
	lib/okobpf/maps/scope.h \
	lib/okobpf/maps/sketch.c \
	lib/okobpf/maps/table-user.c \
	lib/okobpf/maps/table.c \
	lib/okobpf/mem.c \
	lib/okobpf/mem.h \
	lib/okobpf/numbers.h \
	lib/okobpf/object/btf-funcs.c \
	lib/okobpf/object/btf-maps.c \
	lib/okobpf/object/btf-types.h \
	lib/okobpf/object/btf.c \
	lib/okobpf/object/btf.h \
	lib/okobpf/object/choose.c \
	lib/okobpf/object/elf.c \
	lib/okobpf/object/elf.h \
	lib/okobpf/object/jump-tables.c \
	lib/okobpf/object/jumps.c \
	lib/okobpf/object/jumps.h \
	lib/okobpf/object/layout.c \
	lib/okobpf/object/layout.h \
	lib/okobpf/object/lines.c \
	lib/okobpf/object/linux-names.c \
	lib/okobpf/object/linux-names.h \
	lib/okobpf/object/load.c \
	lib/okobpf/object/load.h \
	lib/okobpf/object/maps.c \
	lib/okobpf/object/origin.c \
	lib/okobpf/object/results.c \
	lib/okobpf/object/sha1.c \
	lib/okobpf/object/sha1.h \
	lib/okobpf/okobpf.h \
	lib/okobpf/print.c \
	lib/okobpf/print.h \
	lib/okobpf/printable.c \
	lib/okobpf/printable.h \
	lib/okobpf/prog.c \
	lib/okobpf/replace.c \
	lib/okobpf/replace.h \
	lib/okobpf/report.c \
	lib/okobpf/run.c \
	lib/okobpf/scratch-maps.c \
	lib/okobpf/scratch.c \
	lib/okobpf/scratch.h \
	lib/okobpf/verifier/access.c \
	lib/okobpf/verifier/addresses.c \
	lib/okobpf/verifier/alu.c \
	lib/okobpf/verifier/bounds.c \
	lib/okobpf/verifier/branch.c \
	lib/okobpf/verifier/call.c \
	lib/okobpf/verifier/cfg.c \
	lib/okobpf/verifier/encoding.c \
	lib/okobpf/verifier/learn.c \
	lib/okobpf/verifier/limits.c \
	lib/okobpf/verifier/liveness.c \
	lib/okobpf/verifier/prune.c \
	lib/okobpf/verifier/range.c \
	lib/okobpf/verifier/report.c \
	lib/okobpf/verifier/scalar.c \
	lib/okobpf/verifier/scalar.h \
	lib/okobpf/verifier/stack.c \
	lib/okobpf/verifier/state.c \
	lib/okobpf/verifier/symbols.c \
	lib/okobpf/verifier/tnum.c \
	lib/okobpf/verifier/tnum.h \
	lib/okobpf/verifier/verifier.c \
	lib/okobpf/verifier/verifier.h \
	lib/okobpf/verifier/work.c \
	lib/okobpf/work.c \
	lib/okobpf/work.h
