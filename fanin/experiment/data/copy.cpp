#include "fanin/experiment/data/copy.hpp"

#include <algorithm>
#include <string>

#include "fanin/experiment/data/generated.hpp"

namespace fanin::experiment {
namespace {

constexpr std::int64_t kMaxLength = 100'000;
constexpr std::int64_t kMaxSymbols = 254;  // tokens are kept as bytes
constexpr std::int64_t kMaxPayload = 10'000;

struct Copy {
  std::size_t length = 0;
  std::size_t symbols = 0;
  std::size_t payload = 0;
  std::uint64_t seed = 0;

  [[nodiscard]] std::size_t positions() const { return length + 2 * payload; }
};

Samples sequences(const Copy& copy, const std::string& part, std::int64_t count) {
  const auto rows = static_cast<std::size_t>(count);
  const std::size_t positions = copy.positions();
  Samples samples;
  samples.count = count;
  samples.features = static_cast<std::int64_t>(positions);
  samples.positions = samples.features;
  auto& tokens = samples.values.emplace<std::vector<std::uint8_t>>(rows * positions);
  std::fill(tokens.begin(), tokens.end(), static_cast<std::uint8_t>(copy.symbols));
  samples.labels.assign(rows * positions, static_cast<std::int32_t>(copy.symbols));
  const random::Stream stream(copy.seed, "copy/" + part + "/symbols");
  std::vector<std::uint64_t> payload(copy.payload);
  for (std::size_t row = 0; row < rows; ++row) {
    random::fill_integers(stream, row * copy.payload, copy.symbols, payload);
    const std::size_t begin = row * positions;
    const std::size_t answer = begin + copy.payload + copy.length;
    for (std::size_t i = 0; i < copy.payload; ++i) {
      tokens[begin + i] = static_cast<std::uint8_t>(payload[i]);
      samples.labels[answer + i] = static_cast<std::int32_t>(payload[i]);
    }
    tokens[answer - 1] = static_cast<std::uint8_t>(copy.symbols + 1);
  }
  return samples;
}

}  // namespace

RawData generate_copy(const CallExpr& call) {
  CallReader reader(call, "data set");
  const std::int64_t length = checked("copy", "length", reader.integer("length", 100), 1, kMaxLength);
  const std::int64_t symbols = checked("copy", "symbols", reader.integer("symbols", 8), 2, kMaxSymbols);
  const std::int64_t payload = checked("copy", "payload", reader.integer("payload", 10), 1, kMaxPayload);
  const GeneratedSize size = read_rows(reader, "copy", {.points = 10'000, .test_points = 1000, .seed = 0});
  reader.finish();
  const Copy copy{static_cast<std::size_t>(length), static_cast<std::size_t>(symbols),
                  static_cast<std::size_t>(payload), size.seed};
  const std::int64_t positions = length + 2 * payload;
  check_volume("copy", size, positions);
  RawData raw;
  raw.name = "copy(length=" + std::to_string(length) + ", symbols=" + std::to_string(symbols) +
             ", payload=" + std::to_string(payload) + ", " + size_text(size, "rows", "test_rows") + ")";
  raw.source = "generated: symbols to repeat after a pause";
  raw.sample_shape = Shape{positions};
  raw.outputs = symbols + 1;
  raw.tokens = true;
  raw.vocabulary = symbols + 2;
  raw.train = sequences(copy, "train", size.points);
  raw.test = sequences(copy, "test", size.test_points);
  return raw;
}

}  // namespace fanin::experiment
