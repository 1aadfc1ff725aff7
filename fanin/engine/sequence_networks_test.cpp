// Whole sequence networks as the presets build them: every gradient against differences of the definitions.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "fanin/engine/twin_for_test.hpp"
#include "fanin/net/presets.hpp"

namespace fanin::engine {
namespace {

void expect_agreement(const std::string& preset, const net::NetworkContext& context) {
  SCOPED_TRACE(preset);
  TwinOptions twin{.vocabulary = context.vocabulary};
  twin.tolerance = 5e-5;
  Twin(net::preset_network(preset, context), {.batch_size = 3, .chunks = 2, .threads = 2}, 3, twin).expect_agreement();
}

TEST(SequenceNetworks, AgreeWithDifferencesOfTheirDefinitions) {
  const net::NetworkContext text{.input = {5}, .outputs = 4, .vocabulary = 4, .positions = 5};
  expect_agreement("gpt(layers=2, width=8, heads=2)", text);
  expect_agreement("gpt(layers=1, width=6, heads=1, mup=true, multiplier=true)", text);
  expect_agreement("gpt(layers=1, width=8, heads=4, deepnorm=true)", text);
  expect_agreement("char_lstm(units=3, layers=2)", text);
  const net::NetworkContext sequence{.input = {4, 3}, .outputs = 3};
  expect_agreement("lstm(units=3, layers=2, bidirectional=true)", sequence);
  expect_agreement("gru(units=4, bidirectional=true)", sequence);
  expect_agreement("rnn(units=5, layers=3)", sequence);
}

// Text in which every character follows from the one before: a GPT that sees the future would not need to
// learn that, and one that learns nothing stays at log(vocabulary).
TEST(SequenceNetworks, ASmallGptLearnsACycleOfTokens) {
  use_one_thread();
  constexpr std::int64_t kTime = 8;
  constexpr std::int64_t kVocabulary = 5;
  const net::Graph graph =
      net::preset_network("gpt(layers=1, width=16, heads=2)",
                          {.input = {kTime}, .outputs = kVocabulary, .vocabulary = kVocabulary, .positions = kTime});
  Twin twin(graph, {.batch_size = 10, .optimizer = parse_optimizer("adam", 1e-2), .chunks = 2, .threads = 2}, 10,
            {.vocabulary = kVocabulary});
  for (std::size_t i = 0; i < twin.plan.labels().size(); ++i) {
    const auto token = static_cast<std::int32_t>(i % kTime + i / kTime) % static_cast<std::int32_t>(kVocabulary);
    twin.plan.input()[i] = static_cast<float>(token);
    twin.plan.labels()[i] = (2 * token + 1) % static_cast<std::int32_t>(kVocabulary);
  }
  double loss = 0;
  for (int step = 0; step < 60; ++step) loss = twin.plan.train_step(10).loss_sum / (10 * kTime);
  EXPECT_LT(loss, 0.1 * std::log(static_cast<double>(kVocabulary)));
}

}  // namespace
}  // namespace fanin::engine
