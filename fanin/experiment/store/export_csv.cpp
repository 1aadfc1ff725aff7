#include <array>
#include <charconv>
#include <cmath>
#include <concepts>
#include <string_view>

#include "fanin/core/error.hpp"
#include "fanin/experiment/store/export.hpp"
#include "fanin/experiment/store/run_numbers.hpp"

namespace fanin::experiment {
namespace {

// One line after another, cell by cell.
class CsvText final {
 public:
  explicit CsvText(std::string_view header) : text_(std::string(header) + "\n") {}

  /// A text that a spreadsheet would take for a formula gets an apostrophe before it: names may be anybody's.
  CsvText& add(std::string_view text) {
    begin_cell();
    const bool formula = !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    const std::string cell = std::string(formula ? "'" : "").append(text);
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
      text_ += cell;
      return *this;
    }
    text_ += '"';
    for (const char c : cell) text_.append(c == '"' ? 2 : 1, c);
    text_ += '"';
    return *this;
  }
  CsvText& add(std::integral auto value) {
    begin_cell();
    text_ += std::to_string(value);
    return *this;
  }
  CsvText& add(double value) {
    begin_cell();
    if (!std::isfinite(value)) return *this;
    std::array<char, 32> digits{};
    const auto [end, status] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    FANIN_ASSERT(status == std::errc());
    text_.append(digits.data(), end);
    return *this;
  }
  void end_line() {
    text_ += '\n';
    first_ = true;
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void begin_cell() {
    if (!first_) text_ += ',';
    first_ = false;
  }

  std::string text_;
  bool first_ = true;
};

}  // namespace

std::string runs_to_csv(std::span<const StoredRun> runs) {
  std::string header = "run,experiment,key,init,seed,settings,status,message,verdict,diverged_at_step,steps";
  for (const RunNumber& number : run_numbers()) header.append(",").append(number.name);
  CsvText csv(header + ",ended_at");
  for (const StoredRun& run : runs) {
    csv.add(run.id).add(run.experiment).add(run.key).add(run.init).add(run.seed).add(run.settings);
    csv.add(to_string(run.status)).add(run.message).add(run.verdict).add(run.diverged_at_step).add(run.steps);
    for (const RunNumber& number : run_numbers()) csv.add(run.*number.value);
    csv.add(run.ended_at).end_line();
  }
  return csv.take();
}

std::string epochs_to_csv(std::span<const StoredRun> runs) {
  std::string header = "run,init,seed,epoch,steps";
  for (const auto& number : epoch_numbers()) header.append(",").append(number.name);
  CsvText csv(header);
  for (const StoredRun& run : runs) {
    for (const StoredEpoch& epoch : run.epochs) {
      csv.add(run.id).add(run.init).add(run.seed).add(epoch.epoch).add(epoch.steps);
      for (const auto& number : epoch_numbers()) csv.add(epoch.*number.value);
      csv.end_line();
    }
  }
  return csv.take();
}

std::string layers_to_csv(std::span<const StoredRun> runs) {
  std::string header = "run,init,seed,step,name,parameter";
  for (const auto& number : layer_numbers()) header.append(",").append(number.name);
  CsvText csv(header);
  for (const StoredRun& run : runs) {
    for (const StoredLayer& layer : run.layers) {
      csv.add(run.id).add(run.init).add(run.seed).add(layer.step).add(layer.name).add(layer.parameter ? 1 : 0);
      for (const auto& number : layer_numbers()) csv.add(layer.*number.value);
      csv.end_line();
    }
  }
  return csv.take();
}

std::string findings_to_csv(std::span<const StoredRun> runs) {
  CsvText csv("run,init,seed,problem,layer,severity,quantity,measured,expected,source,cause,remedy");
  for (const StoredRun& run : runs) {
    for (const StoredFinding& finding : run.findings) {
      csv.add(run.id).add(run.init).add(run.seed).add(finding.problem).add(finding.layer).add(finding.severity);
      csv.add(finding.quantity).add(finding.measured).add(finding.expected).add(finding.source);
      csv.add(finding.cause).add(finding.remedy).end_line();
    }
  }
  return csv.take();
}

}  // namespace fanin::experiment
