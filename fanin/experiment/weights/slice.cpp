#include "fanin/experiment/weights/slice.hpp"

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/memory.hpp"
#include "fanin/experiment/weights/values.hpp"

namespace fanin::experiment {
namespace {

std::optional<std::uint64_t> parse_bound(std::string_view text, std::string_view whole) {
  if (text.empty()) return std::nullopt;
  const std::optional<std::int64_t> value = parse_integer(text);
  if (value && *value >= 0) return static_cast<std::uint64_t>(*value);
  throw Error(ErrorCode::bad_syntax, "slice '" + std::string(whole.substr(0, 128)) + "'",
              "'" + std::string(text.substr(0, 64)) +
                  "' is no element number; expected NAME:FROM:TO such as layer1.weight:0:100");
}

}  // namespace

SliceRequest parse_slice(std::string_view text) {
  const std::size_t second = text.rfind(':');
  const std::size_t first =
      second == std::string_view::npos || second == 0 ? std::string_view::npos : text.rfind(':', second - 1);
  if (first == std::string_view::npos || first == 0) {
    throw Error(ErrorCode::bad_syntax, "slice '" + std::string(text.substr(0, 128)) + "'",
                "expected NAME:FROM:TO such as layer1.weight:0:100, elements in row-major order, TO excluded");
  }
  SliceRequest slice;
  slice.tensor = text.substr(0, first);
  slice.from = parse_bound(text.substr(first + 1, second - first - 1), text).value_or(0);
  slice.to = parse_bound(text.substr(second + 1), text);
  return slice;
}

io::Array draw_slice(const WeightPlan& plan, const SliceRequest& slice, unsigned threads) {
  const PlannedTensor& tensor = plan.find(slice.tensor);
  const auto count = static_cast<std::uint64_t>(tensor.parameter.shape().count());
  const std::uint64_t to = slice.to.value_or(count);
  if (slice.from > to || to > count) {
    throw Error(ErrorCode::bad_shape, slice.tensor,
                "elements " + std::to_string(slice.from) + " to " + std::to_string(to) + " were asked for, but shape " +
                    to_string(tensor.parameter.shape()) + " has " + std::to_string(count) +
                    " elements; FROM is at most TO, and TO at most their number");
  }
  const std::uint64_t bytes = (to - slice.from) * size_of(tensor.dtype);
  if (static_cast<double>(bytes) > machine_bytes() / 2) {
    throw Error(ErrorCode::bad_value, slice.tensor,
                "a slice of " + std::to_string(bytes) + " bytes does not fit in memory; ask for smaller ones");
  }
  io::Array array{.dtype = tensor.dtype,
                  .shape = Shape({static_cast<std::int64_t>(to - slice.from)}),
                  .data = std::vector<std::uint8_t>(static_cast<std::size_t>(bytes)),
                  .source = slice.tensor};
  TensorValues values(plan, threads);
  for (std::size_t i = 0; i < plan.tensors.size(); ++i) {
    if (&plan.tensors[i] == &tensor) values.read(i, slice.from, std::as_writable_bytes(std::span(array.data)));
  }
  return array;
}

}  // namespace fanin::experiment
