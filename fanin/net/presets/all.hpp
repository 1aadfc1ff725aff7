// The presets of this folder.
#pragma once

#include <string_view>

#include "fanin/core/call_expr.hpp"
#include "fanin/net/presets.hpp"

namespace fanin::net {

struct PresetCall {
  std::string_view name;
  CallReader& reader;  ///< the caller calls finish() after `build` has read everything
  const NetworkContext& context;
};

struct PresetEntry {
  PresetInfo info;
  /// Reads the arguments, calls reader.finish(), builds.
  Graph (*build)(const PresetCall& call) = nullptr;
};

extern const PresetEntry kMlpPreset;
extern const PresetEntry kLenet5Preset;
extern const PresetEntry kVgg11Preset;
extern const PresetEntry kVgg16Preset;
extern const PresetEntry kResnet20Preset;
extern const PresetEntry kResnet56Preset;
extern const PresetEntry kResnet110Preset;
extern const PresetEntry kResnetPreset;
extern const PresetEntry kPlain20Preset;
extern const PresetEntry kPlain56Preset;
extern const PresetEntry kPlain110Preset;
extern const PresetEntry kPlainPreset;
extern const PresetEntry kRnnPreset;
extern const PresetEntry kLstmPreset;
extern const PresetEntry kGruPreset;
extern const PresetEntry kCharLstmPreset;
extern const PresetEntry kGptPreset;

}  // namespace fanin::net
