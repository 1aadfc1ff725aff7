#include "fanin/experiment/data/parity.hpp"

#include <algorithm>
#include <string>

#include "fanin/experiment/data/generated.hpp"

namespace fanin::experiment {
namespace {

struct Parity {
  std::int64_t bits = 0;
  std::vector<std::uint32_t> relevant;  // places of the bits that count
  std::uint64_t seed = 0;
};

Samples parity_points(const Parity& parity, const std::string& part, std::int64_t count) {
  const auto rows = static_cast<std::size_t>(count);
  const auto bits = static_cast<std::size_t>(parity.bits);
  Samples samples;
  samples.count = count;
  samples.features = parity.bits;
  auto& values = samples.values.emplace<std::vector<std::uint8_t>>(rows * bits);
  samples.labels.resize(rows);
  const random::Stream stream(parity.seed, "parity/" + part + "/bits");
  std::vector<std::uint64_t> row(bits);
  for (std::size_t i = 0; i < rows; ++i) {
    random::fill_integers(stream, i * bits, 2, row);
    for (std::size_t j = 0; j < bits; ++j) values[i * bits + j] = static_cast<std::uint8_t>(row[j]);
    std::uint64_t sum = 0;
    for (const std::uint32_t place : parity.relevant) sum += row[place];
    samples.labels[i] = static_cast<std::int32_t>(sum % 2);
  }
  return samples;
}

void flip_labels(double noise, std::uint64_t seed, std::vector<std::int32_t>& labels) {
  const std::vector<float> chance = uniform_values(seed, "parity/train/flip", labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (static_cast<double>(chance[i]) < noise) labels[i] = 1 - labels[i];
  }
}

}  // namespace

RawData generate_parity(const CallExpr& call) {
  CallReader reader(call, "data set");
  Parity parity;
  parity.bits = checked("parity", "bits", reader.integer("bits", 10), 1, 100'000);
  const std::int64_t usual = std::min<std::int64_t>(3, parity.bits);
  const std::int64_t relevant = checked("parity", "relevant", reader.integer("relevant", usual), 1, parity.bits);
  const double noise = checked("parity", "noise", reader.number("noise", 0), 0, 0.5);
  const GeneratedSize size = read_size(reader, "parity", {.points = 10'000, .test_points = 2000, .seed = 0});
  reader.finish();
  check_volume("parity", size, parity.bits);
  parity.seed = size.seed;
  parity.relevant =
      random::permutation(random::Stream(size.seed, "parity/places"), static_cast<std::uint64_t>(parity.bits));
  parity.relevant.resize(static_cast<std::size_t>(relevant));
  RawData raw;
  raw.name = "parity(bits=" + std::to_string(parity.bits) + ", relevant=" + std::to_string(relevant) +
             ", noise=" + short_text(noise) + ", points=" + std::to_string(size.points) +
             ", test_points=" + std::to_string(size.test_points) + ", seed=" + std::to_string(size.seed) + ")";
  raw.source = "generated: parity of " + std::to_string(relevant) + " of " + std::to_string(parity.bits) + " bits";
  raw.sample_shape = Shape{parity.bits};
  raw.outputs = 2;
  raw.unit_scaling = UnitScaling::none;
  raw.train = parity_points(parity, "train", size.points);
  raw.test = parity_points(parity, "test", size.test_points);
  flip_labels(noise, size.seed, raw.train.labels);
  return raw;
}

}  // namespace fanin::experiment
