#include "fanin/net/shorthand.hpp"

#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxWidth = std::int64_t{1} << 24;
constexpr std::int64_t kMaxParameters = std::int64_t{1} << 33;
constexpr std::size_t kMaxLayers = 100'000;

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
      throw Error(ErrorCode::bad_shape, "net", "the network would have more than 2^33 parameters");
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
    const std::string_view part = text.substr(begin, end - begin);
    const std::optional<std::int64_t> width = parse_integer(part);
    if (!width || *width < 1) {
      throw Error(ErrorCode::bad_syntax, "net '" + std::string(text.substr(0, 80)) + "'",
                  "'" + std::string(part.substr(0, 32)) +
                      "' is not a positive width; write the widths joined by '-', such as 784-256-128-10");
    }
    widths.push_back(*width);
    if (widths.size() > kMaxLayers + 1) throw Error(ErrorCode::bad_shape, "net", "more than 100000 layers");
    begin = end + 1;
  }
  return widths;
}

}  // namespace fanin::net
