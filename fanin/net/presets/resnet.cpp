// resnet20, resnet56, resnet110, resnet(depth): three stages of (depth - 2)/6 residual blocks on small images,
// with 16, 32 and 64 channels. plain20, …: the same without shortcuts. Source: He et al. 2016,
// arXiv:1512.03385, section 4.2. Shortcuts between stages skip every second pixel and pad the new channels
// with zeros (option A there), or are projections of 1x1 (option B).
//
// fixup=true: no normalization; scalar biases before each convolution and activation, a multiplier at the end
// of each branch, as in the released code of Zhang et al. 2019, arXiv:1901.09321. The initialization is the
// scheme `fixup`. norm=none without it: the plain cure-less network, with a bias per channel.
#include <array>

#include "fanin/core/error.hpp"
#include "fanin/net/norm_text.hpp"
#include "fanin/net/ops/concat.hpp"
#include "fanin/net/ops/conv.hpp"
#include "fanin/net/ops/pooling.hpp"
#include "fanin/net/ops/scale.hpp"
#include "fanin/net/ops/shift.hpp"
#include "fanin/net/presets/layers.hpp"

namespace fanin::net {
namespace {

constexpr std::int64_t kMaxDepth = 50'000;

struct Resnet {
  bool residual = true;
  std::int64_t depth = 20;
  OpPtr norm;
  bool fixup = false;
  bool projection = false;  ///< of the shortcuts between stages
  bool multiplier = false;  ///< a trainable scale at the end of each branch
  std::int64_t width = 16;  ///< channels of the first stage
};

/// The number in "resnet56"; 0 for "resnet".
std::int64_t depth_in(std::string_view name) {
  const std::size_t digits = name.find_first_of("0123456789");
  return digits == std::string_view::npos ? 0 : parse_integer(name.substr(digits)).value_or(0);
}

class Builder final {
 public:
  Builder(Layers& layers, const Resnet& options) : layers_(layers), options_(options) {}

  void stem() {
    convolution("conv1", options_.width, 3, 1);
    layers_.add_if("bn1", options_.norm);
    shift("bias1");
    layers_.activate("relu1");
  }

  /// @param stride  of its first convolution; above 1 the block begins a stage.
  void block(const std::string& scope, std::int64_t channels, std::int64_t stride) {
    const NodeId input = layers_.here();
    shift(scope + ".bias1a");
    const NodeId fork = layers_.here();
    convolution(scope + ".conv1", channels, 3, stride);
    layers_.add_if(scope + ".bn1", options_.norm);
    shift(scope + ".bias1b");
    layers_.activate(scope + ".relu1");
    shift(scope + ".bias2a");
    convolution(scope + ".conv2", channels, 3, 1);
    layers_.add_if(scope + ".bn2", options_.norm);
    if (options_.fixup || options_.multiplier) layers_.add(scope, trainable_scale());
    shift(scope + ".bias2b");
    if (options_.residual) {
      const NodeId branch = layers_.here();
      layers_.go_to(stride == 1 ? input : fork);
      if (stride != 1) shortcut(scope + ".shortcut", channels, stride);
      const NodeId skip = layers_.here();
      layers_.go_to(branch);
      layers_.sum(scope + ".sum", skip);
    }
    layers_.activate(scope + ".relu2");
  }

  void head(std::int64_t outputs) {
    layers_.add("pool", pooling({.type = PoolingKind::global_average}));
    shift("bias2");
    layers_.dense("head", outputs);
  }

 private:
  void shift(const std::string& scope) {
    if (options_.fixup) layers_.add(scope, net::shift());
  }

  void convolution(const std::string& scope, std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
    const bool bias = options_.norm == nullptr && !options_.fixup;  // a norm's shift, Fixup's scalars stand for it
    layers_.add(scope, conv({.channels = channels,
                             .window = {.kernel = {kernel, kernel}, .stride = {stride}, .padding = {kernel / 2}},
                             .bias = bias}));
  }

  void shortcut(const std::string& scope, std::int64_t channels, std::int64_t stride) {
    if (options_.projection) {
      convolution(scope + ".conv", channels, 1, stride);
      layers_.add_if(scope + ".bn", options_.norm);
      return;
    }
    layers_.add(scope, pooling({.type = PoolingKind::average, .window = {.kernel = {1, 1}, .stride = {stride}}}));
    const NodeId kept = layers_.here();
    layers_.add(scope, scale(0));  // as many channels of zeros: a stage has twice those of the one before
    layers_.go_to(layers_.graph().add(scope, concat(0), {kept, layers_.here()}));
  }

  Layers& layers_;
  const Resnet& options_;
};

Resnet read(const PresetCall& call, bool residual) {
  Resnet options;
  options.residual = residual;
  options.depth = depth_in(call.name);
  if (options.depth == 0) options.depth = read_count(call, "depth", 20, kMaxDepth);
  const std::optional<std::string> norm = call.reader.text("norm");
  options.width = read_count(call, "width", 16);
  if (residual) {
    options.fixup = call.reader.flag("fixup", false);
    options.projection = read_choice(call, "shortcut", {"padding", "projection"}) == 1;
    options.multiplier = call.reader.flag("multiplier", false);
  }
  options.norm = parse_norm(norm.value_or(options.fixup ? "none" : "batch"));
  const std::string where = "net " + std::string(call.name);
  if (options.depth < 8 || options.depth % 6 != 2) {
    throw Error(ErrorCode::bad_value, where,
                "depth=" + std::to_string(options.depth) + " is not 6n + 2 for an n of 1 or more: 20, 32, 44, 56, 110");
  }
  if (options.fixup && options.norm != nullptr) {
    throw Error(ErrorCode::bad_value, where, "fixup=true is for networks without normalization; leave out norm");
  }
  return options;
}

template <bool kResidual>
Graph build(const PresetCall& call) {
  const Resnet options = read(call, kResidual);
  const Activation activation = read_activation(call, "relu");
  call.reader.finish();

  Layers layers(call.name, call.context, activation);
  layers.image({3, 32, 32});
  Builder builder(layers, options);
  builder.stem();
  const std::int64_t blocks = (options.depth - 2) / 6;
  for (std::int64_t stage = 0; stage < 3; ++stage) {
    const std::int64_t channels = options.width << stage;
    for (std::int64_t i = 0; i < blocks; ++i) {
      const std::string scope = "layer" + std::to_string(stage + 1) + "." + std::to_string(i);
      builder.block(scope, channels, stage > 0 && i == 0 ? 2 : 1);
    }
  }
  builder.head(outputs_or(call.context, 10));
  return layers.finish();
}

constexpr std::string_view kArguments =
    "norm=batch, width=16, fixup=false, shortcut=padding, multiplier=false, activation=relu";
constexpr std::string_view kAnyArguments =
    "depth=20, norm=batch, width=16, fixup=false, shortcut=padding, multiplier=false, activation=relu";
constexpr std::string_view kPlainArguments = "norm=batch, width=16, activation=relu";
constexpr std::string_view kAnyPlainArguments = "depth=20, norm=batch, width=16, activation=relu";
constexpr std::string_view kSource = "He et al. 2016, arXiv:1512.03385";
constexpr std::string_view kFixupSource = "He et al. 2016, arXiv:1512.03385; Fixup: Zhang et al. 2019";

}  // namespace

const PresetEntry kResnet20Preset{
    {"resnet20", kArguments, "residual network of 20 layers for small images: 269,722 parameters for 3x32x32",
     kFixupSource},
    build<true>};
const PresetEntry kResnet56Preset{
    {"resnet56", kArguments, "residual network of 56 layers for small images", kFixupSource}, build<true>};
const PresetEntry kResnet110Preset{
    {"resnet110", kArguments, "residual network of 110 layers for small images", kFixupSource}, build<true>};
const PresetEntry kResnetPreset{
    {"resnet", kAnyArguments, "residual network of depth = 6n + 2 layers for small images", kFixupSource}, build<true>};
const PresetEntry kPlain20Preset{{"plain20", kPlainArguments, "resnet20 without its shortcuts", kSource}, build<false>};
const PresetEntry kPlain56Preset{{"plain56", kPlainArguments, "resnet56 without its shortcuts", kSource}, build<false>};
const PresetEntry kPlain110Preset{{"plain110", kPlainArguments, "resnet110 without its shortcuts", kSource},
                                  build<false>};
const PresetEntry kPlainPreset{{"plain", kAnyPlainArguments, "resnet(depth) without its shortcuts", kSource},
                               build<false>};

}  // namespace fanin::net
