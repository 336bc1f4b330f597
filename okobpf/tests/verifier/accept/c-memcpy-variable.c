/* Copies and compares as many bytes as there are, up to 64. */

#include <oko/filter.h>
#include <oko/net.h>
SEC("filter") uint64_t f(const struct oko_ctx *ctx) {
  const uint8_t *end = oko_data_end(ctx), *p = oko_data(ctx);
  uint8_t tmp[64]; uint32_t n = ctx->pkt_len;
  memset(tmp, 0, sizeof tmp);
  if (n > 64) n = 64;
  if (p + n > end) return 0;
  memcpy(tmp, p, n);
  return memcmp(tmp, p, n);
}
