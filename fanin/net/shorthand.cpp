#include "fanin/net/shorthand.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxWidth = std::int64_t{1} << 24;
constexpr std::int64_t kMaxParameters = std::int64_t{1} << 40;
constexpr std::size_t kMaxLayers = 100'000;

/// One width, or several alike: "128" or "128x30".
struct Run {
  std::int64_t width = 0;
  std::int64_t times = 1;
};

Run parse_run(std::string_view part, std::string_view whole) {
  const std::size_t sign = part.find('x');
  const std::optional<std::int64_t> width = parse_integer(part.substr(0, sign));
  const std::optional<std::int64_t> times = sign == std::string_view::npos ? 1 : parse_integer(part.substr(sign + 1));
  if (width && *width >= 1 && times && *times >= 1) return {*width, *times};
  throw Error(ErrorCode::bad_syntax, "net '" + std::string(whole.substr(0, 80)) + "'",
              "'" + std::string(part.substr(0, 32)) +
                  "' is not a positive width; write the widths joined by '-', such as 784-256-128-10, and 128x30 for "
                  "30 layers of 128");
}

}  // namespace

Graph dense_network(const std::vector<std::int64_t>& widths, const Activation& function) {
  if (widths.size() < 2) {
    throw Error(ErrorCode::bad_shape, "net", "a dense network needs an input and an output width, such as 784-10");
  }
  std::int64_t parameters = 0;
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (widths[i] < 1 || widths[i] > kMaxWidth) {
      throw Error(ErrorCode::bad_shape, "net",
                  "width " + std::to_string(widths[i]) + " is outside [1, " + std::to_string(kMaxWidth) + "]");
    }
    if (i > 0) parameters += widths[i] * (widths[i - 1] + 1);
    if (parameters > kMaxParameters) {
      throw Error(ErrorCode::bad_shape, "net", "the network would have more than 2^40 parameters");
    }
  }
  Graph graph;
  NodeId x = graph.add_input("input", Shape{widths[0]});
  for (std::size_t i = 1; i < widths.size(); ++i) {
    const std::string scope = "layer" + std::to_string(i);
    x = graph.add(scope, dense(widths[i]), {x});
    x = graph.add(scope, bias(), {x});
    if (i + 1 < widths.size()) x = graph.add(scope, activation(function), {x});
  }
  graph.set_output(x);
  return graph;
}

std::vector<std::int64_t> parse_widths(std::string_view text) {
  std::vector<std::int64_t> widths;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find('-', begin), text.size());
    const Run run = parse_run(text.substr(begin, end - begin), text);
    if (run.times > static_cast<std::int64_t>(kMaxLayers + 1 - widths.size())) {
      throw Error(ErrorCode::bad_shape, "net", "more than 100000 layers");
    }
    widths.insert(widths.end(), static_cast<std::size_t>(run.times), run.width);
    begin = end + 1;
  }
  return widths;
}

}  // namespace fanin::net
