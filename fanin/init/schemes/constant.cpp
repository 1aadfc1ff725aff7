// zeros, ones, constant: every element the same. All units of a layer then compute the same value
// and receive the same gradient, so weights must not start so; biases may.
#include <cmath>

#include "fanin/core/error.hpp"
#include "fanin/init/schemes/all.hpp"
#include "fanin/init/text.hpp"

namespace fanin::init {
namespace {

RulePtr parse_zeros(CallReader&, Dialect dialect) {
  return std::make_shared<FixedLaw>(CallText("zeros").str(dialect), Constant{0});
}
RulePtr parse_ones(CallReader&, Dialect dialect) {
  return std::make_shared<FixedLaw>(CallText("ones").str(dialect), Constant{1});
}

RulePtr parse_constant(CallReader& reader, Dialect dialect) {
  std::optional<double> value = reader.number("value");
  if (!value && dialect == Dialect::keras) value = 0;  // Constant(value=0.0)
  if (!value) {
    throw Error(ErrorCode::bad_value, "initializer constant", "it needs its value, for example constant(0.1)");
  }
  checked_f32(*value, "constant", "value");
  return std::make_shared<FixedLaw>(CallText("constant").add("value", number_text(*value)).str(dialect),
                                    Constant{*value});
}

}  // namespace

const Scheme kZeros{{"zeros", "", "0", "", ""}, parse_zeros};
const Scheme kOnes{{"ones", "", "1", "", ""}, parse_ones};
const Scheme kConstant{{"constant", "value", "value", "", ""}, parse_constant};

}  // namespace fanin::init
