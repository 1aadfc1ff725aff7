// Parameter counts are the published ones; each says whose.
#include "fanin/net/presets.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <string>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/net/shorthand.hpp"
#include "fanin/net/toml_network.hpp"

namespace fanin::net {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const NetworkContext kCifar{.input = {3, 32, 32}, .outputs = 10};
const NetworkContext kFashion{.input = {28, 28}, .outputs = 10};
const NetworkContext kImageNet{.input = {3, 224, 224}, .outputs = 1000};

std::int64_t parameters(std::string_view text, const NetworkContext& context = {}) {
  return preset_network(text, context).parameter_count();
}

std::string refusal(std::string_view text, const NetworkContext& context = {}) {
  try {
    (void)preset_network(text, context);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

std::vector<std::string> parameter_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ParameterSpec& parameter : graph.parameters()) names.push_back(parameter.name);
  return names;
}

std::int64_t nodes_of(const Graph& graph, std::string_view kind) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const Node& node) { return node.op != nullptr && node.op->kind() == kind; });
}

TEST(Presets, EachIsBuiltWithoutArgumentsAndWithoutAContext) {
  for (const PresetInfo& info : known_presets()) {
    const Graph graph = preset_network(info.name, {});
    EXPECT_GT(graph.parameter_count(), 0) << info.name;
    EXPECT_TRUE(is_preset(info.name));
    EXPECT_THAT(parameter_names(graph), Contains("head.weight")) << info.name;
    EXPECT_FALSE(info.description.empty());
  }
  EXPECT_FALSE(is_preset("784-10"));
}

TEST(Presets, TheCatalogueNamesEveryArgumentWithItsDefault) {
  for (const PresetInfo& info : known_presets()) {
    const Graph plain = preset_network(info.name, {});
    for (const std::string& argument : split_list(info.arguments, "arguments")) {
      if (argument == "activation") continue;  // the context's
      const std::string value = argument == "embedding=units" ? "embedding=0" : argument;
      const std::string call = std::string(info.name).append("(").append(value).append(")");
      EXPECT_EQ(to_toml(preset_network(call, {})), to_toml(plain)) << call;
    }
  }
}

TEST(Presets, EveryPresetIsRebuiltFromItsToml) {
  for (const PresetInfo& info : known_presets()) {
    const std::string flat = to_toml(preset_network(info.name, {}));
    EXPECT_EQ(to_toml(network_from_toml(flat, "flat.toml", {})), flat) << info.name;
  }
}

TEST(Presets, LenetHas61706Parameters) {
  // LeCun et al. 1998 by layers: 156 + 2416 + 48120 + 10164 + 850.
  EXPECT_EQ(parameters("lenet5", kFashion), 61'706);
  EXPECT_EQ(parameters("lenet5(pool=max)", {.input = {1, 32, 32}, .outputs = 10}), 61'706);
  EXPECT_THAT(refusal("lenet5", {.input = {784}}), AllOf(StartsWith("bad_shape: net lenet5"), HasSubstr("[784]")));
  EXPECT_THAT(refusal("lenet5", {.input = {1, 3, 3}}), AllOf(StartsWith("bad_shape: node 'conv2.conv'")));
}

TEST(Presets, VggHasThePublishedParameters) {
  // torchvision.models.vgg11 and vgg16.
  EXPECT_EQ(parameters("vgg11(hidden=4096, dropout=0.5)", kImageNet), 132'863'336);
  EXPECT_EQ(parameters("vgg16(hidden=4096, dropout=0.5)", kImageNet), 138'357'544);
  // The usual networks for CIFAR-10, with batch normalization and one dense layer (kuangliu/pytorch-cifar).
  EXPECT_EQ(parameters("vgg11(norm=batch)", kCifar), 9'231'114);
  EXPECT_EQ(parameters("vgg16(norm=batch)", kCifar), 14'728'266);
  // An image of 28x28 is halved four times only.
  EXPECT_EQ(preset_network("vgg16", kFashion).node(0).shape, (Shape{28, 28}));
  EXPECT_EQ(parameters("vgg16", kFashion), parameters("vgg16", kCifar) - 2 * 9 * 64);
}

TEST(Presets, ResnetsHaveThePublishedParameters) {
  // Padded shortcuts: akamaster/pytorch_resnet_cifar10, which prints the numbers.
  EXPECT_EQ(parameters("resnet20", kCifar), 269'722);
  EXPECT_EQ(parameters("resnet56", kCifar), 853'018);
  EXPECT_EQ(parameters("resnet110", kCifar), 1'727'962);
  EXPECT_EQ(parameters("resnet(depth=32)", kCifar), 464'154);
  EXPECT_EQ(parameters("resnet(44)", kCifar), 658'586);
  // Projections with batch normalization, for example chenyaofo/pytorch-cifar-models.
  EXPECT_EQ(parameters("resnet20(shortcut=projection)", kCifar), 272'474);
  EXPECT_EQ(parameters("resnet56(shortcut=projection)", kCifar), 855'770);
  // Without shortcuts nothing is missing but the projections.
  EXPECT_EQ(parameters("plain56", kCifar), 853'018);
  EXPECT_EQ(parameters("resnet20", {.input = {28, 28}, .outputs = 10}), 269'722 - 2 * 9 * 16);
}

TEST(Presets, ResnetsAreBuiltOfNamedBlocks) {
  const Graph graph = preset_network("resnet20", kCifar);
  EXPECT_EQ(nodes_of(graph, "conv"), 19);
  EXPECT_EQ(nodes_of(graph, "add"), 9);
  EXPECT_EQ(nodes_of(graph, "concat"), 2);
  EXPECT_EQ(nodes_of(preset_network("plain20", kCifar), "add"), 0);
  const std::vector<std::string> names = parameter_names(graph);
  EXPECT_THAT(std::vector<std::string>(names.begin(), names.begin() + 9),
              ElementsAre("conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight",
                          "layer1.0.bn1.bias", "layer1.0.conv2.weight", "layer1.0.bn2.weight", "layer1.0.bn2.bias"));
  EXPECT_THAT(names, Contains("layer3.2.conv2.weight"));
}

TEST(Presets, FixupReplacesNormsByScalars) {
  // The released code's FixupResNet-20: as above without the 2·688 of batch normalization, but five scalars in
  // each of nine blocks and two besides.
  const Graph graph = preset_network("resnet20(fixup=true)", kCifar);
  EXPECT_EQ(graph.parameter_count(), 269'722 - 2 * 688 + 9 * 5 + 2);
  EXPECT_EQ(nodes_of(graph, "batch_norm"), 0);
  EXPECT_EQ(nodes_of(graph, "shift"), 9 * 4 + 2);
  const std::vector<std::string> names = parameter_names(graph);
  EXPECT_THAT(std::vector<std::string>(names.begin() + 2, names.begin() + 9),
              ElementsAre("layer1.0.bias1a.bias", "layer1.0.conv1.weight", "layer1.0.bias1b.bias",
                          "layer1.0.bias2a.bias", "layer1.0.conv2.weight", "layer1.0.scale", "layer1.0.bias2b.bias"));
  // Where a block narrows the image, its shortcut begins behind the first scalar bias.
  const auto sum = std::find_if(graph.nodes().begin(), graph.nodes().end(),
                                [](const Node& node) { return node.name == "layer2.0.shortcut.pooling"; });
  ASSERT_NE(sum, graph.nodes().end());
  EXPECT_EQ(graph.node(sum->inputs[0]).name, "layer2.0.bias1a.shift");
  EXPECT_THAT(refusal("resnet20(fixup=true, norm=batch)"), HasSubstr("without normalization"));
}

TEST(Presets, ResnetsWithoutNormalizationHaveBiases) {
  const Graph graph = preset_network("resnet56(norm=none, multiplier=true)", kCifar);
  EXPECT_EQ(nodes_of(graph, "batch_norm"), 0);
  EXPECT_EQ(nodes_of(graph, "scale"), 27 + 2);  // the branches', and the zeros of the padded shortcuts
  EXPECT_THAT(parameter_names(graph), Contains("layer1.0.conv1.bias"));
  EXPECT_THAT(refusal("resnet(depth=21)"), HasSubstr("6n + 2"));
  EXPECT_THAT(refusal("resnet(depth=2)"), HasSubstr("6n + 2"));
  EXPECT_THAT(refusal("resnet20(shortcut=pad)"), HasSubstr("did you mean padding"));
  EXPECT_THAT(refusal("plain20(fixup=true)"), HasSubstr("no argument 'fixup'"));
}

TEST(Presets, AnMlpIsTheShorthandUnderOtherNames) {
  const NetworkContext context{.input = {784}, .outputs = 10, .activation = "tanh"};
  const Graph mlp = preset_network("mlp(depth=2, width=64)", context);
  const Graph dense = dense_network({784, 64, 64, 10}, parse_activation("tanh"));
  ASSERT_EQ(mlp.nodes().size(), dense.nodes().size());
  EXPECT_EQ(mlp.parameter_count(), dense.parameter_count());
  EXPECT_THAT(parameter_names(mlp),
              ElementsAre("layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias", "head.weight", "head.bias"));
  EXPECT_EQ(parameters("mlp(2, 64)", kFashion), dense.parameter_count());  // flattened
  EXPECT_EQ(parameters("mlp(2, 64, norm=batch)", kFashion), dense.parameter_count() + 4 * 64);
  EXPECT_EQ(preset_network("mlp(activation=selu)", context).node(3).op->attributes(), "selu");
}

TEST(Presets, AResidualMlpAddsEachLayerToItsInput) {
  const Graph graph = preset_network("mlp(5, 32, norm=layer, residual=true, multiplier=true)", kFashion);
  EXPECT_EQ(nodes_of(graph, "add"), 4);
  EXPECT_EQ(nodes_of(graph, "dense"), 6);
  EXPECT_EQ(graph.parameter_count(), 784 * 32 + 32 + 4 * (32 * 32 + 32 + 64 + 1) + 64 + 330);
  EXPECT_THAT(refusal("mlp(multiplier=true)"), HasSubstr("add residual=true"));
  EXPECT_THAT(refusal("mlp(omega=30, residual=true)"), HasSubstr("plain networks of sines"));
  EXPECT_EQ(nodes_of(preset_network("mlp(4, omega=30, activation=sin)", kFashion), "scale"), 4);
}

TEST(Presets, RecurrentNetworksHaveKerasParameters) {
  // keras.layers.SimpleRNN(128), LSTM(128) and GRU(128) on 28 inputs have 20,096, 80,384 and 60,672.
  const std::int64_t head = 1290;
  EXPECT_EQ(parameters("rnn", kFashion), 20'096 + head);
  EXPECT_EQ(parameters("lstm", kFashion), 80'384 + head);
  EXPECT_EQ(parameters("gru", kFashion), 60'672 + head);
  EXPECT_EQ(parameters("lstm(128)", {.input = {1, 28, 28}, .outputs = 10}), 80'384 + head);
  // The adding problem: two inputs per step, one number.
  const Graph adding = preset_network("lstm(64)", {.input = {100, 2}, .outputs = 1});
  EXPECT_EQ(adding.parameter_count(), 4 * 64 * (2 + 64 + 1) + 65);
  EXPECT_EQ(adding.node(adding.output()).shape, Shape{1});
  EXPECT_EQ(preset_network("rnn(units=8, activation=relu)", kFashion).node(1).op->attributes(),
            "units=8, last_only, relu");
}

TEST(Presets, RecurrentNetworksReadPixelsColoursAndTokens) {
  EXPECT_EQ(preset_network("lstm", {.input = {784}, .outputs = 10}).node(1).shape, (Shape{784, 1}));
  const Graph colours = preset_network("gru", {.input = {3, 32, 32}, .outputs = 10});
  EXPECT_EQ(colours.node(1).shape, (Shape{32, 3, 32}));
  EXPECT_EQ(colours.node(2).shape, (Shape{32, 96}));
  // The copy problem: tokens, and an answer for each position.
  const Graph copy = preset_network("lstm(32)", {.input = {40}, .outputs = 9, .vocabulary = 10, .positions = 40});
  EXPECT_EQ(copy.node(copy.output()).shape, (Shape{40, 9}));
  EXPECT_EQ(copy.parameter_count(), 10 * 32 + 4 * 32 * (32 + 32 + 1) + 9 * 33);
  EXPECT_EQ(preset_network("lstm(each=true)", kFashion).node(2).shape, (Shape{28, 10}));
  EXPECT_THAT(refusal("lstm", {.input = {2, 3, 4, 5}}), HasSubstr("sequences [time, in]"));
}

TEST(Presets, ACharacterLstmAnswersAtEachPosition) {
  const Graph graph = preset_network("char_lstm(256, layers=2)", {.input = {100}, .outputs = 65, .vocabulary = 65});
  EXPECT_EQ(graph.node(graph.output()).shape, (Shape{100, 65}));
  EXPECT_EQ(graph.parameter_count(), 65 * 256 + 2 * 4 * 256 * (512 + 1) + 65 * 257);
  EXPECT_THAT(refusal("char_lstm", kFashion), HasSubstr("tokens [time]"));
  EXPECT_THAT(refusal("char_lstm(bidirectional=true)"), HasSubstr("no argument 'bidirectional'"));
}

TEST(Presets, GptHasGpt2sParameters) {
  // GPT-2 small has 124,439,808 with a readout tied to the embedding of 50,257 tokens; here it is not tied.
  const NetworkContext text{.input = {1024}, .vocabulary = 50'257};
  EXPECT_EQ(parameters("gpt(12, 768, 12)", text), 124'439'808 + 50'257 * 768);
  // GPT-2 medium: 354,823,168.
  EXPECT_EQ(parameters("gpt(layers=24, width=1024, heads=16)", text), 354'823'168 + 50'257 * 1024);
  const Graph small = preset_network("gpt", {.input = {64}, .outputs = 65, .vocabulary = 65});
  EXPECT_EQ(small.parameter_count(), 12 * 6 * 128 * 128 + 13 * 6 * 128 + 2 * 128 + (2 * 65 + 64) * 128);
  EXPECT_EQ(small.node(small.output()).shape, (Shape{64, 65}));
  EXPECT_THAT(parameter_names(small), Contains("h.5.attn.in_proj_weight"));
  const Graph post = preset_network("gpt(layers=1, deepnorm=true)", {.input = {64}, .vocabulary = 65});
  EXPECT_EQ(post.parameter_count(), 12 * 128 * 128 + 13 * 128 + (2 * 65 + 64) * 128);  // no last norm
  EXPECT_EQ(nodes_of(post, "scale"), 2);
  EXPECT_EQ(post.node(post.node(post.output()).inputs[0]).name, "h.0.ln_2.layer_norm");
  EXPECT_THAT(refusal("gpt(heads=3)"), AllOf(StartsWith("bad_shape: node 'h.0.attn.attention'"), HasSubstr("3 heads")));
  EXPECT_THAT(refusal("gpt", kFashion), HasSubstr("tokens [time]"));
}

TEST(Presets, TenThousandLayersAreBuiltInLinearTime) {
  // A builder that searches all layers for each would take minutes.
  const Graph graph = preset_network("mlp(10000, 128, activation=tanh)", kFashion);
  EXPECT_EQ(graph.parameter_count(), 784 * 128 + 128 + 9999 * (128 * 128 + 128) + 1290);
  EXPECT_EQ(nodes_of(graph, "activation"), 10'000);
  EXPECT_THAT(refusal("mlp(100001)"), HasSubstr("outside [1, 100000]"));
}

TEST(Presets, WhatNobodyKnowsOrCanHoldIsRefused) {
  EXPECT_THAT(refusal("resnet50"), AllOf(StartsWith("unknown_name: net: no network is called 'resnet50'"),
                                         HasSubstr("did you mean resnet")));
  EXPECT_THAT(refusal("mlp(widht=3)"), HasSubstr("did you mean width?"));
  EXPECT_THAT(refusal("mlp(depth=0)"), HasSubstr("outside [1, 100000]"));
  EXPECT_THAT(refusal("mlp(width=-1)"), StartsWith("bad_value: net mlp"));
  EXPECT_THAT(refusal("mlp(100000, 2147483648)"), HasSubstr("2^40 parameters"));
  EXPECT_THAT(refusal("mlp(norm=batch_nrm)"), HasSubstr("did you mean batch_norm"));
  EXPECT_THAT(refusal("mlp(dropout=1)"), HasSubstr("outside [0, 1)"));
  EXPECT_THAT(refusal("vgg16(hidden=-1)"), StartsWith("bad_value: dense: units"));
  EXPECT_THAT(refusal("resnet20(width=2147483648)"), StartsWith("bad_shape: node"));
  EXPECT_THAT(refusal("lstm(embedding=-1)"), HasSubstr("0 (units) or more"));
  EXPECT_THAT(refusal("mlp(activation=relo)"), HasSubstr("did you mean relu"));
  EXPECT_THAT(refusal("mlp(10000, residual=true)", {.max_nodes = 5000}), HasSubstr("more than 5000 nodes"));
}

}  // namespace
}  // namespace fanin::net
