/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* Refuses objects that were made for something else than this runtime.
 *
 * The instructions of a program for Linux look like ours, and its section may
 * be called "filter", but the context, the numbers of helpers and of kinds of
 * maps, and the results mean other things: such a program would be accepted
 * and decide something else than what its author wrote.  So it must not be
 * loaded.  What an object was made for is told by
 *
 *    - the type of what the program takes, with type information;
 *
 *    - the mark that <oko/filter.h> and <oko/xdp.h> put into each object, in
 *      section ".oko";
 *
 *    - names of sections that loaders for Linux know;
 *
 *    - a license, which Linux demands.  Programs of ours may have one, too:
 *      it counts where nothing says that the object is ours. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include "object/load.h"

#include <ctype.h>
#include <string.h>

#define ADVICE_FILTER \
    "#include <oko/filter.h>, SEC(\"filter\"), the argument " \
    "const struct oko_ctx *, and a result of 1 to match, 0 not to match"
#define ADVICE_COMPILE \
    "compile its source for the switch: a program for XDP as it is, with " \
    "\"oko compile\" or clang -include oko/xdp.h; of others, change the " \
    "source: " ADVICE_FILTER

/* Sections. */

/* Names of sections of code for Linux: what its loaders know.  Behind a name
 * may follow what is not a letter, and anything if 'prefix' is true. */
static const struct {
    const char *name;
    bool prefix;
    const char *what;
} linux_sections[] = {
    { "xdp", true, "an XDP program" },
    { "tc", false, "a tc classifier" },
    { "tcx", false, "a tc classifier" },
    { "classifier", true, "a tc classifier" },
    { "cls", false, "a tc classifier" },
    { "action", false, "a tc action" },
    { "netkit", true, "a program for netkit devices" },
    { "socket", true, "a socket filter" },
    { "sockops", true, "a program for sockets" },
    { "sockmap", true, "a program for sockets" },
    { "sk_", true, "a program for sockets" },
    { "cgroup", true, "a program for control groups" },
    { "lwt_", true, "a program for lightweight tunnels" },
    { "flow_dissector", true, "a flow dissector" },
    { "netfilter", true, "a program for netfilter" },
    { "kprobe", true, "a program for tracing" },
    { "kretprobe", true, "a program for tracing" },
    { "ksyscall", true, "a program for tracing" },
    { "kretsyscall", true, "a program for tracing" },
    { "uprobe", true, "a program for tracing" },
    { "uretprobe", true, "a program for tracing" },
    { "usdt", true, "a program for tracing" },
    { "tracepoint", true, "a program for tracing" },
    { "tp", false, "a program for tracing" },
    { "tp_btf", true, "a program for tracing" },
    { "raw_tp", true, "a program for tracing" },
    { "raw_tracepoint", true, "a program for tracing" },
    { "perf_event", true, "a program for tracing" },
    { "fentry", true, "a program for tracing" },
    { "fexit", true, "a program for tracing" },
    { "fmod_ret", true, "a program for tracing" },
    { "fsession", true, "a program for tracing" },
    { "freplace", true, "a program that extends others" },
    { "lsm", true, "a security module" },
    { "iter", false, "an iterator" },
    { "syscall", true, "a program for system calls" },
    { "struct_ops", true, "kernel operations" },
    { "lirc_mode2", true, "a decoder of infrared signals" },
    { ".bpf.fn.", true, "a program that bcc compiled" },
};

/* Sections of other content that only loaders for Linux know. */
static const char *const linux_data[] = {
    "version", ".kconfig", ".ksyms", ".struct_ops", ".struct_ops.link",
    "?.struct_ops", "?.struct_ops.link",
};

/* Returns what the section of code called 'name' is in Linux, or NULL. */
static const char *
linux_section(const char *name)
{
    /* libbpf: not to be loaded unless asked for. */
    name += *name == '?';
    for (size_t i = 0; i < sizeof linux_sections / sizeof linux_sections[0];
         i++) {
        size_t n = strlen(linux_sections[i].name);

        if (!strncmp(name, linux_sections[i].name, n)
            && (linux_sections[i].prefix
                || !isalpha((unsigned char) name[n]))) {
            return linux_sections[i].what;
        }
    }
    return NULL;
}

static bool
is_linux_data(const char *name)
{
    for (size_t i = 0; i < sizeof linux_data / sizeof linux_data[0]; i++) {
        if (!strcmp(name, linux_data[i])) {
            return true;
        }
    }
    return !strncmp(name, "maps/", 5);
}

/* Types. */

/* What programs for Linux take a pointer to. */
static const struct {
    const char *name;
    bool prefix;
    const char *what;
} linux_contexts[] = {
    { "xdp_md", false, "an XDP program" },
    { "xdp_buff", false, "an XDP program" },
    { "__sk_buff", false, "a socket filter or a tc classifier" },
    { "sk_buff", false, "a program for sockets" },
    { "sk_msg", true, "a program for sockets" },
    { "sk_reuseport_", true, "a program for sockets" },
    { "sock", false, "a program for sockets" },
    { "bpf_sock", true, "a program for sockets" },
    { "bpf_sk_lookup", true, "a program for sockets" },
    { "bpf_flow_keys", false, "a flow dissector" },
    { "bpf_nf_ctx", false, "a program for netfilter" },
    { "bpf_cgroup_", true, "a program for control groups" },
    { "bpf_sysctl", true, "a program for control groups" },
    { "bpf_perf_event_data", true, "a program for tracing" },
    { "bpf_raw_tracepoint_args", true, "a program for tracing" },
    { "bpf_iter_", true, "an iterator" },
    { "bpf_fib_lookup", false, "a program for Linux" },
    { "pt_regs", false, "a program for tracing" },
    { "user_pt_regs", false, "a program for tracing" },
    { "user_regs_struct", false, "a program for tracing" },
    { "trace_event_raw_", true, "a program for tracing" },
    { "trace_entry", false, "a program for tracing" },
    { "syscall_trace_", true, "a program for tracing" },
};

/* Returns what programs for Linux are that take the structure 'name', or
 * NULL. */
static const char *
linux_context(const char *name)
{
    for (size_t i = 0; i < sizeof linux_contexts / sizeof linux_contexts[0];
         i++) {
        size_t n = strlen(linux_contexts[i].name);

        if (!strncmp(name, linux_contexts[i].name, n)
            && (linux_contexts[i].prefix || !name[n])) {
            return linux_contexts[i].what;
        }
    }
    return NULL;
}

/* Whether 'arg' points to <oko/xdp.h>'s struct xdp_md, which is our context:
 * unlike in Linux, addresses have 64 bits in it. */
static bool
is_our_xdp_md(const struct btf *btf, const struct btf_arg *arg)
{
    struct btf_member m;

    if (strcmp(arg->name, "xdp_md") || arg->n_members < 2) {
        return false;
    }
    okobpf_btf_arg_member(btf, arg, 1, &m);
    return !strcmp(m.name, "data_end") && m.bit_offset == 64;
}

/* Whether 'arg' points to our context: by its name, or because it has the
 * members of the context where the context has them. */
static bool
is_our_context(const struct btf *btf, const struct btf_arg *arg)
{
#define MEMBER(NAME) { #NAME, offsetof(struct oko_ctx, NAME), \
                       sizeof ((struct oko_ctx *) NULL)->NAME },
    static const struct {
        const char *name;
        uint32_t offset, size;
    } members[] = {
        OKOBPF_CTX_FIELDS(MEMBER)
    };
    const size_t n = sizeof members / sizeof members[0];
#undef MEMBER

    if (!strcmp(arg->name, "oko_ctx")) {
        return true;
    }
    for (uint32_t i = 0; i < arg->n_members; i++) {
        struct btf_member m;
        size_t j = 0;

        okobpf_btf_arg_member(btf, arg, i, &m);
        while (j < n && (strcmp(m.name, members[j].name)
                         || m.bit_offset != members[j].offset * 8
                         || m.size != members[j].size)) {
            j++;
        }
        if (j == n) {
            return false;
        }
    }
    return arg->n_members > 0;
}

/* Refusals. */

static enum okobpf_status
refuse_linux(struct loader *ld, const char *section, const char *what)
{
    return okobpf_report_fail(
        ld->report, OKOBPF_BAD_OBJECT, ADVICE_COMPILE,
        "section \"%s\" holds %s for Linux, where context, "
        "helpers, kinds of maps and results mean other things "
        "than here",
        section, what);
}

static enum okobpf_status
refuse_type(struct loader *ld, const char *section, const char *function,
            const struct btf_arg *arg, const char *what)
{
    return okobpf_report_fail(
        ld->report, OKOBPF_BAD_OBJECT, ADVICE_COMPILE,
        "%s%s%sfunction \"%s\" takes a pointer to struct %s: "
        "it is %s for Linux, where context, helpers, kinds of "
        "maps and results mean other things than here",
        section ? "section \"" : "", section ? section : "",
        section ? "\": " : "", function, arg->name, what);
}

/* Looks at the types of the program 'name', which is in a section called
 * 'section'.  Sets '*ours' if they are those of a program of ours. */
static enum okobpf_status
check_types(struct loader *ld, const char *section, const char *name,
            bool *ours)
{
    bool by_context = ld->image->abi == OKOBPF_ABI_CONTEXT;
    struct btf_arg arg, second;
    enum btf_arg_kind kind;
    struct btf_func func;
    const char *what;

    if (!okobpf_btf_find_func(&ld->btf, name, &func)) {
        return OKOBPF_OK;
    }
    kind = okobpf_btf_func_arg(&ld->btf, &func, 0, &arg);
    if (kind == BTF_ARG_STRUCT) {
        if (ld->mark == ELF_MARK_XDP && by_context
            && is_our_xdp_md(&ld->btf, &arg)) {
            *ours = ld->xdp_results = true;
            return OKOBPF_OK;
        }
        if (is_our_context(&ld->btf, &arg)) {
            *ours = by_context;
            return (by_context
                        ? OKOBPF_OK
                        : okobpf_report_fail(
                              ld->report, OKOBPF_BAD_OBJECT,
                              "write SEC(\"filter\") in front of the "
                              "function",
                              "function \"%s\" takes a pointer to struct "
                              "%s, but it is in section \"%s\": expected "
                              "section \"filter\", or \"filter/\" and a "
                              "name",
                              name, arg.name, section));
        }
        what = linux_context(arg.name);
        if (what) {
            return refuse_type(ld, section, name, &arg, what);
        }
        if (by_context) {
            return okobpf_report_fail(
                ld->report, OKOBPF_BAD_OBJECT,
                "write it for the switch: " ADVICE_FILTER,
                "section \"%s\": function \"%s\" takes a "
                "pointer to struct %s, which is not the "
                "context of programs of the switch: expected "
                "const struct oko_ctx *",
                section, name, arg.name[0] ? arg.name : "(without a name)");
        }
    }
    if (!by_context
        && okobpf_btf_func_arg(&ld->btf, &func, 1, &second)
               >= BTF_ARG_POINTER) {
        return okobpf_report_fail(
            ld->report, OKOBPF_BAD_OBJECT,
            "programs that the P4 compiler makes for uBPF are "
            "of another kind: write "
            "uint64_t entry(const void *pkt, uint64_t "
            "pkt_len)",
            "section \"%s\": the second argument of function "
            "\"%s\" is a pointer%s%s: expected the packet's "
            "length, a number",
            section, name, second.name[0] ? " to " : "", second.name);
    }
    return OKOBPF_OK;
}

/* Looks for signs of Linux in the whole object. */
static enum okobpf_status
check_object(struct loader *ld)
{
    const struct elf *elf = &ld->elf;
    struct btf_func func;
    uint32_t id = 0;

    for (uint32_t i = 1; i < elf->n_sections; i++) {
        const struct elf_section *sec = &elf->sections[i];
        const char *what = (elf_section_is_code(sec)
                            ? linux_section(sec->name) : NULL);

        if (what) {
            return refuse_linux(ld, sec->name, what);
        }
        if (is_linux_data(sec->name)) {
            return okobpf_report_fail(
                ld->report, OKOBPF_BAD_OBJECT, ADVICE_COMPILE,
                "section \"%s\" stands in objects for Linux "
                "only, where context, helpers, kinds of maps "
                "and results mean other things than here",
                sec->name);
        }
    }
    while (okobpf_btf_next_func(&ld->btf, &id, &func)) {
        const char *what;
        struct btf_arg arg;

        what = (okobpf_btf_func_arg(&ld->btf, &func, 0, &arg) == BTF_ARG_STRUCT
                ? linux_context(arg.name) : NULL);
        if (what) {
            return refuse_type(ld, NULL, func.name, &arg, what);
        }
    }
    return OKOBPF_OK;
}

enum elf_mark
okobpf_elf_get_mark(const struct elf *elf)
{
    const struct elf_section *sec = okobpf_elf_section_by_name(elf, ".oko");

    return (!sec || !sec->data ? ELF_MARK_NONE
            : sec->size == 4 && !memcmp(sec->data, "xdp", 4) ? ELF_MARK_XDP
            : ELF_MARK_FILTER);
}

/* As okobpf_elf_check_origin(), of an object whose program included
 * <oko/xdp.h>, and whose types do not tell. */
static enum okobpf_status
check_xdp(struct loader *ld, const char *section)
{
    const char *what = linux_section(section);

    if (what && strncmp(section + (*section == '?'), "xdp", 3)) {
        return refuse_linux(ld, section, what);
    }
    if (okobpf_elf_is_filter_section(section)) {
        return okobpf_report_fail(
            ld->report, OKOBPF_BAD_OBJECT,
            "name the section \"xdp\" if the program takes "
            "struct xdp_md *, or compile with -g",
            "section \"%s\" of a program that includes "
            "<oko/xdp.h>: nothing tells whether its results "
            "are XDP's",
            section);
    }
    ld->xdp_results = true;
    return OKOBPF_OK;
}

enum okobpf_status
okobpf_elf_check_origin(struct loader *ld, uint32_t section, const char *name)
{
    const char *section_name = ld->elf.sections[section].name;
    const char *what = linux_section(section_name);
    enum okobpf_status status;
    bool ours = false;

    status = check_types(ld, section_name, name, &ours);
    if (status != OKOBPF_OK || ours) {
        ld->image->made_here = ours;
        return status;
    }
    if (ld->mark == ELF_MARK_XDP && ld->image->abi == OKOBPF_ABI_CONTEXT) {
        ld->image->made_here = true;
        return check_xdp(ld, section_name);
    }
    if (what) {
        return refuse_linux(ld, section_name, what);
    }
    if (ld->mark != ELF_MARK_NONE) {
        ld->image->made_here = true;
        return OKOBPF_OK;
    }
    status = check_object(ld);
    if (status != OKOBPF_OK) {
        return status;
    }
    if (okobpf_elf_section_by_name(&ld->elf, "license")
        && strcmp(section_name, ".text")) {
        return okobpf_report_fail(
            ld->report, OKOBPF_BAD_OBJECT, ADVICE_COMPILE,
            "the object has a license, as programs for Linux "
            "have, and nothing tells that the program in "
            "section \"%s\" was made for the switch: expected "
            "what <oko/filter.h> leaves in an object, or, by "
            "clang's -g, the type const struct oko_ctx *",
            section_name);
    }
    return OKOBPF_OK;
}
