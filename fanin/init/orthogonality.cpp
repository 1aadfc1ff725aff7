#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/core/orthogonal.hpp"
#include "fanin/init/audit.hpp"
#include "fanin/init/packed_layout.hpp"

namespace fanin::init {

double orthogonality_error(const net::ParameterSpec& parameter, std::span<const float> values, double gain,
                           bool per_head) {
  const PackedLayout layout(parameter, per_head);
  if (static_cast<std::int64_t>(values.size()) != layout.blocks() * layout.block_size()) {
    throw Error(ErrorCode::bad_shape, parameter.name,
                std::to_string(values.size()) + " values given for shape " + fanin::to_string(parameter.shape()));
  }
  std::vector<float> matrix(static_cast<std::size_t>(layout.block_size()));
  double worst = 0;
  for (Place place; place.block < layout.blocks(); ++place.block) {
    std::size_t i = 0;
    for (place.out = 0; place.out < layout.outs(); ++place.out) {
      for (place.in = 0; place.in < layout.ins(); ++place.in) {
        for (place.tap = 0; place.tap < layout.taps(); ++place.tap, ++i) {
          const double value = static_cast<double>(values[static_cast<std::size_t>(layout.element(place))]);
          matrix[i] = static_cast<float>(value / gain);
        }
      }
    }
    worst = std::max(worst, fanin::orthogonality_error(layout.outs(), layout.ins() * layout.taps(), matrix));
  }
  return worst;
}

}  // namespace fanin::init
