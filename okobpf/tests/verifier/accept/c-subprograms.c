/* Functions that stay functions. */

#include <oko/filter.h>
#include <oko/net.h>

static __noinline int
parse(const uint8_t *pkt, uint64_t pkt_len, __u32 *out)
{
    if (pkt_len < 34) {
        return -1;
    }
    *out = *(const __u32 *) (pkt + 30);
    return 0;
}

static __noinline __u32
fold(__u32 x)
{
    return (x >> 16) ^ (x & 0xffff);
}

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 dst = 0;

    if (parse(pkt, pkt_len, &dst)) {
        return 0;
    }
    return fold(dst) > 1000 || fold(dst * 3) < 10;
}
