#include "fanin/experiment/training/data_identity.hpp"

#include <span>
#include <variant>
#include <vector>

#include "fanin/init/checksum.hpp"

namespace fanin::experiment {
namespace {

template <typename T>
void append(init::Checksum& checksum, const std::vector<T>& values) {
  checksum.append(std::as_bytes(std::span(values)));
}

void append(init::Checksum& checksum, const Samples& part) {
  std::visit([&](const auto& values) { append(checksum, values); }, part.values);
  append(checksum, part.labels);
  append(checksum, part.targets);
}

}  // namespace

DataIdentity identity_of(const DataSet& data) {
  init::Checksum checksum;
  for (const Samples* part : {&data.train, &data.validation, &data.test}) append(checksum, *part);
  append(checksum, data.scaling.shift);
  append(checksum, data.scaling.divisor);
  return {.name = data.name,
          .train_rows = data.train.count,
          .validation_rows = data.validation.count,
          .test_rows = data.test.count,
          .features = data.train.features,
          .outputs = data.outputs,
          .positions = data.positions,
          .vocabulary = data.vocabulary,
          .checksum = init::checksum_text(checksum.value())};
}

std::string difference(const DataIdentity& before, const DataIdentity& now) {
  std::string text;
  const auto compare = [&text](const char* what, const auto& then, const auto& today, const auto& spell) {
    if (then == today) return;
    if (!text.empty()) text += ", ";
    text += what;
    text += ' ' + spell(then) + " became " + spell(today);
  };
  const auto number = [](std::int64_t value) { return std::to_string(value); };
  const auto word = [](const std::string& value) { return "'" + value + "'"; };
  compare("the name", before.name, now.name, word);
  compare("the number of training rows", before.train_rows, now.train_rows, number);
  compare("of validation rows", before.validation_rows, now.validation_rows, number);
  compare("of test rows", before.test_rows, now.test_rows, number);
  compare("of values in a row", before.features, now.features, number);
  compare("of outputs", before.outputs, now.outputs, number);
  compare("of positions", before.positions, now.positions, number);
  compare("of different tokens", before.vocabulary, now.vocabulary, number);
  if (text.empty() && before.checksum != now.checksum) return "the values are others";
  return text;
}

}  // namespace fanin::experiment
