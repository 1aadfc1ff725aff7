// Private to this room: the settings that a sweep's file may name, and how they make a training's settings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fanin/experiment/sweep/sweep_file.hpp"
#include "fanin/experiment/training/train.hpp"

namespace fanin::experiment {

enum class KeyKind { text, number, integer, flag };
std::string_view describe(KeyKind kind) noexcept;  ///< "a number"

/// Settings on their way: those that only together say what network or initialization is meant stand beside.
struct Draft {
  TrainSettings settings = {};
  std::optional<std::string> init = {};
  std::optional<double> gain = {};
  std::optional<double> weight_variance = {};
  std::optional<double> bias_variance = {};
  std::vector<SettingValue> network = {};  ///< arguments of the preset: {"norm", "batch_norm"}
};

struct SettingKey {
  std::string_view name;
  KeyKind kind;
  /// @param value  a text of the key's kind. @throws Error.
  void (*apply)(Draft& draft, const std::string& value) = nullptr;
};

std::span<const SettingKey> setting_keys() noexcept;
const SettingKey* find_setting_key(std::string_view name) noexcept;

/// The settings that all of these make together, canonical as far as they are without the data: serial, and with the
/// optimizer's default learning rate. @throws Error where they contradict each other or name what nobody knows.
TrainSettings settings_of(std::span<const SettingValue> values);

/// Rounded to six significant digits: an exponential of another machine's library gives the same number then.
double rounded(double value);

/// The value at a share, from 0 to 1, of a range's way, as text.
std::string value_at(const SweepAxis& axis, double share);

}  // namespace fanin::experiment
