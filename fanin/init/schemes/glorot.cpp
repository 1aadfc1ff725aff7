// Glorot (Xavier): variance 2·gain²/(fan_in + fan_out), a compromise between keeping the signal's
// variance and the gradient's, derived for a linear network.
// Source: Glorot & Bengio 2010, equations 12 and 16. The normal form is not cut.
#include "fanin/init/gain_argument.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"
#include "fanin/init/variance_scaled.hpp"

namespace fanin::init {
namespace {

template <Distribution distribution>
RulePtr parse(CallReader& reader, Dialect dialect) {
  const std::string_view name = distribution == Distribution::uniform ? "glorot_uniform" : "glorot_normal";
  const Gain gain = read_gain(reader, name, "1", dialect);
  return variance_scaled_rule(CallText(name).add_unless("gain", gain.text, "1").str(dialect),
                              {gain.value, FanMode::fan_avg, library_distribution(distribution, dialect), dialect});
}

}  // namespace

const Scheme kGlorotUniform{
    {"glorot_uniform", "gain=1", "U(±gain·√(6/(fan_in+fan_out)))", "Glorot & Bengio 2010", "xavier_uniform"},
    parse<Distribution::uniform>};
const Scheme kGlorotNormal{
    {"glorot_normal", "gain=1", "N(0, 2·gain²/(fan_in+fan_out))", "Glorot & Bengio 2010", "xavier_normal"},
    parse<Distribution::normal>};

}  // namespace fanin::init
