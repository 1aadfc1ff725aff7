#include "fanin/experiment/sweep/points.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>

#include "fanin/core/call_expr.hpp"
#include "fanin/core/error.hpp"
#include "fanin/experiment/json_text.hpp"
#include "fanin/experiment/sweep/settings_keys.hpp"
#include "fanin/experiment/training/settings_json.hpp"
#include "fanin/io/bytes.hpp"
#include "fanin/random/stream.hpp"

namespace fanin::experiment {
namespace {

constexpr std::uint64_t kMaxNetworkFile = std::uint64_t{64} << 20;

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

bool is_taken_in_full(const SweepPlan& plan, const SweepAxis& axis) {
  return plan.sampling == Sampling::grid || axis.key == plan.compare ||
         (plan.select_learning_rate && axis.key == "learning_rate");
}

/// Refuses before anything is allocated.
void check_size(const SweepPlan& plan, std::int64_t max_runs) {
  double runs = static_cast<double>(plan.seeds.size());
  std::string factors = std::to_string(plan.seeds.size()) + (plan.seeds.size() == 1 ? " seed" : " seeds");
  for (const SweepAxis& axis : plan.axes) {
    if (!is_taken_in_full(plan, axis)) continue;
    if (axis.values.empty()) {
      throw Error(ErrorCode::bad_value, "axes." + axis.key, "it is taken in full, so its range needs a count");
    }
    runs *= static_cast<double>(axis.values.size());
    factors += " x " + std::to_string(axis.values.size()) + " of " + axis.key;
  }
  if (plan.sampling != Sampling::grid) {
    runs *= static_cast<double>(plan.count);
    factors += " x " + std::to_string(plan.count) + " points drawn";
  }
  if (runs <= static_cast<double>(max_runs)) return;
  throw Error(ErrorCode::bad_value, "sweep " + plan.name,
              "it has " + format_number(runs) + " runs (" + factors + "), more than " + std::to_string(max_runs) +
                  "; take fewer values, draw some with sampling = \"latin_hypercube\", or allow them by --max-runs");
}

/// Where each drawn point lies on an axis, in [0, 1).
std::vector<double> drawn_shares(const SweepPlan& plan, const std::string& key) {
  const auto count = static_cast<std::size_t>(plan.count);
  std::vector<double> shares(count);
  random::fill(random::Stream(plan.sampling_seed, "sweep/" + key), 0, random::Uniform{}, std::span<double>(shares));
  if (plan.sampling == Sampling::random) return shares;
  const std::vector<std::uint32_t> strata =
      random::permutation(random::Stream(plan.sampling_seed, "sweep/strata/" + key), count);
  for (std::size_t i = 0; i < count; ++i) shares[i] = (strata[i] + shares[i]) / static_cast<double>(count);
  return shares;
}

/// Where a share of a range of whole numbers lies: half a number is added at both ends, so that they are drawn as often
/// as the others.
std::string whole_number_at(const SweepAxis& axis, double share) {
  const std::int64_t first = std::llround(axis.from);
  const std::int64_t last = std::llround(axis.to);
  const double low = static_cast<double>(first) - 0.5;
  const double high = static_cast<double>(last) + 0.5;
  const double from = std::log(std::max(low, 0.5));
  const double value = axis.logarithmic ? std::exp(from + share * (std::log(high) - from)) : low + share * (high - low);
  return std::to_string(std::clamp<std::int64_t>(std::llround(rounded(value)), first, last));
}

std::string drawn_value(const SweepAxis& axis, double share) {
  const bool whole = axis.is_range && find_setting_key(axis.key)->kind == KeyKind::integer;
  if (axis.is_range) return whole ? whole_number_at(axis, share) : value_at(axis, share);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(axis.values.size()));
  return axis.values[std::min(at, axis.values.size() - 1)];
}

/// One list of values per configuration, each in the order of the axes.
std::vector<std::vector<SettingValue>> configurations(const SweepPlan& plan) {
  const std::size_t draws = plan.sampling == Sampling::grid ? 1 : static_cast<std::size_t>(plan.count);
  std::vector<std::vector<std::string>> drawn(plan.axes.size());  // by axis and draw
  for (std::size_t a = 0; a < plan.axes.size(); ++a) {
    if (is_taken_in_full(plan, plan.axes[a])) continue;
    for (const double share : drawn_shares(plan, plan.axes[a].key)) {
      drawn[a].push_back(drawn_value(plan.axes[a], share));
    }
  }
  std::vector<std::vector<SettingValue>> all;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    std::vector<std::vector<SettingValue>> partial(1);
    for (std::size_t a = 0; a < plan.axes.size(); ++a) {
      const SweepAxis& axis = plan.axes[a];
      std::vector<std::vector<SettingValue>> longer;
      for (const std::vector<SettingValue>& values : partial) {
        if (!drawn[a].empty()) {
          longer.push_back(values);
          longer.back().push_back({axis.key, drawn[a][draw]});
          continue;
        }
        for (const std::string& value : axis.values) {
          longer.push_back(values);
          longer.back().push_back({axis.key, value});
        }
      }
      partial = std::move(longer);
    }
    all.insert(all.end(), partial.begin(), partial.end());
  }
  return all;
}

/// The contents of network files, by name.
class FileSums final {
 public:
  std::string of(const std::string& net) {
    if (!net.ends_with(".toml")) return {};
    const auto found = sums_.find(net);
    if (found != sums_.end()) return found->second;
    const std::vector<std::uint8_t> bytes = io::read_file(net, kMaxNetworkFile);
    return sums_[net] = hex(random::hash_name({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }

 private:
  std::map<std::string, std::string> sums_;
};

}  // namespace

std::vector<SettingValue> network_files(const SweepPlan& plan) {
  std::vector<std::string> nets;
  for (const SettingValue& value : plan.base) {
    if (value.key == "net") nets.push_back(value.value);
  }
  for (const SweepAxis& axis : plan.axes) {
    if (axis.key == "net") nets.insert(nets.end(), axis.values.begin(), axis.values.end());
  }
  FileSums sums;
  std::vector<SettingValue> files;
  for (const std::string& net : nets) {
    if (std::string sum = sums.of(net); !sum.empty()) files.push_back({net, std::move(sum)});
  }
  return files;
}

std::string to_string(const std::vector<SettingValue>& values) {
  std::string text;
  for (const SettingValue& value : values) {
    if (!text.empty()) text += ", ";
    text.append(value.key).append("=").append(value.value);
  }
  return text;
}

std::vector<SweepPoint> expand(const SweepPlan& plan, std::int64_t max_runs) {
  check_size(plan, max_runs);
  const std::vector<std::vector<SettingValue>> all = configurations(plan);
  std::vector<TrainSettings> settings;
  for (const std::vector<SettingValue>& values : all) {
    std::vector<SettingValue> together = plan.base;
    together.insert(together.end(), values.begin(), values.end());
    try {
      settings.push_back(settings_of(together));
    } catch (const Error& error) {
      throw Error(error.code(), "sweep " + plan.name, "at " + to_string(values) + ": " + error.what());
    }
    settings.back().data = plan.data;
    settings.back().data_options = plan.data_options;
  }
  std::vector<SweepPoint> points;
  std::map<std::string, std::string> texts;  // by key
  FileSums sums;
  for (const std::uint64_t seed : plan.seeds) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      SweepPoint point{.key = "", .values = all[i], .seed = seed, .settings = settings[i]};
      point.settings.seed = seed;
      Json json = settings_json(point.settings);
      json["network_file"] = sums.of(point.settings.net);
      json["give_up_after"] = plan.give_up_after;
      std::string text = json_line(json);
      point.key = hex(random::hash_name(text));
      const auto [found, is_new] = texts.emplace(point.key, text);
      if (is_new) {
        points.push_back(std::move(point));
      } else if (found->second != text) {
        throw Error(ErrorCode::unsupported, "sweep " + plan.name, "two of its runs have the same key " + point.key);
      }
    }
  }
  return points;
}

std::vector<std::size_t> shard_of(const std::vector<SweepPoint>& points, std::int64_t index, std::int64_t count) {
  if (count < 1 || index < 0 || index >= count) {
    throw Error(ErrorCode::bad_value, "--shard",
                std::to_string(index + 1) + "/" + std::to_string(count) + " is no part: write 1/4 to 4/4");
  }
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return points[a].key < points[b].key; });
  std::vector<std::size_t> part;
  for (std::size_t i = static_cast<std::size_t>(index); i < order.size(); i += static_cast<std::size_t>(count)) {
    part.push_back(order[i]);
  }
  std::sort(part.begin(), part.end());
  return part;
}

}  // namespace fanin::experiment
