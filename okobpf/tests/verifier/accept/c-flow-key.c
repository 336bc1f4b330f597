/* A key for IPv4 and IPv6, whose ports a shared tail reads. */

#include <oko/filter.h>
#include <oko/net.h>

struct key {
    uint8_t src[16], dst[16];
    __be16 sport, dport;
    uint8_t proto, version;
    uint16_t zero;
};

OKO_MAP(flows, OKO_MAP_HASH, struct key, uint64_t, 1024);

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *pkt = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    const uint8_t *l4;
    struct key key = { 0 };
    uint64_t one = 1;

    if (pkt + 14 > end) {
        return 0;
    }
    if (pkt[12] == 0x08 && pkt[13] == 0x00) {
        if (pkt + 34 > end) {
            return 0;
        }
        memcpy(key.src, pkt + 26, 4);
        memcpy(key.dst, pkt + 30, 4);
        key.proto = pkt[23];
        key.version = 4;
        l4 = pkt + 14 + (pkt[14] & 15) * 4;
    } else if (pkt[12] == 0x86 && pkt[13] == 0xdd) {
        if (pkt + 54 > end) {
            return 0;
        }
        memcpy(key.src, pkt + 22, 16);
        memcpy(key.dst, pkt + 38, 16);
        key.proto = pkt[20];
        key.version = 6;
        l4 = pkt + 54;
    } else {
        return 0;
    }
    if (key.proto == IP_PROTO_TCP || key.proto == IP_PROTO_UDP) {
        if (l4 + 4 > end) {
            return 0;
        }
        memcpy(&key.sport, l4, 2);
        memcpy(&key.dport, l4 + 2, 2);
    }

    uint64_t *n = oko_map_lookup(&flows, &key);
    if (!n) {
        oko_map_update(&flows, &key, &one);
        return 0;
    }
    __sync_fetch_and_add(n, 1);
    return 1;
}
