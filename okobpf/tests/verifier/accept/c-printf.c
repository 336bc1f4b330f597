/* Prints to the log. */

#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    if (pkt_len < 14) {
        oko_printf("short packet: %u bytes", (__u32) pkt_len);
        return 0;
    }
    oko_printf("%02x:%02x %llu", pkt[0], pkt[1], (unsigned long long) pkt_len);
    return 1;
}
