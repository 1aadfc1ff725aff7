// vgg11, vgg16: stages of 3x3 convolutions, the image halved after each; configurations A and D. For small
// images a single dense layer reads what the last stage leaves, as is usual for CIFAR-10; hidden=4096 gives
// the paper's two dense layers for images of 224x224. An image of one pixel is not halved any more, so that
// 28x28 fits.
// Source: Simonyan & Zisserman 2015, arXiv:1409.1556, table 1.
#include <array>

#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/pooling.hpp"
#include "fanin/net/presets/layers.hpp"

namespace fanin::net {
namespace {

using Stages = std::array<int, 5>;  // convolutions per stage
constexpr Stages kVgg11{1, 1, 2, 2, 2};
constexpr Stages kVgg16{2, 2, 3, 3, 3};
constexpr std::array<std::int64_t, 5> kChannels{64, 128, 256, 512, 512};

void halve(Layers& layers, const std::string& scope) {
  if (layers.shape()[1] < 2 || layers.shape()[2] < 2) return;
  layers.add(scope, pooling({.window = {.kernel = {2, 2}}}));
}

template <const Stages& kStages>
Graph build(const PresetCall& call) {
  const OpPtr norm = read_norm(call);
  const std::int64_t hidden = call.reader.integer("hidden", 0);
  const double dropout = read_dropout(call);
  const Activation activation = read_activation(call);
  call.reader.finish();

  Layers layers(call.name, call.context, activation);
  layers.image({3, 32, 32});
  for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
    const std::string number = std::to_string(stage + 1);
    for (int i = 1; i <= kStages[stage]; ++i) {
      const std::string scope = "conv" + number + "_" + std::to_string(i);
      layers.add(scope, conv({.channels = kChannels[stage], .window = {.kernel = {3, 3}, .padding = {1}}}));
      layers.add_if(scope + ".norm", norm);
      layers.activate(scope);
    }
    halve(layers, "pool" + number);
  }
  layers.flatten();
  for (const char* scope : {"fc6", "fc7"}) {
    if (hidden == 0) break;
    layers.dense(scope, hidden);
    layers.activate(scope);
    layers.drop(scope, dropout);
  }
  layers.dense("head", outputs_or(call.context, 10));
  return layers.finish();
}

constexpr std::string_view kArguments = "norm=none, hidden=0, dropout=0, activation";
constexpr std::string_view kSource = "Simonyan & Zisserman 2015, arXiv:1409.1556";

}  // namespace

const PresetEntry kVgg11Preset{
    {"vgg11", kArguments, "eight convolutions of 3x3 in five stages; hidden=4096 as in the paper", kSource},
    build<kVgg11>};
const PresetEntry kVgg16Preset{
    {"vgg16", kArguments, "thirteen convolutions of 3x3 in five stages; hidden=4096 as in the paper", kSource},
    build<kVgg16>};

}  // namespace fanin::net
