/* An array on the stack of which one byte more may be read than was
 * written. */
/* expect: is not initialized */
#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint8_t bytes[16];
    uint32_t i;

    if (pkt_len < 34) {
        return 0;
    }
    for (i = 0; i < 8; i++) {
        bytes[i] = pkt[i];
    }
    __asm__ volatile ("" : : "r" (bytes) : "memory");
    i = pkt[14];
    return i <= 8 ? bytes[i] : 0;
}
