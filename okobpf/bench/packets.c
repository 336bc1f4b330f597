/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright (c) 2026 The Oko authors. */

/* The packets of the benchmark: what a port of a small network may see. */

#ifdef HAVE_CONFIG_H
#include <config.h>
#endif

#include <string.h>
#include "bench.h"

struct packet bench_packets[N_PACKETS] __attribute__((__aligned__(64)));

/* The same numbers in each run. */
static uint32_t
next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *state >> 33;
}

uint32_t
host_address(unsigned int i)
{
    const uint8_t bytes[4] = { 10, 1 + i / 64, 3 * i, 1 + i };
    uint32_t address;

    memcpy(&address, bytes, sizeof address);
    return address;
}

static void
put_be16(uint8_t *p, uint16_t x)
{
    p[0] = x >> 8;
    p[1] = x;
}

/* Writes an Ethernet header and returns the first byte after it. */
static uint8_t *
put_ethernet(struct packet *packet, uint8_t host, uint16_t type)
{
    const uint8_t addresses[12] = {
        0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 1, host
    };

    memcpy(packet->data, addresses, sizeof addresses);
    put_be16(packet->data + 12, type);
    return packet->data + 14;
}

static void
make_ipv4(struct packet *packet, uint64_t *random)
{
    /* Few hosts send most of the packets, as everywhere. */
    uint32_t a = next_random(random) % N_HOSTS;
    uint32_t b = next_random(random) % N_HOSTS;
    uint32_t src_host = a < b ? a : b;
    uint32_t dst_host = next_random(random) % N_HOSTS;
    uint32_t kind = next_random(random) % 16;
    uint8_t proto = kind < 10 ? 6 : kind < 15 ? 17 : 1;
    static const uint16_t sizes[8] = {
        60, 66, 66, 74, 128, 590, 1514, 1514
    };
    uint16_t len = sizes[next_random(random) % 8];
    uint32_t src = host_address(src_host);
    uint32_t dst = host_address(dst_host);
    uint8_t *ip = put_ethernet(packet, src_host, 0x0800);
    uint8_t *l4 = ip + 20;

    /* Some come from hosts that nobody has heard of. */
    if (next_random(random) % 32 == 0) {
        src ^= next_random(random) & 0xff0000;
    }
    ip[0] = 0x45;
    put_be16(ip + 2, len - 14);
    put_be16(ip + 4, next_random(random));
    put_be16(ip + 6, 0x4000);
    ip[8] = 64;
    ip[9] = proto;
    memcpy(ip + 12, &src, sizeof src);
    memcpy(ip + 16, &dst, sizeof dst);
    if (proto == 1) {
        l4[0] = 8;
        put_be16(l4 + 4, src_host);
    } else {
        put_be16(l4, 32768 + src_host * 7 + next_random(random) % 4);
        put_be16(l4 + 2, proto == 6 ? 443 : 53);
        if (proto == 6) {
            l4[12] = 5 << 4;
            l4[13] = 0x10;
        } else {
            put_be16(l4 + 4, len - 34);
        }
    }
    packet->len = len;
}

/* Fills in 'bench_packets': of 16 packets, 14 are IPv4, one ARP and one
 * IPv6. */
void
make_packets(void)
{
    uint64_t random = 20260911;

    memset(bench_packets, 0, sizeof bench_packets);
    for (int i = 0; i < N_PACKETS; i++) {
        struct packet *packet = &bench_packets[i];

        switch (next_random(&random) % 16) {
        case 0:
            put_be16(put_ethernet(packet, i, 0x0806), 1);
            packet->len = 60;
            break;
        case 1:
            put_ethernet(packet, i, 0x86dd)[0] = 0x60;
            packet->len = 86;
            break;
        default:
            make_ipv4(packet, &random);
            break;
        }
    }
}
