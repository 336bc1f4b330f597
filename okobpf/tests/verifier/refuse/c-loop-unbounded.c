/* Walks options to the end of the packet, however many. */
/* expect: no end in sight */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *p = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);
    uint64_t n = 0;

    while (p + 2 <= end) {
        p += p[1];
        n++;
    }
    return n;
}
