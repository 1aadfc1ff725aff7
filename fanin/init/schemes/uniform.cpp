// uniform(low, high): U[low, high) whatever the shape.
#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

constexpr random::Uniform kDefault{-0.05, 0.05};  // as Keras; PyTorch's uniform_ is U[0, 1)

RulePtr parse(CallReader& reader) {
  const random::Uniform law{checked_f32(reader.number("low", kDefault.low), "uniform", "low"),
                            checked_f32(reader.number("high", kDefault.high), "uniform", "high")};
  if (law.low > law.high) {
    throw Error(ErrorCode::bad_value, "initializer uniform",
                "low=" + number_text(law.low) + " is above high=" + number_text(law.high) +
                    "; for a symmetric range write both ends, such as uniform(-0.1, 0.1)");
  }
  return std::make_shared<FixedLaw>(
      CallText("uniform").add_unless("low", law.low, kDefault.low).add_unless("high", law.high, kDefault.high).str(),
      law);
}

}  // namespace

const Scheme kUniform{{"uniform", "low=-0.05, high=0.05", "U[low, high)", "", ""}, parse};

}  // namespace fanin::init
