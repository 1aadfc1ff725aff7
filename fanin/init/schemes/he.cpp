// He (Kaiming): variance gain²/fan with the activation's gain, √2 for ReLU, which passes half of
// the second moment.
// Source: He et al. 2015, arXiv:1502.01852, equations 10 and 14. The normal form is not cut.
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"
#include "fanin/init/variance_scaled.hpp"

namespace fanin::init {
namespace {

template <Distribution distribution>
RulePtr parse(CallReader& reader, Dialect dialect) {
  const std::string_view name = distribution == Distribution::uniform ? "he_uniform" : "he_normal";
  const Gain gain = read_gain(reader, name, "relu", dialect);
  const FanMode mode = read_mode(reader, name, FanMode::fan_in, dialect);
  return variance_scaled_rule(
      CallText(name).add_unless("gain", gain.text, "relu").add_unless("mode", to_string(mode), "fan_in").str(dialect),
      {gain.value, mode, library_distribution(distribution, dialect), dialect});
}

}  // namespace

const Scheme kHeUniform{{"he_uniform", "gain=relu, mode=fan_in", "U(±gain·√(3/fan)), gain of relu √2",
                         "He et al. 2015, arXiv:1502.01852", "kaiming_uniform"},
                        parse<Distribution::uniform>};
const Scheme kHeNormal{{"he_normal", "gain=relu, mode=fan_in", "N(0, gain²/fan), gain of relu √2",
                        "He et al. 2015, arXiv:1502.01852", "kaiming_normal"},
                       parse<Distribution::normal>};

}  // namespace fanin::init
