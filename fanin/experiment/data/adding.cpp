#include "fanin/experiment/data/adding.hpp"

#include <string>

#include "fanin/experiment/data/generated.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMaxLength = 100'000;

Samples sequences(std::int64_t length, std::uint64_t seed, const std::string& part, std::int64_t count) {
  const auto rows = static_cast<std::size_t>(count);
  const auto steps = static_cast<std::size_t>(length);
  const std::size_t half = steps / 2;
  const std::string prefix = "adding/" + part;
  const std::vector<float> numbers = uniform_values(seed, prefix + "/values", rows * steps);
  std::vector<std::uint64_t> first(rows);
  std::vector<std::uint64_t> second(rows);
  random::fill_integers(random::Stream(seed, prefix + "/first"), 0, half, first);
  random::fill_integers(random::Stream(seed, prefix + "/second"), 0, steps - half, second);
  Samples samples;
  samples.count = count;
  samples.features = 2 * length;
  auto& values = samples.values.emplace<std::vector<float>>(2 * rows * steps);
  for (std::size_t i = 0; i < numbers.size(); ++i) values[2 * i] = numbers[i];
  samples.targets.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::size_t a = row * steps + first[row];
    const std::size_t b = row * steps + half + second[row];
    values[2 * a + 1] = 1;
    values[2 * b + 1] = 1;
    samples.targets[row] = numbers[a] + numbers[b];
  }
  return samples;
}

}  // namespace

RawData generate_adding(const CallExpr& call) {
  CallReader reader(call, "data set");
  const std::int64_t length = checked("adding", "length", reader.integer("length", 100), 2, kMaxLength);
  const GeneratedSize size = read_rows(reader, "adding", {.points = 10'000, .test_points = 1000, .seed = 0});
  reader.finish();
  check_volume("adding", size, 2 * length);
  RawData raw;
  raw.name = "adding(length=" + std::to_string(length) + ", " + size_text(size, "rows", "test_rows") + ")";
  raw.source = "generated: the sum of two marked numbers in a sequence";
  raw.sample_shape = Shape{length, 2};
  raw.outputs = 1;
  raw.loss = net::Loss::mean_squared_error;
  raw.unit_scaling = UnitScaling::none;
  raw.train = sequences(length, size.seed, "train", size.points);
  raw.test = sequences(length, size.seed, "test", size.test_points);
  return raw;
}

}  // namespace fanin::experiment
