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
RulePtr parse(CallReader& reader) {
  const std::string_view name = distribution == Distribution::uniform ? "lecun_uniform" : "lecun_normal";
  const Gain gain = read_gain(reader, name, "1");
  const FanMode mode = read_mode(reader, name, FanMode::fan_in);
  return variance_scaled_rule(
      CallText(name).add_unless("gain", gain.text, "1").add_unless("mode", to_string(mode), "fan_in").str(),
      {gain.value, mode, distribution});
}

}  // namespace

const Scheme kLecunUniform{
    {"lecun_uniform", "gain=1, mode=fan_in", "U(±gain·√(3/fan))", "LeCun et al. 1998, Efficient BackProp", ""},
    parse<Distribution::uniform>};
const Scheme kLecunNormal{
    {"lecun_normal", "gain=1, mode=fan_in", "N(0, gain²/fan)", "LeCun et al. 1998, Efficient BackProp", ""},
    parse<Distribution::normal>};

}  // namespace fanin::init
