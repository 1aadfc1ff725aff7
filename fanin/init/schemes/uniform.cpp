// uniform(low, high): U[low, high) whatever the shape.
#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

/// fanin's default is Keras's.
random::Uniform standard(Dialect dialect) {
  const bool torch = dialect == Dialect::pytorch || dialect == Dialect::timm;
  return torch ? random::Uniform{0, 1} : random::Uniform{-0.05, 0.05};
}

/// jax.nn.initializers.uniform(scale) is one-sided.
RulePtr parse_one_sided(CallReader& reader, Dialect dialect) {
  const random::Uniform law{0, checked_std_dev(reader.number("scale", 0.01), "uniform", "scale")};
  return std::make_shared<FixedLaw>(CallText("uniform").add_unless("scale", law.high, 0.01).str(dialect), law);
}

RulePtr parse(CallReader& reader, Dialect dialect) {
  if (dialect == Dialect::jax) return parse_one_sided(reader, dialect);
  const random::Uniform fallback = standard(dialect);
  const random::Uniform law{checked_f32(reader.number("low", fallback.low), "uniform", "low"),
                            checked_f32(reader.number("high", fallback.high), "uniform", "high")};
  if (law.low > law.high) {
    throw Error(ErrorCode::bad_value, "initializer uniform",
                "low=" + number_text(law.low) + " is above high=" + number_text(law.high) +
                    "; for a symmetric range write both ends, such as uniform(-0.1, 0.1)");
  }
  return std::make_shared<FixedLaw>(CallText("uniform")
                                        .add_unless("low", law.low, fallback.low)
                                        .add_unless("high", law.high, fallback.high)
                                        .str(dialect),
                                    law);
}

}  // namespace

const Scheme kUniform{{"uniform", "low=-0.05, high=0.05", "U[low, high)", "", ""}, parse};

}  // namespace fanin::init
