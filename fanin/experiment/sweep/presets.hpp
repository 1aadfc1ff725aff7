// Sweeps that come with fanin, as the text of their files.
#pragma once

#include <span>
#include <string_view>

namespace fanin::experiment {

struct SweepPreset {
  std::string_view name;
  std::string_view description;  ///< one line
  std::string_view text;         ///< of the file
  std::string_view reduced;      ///< lines of TOML that take the place of its own, for a first look
};

std::span<const SweepPreset> sweep_presets() noexcept;
/// @throws Error unknown_name with the nearest names.
const SweepPreset& find_sweep_preset(std::string_view name);

}  // namespace fanin::experiment
