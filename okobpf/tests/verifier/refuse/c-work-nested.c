/* Compares each byte of the packet with each of a list, and that for each of
 * many starts. */
/* expect: rounds of the loop at instructions */

#include <oko/filter.h>

static volatile const uint8_t list[64] = { 1, 2, 3 };

SEC("filter") uint64_t
prog(const struct oko_ctx *ctx)
{
    const uint8_t *data = oko_data(ctx);
    uint64_t n = 0;

    if (data + 1024 > (const uint8_t *) oko_data_end(ctx)) {
        return 0;
    }
#pragma clang loop unroll(disable)
    for (uint32_t i = 0; i < 1024; i++) {
#pragma clang loop unroll(disable)
        for (uint32_t j = 0; j < 64; j++) {
            n += data[i] ^ list[j];
        }
    }
    return n;
}
