#include "fanin/experiment/demo.hpp"

#include <array>
#include <limits>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"
#include "fanin/experiment/demo/all.hpp"

namespace fanin::experiment {
namespace {

std::span<const DemoScript* const> scripts() noexcept {
  static constexpr std::array kAll{&kVanishingDemo, &kExplodingDemo,    &kXavierDemo, &kHeDemo,
                                   &kDyingReluDemo, &kSigmoidChainDemo, &kHe3x3Demo};
  return kAll;
}

}  // namespace

std::span<const DemoInfo> known_demos() noexcept {
  static const std::vector<DemoInfo> known = [] {
    std::vector<DemoInfo> infos;
    for (const DemoScript* script : scripts()) infos.push_back(script->info);
    return infos;
  }();
  return known;
}

Demo run_demo(std::string_view name, std::uint64_t seed) {
  if (seed > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::bad_value, "seed", "a demonstration replays NumPy's stream, whose seeds end at 2^32 - 1");
  }
  std::vector<std::string> names;
  for (const DemoScript* script : scripts()) {
    names.emplace_back(script->info.name);
    if (script->info.name != name) continue;
    Demo demo;
    demo.name = name;
    demo.seed = seed;
    script->run(demo);
    return demo;
  }
  throw Error(ErrorCode::unknown_name, "demo",
              "there is no demo '" + std::string(name) + "'; " + suggestion(name, names));
}

}  // namespace fanin::experiment
