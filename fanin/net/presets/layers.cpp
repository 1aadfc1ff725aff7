#include "fanin/net/presets/layers.hpp"

#include <algorithm>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/net/norm_text.hpp"
#include "fanin/net/ops/activation.hpp"
#include "fanin/net/ops/add.hpp"
#include "fanin/net/ops/bias.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/dropout.hpp"
#include "fanin/net/ops/flatten.hpp"
#include "fanin/net/ops/reshape.hpp"
#include "fanin/net/ops/transpose.hpp"

namespace fanin::net {

void Layers::unsuited(std::string_view wanted) const {
  throw Error(ErrorCode::bad_shape, "net " + preset_,
              "it takes " + std::string(wanted) + ", but the input is " + to_string(shape()));
}

void Layers::input(const Shape& natural) {
  here_ = graph_.add_input("input", context_.input.rank() == 0 ? natural : context_.input);
}

void Layers::image(const Shape& natural) {
  input(natural);
  if (shape().rank() == 2) add("image", reshape({1, shape()[0], shape()[1]}));
  if (shape().rank() != 3) unsuited("images [channels, height, width] or [height, width]");
}

void Layers::sequence(const Shape& natural) {
  input(natural);
  const Shape given = shape();
  if (given.rank() == 1 && context_.vocabulary == 0) {
    add("steps", reshape({given[0], 1}));
  } else if (given.rank() == 3) {
    if (given[0] != 1) add("rows", transpose({1, 0, 2}));
    add("steps", reshape({given[1], given[0] * given[2]}));
  } else if (given.rank() > 3) {
    unsuited("sequences [time, in], tokens [time] or images");
  }
}

void Layers::flatten() {
  if (shape().rank() != 1) add("flatten", net::flatten());
}

void Layers::add(const std::string& scope, const OpPtr& op) { here_ = graph_.add(scope, op, {here_}); }

void Layers::add_if(const std::string& scope, const OpPtr& op) {
  if (op != nullptr) add(scope, op);
}

void Layers::dense(const std::string& scope, std::int64_t units) {
  add(scope, net::dense(units));
  add(scope, bias());
}

void Layers::activate(const std::string& scope) { add(scope, net::activation(activation_)); }

void Layers::drop(const std::string& scope, double rate) {
  if (rate != 0) add(scope, dropout(rate));
}

void Layers::sum(const std::string& scope, NodeId other) { here_ = graph_.add(scope, net::add(), {here_, other}); }

std::int64_t read_count(const PresetCall& call, std::string_view key, std::int64_t fallback, std::int64_t high) {
  const std::int64_t value = call.reader.integer(key, fallback);
  if (value < 1 || value > high) {
    throw Error(ErrorCode::bad_value, "net " + std::string(call.name),
                std::string(key) + "=" + std::to_string(value) + " is outside [1, " + std::to_string(high) + "]");
  }
  return value;
}

OpPtr read_norm(const PresetCall& call, std::string_view fallback) {
  return parse_norm(call.reader.text("norm").value_or(std::string(fallback)));
}

double read_dropout(const PresetCall& call) {
  const double rate = call.reader.number("dropout", 0);
  if (!(rate >= 0 && rate < 1)) {
    throw Error(ErrorCode::bad_value, "net " + std::string(call.name),
                "dropout=" + format_number(rate) + " is outside [0, 1)");
  }
  return rate;
}

Activation read_activation(const PresetCall& call, std::string_view fallback) {
  const std::string own(fallback.empty() ? std::string_view(call.context.activation) : fallback);
  return parse_activation(call.reader.text("activation").value_or(own));
}

std::size_t read_choice(const PresetCall& call, std::string_view key, const std::vector<std::string>& choices) {
  const std::string given = call.reader.text(key).value_or(choices.front());
  const auto found = std::find(choices.begin(), choices.end(), given);
  if (found == choices.end()) {
    throw Error(ErrorCode::unknown_name, "net " + std::string(call.name),
                std::string(key) + " cannot be '" + given.substr(0, 64) + "'; " + suggestion(given, choices));
  }
  return static_cast<std::size_t>(found - choices.begin());
}

std::int64_t outputs_or(const NetworkContext& context, std::int64_t natural) {
  return context.outputs > 0 ? context.outputs : natural;
}

}  // namespace fanin::net
