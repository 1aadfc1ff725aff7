// LeCun: variance gain²/fan, for activations scaled so that their own gain is 1.
// Source: LeCun, Bottou, Orr & Müller 1998, "Efficient BackProp", section 4.6; SELU networks use it
// as it stands (Klambauer et al. 2017). The normal form is not cut; other libraries cut theirs.
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"
#include "fanin/init/variance_scaled.hpp"

namespace fanin::init {
namespace {

template <Distribution distribution>
RulePtr parse(CallReader& reader, Dialect dialect) {
  const std::string_view name = distribution == Distribution::uniform ? "lecun_uniform" : "lecun_normal";
  if (dialect == Dialect::pytorch) refuse_dialect(name, dialect, "leave the dialect out");
  if (dialect == Dialect::timm && distribution == Distribution::uniform) {
    refuse_dialect(name, dialect, "write lecun_normal, or leave the dialect out");
  }
  const Gain gain = read_gain(reader, name, "1", dialect);
  const FanMode mode = read_mode(reader, name, FanMode::fan_in, dialect);
  // timm's lecun_normal_ is cut, as JAX's, although its variance_scaling_ is not by default.
  const Dialect form = dialect == Dialect::timm ? Dialect::jax : dialect;
  return variance_scaled_rule(
      CallText(name).add_unless("gain", gain.text, "1").add_unless("mode", to_string(mode), "fan_in").str(dialect),
      {gain.value, mode, library_distribution(distribution, form), dialect});
}

}  // namespace

const Scheme kLecunUniform{
    {"lecun_uniform", "gain=1, mode=fan_in", "U(±gain·√(3/fan))", "LeCun et al. 1998, Efficient BackProp", ""},
    parse<Distribution::uniform>};
const Scheme kLecunNormal{
    {"lecun_normal", "gain=1, mode=fan_in", "N(0, gain²/fan)", "LeCun et al. 1998, Efficient BackProp", ""},
    parse<Distribution::normal>};

}  // namespace fanin::init
