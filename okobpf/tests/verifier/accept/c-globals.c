/* Variables of the program. */

#include <oko/filter.h>
#include <oko/net.h>

static volatile __u64 packets;
static volatile __u32 last_len = 7;
static __u64 histogram[16];

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    __u32 bucket = pkt_len / 128;

    packets++;
    last_len = pkt_len;
    if (bucket >= 16) {
        bucket = 15;
    }
    histogram[bucket]++;
    return histogram[pkt_len & 15] > packets / 2;
}
