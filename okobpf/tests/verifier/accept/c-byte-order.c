/* Byte order of 16, 32 and 64 bits. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 34) {
        return 0;
    }
    __u16 a = bpf_ntohs(*(const __be16 *) (pkt + 12));
    __u32 b = bpf_ntohl(*(const __be32 *) (pkt + 26));
    __u64 c = bpf_ntohll(*(const __be64 *) (pkt + 26));

    return a >= 0x600 && (b & 0xff000000) == 0x0a000000 && c % 1000 != 3;
}
