// truncated_normal(mean, std, low, high, corrected): a normal law cut at low and high, which count
// standard deviations of the law before the cut. `std` is that of the values after the cut, unless
// corrected=false: then it is that before the cut, as in the stand-alone forms of other libraries.
#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr random::TruncatedNormal kDefault{.mean = 0, .std_dev = 0.05, .low = -2, .high = 2, .corrected = true};
constexpr double kFarthestCut = 30;  // standard deviations; beyond 38 the tail's mass is no double

random::TruncatedNormal read(CallReader& reader) {
  random::TruncatedNormal law;
  law.mean = checked_f32(reader.number("mean", kDefault.mean), "truncated_normal", "mean");
  law.std_dev = checked_std_dev(reader.number("std", kDefault.std_dev), "truncated_normal", "std");
  law.low = checked_f32(reader.number("low", kDefault.low), "truncated_normal", "low");
  law.high = checked_f32(reader.number("high", kDefault.high), "truncated_normal", "high");
  law.corrected = reader.flag("corrected", kDefault.corrected);
  const auto refuse = [&law](const std::string& problem) {
    throw Error(ErrorCode::bad_value, "initializer truncated_normal",
                "low=" + number_text(law.low) + ", high=" + number_text(law.high) + ": " + problem);
  };
  if (!(law.low < law.high)) refuse("low must be below high; both count standard deviations, such as -2 and 2");
  if (law.low > kFarthestCut || law.high < -kFarthestCut) {
    refuse("the range lies beyond " + number_text(kFarthestCut) +
           " standard deviations, where a normal law has no mass");
  }
  return law;
}

RulePtr parse(CallReader& reader) {
  const random::TruncatedNormal law = read(reader);
  CallText text("truncated_normal");
  text.add_unless("mean", law.mean, kDefault.mean)
      .add_unless("std", law.std_dev, kDefault.std_dev)
      .add_unless("low", law.low, kDefault.low)
      .add_unless("high", law.high, kDefault.high);
  if (law.corrected != kDefault.corrected) text.add("corrected", law.corrected ? "true" : "false");
  return std::make_shared<FixedLaw>(text.str(), law);
}

}  // namespace

const Scheme kTruncatedNormal{
    {"truncated_normal", "mean=0, std=0.05, low=-2, high=2, corrected=true",
     "N(mean, s²) given low <= (w - mean)/s <= high, s such that the values have std", "", ""},
    parse};

}  // namespace fanin::init
