// gpt: GPT-2's decoder: token and position embeddings; blocks x + attention(norm(x)), x + MLP(norm(x)) with a
// hidden width of four times the model's; a norm; a readout without bias, not tied to the embedding. With L
// layers, width d, vocabulary V and T positions it has 12·L·d² + 13·L·d + 2·d + (2·V + T)·d parameters.
// deepnorm=true puts the norms after the sums (Wang et al. 2022, arXiv:2203.00555).
// Source: Radford et al. 2019; the layout of norms: section 2.3.
#include "fanin/core/error.hpp"
#include "fanin/net/ops/attention.hpp"
#include "fanin/net/ops/dense.hpp"
#include "fanin/net/ops/embedding.hpp"
#include "fanin/net/ops/position_embedding.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/presets/layers.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxLayers = 10'000;
constexpr std::int64_t kCharacters = 256;  // where nobody knows the vocabulary: bytes
constexpr std::int64_t kWidening = 4;      // of the MLP

struct Gpt {
  std::int64_t layers = 6;
  std::int64_t width = 128;
  std::int64_t heads = 4;
  double dropout = 0;
  OpPtr norm;
  bool multiplier = false;  ///< a trainable scale at the end of each branch
  bool deepnorm = false;    ///< norms after the sums, and a fixed scale on every shortcut
  bool mup = false;         ///< logits divided by the head width, a fixed scale after the readout
};

/// Ends a branch that began at `shortcut`. @param number  of the branch within its block: "1".
void close_branch(Layers& layers, const Gpt& options, const std::string& scope, const std::string& block,
                  const std::string& number, NodeId shortcut) {
  layers.drop(scope, options.dropout);
  if (options.multiplier) layers.add(scope, trainable_scale());
  if (options.deepnorm) {
    const NodeId branch = layers.here();
    layers.go_to(shortcut);
    layers.add(block + ".skip_" + number, scale(1));
    shortcut = layers.here();
    layers.go_to(branch);
  }
  layers.sum(block + ".sum_" + number, shortcut);
  if (options.deepnorm) layers.add_if(block + ".ln_" + number, options.norm);
}

void add_block(Layers& layers, const Gpt& options, const std::string& scope) {
  const OpPtr norm_first = options.deepnorm ? nullptr : options.norm;
  const LogitScale logits = options.mup ? LogitScale::head_width : LogitScale::sqrt_head_width;
  NodeId shortcut = layers.here();
  layers.add_if(scope + ".ln_1", norm_first);
  layers.add(scope + ".attn", attention({.heads = options.heads, .causal = true, .logits = logits}));
  close_branch(layers, options, scope + ".attn", scope, "1", shortcut);
  shortcut = layers.here();
  layers.add_if(scope + ".ln_2", norm_first);
  layers.dense(scope + ".mlp.fc", kWidening * options.width);
  layers.activate(scope + ".mlp");
  layers.dense(scope + ".mlp.proj", options.width);
  close_branch(layers, options, scope + ".mlp.proj", scope, "2", shortcut);
}

Graph build(const PresetCall& call) {
  Gpt options;
  options.layers = read_count(call, "layers", options.layers, kMaxLayers);
  options.width = read_count(call, "width", options.width);
  options.heads = read_count(call, "heads", options.heads);
  options.dropout = read_dropout(call);
  options.norm = read_norm(call, "layer");
  const Activation activation = read_activation(call, "gelu_tanh");
  options.multiplier = call.reader.flag("multiplier", false);
  options.mup = call.reader.flag("mup", false);
  options.deepnorm = call.reader.flag("deepnorm", false);
  call.reader.finish();

  Layers layers("gpt", call.context, activation);
  layers.input({64});
  if (layers.shape().rank() != 1) {
    throw Error(ErrorCode::bad_shape, "net gpt",
                "it takes tokens [time], but the input is " + to_string(layers.shape()));
  }
  const std::int64_t positions = layers.shape()[0];
  const std::int64_t vocabulary = call.context.vocabulary > 0 ? call.context.vocabulary : kCharacters;
  layers.add("wte", embedding(vocabulary, options.width));
  layers.add("wpe", position_embedding(positions));
  layers.drop("wpe", options.dropout);
  for (std::int64_t i = 0; i < options.layers; ++i) add_block(layers, options, "h." + std::to_string(i));
  if (!options.deepnorm) layers.add_if("ln_f", options.norm);
  layers.add("head", dense(outputs_or(call.context, vocabulary)));
  if (options.mup) layers.add("head", scale(1));
  return layers.finish();
}

}  // namespace

const PresetEntry kGptPreset{
    {"gpt",
     "layers=6, width=128, heads=4, dropout=0, norm=layer, activation=gelu_tanh, multiplier=false, mup=false, "
     "deepnorm=false",
     "GPT-2's decoder on tokens [time]: 12·L·d² + 13·L·d + 2·d + (2·V + T)·d parameters", "Radford et al. 2019"},
    build};

}  // namespace fanin::net
