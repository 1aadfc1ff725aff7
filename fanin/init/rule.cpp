#include "fanin/init/rule.hpp"

#include <cmath>

#include "fanin/init/store.hpp"

namespace fanin::init {

void PlacedRule::fill(const net::ParameterSpec& tensor, const Initializer::Fill& request,
                      std::span<std::byte> out) const {
  const PackedLayout layout = layout_of(tensor);
  const std::function<double(const Place&)> value = values(tensor, layout);
  const std::size_t count = out.size() / size_of(request.dtype);
  for (std::size_t i = 0; i < count; ++i) {
    const Place place = layout.at(static_cast<std::int64_t>(request.first + i));
    store_one(value(place), request.dtype, out, i);
  }
}

Initializer::Moments moments_of_mask(double fraction, double value) {
  const double variance = fraction * (1 - fraction);
  if (variance == 0) return {.mean = fraction * value, .std_dev = 0, .kurtosis = 1, .random = false};
  return {.mean = fraction * value,
          .std_dev = std::abs(value) * std::sqrt(variance),
          .kurtosis = 1 / variance - 3,
          .random = false};
}

}  // namespace fanin::init
