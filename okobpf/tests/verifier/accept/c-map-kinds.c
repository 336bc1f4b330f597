/* Per-core maps and sketches. */

#include <oko/filter.h>
#include <oko/net.h>

OKO_MAP(counters, OKO_MAP_PERCPU_ARRAY, __u32, __u64, 8);
OKO_MAP(per_source, OKO_MAP_PERCPU_HASH, __u32, __u64, 256);
OKO_SKETCH(seen, OKO_MAP_BLOOM, __u32, __u32, 1024, 3);
OKO_SKETCH(heavy, OKO_MAP_COUNTMIN, __u32, __u32, 1024, 4);

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    __u32 src = *(const __u32 *) (pkt + 26);
    __u32 one = 1;

    __u64 *n = oko_map_lookup(&counters, &one);
    if (n) {
        *n += 1;
    }
    n = oko_map_lookup(&per_source, &src);
    if (n) {
        *n += pkt_len;
    }
    oko_map_add(&seen, &src);
    oko_map_add(&heavy, &src);
    const __u32 *count = oko_map_lookup(&heavy, &src);
    const __u32 *in = oko_map_lookup(&seen, &src);
    return (count ? *count : 0) + (in ? *in : 0);
}
