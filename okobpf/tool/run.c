/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* okobpf run: programs on packets. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/mem.h"
#include "tool.h"

static void
print_line(const char *prog_name, const char *line)
{
    fprintf(stderr, "%s: %s\n", prog_name, line);
}

const struct okobpf_host tool_host = {
    .n_slots = 1,
    .print = print_line,
};

/* Maps. */

static void
print_map(const struct okobpf_map *map_, size_t index, struct json *json)
{
    struct okobpf_map *map = (struct okobpf_map *) map_;
    const struct okobpf_map_info *info = okobpf_map_info(map);
    uint32_t key_size, value_size;
    uint8_t *key, *value;
    uint64_t cursor = 0;

    okobpf_map_dump_sizes(map, &key_size, &value_size);
    key = okobpf_mem_alloc(key_size, 1);
    value = okobpf_mem_alloc(value_size, 1);
    if (json) {
        json_open(json, NULL, '{');
        json_number(json, "index", index);
        json_string(json, "name", info->name);
        json_string(json, "type", okobpf_map_type_to_string(info->type));
        json_number(json, "entries_used", okobpf_map_n_entries(map));
        json_open(json, "entries", '[');
    } else {
        printf("map %d: \"%s\", %s, %"PRIu64" of %"PRIu32" entries\n",
               (int) index, info->name,
               okobpf_map_type_to_string(info->type),
               okobpf_map_n_entries(map), info->max_entries);
    }
    while (key && value && okobpf_map_next(map, &cursor, key, value)) {
        if (json) {
            json_open(json, NULL, '{');
            json_hex(json, "key", key, key_size);
            json_hex(json, "value", value, value_size);
            json_close(json, '}');
        } else {
            fputs("  key ", stdout);
            tool_print_hex(key, key_size, " ");
            fputs("  value ", stdout);
            tool_print_hex(value, value_size, " ");
            putchar('\n');
        }
    }
    if (json) {
        json_close(json, ']');
        json_close(json, '}');
    }
    free(key);
    free(value);
}

/* Prints the content of all maps, as JSON if 'json' is nonnull. */
void
print_maps(const struct okobpf_prog *prog, struct json *json)
{
    if (json) {
        json_open(json, "maps", '[');
    }
    for (size_t i = 0; i < okobpf_prog_n_maps(prog); i++) {
        print_map(okobpf_prog_map(prog, i), i, json);
    }
    if (json) {
        json_close(json, ']');
    }
}

/* Packets. */

struct runner {
    const struct tool_options *options;
    struct okobpf_prog *prog;
    struct json json;
};

/* Prints what 'prog' asked of its maps in a run without effect. */
static void
print_trace(struct runner *r, const struct okobpf_trace *trace)
{
    struct json *json = r->options->json ? &r->json : NULL;

    if (json) {
        json_open(json, "calls", '[');
    }
    for (size_t i = 0; i < trace->n_calls; i++) {
        const struct okobpf_trace_call *call = &trace->calls[i];
        const char *op = okobpf_trace_op_to_string(call->op);
        const char *map =
            okobpf_map_info(okobpf_prog_map(r->prog, call->map))->name;
        const char *result =
            (call->op != OKOBPF_TRACE_LOOKUP
             ? okobpf_map_result_to_string(call->result)
             : call->result == OKOBPF_MAP_OK ? "hit" : "miss");

        if (json) {
            json_open(json, NULL, '{');
            json_string(json, "op", op);
            json_string(json, "map", map);
            if (call->key) {
                json_hex(json, "key", call->key, call->key_size);
            }
            if (call->value) {
                json_hex(json, "value", call->value, call->value_size);
            }
            json_string(json, "result", result);
            json_close(json, '}');
        } else {
            printf("  %s in \"%s\"", op, map);
            if (call->key) {
                fputs(", key ", stdout);
                tool_print_hex(call->key, call->key_size, " ");
            }
            printf(": %s", result);
            if (call->value) {
                fputs(", value ", stdout);
                tool_print_hex(call->value, call->value_size, " ");
            }
            putchar('\n');
        }
    }
    if (json) {
        json_close(json, ']');
        json_number(json, "left_out", trace->n_left_out);
    } else if (trace->n_left_out) {
        printf("  and %"PRIu64" more\n", trace->n_left_out);
    }
}

/* Runs the program twice: without effect, for the trace, and with. */
static void
trace_packet(struct runner *r, struct okobpf_env *env)
{
    struct okobpf_trace trace;
    enum okobpf_status status;

    status = okobpf_run_scratch(r->prog, env, NULL, &trace);
    if (status != OKOBPF_OK) {
        tool_error("the trace is not complete: %s",
                   okobpf_status_to_string(status));
    }
    if (r->options->json) {
        json_open(&r->json, NULL, '{');
        json_number(&r->json, "result", okobpf_run(r->prog, env));
    } else {
        printf("%"PRIu64"\n", okobpf_run(r->prog, env));
    }
    print_trace(r, &trace);
    if (r->options->json) {
        json_close(&r->json, '}');
    }
    okobpf_trace_uninit(&trace);
}

static void
run_packet(struct runner *r, const struct tool_packet *packet)
{
    struct okobpf_env env;
    uint64_t result;

    memset(&env, 0, sizeof env);
    env.ctx.in_port = r->options->in_port;
    env.ctx.now_ns = r->options->now_ns;
    tool_set_packet(&env.ctx, packet);
    if (r->options->trace) {
        trace_packet(r, &env);
        return;
    }
    result = okobpf_run(r->prog, &env);
    if (r->options->json) {
        json_number(&r->json, NULL, result);
    } else {
        printf("%"PRIu64"\n", result);
    }
}

static int
run_file(const struct tool_options *options)
{
    struct runner r = { .options = options };
    struct tool_packets packets;
    int status;

    r.prog = tool_load(options, &tool_host, &status);
    if (!r.prog) {
        return status;
    }
    tool_note_engine(options, r.prog);
    if (options->json) {
        json_open(&r.json, NULL, '{');
        json_open(&r.json, "results", '[');
    }
    status = tool_read_packets(options, &packets);
    for (size_t i = 0; i < packets.n; i++) {
        run_packet(&r, &packets.packets[i]);
    }
    tool_free_packets(&packets);
    if (options->json) {
        json_close(&r.json, ']');
        if (options->maps) {
            print_maps(r.prog, &r.json);
        }
        json_close(&r.json, '}');
        putchar('\n');
    } else if (options->maps) {
        print_maps(r.prog, NULL);
    }
    okobpf_prog_destroy(r.prog);
    return status;
}

int
cmd_run(const struct tool_options *options)
{
    return options->insns ? run_insns(options) : run_file(options);
}
