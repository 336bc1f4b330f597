/* Compares addresses of six bytes. */

#include <oko/filter.h>
#include <oko/net.h>
static const uint8_t gw[6] = { 0x02, 0, 0, 0, 0, 1 };
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  const struct eth_hdr *eth = oko_data(ctx);
  if ((const void *)(eth + 1) > oko_data_end(ctx)) return 0;
  return memcmp(&eth->dst, gw, 6) == 0 || memcmp(&eth->src, "\xff\xff\xff\xff\xff\xff", 6) > 0;
}
