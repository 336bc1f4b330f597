/* A token bucket per source. */

#include <oko/filter.h>
#include <oko/net.h>

struct bucket {
    __u64 tokens;
    __u64 last;
};

OKO_MAP(buckets, OKO_MAP_HASH, __u32, struct bucket, 1024);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 1;
    }
    __u32 key = *(const __u32 *) (pkt + 26);
    __u64 now = oko_time_get_ns();
    struct bucket *b = oko_map_lookup(&buckets, &key);
    if (!b) {
        struct bucket fresh = { 99, now };

        oko_map_update(&buckets, &key, &fresh);
        return 1;
    }
    __u64 tokens = b->tokens + (now - b->last) / 1000000;
    b->last = now;
    b->tokens = tokens > 100 ? 100 : tokens;
    if (!b->tokens) {
        return 0;
    }
    b->tokens--;
    return 1;
}
