/*
 * Copyright (c) 2026 The Oko authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at:
 *
 *     http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */


#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

/* okobpf run: programs on packets. */

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
    key = mem_alloc(key_size, 1);
    value = mem_alloc(value_size, 1);
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

static uint16_t
get_be16(const uint8_t *p)
{
    return p[0] << 8 | p[1];
}

/* Fills in the offsets of the headers in the Ethernet frame 'p', as the switch
 * does. */
static void
find_headers(const uint8_t *p, uint32_t len, struct oko_ctx *ctx)
{
    uint32_t ofs = 14;
    uint16_t type;

    ctx->l3_ofs = UINT16_MAX;
    ctx->l4_ofs = UINT16_MAX;
    if (len < ofs) {
        return;
    }
    type = get_be16(p + 12);
    while ((type == 0x8100 || type == 0x88a8) && len - ofs >= 4) {
        type = get_be16(p + ofs + 2);
        ofs += 4;
        if (ofs > UINT16_MAX - 64) {
            return;
        }
    }
    ctx->l3_ofs = ofs;
    if (type == 0x0800 && len - ofs >= 20 && (p[ofs] & 0xf) >= 5
        && len - ofs >= (p[ofs] & 0xf) * 4) {
        ctx->l4_ofs = ofs + (p[ofs] & 0xf) * 4;
    } else if (type == 0x86dd && len - ofs >= 40) {
        ctx->l4_ofs = ofs + 40;
    }
}

struct runner {
    const struct tool_options *options;
    struct okobpf_prog *prog;
    struct json json;
    uint64_t n_packets;
};

static void
run_packet(struct runner *r, const uint8_t *packet, uint32_t len)
{
    struct okobpf_env env;
    uint64_t result;

    memset(&env, 0, sizeof env);
    env.ctx.data = (uintptr_t) packet;
    env.ctx.data_end = (uintptr_t) packet + len;
    env.ctx.pkt_len = len;
    env.ctx.in_port = r->options->in_port;
    env.ctx.now_ns = r->options->now_ns;
    find_headers(packet, len, &env.ctx);

    r->n_packets++;
    result = okobpf_run(r->prog, &env);
    if (r->options->json) {
        json_number(&r->json, NULL, result);
    } else {
        printf("%"PRIu64"\n", result);
    }
}

static uint32_t
get_u32(const uint8_t *p, bool swap)
{
    uint32_t x;

    memcpy(&x, p, sizeof x);
    return swap ? __builtin_bswap32(x) : x;
}

/* Runs the program on each packet of the capture file 'name'. */
static int
run_pcap(struct runner *r, const char *name)
{
    enum { FILE_HEADER = 24, PACKET_HEADER = 16 };
    uint32_t magic;
    uint8_t *data;
    size_t size;
    size_t pos = FILE_HEADER;
    bool swap;

    data = tool_read_file(name, &size);
    if (!data) {
        return EXIT_UNUSABLE;
    }
    magic = size >= FILE_HEADER ? get_u32(data, false) : 0;
    swap = magic == 0xd4c3b2a1 || magic == 0x4d3cb2a1;
    if (!swap && magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) {
        free(data);
        return tool_error("%s: not a pcap file (pcapng can be converted "
                          "with editcap -F pcap)", name);
    }
    while (size - pos >= PACKET_HEADER) {
        uint32_t len = get_u32(data + pos + 8, swap);
        uint8_t *packet;

        pos += PACKET_HEADER;
        if (len > size - pos) {
            break;
        }
        /* A buffer of its own, so that sanitizers see its bounds. */
        packet = mem_alloc(len, 1);
        if (!packet) {
            break;
        }
        memcpy(packet, data + pos, len);
        run_packet(r, packet, len);
        free(packet);
        pos += len;
    }
    free(data);
    if (pos != size) {
        return tool_error("%s: truncated after %"PRIu64" packets", name,
                          r->n_packets);
    }
    return EXIT_ACCEPTED;
}

static int
run_file(const struct tool_options *options)
{
    struct runner r = { .options = options };
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
    if (options->packet) {
        size_t len;
        uint8_t *packet = tool_parse_hex("--packet", options->packet, &len);

        status = packet ? EXIT_ACCEPTED : EXIT_UNUSABLE;
        if (packet) {
            run_packet(&r, packet, len);
        }
        free(packet);
    } else {
        status = run_pcap(&r, options->pcap);
    }
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
