// lenet5: two convolutions of 5x5 and three dense layers, 61,706 parameters for one channel and ten classes.
// Source: LeCun et al. 1998. Departures: the second convolution sees all channels of the first, subsampling
// has no trainable factor, the readout is linear, and the activation is the one asked for.
#include <algorithm>

#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/pooling.hpp"
#include "fanin/net/presets/layers.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kPaperSize = 32;  // its images are padded to 32x32

Graph build(const PresetCall& call) {
  const PoolingKind pool = read_choice(call, "pool", {"average", "max"}) == 0 ? PoolingKind::average : PoolingKind::max;
  const double dropout = read_dropout(call);
  const Activation activation = read_activation(call);
  call.reader.finish();

  Layers layers("lenet5", call.context, activation);
  layers.image({1, 28, 28});
  const bool small = std::min(layers.shape()[1], layers.shape()[2]) < kPaperSize;
  const OpPtr halve = pooling({.type = pool, .window = {.kernel = {2, 2}}});
  layers.add("conv1", conv({.channels = 6, .window = {.kernel = {5, 5}, .padding = {small ? 2 : 0}}}));
  layers.activate("conv1");
  layers.add("pool1", halve);
  layers.add("conv2", conv({.channels = 16, .window = {.kernel = {5, 5}}}));
  layers.activate("conv2");
  layers.add("pool2", halve);
  layers.flatten();
  layers.dense("fc1", 120);
  layers.activate("fc1");
  layers.drop("fc1", dropout);
  layers.dense("fc2", 84);
  layers.activate("fc2");
  layers.drop("fc2", dropout);
  layers.dense("head", outputs_or(call.context, 10));
  return layers.finish();
}

}  // namespace

const PresetEntry kLenet5Preset{
    {"lenet5", "pool=average, dropout=0, activation",
     "two convolutions and three dense layers: 61,706 parameters for 1x28x28", "LeCun et al. 1998"},
    build};

}  // namespace fanin::net
