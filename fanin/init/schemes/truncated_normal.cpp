// truncated_normal(mean, std, low, high, corrected): a normal law cut at low and high, which count
// standard deviations of the law before the cut. `std` is that of the values after the cut, unless
// corrected=false: then it is that before the cut, as in the stand-alone forms of other libraries.
#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr double kFarthestCut = 30;  // standard deviations; beyond 38 the tail's mass is no double

/// fanin's default is Keras's, but for the correction.
double standard_std_dev(Dialect dialect) { return dialect == Dialect::jax ? 0.01 : 0.05; }

void check_cut(const random::TruncatedNormal& law) {
  const auto refuse = [&law](const std::string& problem) {
    throw Error(ErrorCode::bad_value, "initializer truncated_normal",
                "low=" + number_text(law.low) + ", high=" + number_text(law.high) + " standard deviations: " + problem);
  };
  if (!(law.low < law.high)) refuse("low must be below high; both count standard deviations, such as -2 and 2");
  if (law.low > kFarthestCut || law.high < -kFarthestCut) {
    refuse("the range lies beyond " + number_text(kFarthestCut) +
           " standard deviations, where a normal law has no mass");
  }
}

/// torch.nn.init.trunc_normal_(mean, std, a, b), and timm's: the bounds are values, not multiples of
/// std, so that the usual std=0.02 with bounds ±2 cuts nothing.
RulePtr parse_absolute(CallReader& reader, Dialect dialect) {
  random::TruncatedNormal law;
  law.mean = checked_f32(reader.number("mean", 0), "truncated_normal", "mean");
  law.std_dev = checked_std_dev(reader.number("std", 1), "truncated_normal", "std");
  const double low = checked_f32(reader.number("low", -2), "truncated_normal", "low");
  const double high = checked_f32(reader.number("high", 2), "truncated_normal", "high");
  if (!(law.std_dev > 0)) {
    throw Error(ErrorCode::bad_value, "initializer truncated_normal", "std must be above 0 in this dialect");
  }
  law.low = (low - law.mean) / law.std_dev;
  law.high = (high - law.mean) / law.std_dev;
  law.corrected = false;
  check_cut(law);
  CallText text("truncated_normal");
  text.add_unless("mean", law.mean, 0).add_unless("std", law.std_dev, 1);
  text.add_unless("low", low, -2).add_unless("high", high, 2);
  return std::make_shared<FixedLaw>(text.str(dialect), law, random::CutForm::absolute);
}

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect == Dialect::pytorch || dialect == Dialect::timm) return parse_absolute(reader, dialect);
  const double fallback = standard_std_dev(dialect);
  const bool correction = dialect == Dialect::fanin;
  random::TruncatedNormal law;
  law.corrected = correction;
  // JAX's has no mean, Keras's no bounds of its own, and neither corrects.
  if (dialect != Dialect::jax) law.mean = checked_f32(reader.number("mean", 0), "truncated_normal", "mean");
  law.std_dev = checked_std_dev(reader.number("std", fallback), "truncated_normal", "std");
  if (dialect != Dialect::keras) {
    law.low = checked_f32(reader.number("low", -2), "truncated_normal", "low");
    law.high = checked_f32(reader.number("high", 2), "truncated_normal", "high");
  }
  if (dialect == Dialect::fanin) law.corrected = reader.flag("corrected", correction);
  check_cut(law);
  CallText text("truncated_normal");
  text.add_unless("mean", law.mean, 0).add_unless("std", law.std_dev, fallback);
  text.add_unless("low", law.low, -2).add_unless("high", law.high, 2);
  text.add_unless("corrected", law.corrected ? "true" : "false", correction ? "true" : "false");
  return std::make_shared<FixedLaw>(text.str(dialect), law);
}

}  // namespace

const Scheme kTruncatedNormal{
    {"truncated_normal", "mean=0, std=0.05, low=-2, high=2, corrected=true",
     "N(mean, s²) given low <= (w - mean)/s <= high, s such that the values have std", "", ""},
    parse};

}  // namespace fanin::init
