/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The packets that programs run on: one from the command line, or those of a
 * capture file. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "../lib/mem.h"
#include "tool.h"

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

void
tool_set_packet(struct oko_ctx *ctx, const struct tool_packet *packet)
{
    ctx->data = (uintptr_t) packet->data;
    ctx->pkt_len = packet->len;
    find_headers(packet->data, packet->len, ctx);
}

/* Adds a packet, in a buffer of its own, so that sanitizers see its bounds.
 * Returns false, after an error message, if memory is exhausted. */
static bool
add_packet(struct tool_packets *packets, const uint8_t *data, uint32_t len)
{
    uint8_t *copy = okobpf_mem_alloc(len, 1);

    if (packets->n >= packets->allocated) {
        size_t n = 2 * packets->allocated + 64;
        struct tool_packet *larger = okobpf_mem_resize(packets->packets, n,
                                                       sizeof *larger);

        if (larger) {
            packets->packets = larger;
            packets->allocated = n;
        }
    }
    if (!copy || packets->n >= packets->allocated) {
        free(copy);
        tool_error("out of memory");
        return false;
    }
    memcpy(copy, data, len);
    packets->packets[packets->n++] = (struct tool_packet) { copy, len };
    return true;
}

static uint32_t
get_u32(const uint8_t *p, bool swap)
{
    uint32_t x;

    memcpy(&x, p, sizeof x);
    return swap ? __builtin_bswap32(x) : x;
}

static int
read_pcap(const char *name, struct tool_packets *packets)
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

        pos += PACKET_HEADER;
        if (len > size - pos) {
            break;
        }
        if (!add_packet(packets, data + pos, len)) {
            free(data);
            return EXIT_UNUSABLE;
        }
        pos += len;
    }
    free(data);
    if (pos != size) {
        return tool_error("%s: truncated after %"PRIu64" packets", name,
                          (uint64_t) packets->n);
    }
    return EXIT_ACCEPTED;
}

int
tool_read_packets(const struct tool_options *options,
                  struct tool_packets *packets)
{
    size_t len;
    uint8_t *data;
    bool ok;

    memset(packets, 0, sizeof *packets);
    if (options->pcap) {
        return read_pcap(options->pcap, packets);
    }
    data = tool_parse_hex("--packet", options->packet, &len);
    ok = data && add_packet(packets, data, len);
    free(data);
    return ok ? EXIT_ACCEPTED : EXIT_UNUSABLE;
}

void
tool_free_packets(struct tool_packets *packets)
{
    for (size_t i = 0; i < packets->n; i++) {
        free(packets->packets[i].data);
    }
    free(packets->packets);
}
