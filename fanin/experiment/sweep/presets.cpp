#include "fanin/experiment/sweep/presets.hpp"

#include <array>
#include <string>
#include <vector>

#include "fanin/core/error.hpp"
#include "fanin/core/suggest.hpp"

namespace fanin::experiment {
namespace {

// Schoenholz et al. 2017, arXiv:1611.01232, figure 5: tanh networks 300 wide at bias variance 0.05, there on MNIST.
constexpr std::string_view kTrainability = R"toml(name = "trainability"

[data]
source = "fashion-mnist"
standardize = true
limit_test = 2000

[base]
activation = "tanh"
width = 300
bias_variance = 0.05
optimizer = "sgd"
learning_rate = 0.001
epochs = 1
steps = 300

[axes]
depth = [10, 20, 30, 40, 60, 80, 120, 160, 220, 300]
weight_variance = [1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0]
)toml";

constexpr std::array kPresets{
    SweepPreset{"trainability", "accuracy of tanh networks by weight variance and depth, with theory's line",
                kTrainability,
                "base.width = 100\nbase.steps = 200\naxes.depth = [5, 10, 20, 40, 80]\n"
                "axes.weight_variance = [1.0, 1.5, 2.0, 3.0]\n"},
};

}  // namespace

std::span<const SweepPreset> sweep_presets() noexcept { return kPresets; }

const SweepPreset& find_sweep_preset(std::string_view name) {
  std::vector<std::string> known;
  for (const SweepPreset& preset : kPresets) {
    if (preset.name == name) return preset;
    known.emplace_back(preset.name);
  }
  throw Error(ErrorCode::unknown_name, "--preset",
              "there is no sweep '" + std::string(name.substr(0, 64)) + "'; " + suggestion(name, known));
}

}  // namespace fanin::experiment
