/* An array on the stack, with an index that may be past the stack. */
/* expect: of the stack */
#include <oko/filter.h>
#include <oko/net.h>

uint64_t
entry(const uint8_t *pkt, uint64_t pkt_len)
{
    uint32_t words[4] = { 1, 2, 3, 4 };

    if (pkt_len < 34) {
        return 0;
    }
    __asm__ volatile ("" : : "r" (words) : "memory");
    words[pkt[14] & 7] = 9;
    return words[1];
}
