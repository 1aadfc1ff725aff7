#include "fanin/net/ops/dropout.hpp"

#include <array>
#include <cstdio>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"

namespace fanin::net {

Dropout::Dropout(double rate) : rate_(rate) {
  if (!(rate >= 0 && rate < 1)) {
    throw Error(ErrorCode::bad_value, "dropout", "rate must be in [0, 1), found " + format_number(rate));
  }
}

std::string Dropout::attributes() const {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.9g", rate_);
  return "rate=" + std::string(digits.data());
}

Shape Dropout::output_shape(std::span<const Shape> inputs) const { return single_input(*this, inputs); }

Cost Dropout::cost(std::span<const Shape> inputs) const {
  const auto count = static_cast<double>(single_input(*this, inputs).count());
  return {.forward_flops = count, .backward_flops = count};
}

OpPtr dropout(double rate) { return std::make_shared<Dropout>(rate); }

}  // namespace fanin::net
