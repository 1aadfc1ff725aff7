#include "fanin/experiment/data/text.hpp"

#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "fanin/core/error.hpp"
#include "fanin/experiment/data/generated.hpp"
#include "fanin/experiment/data/shipped.hpp"
#include "fanin/io/bytes.hpp"

namespace fanin::experiment {
namespace {

constexpr const char* kShippedText = "text/pride_and_prejudice.txt";
constexpr std::int64_t kMaxLength = 65'536;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 28;

// The token of every byte. 0: the byte is unknown.
using Alphabet = std::array<std::uint8_t, 256>;

Alphabet alphabet_of(std::span<const std::uint8_t> bytes, const std::string& source, RawData& raw) {
  std::array<bool, 256> seen{};
  for (const std::uint8_t byte : bytes) seen[byte] = true;
  Alphabet alphabet{};
  raw.token_texts = {""};
  for (std::size_t byte = 0; byte < seen.size(); ++byte) {
    if (!seen[byte]) continue;
    // Of 256 different bytes the last one goes without a token of its own: tokens are kept as bytes.
    if (raw.token_texts.size() == 256) break;
    alphabet[byte] = static_cast<std::uint8_t>(raw.token_texts.size());
    raw.token_texts.emplace_back(1, static_cast<char>(byte));
  }
  raw.vocabulary = static_cast<std::int64_t>(raw.token_texts.size());
  if (raw.vocabulary < 3) {
    throw Error(ErrorCode::bad_data, source, "the training part is one byte repeated; there is nothing to predict");
  }
  return alphabet;
}

// `bytes` holds the windows and one byte more.
Samples windows(std::span<const std::uint8_t> bytes, std::size_t length, const Alphabet& alphabet) {
  Samples samples;
  const std::size_t count = (bytes.size() - 1) / length;
  samples.count = static_cast<std::int64_t>(count);
  samples.features = static_cast<std::int64_t>(length);
  samples.positions = samples.features;
  auto& tokens = samples.values.emplace<std::vector<std::uint8_t>>(count * length);
  samples.labels.resize(count * length);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = alphabet[bytes[i]];
    samples.labels[i] = alphabet[bytes[i + 1]];
  }
  return samples;
}

}  // namespace

RawData read_text(const CallExpr& call, double test_fraction) {
  CallReader reader(call, "data set");
  const std::optional<std::string> file = reader.text("file");
  const std::int64_t given = checked("text", "length", reader.integer("length", 64), 1, kMaxLength);
  reader.finish();
  if (file && file->empty()) throw Error(ErrorCode::bad_value, "data set text", "file= names no file");
  const std::filesystem::path path = file ? std::filesystem::path(*file) : find_shipped(kShippedText);
  const std::vector<std::uint8_t> bytes = io::read_file(path, kMaxBytes);

  const auto length = static_cast<std::size_t>(given);
  const std::size_t all = bytes.empty() ? 0 : (bytes.size() - 1) / length;
  const auto tested = static_cast<std::size_t>(std::llround(test_fraction * static_cast<double>(all)));
  if (tested == 0 || tested >= all) {
    throw Error(ErrorCode::bad_value, "data set text",
                "length=" + std::to_string(length) + " makes " + std::to_string(all) + " windows of the " +
                    std::to_string(bytes.size()) + " bytes in " + path.string() +
                    ", which leaves the training or the test part empty; shorten the windows");
  }
  RawData raw;
  raw.name = "text(";
  if (file) raw.name.append("file=").append(*file).append(", ");
  raw.name.append("length=").append(std::to_string(length)).append(")");
  raw.source = path.string();
  raw.sample_shape = Shape{given};
  raw.ordered = true;
  raw.test_is_cut = true;
  raw.tokens = true;
  const std::span<const std::uint8_t> whole(bytes);
  const std::size_t middle = (all - tested) * length;
  const Alphabet alphabet = alphabet_of(whole.first(middle + 1), raw.source, raw);
  raw.outputs = raw.vocabulary;
  raw.train = windows(whole.first(middle + 1), length, alphabet);
  raw.test = windows(whole.subspan(middle, tested * length + 1), length, alphabet);
  return raw;
}

}  // namespace fanin::experiment
