"""Objects that were made for Linux, or for other machines that run BPF.

Their instructions look like ours, but their contexts, helpers, kinds of maps and results mean other
things: they must be refused, by what they are, with type information and without, and programs of
ours must not, whatever else stands in their objects.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import oko_py

INCLUDE = oko_py.INCLUDE_DIR
CLANG = oko_py.find_clang()

SECTION = '#define SECTION(NAME) __attribute__((section(NAME), used))\n'
LICENSE = 'char _license[] SECTION("license") = "GPL";\n'
DEBUG = pytest.mark.parametrize("debug", [True, False], ids=["-g", "no-g"])

# Each would be accepted if it were taken for a program of ours.
XDP_MD = "struct xdp_md { unsigned int data, data_end, data_meta, ingress_ifindex; };\n"
SK_BUFF = """struct __sk_buff {
    unsigned int len, pkt_type, mark, queue_mapping, protocol, vlan_present, vlan_tci;
};
"""

#: Sections that loaders for Linux know.
SECTIONS = [
    "xdp", "xdp.frags", "xdp/devmap", "xdp.frags/cpumap", "xdp_pass", "xdp1", "?xdp",
    "tc", "tc/ingress", "tcx/egress", "classifier", "classifier/x", "cls", "action", "?tc",
    "socket", "socket1", "socket/2", "sockops", "sk_skb", "sk_skb/stream_verdict", "sk_msg",
    "sk_lookup", "sk_lookup/x", "sk_reuseport", "sk_reuseport/migrate",
    "cgroup_skb/ingress", "cgroup/skb", "cgroup/connect4", "cgroup/dev", "cgroup/sysctl",
    "lwt_in", "lwt_out", "lwt_xmit", "lwt_seg6local", "flow_dissector", "netfilter",
    "netkit/primary", "kprobe/f", "kretprobe/f", "kprobe.multi/f*", "uprobe//bin/x:f", "usdt",
    "uretprobe.s/x", "ksyscall/read", "tracepoint/a/b", "tp/a/b", "tp_btf/x", "raw_tp/x",
    "raw_tracepoint.w/x", "perf_event", "fentry/f", "fentry.s/f", "fexit/f", "fmod_ret/f",
    "freplace/f", "lsm/f", "lsm_cgroup/f", "iter/task", "iter.s/x", "syscall", "struct_ops/f",
    "lirc_mode2", ".bpf.fn.handle",
]

#: What programs for Linux take a pointer to.
CONTEXTS = [
    "xdp_md", "__sk_buff", "bpf_sock_ops", "bpf_sock_addr", "bpf_sock", "sk_msg_md",
    "bpf_sk_lookup", "sk_reuseport_md", "bpf_sysctl", "bpf_sockopt", "bpf_cgroup_dev_ctx",
    "pt_regs", "bpf_perf_event_data", "bpf_raw_tracepoint_args", "bpf_nf_ctx", "bpf_iter__task",
    "sk_buff", "trace_event_raw_sys_enter",
]


def compile_c(folder: Path, source: str, debug: bool, *flags: str) -> Path:
    """Compile 'source' as Linux's programs are compiled."""
    path = folder / "prog.c"
    path.write_text(source)
    target = folder / "prog.o"
    subprocess.run(
        [CLANG, "-O2", "-target", "bpf", "-ffreestanding", "-nostdlibinc", *(["-g"] * debug),
         f"-I{INCLUDE}", *flags, "-c", path, "-o", target],
        check=True,
    )
    return target


def verify(okobpf: Path, program: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [okobpf, "verify", *options, program], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def assert_foreign(okobpf: Path, program: Path, *words: str, options: tuple[str, ...] = ()) -> None:
    """The object is refused by the loader, which says what to do."""
    status, text = verify(okobpf, program, *options)
    assert status == 2, text
    for word in (*words, "Linux", "<oko/filter.h>", "oko/xdp.h"):
        assert word in text


@DEBUG
@pytest.mark.parametrize("section", SECTIONS)
def test_sections_of_linux(okobpf: Path, tmp_path: Path, section: str, debug: bool) -> None:
    source = SECTION + f'SECTION("{section}") int program(void *ctx) {{ return 1; }}\n'
    program = compile_c(tmp_path, source, debug)
    assert_foreign(okobpf, program, f'"{section}"')
    # Neither if it is asked for by its name.
    assert_foreign(okobpf, program, f'"{section}"', options=(f"--section={section}",))


@pytest.mark.parametrize("section", ["filter", "filter/x", ".text", "ingress", "my_prog"])
@pytest.mark.parametrize("context", CONTEXTS)
def test_contexts_of_linux(okobpf: Path, tmp_path: Path, context: str, section: str) -> None:
    """Type information tells, whether the structure is defined or only declared."""
    place = "" if section == ".text" else f'SECTION("{section}")'
    for definition in (";", " { unsigned int len, protocol; };"):
        source = SECTION + f"""struct {context}{definition}
        {place} int program(const struct {context} *c) {{ return 1; }}
        """
        assert_foreign(okobpf, compile_c(tmp_path, source, True), f"struct {context}")


@DEBUG
@pytest.mark.parametrize("section", ["filter", "filter/x", "ingress", "from-netdev", "1/0x1"])
def test_license(okobpf: Path, tmp_path: Path, section: str, debug: bool) -> None:
    """Programs for Linux may be in any section, and without types only the license tells."""
    source = SECTION + SK_BUFF + LICENSE + f"""
    SECTION("{section}") int program(struct __sk_buff *skb) {{
        return (skb->vlan_tci & 0xfff) == 100 ? -1 : 0;
    }}
    """
    if not debug and not section.startswith("filter"):
        source = source.replace("skb->vlan_tci", "1")
    assert_foreign(okobpf, compile_c(tmp_path, source, debug), "Linux")


@DEBUG
def test_filter_of_linux_with_maps(okobpf: Path, tmp_path: Path, debug: bool) -> None:
    """As older programs have them: definitions of maps of 20 bytes, and a kernel's version."""
    source = SECTION + SK_BUFF + """
    struct bpf_map_def { unsigned int type, key_size, value_size, max_entries, map_flags; };
    struct bpf_map_def SECTION("maps") table = { 1, 4, 8, 1024, 0 };
    static void *(*lookup)(void *, const void *) = (void *) 1;
    unsigned int _version SECTION("version") = 0x50000;
    SECTION("filter") int program(struct __sk_buff *skb) {
        unsigned int key = skb->protocol;
        return lookup(&table, &key) != 0;
    }
    """
    assert_foreign(okobpf, compile_c(tmp_path, source, debug), "Linux")


@DEBUG
@pytest.mark.parametrize("section", ["", 'SECTION("filter")'])
def test_other_programs_of_the_object(
    okobpf: Path, tmp_path: Path, section: str, debug: bool
) -> None:
    """What the sections beside the chosen one hold tells, too: .text has functions that programs
    for Linux call."""
    source = SECTION + XDP_MD + f"""
    {section} __attribute__((noinline)) int number(int a) {{ return a * 7; }}
    SECTION("xdp") int program(struct xdp_md *ctx) {{ return number(ctx->ingress_ifindex); }}
    """
    assert_foreign(okobpf, compile_c(tmp_path, source, debug), '"xdp"')


@DEBUG
def test_p4_for_ubpf(okobpf: Path, tmp_path: Path, debug: bool) -> None:
    """uBPF's helpers have other numbers, and the packet is had by one of them."""
    source = """
    struct standard_metadata;
    static void *(*const ubpf_packet_data)(const void *) = (void *) 9;
    unsigned long long entry(void *ctx, struct standard_metadata *metadata) {
        unsigned char *packet = ubpf_packet_data(ctx);
        return packet[0];
    }
    """
    status, text = verify(okobpf, compile_c(tmp_path, source, debug))
    if debug:
        assert status == 2
        assert "standard_metadata" in text and "expected the packet's length" in text
    else:
        assert status == 1
        assert "helper 9" in text and "ubpf_packet_data()" in text


@pytest.mark.parametrize(
    ("number", "name"),
    [(4, "bpf_probe_read"), (6, "bpf_trace_printk"), (7, "bpf_get_prandom_u32"),
     (9, "bpf_skb_store_bytes"), (26, "bpf_skb_load_bytes"), (44, "bpf_xdp_adjust_head"),
     (69, "bpf_fib_lookup"), (130, "bpf_ringbuf_output"), (189, "bpf_xdp_load_bytes")],
)
def test_helpers_of_linux(okobpf: Path, tmp_path: Path, number: int, name: str) -> None:
    """Where nothing else tells, the refusal says what the number is in Linux."""
    source = f"""
    static unsigned int (*helper)(void) = (void *) {number};
    __attribute__((section("filter"), used)) int program(void *ctx) {{ return helper(); }}
    """
    status, text = verify(okobpf, compile_c(tmp_path, source, False))
    assert status == 1
    assert f"helper {number} is {name}()" in text

    # It is not told to those who have our headers.
    text = verify(okobpf, compile_c(tmp_path, "#include <oko/filter.h>\n" + source, False))[1]
    assert "Linux" not in text


@pytest.mark.parametrize(("kind", "name"), [(5, "a per-CPU hash table"), (11, "an LPM trie"),
                                            (27, "a ring buffer"), (9, "an LRU hash table")])
def test_kinds_of_maps_of_linux(okobpf: Path, tmp_path: Path, kind: int, name: str) -> None:
    source = SECTION + f"""
    struct bpf_map_def {{ unsigned int type, key_size, value_size, max_entries, map_flags; }};
    struct bpf_map_def SECTION("maps") table = {{ {kind}, 8, 8, 64, 0 }};
    SECTION("filter") int program(void *ctx) {{ return 0; }}
    """
    status, text = verify(okobpf, compile_c(tmp_path, source, False))
    assert status == 2
    assert f"in Linux, kind {kind} is {name}" in text


OURS = {
    "context": '#include <oko/filter.h>\nSEC("filter") uint64_t\n'
               "f(const struct oko_ctx *ctx) { return ctx->pkt_len > 100; }\n",
    "no argument": '#include <oko/filter.h>\nSEC("filter") uint64_t f(void) { return 1; }\n',
    "packet": "#include <oko/filter.h>\nuint64_t\n"
              "entry(const void *pkt, uint64_t len) { return len > 100; }\n",
    "packet header": "#include <oko/filter.h>\n#include <oko/net.h>\nuint64_t\n"
                     "entry(const struct eth_hdr *eth, uint64_t len) {\n"
                     "    return len >= sizeof *eth && eth->type == bpf_htons(0x0800);\n}\n",
    "no header": "unsigned long long entry(void *pkt, unsigned long long len) { return len; }\n",
    "own context": "typedef struct { unsigned long long data, data_end; unsigned int in_port;\n"
                   "} context;\n__attribute__((section(\"filter\"), used)) unsigned long long\n"
                   "f(context *ctx) { return ctx->in_port; }\n",
}


WITH = {
    "alone": "",
    "license": LICENSE,
    "and-xdp": LICENSE + 'SECTION("xdp") int for_linux(void *ctx) { return 2; }\n',
}


def tells_that_it_is_ours(name: str, extra: str, debug: bool) -> bool:
    """Whether anything does: our header, or types."""
    if name not in ("no header", "own context") or extra == "alone":
        return True
    return extra == "license" and debug


@pytest.mark.parametrize(
    ("name", "extra", "debug"),
    [
        pytest.param(name, WITH[extra], debug, id=f"{name}-{extra}-{'-g' if debug else 'no-g'}")
        for name in OURS
        for extra in WITH
        for debug in (True, False)
        if tells_that_it_is_ours(name, extra, debug)
    ],
)
def test_programs_of_ours(
    okobpf: Path, tmp_path: Path, name: str, extra: str, debug: bool
) -> None:
    """They may have a license, and what <oko/filter.h> leaves tells where types do not."""
    status, text = verify(okobpf, compile_c(tmp_path, SECTION + OURS[name] + extra, debug))
    assert status == 0, text


def test_stripped(okobpf: Path, tmp_path: Path) -> None:
    """What strip -g leaves is enough."""
    program = compile_c(tmp_path, SECTION + OURS["context"] + LICENSE, True)
    strip = CLANG.replace("clang", "llvm-strip")
    subprocess.run([strip, "-g", program], check=True)
    status, text = verify(okobpf, program)
    assert status == 0, text


@pytest.mark.parametrize("context", ["struct my_ctx", "union oko_context"])
def test_other_contexts(okobpf: Path, tmp_path: Path, context: str) -> None:
    source = SECTION + f"{context} {{ unsigned int data, data_end; }};\n" + f"""
    SECTION("filter") int program({context} *c) {{ return c->data; }}
    """
    status, text = verify(okobpf, compile_c(tmp_path, source, True))
    assert status == 2
    assert context.split()[1] in text and "expected const struct oko_ctx *" in text


@DEBUG
def test_forgotten_section(okobpf: Path, tmp_path: Path, debug: bool) -> None:
    source = """#include <oko/filter.h>
    uint64_t f(const struct oko_ctx *ctx) {
        const uint8_t *data = oko_data(ctx);
        return data + 14 <= (const uint8_t *) oko_data_end(ctx) && data[12];
    }
    """
    status, text = verify(okobpf, compile_c(tmp_path, source, debug))
    assert status == (2 if debug else 1)
    assert 'write SEC("filter") in front of' in text


def test_printf_without_its_arguments(okobpf: Path, tmp_path: Path) -> None:
    source = """#include <oko/filter.h>
    SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
        oko_printf("%lu %u", ctx->now_ns);
        return 1;
    }
    """
    status, text = verify(okobpf, compile_c(tmp_path, source, True))
    assert status == 1
    assert "the format wants 2 numbers, and the program passes 1" in text
    assert "conversions" in text
