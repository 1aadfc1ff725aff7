// mlp: hidden dense layers of one width and a linear readout. Residual: from the second hidden layer on,
// x + W φ(norm(x)) + b, with the activation before the weight, so that the shortcut stays clear (He et al.
// 2016, arXiv:1603.05027).
#include "fanin/core/error.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/presets/layers.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxDepth = 100'000;

struct Mlp {
  std::int64_t depth = 2;
  std::int64_t width = 128;
  OpPtr norm;
  bool residual = false;
  bool multiplier = false;  ///< a trainable scale at the end of each residual branch
  double dropout = 0;
  double omega = 0;  ///< a fixed scale before each activation; 0: none
  bool mup = false;  ///< a fixed scale after the readout
};

void plain_layer(Layers& layers, const Mlp& options, const std::string& scope) {
  layers.dense(scope, options.width);
  layers.add_if(scope + ".norm", options.norm);
  if (options.omega != 0) layers.add(scope, scale(options.omega));
  layers.activate(scope);
  layers.drop(scope, options.dropout);
}

void residual_layer(Layers& layers, const Mlp& options, const std::string& scope) {
  const NodeId shortcut = layers.here();
  layers.add_if(scope + ".norm", options.norm);
  layers.activate(scope);
  layers.dense(scope, options.width);
  layers.drop(scope, options.dropout);
  if (options.multiplier) layers.add(scope, trainable_scale());
  layers.sum(scope, shortcut);
}

Graph build(const PresetCall& call) {
  Mlp options;
  options.depth = read_count(call, "depth", options.depth, kMaxDepth);
  options.width = read_count(call, "width", options.width);
  options.norm = read_norm(call);
  options.residual = call.reader.flag("residual", false);
  options.multiplier = call.reader.flag("multiplier", false);
  options.dropout = read_dropout(call);
  const Activation activation = read_activation(call);
  options.omega = call.reader.number("omega", 0);
  options.mup = call.reader.flag("mup", false);
  call.reader.finish();
  if (options.multiplier && !options.residual) {
    throw Error(ErrorCode::bad_value, "net mlp", "multiplier=true ends residual branches; add residual=true");
  }
  if (options.omega != 0 && options.residual) {
    throw Error(ErrorCode::bad_value, "net mlp", "omega is for plain networks of sines; leave out residual=true");
  }

  Layers layers("mlp", call.context, activation);
  layers.input({1, 28, 28});
  layers.flatten();
  if (options.residual) {
    layers.dense("layer1", options.width);
  } else {
    plain_layer(layers, options, "layer1");
  }
  for (std::int64_t i = 2; i <= options.depth; ++i) {
    const std::string scope = "layer" + std::to_string(i);
    options.residual ? residual_layer(layers, options, scope) : plain_layer(layers, options, scope);
  }
  if (options.residual) {
    layers.add_if("final.norm", options.norm);
    layers.activate("final");
  }
  layers.dense("head", outputs_or(call.context, 10));
  if (options.mup) layers.add("head", scale(1));
  return layers.finish();
}

}  // namespace

const PresetEntry kMlpPreset{
    {"mlp",
     "depth=2, width=128, norm=none, residual=false, multiplier=false, dropout=0, activation, omega=0, mup=false",
     "depth hidden layers of one width, plain or residual, and a linear readout", ""},
    build};

}  // namespace fanin::net
