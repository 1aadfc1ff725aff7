#include "fanin/net/presets.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/net/presets/all.hpp"

namespace fanin::net {
namespace {

constexpr std::array kPresets{&kMlpPreset,      &kLenet5Preset,    &kVgg11Preset,  &kVgg16Preset,   &kResnet20Preset,
                              &kResnet56Preset, &kResnet110Preset, &kResnetPreset, &kPlain20Preset, &kPlain56Preset,
                              &kPlain110Preset, &kPlainPreset,     &kRnnPreset,    &kLstmPreset,    &kGruPreset,
                              &kCharLstmPreset, &kGptPreset};

const PresetEntry* find_preset(std::string_view name) noexcept {
  const auto found = std::find_if(kPresets.begin(), kPresets.end(),
                                  [name](const PresetEntry* entry) { return entry->info.name == name; });
  return found == kPresets.end() ? nullptr : *found;
}

}  // namespace

std::span<const PresetInfo> known_presets() {
  static const std::array infos = [] {
    std::array<PresetInfo, kPresets.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = kPresets[i]->info;
    return all;
  }();
  return infos;
}

bool is_preset(std::string_view name) noexcept { return find_preset(name) != nullptr; }

Graph preset_network(std::string_view text, const NetworkContext& context) {
  const CallExpr call = parse_call(text, "net");
  const PresetEntry* entry = find_preset(call.name);
  if (entry == nullptr) {
    std::vector<std::string> known;
    for (const PresetInfo& info : known_presets()) known.emplace_back(info.name);
    throw Error(ErrorCode::unknown_name, "net",
                "no network is called '" + call.name.substr(0, 64) + "'; " + suggestion(call.name, known));
  }
  CallReader reader(call, "net");
  return entry->build({call.name, reader, context});
}

}  // namespace fanin::net
