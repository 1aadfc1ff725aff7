#include "fanin/report/page/base64.hpp"

#include <string_view>

namespace fanin::report {

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t rest = bytes.size() - i;
    const std::uint32_t group = (std::uint32_t{bytes[i]} << 16U) | (rest > 1 ? std::uint32_t{bytes[i + 1]} << 8U : 0U) |
                                (rest > 2 ? std::uint32_t{bytes[i + 2]} : 0U);
    text += kDigits[group >> 18U];
    text += kDigits[(group >> 12U) & 63U];
    text += rest > 1 ? kDigits[(group >> 6U) & 63U] : '=';
    text += rest > 2 ? kDigits[group & 63U] : '=';
  }
  return text;
}

}  // namespace fanin::report
