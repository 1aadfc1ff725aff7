#include "fanin/experiment/repair/held_out.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kEnoughRows = 2000;
constexpr std::int64_t kMostRows = 10'000;
constexpr std::int64_t kMostParts = 3;

// All of a data set but its samples.
DataSet without_rows(const DataSet& data) {
  DataSet bare;
  bare.name = data.name;
  bare.source = data.source;
  bare.sample_shape = data.sample_shape;
  bare.outputs = data.outputs;
  bare.loss = data.loss;
  bare.scaling = data.scaling;
  bare.positions = data.positions;
  bare.tokens = data.tokens;
  bare.vocabulary = data.vocabulary;
  bare.token_texts = data.token_texts;
  return bare;
}

}  // namespace

std::vector<DataSet> held_out_parts(const DataSet& data) {
  const std::int64_t rows = data.train.count;
  const std::int64_t held = std::min(rows / 5, kMostRows);
  if (held == 0) {
    throw Error(ErrorCode::bad_data, data.name,
                "of " + std::to_string(rows) + " training rows none can be held out to judge by; 5 are the least");
  }
  std::vector<std::uint32_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0U);
  if (!data.tokens) order = random::permutation(random::Stream(0, "split/repair/" + data.name), order.size());
  std::vector<DataSet> parts;
  const std::int64_t count = std::clamp<std::int64_t>((kEnoughRows + held - 1) / held, 1, kMostParts);
  for (std::int64_t part = 0; part < count; ++part) {
    const auto begin = order.end() - static_cast<std::ptrdiff_t>((part + 1) * held);
    const auto end = begin + static_cast<std::ptrdiff_t>(held);
    std::vector<std::uint32_t> judging(begin, end);
    std::vector<std::uint32_t> training(order.begin(), begin);
    training.insert(training.end(), end, order.end());
    std::ranges::sort(judging);
    std::ranges::sort(training);
    parts.push_back(without_rows(data));
    parts.back().train = take_rows(data.train, training);
    parts.back().test = take_rows(data.train, judging);
  }
  return parts;
}

}  // namespace fanin::experiment
