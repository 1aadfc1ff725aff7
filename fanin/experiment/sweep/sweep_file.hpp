// What a sweep is: settings that all its runs share, and axes along which they differ; read from a TOML file that
// docs/sweeps.md describes.
//
//     name = "depth"
//     [data]
//     source = "fashion-mnist"
//     validation = 0.1
//     [base]
//     epochs = 2
//     [axes]
//     init = ["lecun_normal", "he_normal"]
//     depth = {from = 2, to = 32, count = 5, scale = "log"}
//     learning_rate = [1e-4, 1e-3, 1e-2]
//     seeds = 3
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

enum class Sampling { grid, random, latin_hypercube };
std::string_view to_string(Sampling sampling) noexcept;

/// A setting's name and its value as text: {"depth", "8"}.
struct SettingValue {
  std::string key;
  std::string value;
  friend bool operator==(const SettingValue&, const SettingValue&) = default;
};

/// A setting that differs between runs: a list of values, or a range of numbers.
struct SweepAxis {
  std::string key;
  std::vector<std::string> values = {};  ///< of a list, or of a range with a count; canonical, without repeats
  bool is_range = false;
  double from = 0;
  double to = 0;
  bool logarithmic = false;
};

/// Everything that determines which runs there are and what they give.
struct SweepPlan {
  std::string name;
  std::string data = "fashion-mnist";
  DataOptions data_options = {};
  std::vector<SettingValue> base = {};  ///< in the order of sweep_setting_names()
  std::vector<SweepAxis> axes = {};     ///< likewise
  std::vector<std::uint64_t> seeds = {1};
  Sampling sampling = Sampling::grid;
  std::int64_t count = 0;             ///< points that random sampling and Latin hypercubes draw
  std::uint64_t sampling_seed = 1;    ///< of the points
  bool select_learning_rate = false;  ///< by the validation part, for each setting of the other axes
  std::string compare = {};           ///< the axis whose values are compared in pairs; empty: none
  double give_up_after = 0.5;         ///< share of the steps after which a run at chance level ends; 0: never
};

/// Every setting that [base] and [axes] may name, in one fixed order.
std::vector<std::string> sweep_setting_names();

/// A line of TOML that takes the place of what the file says: {"--set", "axes.depth = [2, 4]"}.
struct SweepChange {
  std::string source;  ///< for messages
  std::string text;
};

/// @param source   the file's name, for messages.
/// @param changes  put in one after another.
/// @throws Error whose `where` is "FILE:LINE:COLUMN": bad_syntax, unknown_name with the nearest names, bad_value.
SweepPlan parse_sweep(std::string_view text, std::string_view source, const std::vector<SweepChange>& changes = {});
/// @throws Error missing_data, io_failure; and as parse_sweep.
SweepPlan read_sweep(const std::filesystem::path& file, const std::vector<SweepChange>& changes = {});

/// The plan as JSON text with its members in a fixed order: equal plans, equal texts.
std::string to_json(const SweepPlan& plan);
/// What two such texts disagree about, for people: "base.epochs: 2 became 3; axes.width: new"; empty when they agree.
std::string plan_difference(const std::string& before, const std::string& now);

}  // namespace fanin::experiment
