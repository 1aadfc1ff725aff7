#include "fanin/experiment/training/data_start.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "fanin/core/gemm.hpp"
#include "fanin/engine/evaluator.hpp"
#include "fanin/experiment/load_network.hpp"
#include "fanin/experiment/training/small_for_test.hpp"
#include "fanin/experiment/training/start.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

using ::testing::HasSubstr;
using Values = std::map<std::string, std::vector<float>>;

Values start(const net::Graph& graph, const DataSet& data, const StartRequest& request, std::uint64_t seed = 1) {
  use_one_thread();
  Values values;
  start_parameters(graph, plan_start(graph, request), {.seed = seed, .loss = data.loss, .batch_size = 64}, data,
                   [&](const net::ParameterSpec& parameter, std::span<const float> given) {
                     values[parameter.name].assign(given.begin(), given.end());
                   });
  return values;
}

// The standard deviations of nodes' outputs over the rows that the start looked at.
double spread(const net::Graph& graph, const DataSet& data, const Values& values, std::string_view node,
              std::uint64_t seed = 1) {
  const auto rows = std::min<std::int64_t>(data.train.count, kStartRows);
  const random::Stream stream(seed, "shuffle/epoch/1");
  const auto order = random::permutation(stream, static_cast<std::uint64_t>(data.train.count));
  const auto first = std::span(order).first(static_cast<std::size_t>(rows));
  std::vector<float> inputs(static_cast<std::size_t>(rows * data.train.features));
  std::vector<std::int32_t> labels(static_cast<std::size_t>(rows * data.positions));
  gather_inputs(data.train, data.scaling, first, inputs);
  gather_labels(data.train, first, labels);
  engine::PlanEvaluator evaluator(graph, {.rows = rows, .inputs = inputs, .labels = labels, .loss = data.loss});
  for (const auto& [name, given] : values) evaluator.set_parameter(name, given);
  const std::vector<float> outputs = evaluator.activation(node);
  double mean = 0;
  double square = 0;
  for (const float value : outputs) {
    mean += static_cast<double>(value) / static_cast<double>(outputs.size());
    square += static_cast<double>(value) * static_cast<double>(value) / static_cast<double>(outputs.size());
  }
  return std::sqrt(square - mean * mean);
}

TEST(DataStart, LsuvInTheEngineGivesEveryLayerUnitVariance) {
  const DataSet data = small_data();
  for (const char* net : {"2-16-16-2", "mlp(12, 20)"}) {
    for (const char* activation : {"relu", "tanh"}) {
      const net::Graph graph = load_network(net, context_of(data, activation));
      const Values values = start(graph, data, {.init = "lsuv(normal(std=0.001))"});
      for (const net::Node& node : graph.nodes()) {
        if (node.op == nullptr || node.op->kind() != "dense") continue;
        EXPECT_NEAR(spread(graph, data, values, node.name), 1, 0.006) << net << " " << activation << " " << node.name;
      }
    }
  }
}

TEST(DataStart, ConvolutionsResidualsNormsAndAttentionAreFittedToo) {
  const DataSet images = load_data_set("fashion-mnist", {.limit_train = 40, .limit_test = 8});
  const net::Graph lenet = load_network("lenet5", context_of(images, "relu"));
  for (const char* scheme : {"lsuv", "krahenbuhl", "weight_norm_data"}) {
    const Values values = start(lenet, images, {.init = scheme});
    EXPECT_NEAR(spread(lenet, images, values, "conv2.conv"), 1, scheme == std::string("krahenbuhl") ? 2 : 0.006)
        << scheme;
  }
  const DataSet text = load_data_set("text(length=16)", {.limit_train = 24, .limit_test = 8});
  const net::Graph gpt = load_network("gpt(layers=2, heads=2, width=16)", context_of(text, "relu"));
  EXPECT_NEAR(spread(gpt, text, start(gpt, text, {.init = "lsuv(gpt2)"}), gpt.node(gpt.output()).name), 1, 0.01);
}

TEST(DataStart, ExceptionsByNameStayAndTheSeedDecides) {
  const DataSet data = small_data();
  const net::Graph graph = load_network("2-16-16-2", context_of(data, "relu"));
  const Values values = start(graph, data, {.init = "lsuv", .init_for = "layer3=zeros"});
  EXPECT_EQ(values.at("layer3.weight"), std::vector<float>(32, 0.0F));
  EXPECT_EQ(start(graph, data, {.init = "lsuv", .init_for = "layer3=zeros"}), values);
  EXPECT_NE(start(graph, data, {.init = "lsuv"}, 2), start(graph, data, {.init = "lsuv"}));
}

TEST(DataStart, LearnedScalesMakeADeepNetworkTrainable) {
  const DataSet data = small_data();
  TrainSettings settings = small_settings();
  settings.net = "2-24-24-24-24-2";
  settings.init = "normal(std=1.5)";
  settings.epochs = 20;
  const double plain = train(settings, data, nullptr, {}).epochs.back().train_loss;
  for (const char* scheme : {"metainit(normal(std=1.5))", "gradinit(normal(std=1.5))", "lsuv(normal(std=1.5))"}) {
    settings.init = scheme;
    const TrainResult result = train(settings, data, nullptr, {});
    EXPECT_EQ(result.settings.init.substr(0, 4), std::string(scheme).substr(0, 4));
    EXPECT_LT(result.epochs.back().train_loss, 0.5 * plain) << scheme;
  }
}

TEST(DataStart, RefusalsNameTheOption) {
  DataSet data = small_data();
  auto& values = std::get<std::vector<float>>(data.train.values);
  std::fill(values.begin(), values.end(), 0.0F);
  const net::Graph graph = load_network("2-4-2", context_of(data, "relu"));
  const std::string text = refusal([&] { start(graph, data, {.init = "lsuv"}); });
  EXPECT_THAT(text, HasSubstr("--init"));
  EXPECT_THAT(text, HasSubstr("the output of layer1 does not vary"));
}

}  // namespace
}  // namespace fanin::experiment
