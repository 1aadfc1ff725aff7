#include "fanin/experiment/store/paired.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/store/settings_text.hpp"

namespace fanin::experiment {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : json_line(value); }

// One side: an initialization, or a setting and its value.
struct Sort {
  std::string setting = {};  // empty: the initialization
  std::string value = {};

  [[nodiscard]] bool holds(const StoredRun& run) const {
    if (setting.empty()) return run.init == value;
    const Json settings = settings_of(run.settings);
    const auto found = settings.find(setting);
    if (found == settings.end()) return false;
    const std::optional<double> wanted = parse_number(value);
    const std::string text = text_of(*found);
    const std::optional<double> there = parse_number(text);  // a sweep stores numbers as texts
    return wanted && there ? *there == *wanted : text == value;
  }
};

Sort sort_of(std::span<const StoredRun> runs, std::string_view text) {
  std::set<std::string> known;
  for (const StoredRun& run : runs) {
    if (run.init == text) return {.value = run.init};
    known.insert(run.init);
  }
  if (const std::size_t equals = text.find('='); equals != std::string_view::npos) {
    Sort sort{std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
    if (std::ranges::any_of(runs, [&](const StoredRun& run) { return sort.holds(run); })) return sort;
  }
  for (const StoredRun& run : runs) {
    const Json settings = settings_of(run.settings);
    for (const auto& [name, value] : settings.items()) {
      if (name != "seed" && value.is_primitive()) known.insert(name + "=" + text_of(value));
    }
  }
  const std::vector<std::string> names(known.begin(), known.end());
  throw Error(ErrorCode::unknown_name, std::string(text),
              "no run has this initialization or setting; " + suggestion(text, names));
}

using PartnerKey = std::tuple<std::int64_t, std::uint64_t, std::string, std::string>;

// Settings that the text of a run's initialization says too: "he_normal(gain=1.5)".
constexpr std::array<std::string_view, 3> kPartsOfInit{"init", "gain", "weight_variance"};

bool is_part_of_init(std::string_view setting) {
  return std::ranges::find(kPartsOfInit, setting) != kPartsOfInit.end();
}

// What both runs of a pair have in common: experiment, seed, and all settings but what is compared.
PartnerKey partner_key(const StoredRun& run, const Sort& sort) {
  Json settings = settings_of(run.settings);
  settings.erase("seed");
  if (sort.setting.empty()) {
    for (const std::string_view part : kPartsOfInit) settings.erase(std::string(part));
  } else {
    settings.erase(sort.setting);
  }
  const std::string init = sort.setting.empty() || is_part_of_init(sort.setting) ? "" : run.init;
  return {run.experiment, run.seed, init, json_line(settings)};
}

bool counts(const StoredRun& run, const RunNumber& number) {
  return (run.status == StoredStatus::finished || run.status == StoredStatus::stopped_early) &&
         std::isfinite(run.*number.value);
}

}  // namespace

PairedRuns pair_runs(std::span<const StoredRun> runs, std::string_view first, std::string_view second,
                     const RunNumber* number) {
  PairedRuns result{.first = std::string(first), .second = std::string(second)};
  result.number = number != nullptr ? *number : main_number(runs);
  const Sort one = sort_of(runs, first);
  const Sort other = sort_of(runs, second);
  if (one.setting != other.setting) {
    throw Error(ErrorCode::bad_value, result.first + ", " + result.second,
                "two values of one setting can be compared, or two initializations");
  }
  if (one.value == other.value) throw Error(ErrorCode::bad_value, result.first, "it cannot be compared with itself");
  std::map<PartnerKey, double> partners;
  for (const StoredRun& run : runs) {
    if (!other.holds(run)) continue;
    if (counts(run, result.number)) {
      partners.insert_or_assign(partner_key(run, other), run.*result.number.value);
    } else {
      ++result.left_out;
    }
  }
  std::vector<double> differences;
  for (const StoredRun& run : runs) {
    if (!one.holds(run)) continue;
    if (!counts(run, result.number)) {
      ++result.left_out;
      continue;
    }
    const auto partner = partners.find(partner_key(run, one));
    if (partner == partners.end()) {
      ++result.without_partner;
      continue;
    }
    result.pairs.push_back({run.seed, std::get<3>(partner->first), run.*result.number.value, partner->second});
    differences.push_back(run.*result.number.value - partner->second);
    partners.erase(partner);
  }
  result.without_partner += static_cast<std::int64_t>(partners.size());
  result.difference = estimate_mean(differences);
  result.established = differences.size() >= 2 && excludes_zero(result.difference);
  return result;
}

}  // namespace fanin::experiment
