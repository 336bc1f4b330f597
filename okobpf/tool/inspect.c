/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* okobpf verify, disasm and dump: what is in an object. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/mem.h"
#include "tool.h"

/* The files that may be loaded are larger than those that a switch takes:
 * whoever runs this can wait. */
static struct okobpf_limits
tool_limits(void)
{
    struct okobpf_limits limits = okobpf_default_limits;

    limits.max_log_size = 64 * 1024 * 1024;
    return limits;
}

int
tool_exit_status(const struct okobpf_report *report)
{
    switch (report->status) {
    case OKOBPF_OK:
        return EXIT_ACCEPTED;
    case OKOBPF_REJECTED:
        return EXIT_REFUSED;
    case OKOBPF_LIMIT:
        /* Too much for the verifier, or too large to get there. */
        return report->insns_visited ? EXIT_REFUSED : EXIT_UNUSABLE;
    case OKOBPF_BAD_OBJECT:
    case OKOBPF_NO_MEMORY:
    case OKOBPF_LOSES_MAPS:
        break;
    }
    return EXIT_UNUSABLE;
}

static void
write_log(FILE *stream, const struct okobpf_report *report)
{
    if (report->log) {
        fputs(report->log, stream);
        if (report->log_truncated) {
            fputs("(the log was cut off here)\n", stream);
        }
    }
}

/* Loads 'options->file' and writes the log.  If a file cannot be read or
 * written, says so and returns NULL with no reason in '*report'. */
static struct okobpf_prog *
load(const struct tool_options *options, const struct okobpf_host *host,
     struct okobpf_report *report)
{
    const struct okobpf_limits limits = tool_limits();
    const struct okobpf_options load_options = {
        .limits = &limits,
        .host = host,
        .engine = options->engine,
        .want_log = options->want_log,
        .section = options->section,
    };
    FILE *log = options->json ? NULL : stderr;
    struct okobpf_prog *prog;
    uint8_t *elf;
    size_t size;

    memset(report, 0, sizeof *report);
    report->status = OKOBPF_BAD_OBJECT;
    elf = tool_read_file(options->file, &size);
    if (!elf) {
        return NULL;
    }
    if (options->log_file) {
        log = fopen(options->log_file, "w");
        if (!log) {
            tool_error("%s: %m", options->log_file);
            free(elf);
            return NULL;
        }
    }
    prog = okobpf_load(elf, size, &load_options, report);
    free(elf);
    if (log) {
        write_log(log, report);
    }
    if (options->log_file && fclose(log)) {
        tool_error("%s: %m", options->log_file);
    }
    return prog;
}

struct okobpf_prog *
tool_load(const struct tool_options *options, const struct okobpf_host *host,
          int *status)
{
    struct okobpf_report report;
    struct okobpf_prog *prog = load(options, host, &report);

    *status = tool_exit_status(&report);
    if (!prog && report.reason) {
        char *text = okobpf_report_format(&report);

        fprintf(stderr, "%s: %s", options->file, text ? text : "\n");
        free(text);
    }
    okobpf_report_uninit(&report);
    return prog;
}

/* Verify. */

static void
print_program_json(struct json *json, const struct okobpf_prog_info *info)
{
    json_open(json, "program", '{');
    json_string(json, "name", info->name);
    json_string(json, "section", info->section);
    json_number(json, "abi", info->abi);
    json_number(json, "insns", info->n_insns);
    json_number(json, "jited_bytes", info->jited_len);
    json_hex(json, "tag", info->tag, sizeof info->tag);
    json_number(json, "map_memory", info->map_memory);
    json_number(json, "work", info->work);
    json_close(json, '}');
}

static void
print_verdict_json(const struct tool_options *options,
                   const struct okobpf_report *report,
                   const struct okobpf_prog *prog)
{
    static const char *const verdicts[] = { "accepted", "refused",
                                            "unusable" };
    struct json json = { false };

    json_open(&json, NULL, '{');
    json_string(&json, "file", options->file);
    json_string(&json, "verdict", verdicts[tool_exit_status(report)]);
    json_string(&json, "status", okobpf_status_to_string(report->status));
    if (prog) {
        print_program_json(&json, okobpf_prog_info(prog));
        print_map_specs(&prog->image, &json);
    } else {
        json_string(&json, "reason", report->reason);
        if (report->insn >= 0) {
            json_number(&json, "insn", report->insn);
        }
        json_string(&json, "where", report->where);
        json_string(&json, "state", report->state);
        json_string(&json, "advice", report->advice);
    }
    if (report->notes) {
        json_string(&json, "notes", report->notes);
    }
    json_open(&json, "verifier", '{');
    json_number(&json, "insns_visited", report->insns_visited);
    json_number(&json, "peak_states", report->peak_states);
    json_number(&json, "time_ns", report->verify_ns);
    json_number(&json, "wall_time_ns", report->verify_wall_ns);
    json_number(&json, "peak_memory", report->peak_memory);
    json_close(&json, '}');
    if (report->log) {
        json_string(&json, "log", report->log);
        json_bool(&json, "log_truncated", report->log_truncated);
    }
    json_close(&json, '}');
    putchar('\n');
}

static void
print_notes(const struct okobpf_report *report)
{
    const char *p = report->notes;

    while (p && *p) {
        int n = strcspn(p, "\n");

        printf("  note: %.*s\n", n, p);
        p += n + (p[n] == '\n');
    }
}

static void
print_verdict(const struct tool_options *options,
              const struct okobpf_report *report,
              const struct okobpf_prog *prog)
{
    if (prog) {
        const struct okobpf_prog_info *info = okobpf_prog_info(prog);

        printf("%s: accepted\n"
               "  program: \"%s\" in section \"%s\", %"PRIu32
               " instructions, tag ",
               options->file, info->name, info->section, info->n_insns);
        tool_print_hex(info->tag, sizeof info->tag, "");
        printf("\n  work: at most %"PRIu64" units in a run, which take %"PRIu64
               " us or less\n"
               "  verifier: %"PRIu32" instructions visited, %"PRIu32
               " states, %"PRIu64" KiB, %"PRIu64" us\n",
               info->work, (info->work + 999) / 1000,
               report->insns_visited, report->peak_states,
               (report->peak_memory + 1023) / 1024,
               (report->verify_ns + 999) / 1000);
        print_notes(report);
    } else {
        char *text = okobpf_report_format(report);

        printf("%s: %s", options->file, text ? text : "\n");
        free(text);
    }
}

int
cmd_verify(const struct tool_options *options)
{
    struct okobpf_report report;
    struct okobpf_prog *prog;
    int status;

    prog = load(options, NULL, &report);
    status = tool_exit_status(&report);
    if (!prog && !report.reason && options->json) {
        okobpf_report_fail(
            &report, OKOBPF_BAD_OBJECT, NULL,
            "a file cannot be read or written: standard error names "
            "it");
    }
    if (prog || report.reason) {
        if (options->json) {
            print_verdict_json(options, &report, prog);
        } else {
            print_verdict(options, &report, prog);
        }
    }
    okobpf_report_uninit(&report);
    okobpf_prog_destroy(prog);
    return status;
}

/* Disasm and dump: no verifier. */

static int
load_image(const struct tool_options *options, struct image *image)
{
    const struct okobpf_limits limits = tool_limits();
    struct okobpf_report report = { .insn = -1 };
    uint8_t *elf;
    size_t size;
    int status;

    elf = tool_read_file(options->file, &size);
    if (!elf) {
        return EXIT_UNUSABLE;
    }
    okobpf_elf_load(elf, size, options->section, &limits, image, &report);
    free(elf);
    status = tool_exit_status(&report);
    if (report.reason) {
        char *text = okobpf_report_format(&report);

        fprintf(stderr, "%s: %s", options->file, text ? text : "\n");
        free(text);
    }
    okobpf_report_uninit(&report);
    return status;
}

int
cmd_disasm(const struct tool_options *options)
{
    struct json json = { false };
    const struct insn_line *line;
    struct image image;
    int status;

    status = load_image(options, &image);
    if (status != EXIT_ACCEPTED) {
        return status;
    }

    line = image.lines;
    if (options->json) {
        json_open(&json, NULL, '[');
    }
    for (uint32_t i = 0; i < image.n_insns; i++) {
        const struct insn_line *at = NULL;
        char text[128];

        for (; line < image.lines + image.n_lines && line->insn <= i;
             line++) {
            at = line;
        }
        okobpf_disasm(image.insns, image.n_insns, i, text, sizeof text);
        if (options->json) {
            json_open(&json, NULL, '{');
            json_number(&json, "insn", i);
            json_string(&json, "text", text);
            json_hex(&json, "bytes", (const uint8_t *) &image.insns[i],
                     sizeof image.insns[i]);
            if (at) {
                json_string(&json, "file", at->file);
                json_number(&json, "line", at->line);
            }
            json_close(&json, '}');
        } else {
            if (at) {
                printf("; %s:%"PRIu32": %s\n", at->file, at->line, at->text);
            }
            printf("%5"PRIu32":  %s\n", i, text);
        }
        if (image.insns[i].opcode == (BPF_LD | BPF_IMM | BPF_DW)) {
            i++;
        }
    }
    if (options->json) {
        json_close(&json, ']');
        putchar('\n');
    }
    okobpf_image_uninit(&image);
    return EXIT_ACCEPTED;
}

static const char *
map_type_name(uint32_t type)
{
    const char *name = okobpf_map_type_to_string(type);

    return name ? name : "unknown";
}

/* Prints the definitions of the maps, as JSON if 'json' is nonnull. */
void
print_map_specs(const struct image *image, struct json *json)
{
    if (json) {
        json_open(json, "maps", '[');
    }
    for (uint32_t i = 0; i < image->n_maps; i++) {
        const struct map_spec *spec = &image->maps[i];

        if (json) {
            json_open(json, NULL, '{');
            json_number(json, "index", i);
            json_string(json, "name", spec->name);
            json_string(json, "type", map_type_name(spec->type));
            json_number(json, "type_number", spec->type);
            json_number(json, "key_size", spec->key_size);
            json_number(json, "value_size", spec->value_size);
            json_number(json, "max_entries", spec->max_entries);
            json_number(json, "hash_functions", spec->n_hash_functions);
            json_bool(json, "globals", spec->globals);
            json_bool(json, "read_only", spec->read_only);
            json_bool(json, "shared", spec->shared);
            json_close(json, '}');
        } else {
            printf("map %"PRIu32": \"%s\", %s (%"PRIu32"), key %"PRIu32
                   " bytes, value %"PRIu32" bytes, %"PRIu32
                   " entries%s%s%s\n",
                   i, spec->name, map_type_name(spec->type), spec->type,
                   spec->key_size, spec->value_size, spec->max_entries,
                   spec->globals ? ", global variables" : "",
                   spec->read_only ? ", read-only" : "",
                   spec->shared ? ", shared by its name" : "");
        }
    }
    if (json) {
        json_close(json, ']');
    }
}

int
cmd_dump(const struct tool_options *options)
{
    struct image image;
    int status;

    status = load_image(options, &image);
    if (status != EXIT_ACCEPTED) {
        return status;
    }
    if (options->json) {
        struct json json = { false };

        json_open(&json, NULL, '{');
        json_string(&json, "file", options->file);
        json_string(&json, "name", image.name);
        json_string(&json, "section", image.section);
        json_number(&json, "abi", image.abi);
        json_number(&json, "insns", image.n_insns);
        json_number(&json, "lines", image.n_lines);
        json_open(&json, "programs", '[');
        for (uint32_t i = 0; i < image.n_programs; i++) {
            json_open(&json, NULL, '{');
            json_string(&json, "name", image.programs[i].name);
            json_string(&json, "section", image.programs[i].section);
            json_close(&json, '}');
        }
        json_close(&json, ']');
        print_map_specs(&image, &json);
        json_close(&json, '}');
        putchar('\n');
    } else {
        printf("program: \"%s\" in section \"%s\", called as %s\n"
               "instructions: %"PRIu32"\n"
               "source lines: %s\n",
               image.name, image.section,
               image.abi == OKOBPF_ABI_PACKET
               ? "uint64_t entry(void *pkt, uint64_t pkt_len)"
               : "uint64_t filter(const struct oko_ctx *ctx)",
               image.n_insns,
               image.n_lines ? "yes" : "no (compile with -g)");
        for (uint32_t i = 0; image.n_programs > 1 && i < image.n_programs;
             i++) {
            printf("program %"PRIu32" of the object: \"%s\" in section "
                   "\"%s\"\n", i + 1, image.programs[i].name,
                   image.programs[i].section);
        }
        print_map_specs(&image, NULL);
    }
    okobpf_image_uninit(&image);
    return EXIT_ACCEPTED;
}
