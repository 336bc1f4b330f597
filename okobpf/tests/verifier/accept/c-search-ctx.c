/* The same in the second form. */

#include <oko/filter.h>
#include <oko/net.h>

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *p = oko_data(ctx);
    const uint8_t *end = oko_data_end(ctx);

    #pragma clang loop unroll(disable)
    for (int i = 0; i < 200; i++) {
        if (p + i + 1 > end) {
            return 0;
        }
        if (p[i] == 0x2a) {
            return i + 1;
        }
    }
    return 0;
}
